"""The page around the pages about people: header, tabs, and the parts every one of them is made of."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from layouts import shell
from layouts.accounts import menu
from layouts.accounts.desk import Desk
from layouts.alerts import news
from layouts.tags import Child, Node, h, node, store

URL = "desk-url"  # a location of its own: the cockpit's callbacks listen to the other one

# What assets/accounts.js says by itself.
SPOKEN = {"copied": "已复制", "copy": "复制"}


@dataclass(frozen=True, slots=True)
class More:
    """actions: stand beside the page's title. screen: the stream the page listens to; "" = nothing live is on it."""

    actions: Sequence[Child] = ()
    screen: str = ""


NOTHING_MORE = More()


def page(
    desk: Desk, here: str, title: str, body: Sequence[Child], cls: str = "", more: More = NOTHING_MORE
) -> html.Div:
    """A whole page; `here` is its path."""
    spoken = shell.SPOKEN | SPOKEN
    facts = {
        "screen": more.screen,
        "lang": desk.lang,
        "zone": desk.city.spec.zone,
        "city": desk.city.adcode,
        "place": "",
        "texts": json.dumps({key: desk.t(text) for key, text in spoken.items()}, ensure_ascii=False),
    }
    children: Any = [
        node("dash_core_components", "Location", {"id": URL, "refresh": False}),
        store(news.STORE),
        _header(desk, here),
        h("Main", [h("Div", [h("H2", title, "desk-title"), *more.actions], "desk-head"), *body], f"desk {cls}".strip()),
        news.toasts(),
        h("Div", None, id="spoken", hidden=True, data=facts),
    ]
    return html.Div(children=children, id="page", className="page is-desk", lang=desk.lang)


def _header(desk: Desk, here: str) -> Node:
    spec = desk.city.spec
    title = desk.either(spec.title, spec.title_en)
    home = h(
        "A",
        [h("I", None, "back-arrow", aria={"hidden": "true"}), desk.t("返回驾驶舱")],
        "back",
        href=menu.href("/", desk.lang),
    )
    tabs = [
        h(
            "A",
            desk.t(place.name),
            "is-here" if place.path == here else "",
            href=menu.href(place.path, desk.lang),
            aria={"current": "page"} if place.path == here else None,
        )
        for place in menu.places(desk.viewer)
    ]
    lang = "en" if desk.lang == "zh" else "zh"
    right = [
        h("Nav", tabs, "nav", aria={"label": desk.t("账号与审计")}),
        h("Span", desk.t("演示数据"), "demo", title=desk.t("数据由演示部门模拟，不是真实数据")) if spec.demo else None,
        h("A", "EN" if desk.lang == "zh" else "中文", "lang", href=f"?lang={lang}", data={"lang": ""}),
        menu.render(desk.viewer, desk.lang, here),
    ]
    return h(
        "Header",
        [h("Div", [home], "head-left"), h("H1", title, "head-title", title=title), h("Div", right, "head-right")],
        "head",
    )


def panel(title: str, *body: Child, caption: Child = None, cls: str = "") -> Node:
    """A titled box, like the cockpit's panels but as high as its content."""
    head = h("Header", [h("H3", title), h("Div", caption, "caption") if caption is not None else None], "panel-head")
    return h("Section", [head, h("Div", list(body), "box-body")], f"panel box {cls}".strip(), aria={"label": title})


Ident = str | dict[str, str]


def named(name: str) -> dict[str, str]:
    """The id of a control whose value goes with every press on its page."""
    return {"field": name}


def plain(ident: Ident) -> str:
    """An id as it stands in the page, for a label to name."""
    return ident if isinstance(ident, str) else json.dumps(ident, sort_keys=True, separators=(",", ":"))


def field(label: str, ident: Ident, hint: str = "", kind: str = "text", cls: str = "", **more: object) -> Node:
    """A labelled text entry; `more` are its props (dcc.Input)."""
    entry = node("dash_core_components", "Input", {"id": ident, "type": kind, "className": "entry", **more})
    told = h("Span", hint, "field-hint") if hint else None
    return h("Div", [h("Label", label, htmlFor=plain(ident)), entry, told], f"field {cls}".strip())


def group(label: str, control: Child, hint: str = "") -> Node:
    """A labelled set of choices."""
    told = h("Span", hint, "field-hint") if hint else None
    return h("Div", [h("Span", label, "field-name"), control, told], "field", role="group", aria={"label": label})


def one_of(ident: Ident, options: Sequence[tuple[str, str]], value: str) -> Node:
    """Chips of which one is chosen; options are (value, label)."""
    return _choices("RadioItems", ident, options, value)


def some_of(ident: Ident, options: Sequence[tuple[str, str]], value: Sequence[str]) -> Node:
    """Chips of which any are chosen; options are (value, label)."""
    return _choices("Checklist", ident, options, list(value))


def _choices(kind: str, ident: Ident, options: Sequence[tuple[str, str]], value: str | list[str]) -> Node:
    shown = [{"value": key, "label": label} for key, label in options]
    props = {"id": ident, "options": shown, "value": value, "className": "choices", "inputClassName": "choice-mark"}
    return node("dash_core_components", kind, props)


def press(label: str, name: str, of: str = "", cls: str = "", title: str = "") -> Node:
    """A button whose press a page's callback hears: its name begins with the page, `of` is the thing it is about."""
    page, _, does = name.partition(":")
    return h(
        "Button",
        label,
        f"press {cls}".strip(),
        id={"page": page, "press": does, "of": of},
        type="button",
        title=title or None,
        aria={"label": title} if title else None,
    )


def notice(desk: Desk, kind: str, title: str, *body: Child) -> Node:
    """What came of an action, until it is put away: kind good, bad or secret."""
    away = h("Button", "×", "notice-away", data={"dismiss": ""}, aria={"label": desk.t("关闭")}, type="button")
    return h("Div", [h("B", title), *body, away], f"notice is-{kind}", role="alert" if kind == "bad" else "status")


def secret(desk: Desk, value: str) -> Node:
    """Something shown once, with a button that copies it."""
    copy = h("Button", desk.t("复制"), "press", data={"copy": value}, type="button")
    return h("Div", [h("Code", value, "secret-value"), copy], "secret")


def none(text: str, hint: str = "") -> Node:
    """The designed absence of rows."""
    return h("Div", [h("B", text), h("Span", hint) if hint else None], "desk-none")


def waiting(desk: Desk) -> Node:
    """What stands where the rows will be."""
    return h("Div", h("Span", desk.t("正在读取…")), "desk-none is-waiting", aria={"busy": "true"})


def failed(desk: Desk) -> Node:
    """What is shown when the store cannot be read."""
    return h(
        "Div",
        [h("B", desk.t("暂时读不到")), h("Span", desk.t("数据库没有应答，稍后刷新重试。"))],
        "desk-none is-failed",
    )
