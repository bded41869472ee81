"""The account menu at the header's end: who is signed in, the ways to the pages about people, and out."""

from dataclasses import dataclass

from domain.account import Right, Viewer
from layouts.accounts import words
from layouts.tags import Child, Node, h
from layouts.text import translate


@dataclass(frozen=True, slots=True)
class Place:
    """A page about people: its path, its name, and the right it takes."""

    path: str
    name: str
    right: Right


PLACES = (
    Place("/duty", "值班值守台", Right.VIEW),
    Place("/map", "指挥地图", Right.VIEW),
    Place("/alerts", "告警处置", Right.VIEW),
    Place("/rules", "告警规则", Right.VIEW),
    Place("/orders", "工单", Right.VIEW),
    Place("/incidents", "事件处置", Right.VIEW),
    Place("/handover", "交接班", Right.VIEW),
    Place("/shifts", "值班表", Right.VIEW),
    Place("/statistics", "值班统计", Right.VIEW),
    Place("/walls", "大屏管理", Right.OPERATE),
    Place("/instructions", "领导批示", Right.VIEW),
    Place("/daily", "日报", Right.VIEW),
    Place("/sources", "数据源", Right.VIEW),
    Place("/catalogue", "数据目录", Right.VIEW),
    Place("/screens", "画面编辑", Right.SCREENS),
    Place("/forms", "报表填报", Right.VIEW),
    Place("/me", "我的账号", Right.VIEW),
    Place("/accounts", "账号管理", Right.ACCOUNTS),
    Place("/audit", "审计日志", Right.AUDIT),
)


def places(viewer: Viewer) -> list[Place]:
    """The pages a viewer may open. A wall's screen has nobody in front of it."""
    return [place for place in PLACES if viewer.may(place.right)]


def href(path: str, lang: str) -> str:
    """A page's address that keeps the language."""
    return path if lang == "zh" else f"{path}?lang={lang}"


def render(viewer: Viewer, lang: str, here: str = "") -> Node:
    """The menu; `here` is the path of the page it stands on. A `details`, so that it opens without a script."""
    role = translate(words.ROLES[viewer.role], lang)
    name = viewer.name or viewer.login
    over = h("Span", role, "who-role") if role != name else None
    face = h("Span", [over, h("Span", name, "who-name")], "who-words")
    label = translate("账号菜单：{name}，{role}", lang, name=name, role=role)
    summary = h(
        "Summary", [face, h("I", None, "who-arrow", aria={"hidden": "true"})], title=label, aria={"label": label}
    )
    links: list[Child] = [_link(place, lang, here) for place in places(viewer)]
    leave = h("Button", translate("退出登录", lang), "who-out", data={"sign-out": ""}, type="button")
    card = h("Div", [h("B", name), h("Span", f"{role} · {viewer.login}")], "who-card")
    return h("Details", [summary, h("Div", [card, *links, leave], "who-menu")], "who", data={"menu": ""})


def _link(place: Place, lang: str, here: str) -> Node:
    is_here = place.path == here
    return h(
        "A",
        translate(place.name, lang),
        "is-here" if is_here else "",
        href=href(place.path, lang),
        aria={"current": "page"} if is_here else None,
    )
