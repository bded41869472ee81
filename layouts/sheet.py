"""The pieces every drawer is made of: head, sections, facts, and spans of time in words."""

from datetime import timedelta

from access.reach import REFUSED
from layouts import words
from layouts.tags import Child, Node, h
from layouts.view import View


def head(view: View, over: str, title: str) -> Node:
    """The drawer's fixed top: what it belongs to, its name, the way out."""
    close = h(
        "Button", "×", "drawer-close", id="drawer-close", aria={"label": view.t("关闭")}, title="Esc", type="button"
    )
    return h("Div", [h("Div", [h("Div", over, "drawer-over"), h("H2", title)], "drawer-names"), close], "drawer-head")


def section(title: str, *body: Child) -> Node:
    """A titled part."""
    return h("Section", [h("H3", title), *body], "drawer-part")


def fact(name: str, value: Child, cls: str = "") -> Node:
    """A name and what it is."""
    return h("Div", [h("Dt", name), h("Dd", value)], f"fact {cls}".strip())


def refused(view: View, what: str = "") -> Node:
    """What stands where something may not be read; `what` says which of it."""
    words_ = [h("B", view.t(REFUSED)), h("Span", what or view.t("不在您的专题或区县权限内"))]
    return h("Div", words_, "drawer-refused", role="status")


def span(view: View, length: timedelta) -> str:
    """A length of time in the coarsest unit that tells it."""
    seconds = length.total_seconds()
    if seconds < 60:
        return view.t("{n} 秒", n=words.figure(seconds, 0 if seconds >= 10 or seconds == int(seconds) else 1))
    minutes = seconds / 60
    if minutes < 60:
        return view.t("{n} 分钟", n=round(minutes))
    return view.t("{n} 小时", n=round(minutes / 60)) if minutes < 2880 else view.t("{n} 天", n=round(minutes / 1440))
