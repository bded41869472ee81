"""What narrows the catalogue: words, topic, state, and the ways to it from elsewhere; all of it in the address."""

import json
from collections.abc import Sequence
from urllib.parse import urlencode

from domain.account import Right
from layouts.accounts import frame, menu
from layouts.accounts.desk import Desk
from layouts.drawer import TOPICS
from layouts.feeds.catalogue_rows import NAMES, STATES, Asked
from layouts.tags import Child, Node, h

PATH = "/catalogue"


def filters(desk: Desk, asked: Asked) -> Node:
    """The search, the files, and the chips."""
    search = frame.field(
        desk.t("名称、编号、口径、单位或标准"), "catalogue-text", value=asked.text, name="text", maxLength=100, debounce=True,
        cls="is-wide", placeholder="PM2.5",
    )  # fmt: skip
    gone = json.dumps(dict.fromkeys(NAMES, ""))
    clear = h("Button", desk.t("清除"), "press is-quiet", data={"go": gone}, type="button") if asked.given else None
    form = h(
        "Form", [search, h("Button", desk.t("查询"), "press is-main", type="submit"), clear, *_files(desk, asked)], "filters",
        data={"query": ""}, action=PATH, method="GET", role="search", aria={"label": desk.t("筛选")},
    )  # fmt: skip
    topics = [("", desk.t("全部专题"))]
    topics += [(key, desk.topic(key)) for key in TOPICS if desk.viewer.reach.covers(key, "") or _has(desk, key)]
    narrowed = [(name, value) for name, value in (("department", asked.department), ("source", asked.source)) if value]
    rows = [
        chips(desk.t("专题"), "topic", asked.topic, topics),
        chips(desk.t("状态"), "state", asked.state, [(key, desk.t(text)) for key, text in STATES.items()]),
        h("Div", [_narrowed(desk, name, value) for name, value in narrowed], "chip-row") if narrowed else None,
    ]
    return h("Div", [form, h("Div", rows, "chips")], "filter-box")


def _has(desk: Desk, topic: str) -> bool:
    return desk.viewer.reach.topics is None or topic in desk.viewer.reach.topics


def _files(desk: Desk, asked: Asked) -> list[Child]:
    if not desk.may(Right.EXPORT):
        return []
    return [
        h("A", word, "press is-quiet", href=to(desk, f"{PATH}/export.{form}", **_given(asked)), download="")
        for form, word in (("xlsx", desk.t("导出 Excel")), ("csv", desk.t("导出 CSV")))
    ]


def _given(asked: Asked) -> dict[str, str]:
    return {name: getattr(asked, name) for name in NAMES}


def _narrowed(desk: Desk, name: str, value: str) -> Node:
    spec = desk.city.sources.get(value) if name == "source" else None
    text = desk.said((spec.name or spec.key) if spec else value)
    cross = h("Span", "×", "chip-cross", aria={"hidden": "true"})
    gone = desk.t("去掉条件：{what}", what=text)
    return h(
        "Button",
        [text, cross],
        "chip is-on",
        data={"go": json.dumps({name: ""})},
        type="button",
        title=gone,
    )


def chips(label: str, name: str, chosen: str, options: Sequence[tuple[str, str]]) -> Node:
    """Choices of one value of the address."""
    made = [
        h(
            "Button", text, "chip", data={"go": json.dumps({name: key})}, type="button",
            aria={"pressed": "true" if key == chosen else "false"},
        )
        for key, text in options
    ]  # fmt: skip
    return h("Div", made, "chip-row", role="group", aria={"label": label})


def to(desk: Desk, path: str, **query: str) -> str:
    """A page's address in the reader's language; what is empty is left out."""
    asked = {name: value for name, value in query.items() if value} | ({"lang": desk.lang} if desk.lang != "zh" else {})
    return f"{path}?{urlencode(asked)}" if asked else menu.href(path, desk.lang)
