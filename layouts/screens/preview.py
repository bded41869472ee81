"""A draft on a page of its own: the screen as it would be, with live data, and over it that nobody else sees it."""

from typing import Any
from urllib.parse import quote

from dash import html

from layouts import screen
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.screens import editor
from layouts.screens.drafts import Draft
from layouts.tags import Node, h
from layouts.view import View

PATH = "/screens/preview"


def page(draft: Draft, view: View) -> html.Div:
    """The draft drawn at its own size."""
    painted: Any = screen.build(draft.screen, view.shared())
    painted.className += " is-draft"
    painted.children = [*painted.children, _ribbon(draft, view)]
    page: html.Div = painted
    return page


def gone(desk: Desk) -> html.Div:
    """What stands there when the draft is gone, or somebody else's."""
    told = desk.t("预览只留在检查它的网页进程里，重启后消失；回到“画面编辑”重新检查即可。")
    return frame.page(desk, editor.PATH, desk.t("画面编辑"), [frame.none(desk.t("没有这个预览"), told)], "is-paper")


def _ribbon(draft: Draft, view: View) -> Node:
    tail = "" if view.lang == "zh" else f"&lang={view.lang}"
    back = h("A", view.t("返回编辑"), "link", href=f"{editor.PATH}?file={quote(draft.file)}{tail}")
    return h("Div", [h("B", view.t("预览，只有您看得见")), h("Span", draft.file), back], "draft-ribbon", role="status")
