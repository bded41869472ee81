"""The list of cases: filters, rows, and beside it the case that is open."""

import json
from collections.abc import Sequence
from datetime import datetime

from dash import html

from access import mask
from alerts.cases import SPOKEN
from domain.account import Right
from domain.alert import AlertLevel
from domain.case import Case, Handling
from layouts.accounts import frame, grid
from layouts.accounts.desk import Desk
from layouts.alerts import news, words
from layouts.alerts.query import Asked
from layouts.drawer import TOPICS
from layouts.tags import Child, Node, h, store

PATH = "/alerts"
BODY, PANE, SAID, CHANGED = "alerts-body", "alerts-pane", "alerts-said", "alerts-changed"
SHOWS = (
    "alerts-shows"  # the open case and its version, so that news of others leaves a form alone that somebody fills in
)
SHOWN = 200  # rows on a page
MARKS = {1: "◆", 2: "▲", 3: "■", 4: "●"}  # the shapes of the levels, so that colour is not all that tells them apart


def page(desk: Desk) -> html.Div:
    """The frame; what is read from the store comes with the first callback, and again with every piece of news."""
    body: list[Child] = [
        store(CHANGED),
        store(SHOWS),
        h(
            "Div",
            [
                h("Div", frame.waiting(desk), "desk-main", id=BODY),
                h(
                    "Aside",
                    [
                        h("Div", None, "desk-said", id=SAID, data={"passing": ""}, aria={"live": "polite"}),
                        h("Div", None, id=PANE),
                    ],
                    "pane",
                    aria={"label": desk.t("告警详情")},
                ),
            ],
            "desk-split",
        ),
    ]
    return frame.page(desk, PATH, desk.t("告警处置"), body, "is-fixed", frame.More(screen=news.SCREEN))


def body(desk: Desk, asked: Asked, cases: Sequence[Case]) -> list[Child]:
    """The filters and what they found."""
    parts: list[Child] = [_filters(desk, asked)]
    if not cases:
        if asked.given:
            return [*parts, frame.none(desk.t("没有符合条件的告警"), desk.t("放宽条件再试。"))]
        return [*parts, frame.none(desk.t("没有未结的告警"), desk.t("城市运行平稳；已结的告警在“已结”里。"))]
    return [*parts, _table(desk, asked, cases), _foot(desk, asked, cases)]


def _filters(desk: Desk, asked: Asked) -> Node:
    search = frame.field(
        desk.t("内容或编号"),
        "alerts-text",
        value=asked.text,
        name="text",
        placeholder="GJ-20261125-0001",
        maxLength=100,
        debounce=True,
        cls="is-wide",
    )
    form = h(
        "Form",
        [search, h("Button", desk.t("查询"), "press is-main", type="submit"), _clear(desk, asked)],
        "filters",
        data={"query": ""},
        action=PATH,
        method="GET",
        role="search",
        aria={"label": desk.t("筛选")},
    )
    levels = [("", desk.t("全部级别")), *((level.name, f"{MARKS[level]} {level.name}") for level in AlertLevel)]
    topics = [
        ("", desk.t("全部专题")),
        *((key, desk.topic(key)) for key in TOPICS if desk.viewer.reach.covers(key, "")),
    ]
    chips = [
        _chips(desk.t("处置状态"), "state", asked.state, [(key, desk.t(text)) for key, text in words.STATES.items()]),
        _chips(desk.t("级别"), "level", asked.level, levels),
        _chips(desk.t("专题"), "topic", asked.topic, topics) if len(topics) > 1 else None,
    ]
    return h("Div", [form, h("Div", chips, "chips")], "filter-box")


def _clear(desk: Desk, asked: Asked) -> Node | None:
    if not asked.given:
        return None
    gone = dict.fromkeys(("state", "level", "topic", "district", "text", "before"), "")
    return h("Button", desk.t("清除"), "press is-quiet", data={"go": json.dumps(gone)}, type="button")


def _chips(label: str, name: str, chosen: str, options: Sequence[tuple[str, str]]) -> Node:
    chips = [
        h(
            "Button",
            text,
            "chip",
            data={"go": json.dumps({name: key, "before": "", "case": ""})},
            aria={"pressed": "true" if key == chosen else "false"},
            type="button",
        )
        for key, text in options
    ]
    return h("Div", chips, "chip-row", role="group", aria={"label": label})


def _table(desk: Desk, asked: Asked, cases: Sequence[Case]) -> Node:
    columns = [
        grid.column(
            "level", desk.t("级别"), 84, cellClassRules={f"is-p{n}": f"params.data.urgency === {n}" for n in MARKS}
        ),
        grid.column("say", desk.t("内容"), 240, 6),
        grid.column("district", desk.t("区县"), 96, 1),
        grid.column("condition", desk.t("状态"), 92, 1),
        grid.column("handling", desk.t("处置"), 120, 2),
        grid.column("owner", desk.t("经手人"), 96, 1),
        grid.column("opened", desk.t("触发"), 110, 1),
        grid.column("number", desk.t("编号"), 176),
    ]
    rows = [
        {
            "id": case.id,
            "urgency": int(case.level),
            "level": f"{MARKS[case.level]} {case.level.name}",
            "say": said(desk, case.say),
            "district": desk.district(case.district) if case.district else desk.t("全市"),
            "condition": desk.t(words.CONDITIONS[case.condition]),
            "handling": handling(desk, case),
            "owner": case.owner or "—",
            "opened": desk.age(case.opened),
            "number": case.id,
            "open": case.id == asked.case,
            "off": case.over,
        }
        for case in cases
    ]
    return grid.table(desk, "alerts-grid", desk.t("告警列表"), columns, rows, "case")


def handling(desk: Desk, case: Case) -> str:
    """Where people are with a case, with what holds its notices back."""
    told = desk.t(SPOKEN[case.handling])
    if case.recurrence:
        told += desk.t("，第 {n} 次", n=case.recurrence + 1)
    return desk.t("{told}（已抑制）", told=told) if case.hidden else told


def said(desk: Desk, text: str) -> str:
    """A sentence as far as the person who looks may read it."""
    return text if desk.may(Right.PERSONAL) else mask.text(text)


def holds(desk: Desk, case: Case, text: str) -> bool:
    """Whether words are in a case's number or in what the person may read of its sentence."""
    return not text or text.lower() in case.id.lower() or text.lower() in said(desk, case.say).lower()


def _foot(desk: Desk, asked: Asked, cases: Sequence[Case]) -> Node:
    new = sum(case.handling is Handling.NEW for case in cases)
    caption = desk.t("本页 {n} 件，待签收 {m} 件", n=len(cases), m=new)
    older = h(
        "Button",
        desk.t("更早的 {n} 件", n=SHOWN),
        "press",
        data={"go": json.dumps({"before": cases[-1].id, "case": ""})},
        type="button",
    )
    newest = h("Button", desk.t("回到最新"), "press is-quiet", data={"go": '{"before":"","case":""}'}, type="button")
    more = older if len(cases) == SHOWN else None
    return h("Div", [h("Span", caption, "bar-caption"), newest if asked.before else None, more], "bar is-foot")


def lasted(desk: Desk, since: datetime, until: datetime | None) -> str:
    """How long something has lasted, or did."""
    minutes = max(int(((until or desk.now) - since).total_seconds() // 60), 0)
    if minutes < 60:
        return desk.t("{n} 分钟", n=minutes)
    return desk.t("{n} 小时", n=minutes // 60) if minutes < 2880 else desk.t("{n} 天", n=minutes // 1440)
