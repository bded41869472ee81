"""The page of rules: every rule with what became of its cases, and the silences and inhibitions in force."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dash import html

from domain.rule import Rule
from layouts.accounts import frame, grid
from layouts.accounts.asked import words
from layouts.accounts.desk import Desk
from layouts.alerts import news, rules_words
from layouts.alerts.rules_words import NOTHING, Tally
from layouts.drawer import TOPICS
from layouts.tags import Child, Node, h, store

PATH = "/rules"
PAGE = "rules"
BODY, PANE, SAID, CHANGED, TRIAL = "rules-body", "rules-pane", "rules-said", "rules-changed", "rules-trial"
QUIET = "quiet"  # the second view: what holds notices back
REVIEW = "review"  # the third: the week's rules to look at again
RECEIVERS = "receivers"  # the fourth: who is told, and how it went
VIEWS = frozenset({QUIET, REVIEW, RECEIVERS})
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks: a topic, words, the rule opened beside the list, and which of the two views."""

    topic: str = ""
    text: str = ""
    rule: str = ""
    show: str = ""


def read(search: str) -> Asked:
    """Read a query string; what is not known is left out."""
    return Asked(**words(search, ("topic", "text", "rule", "show"), LONGEST))


@dataclass(frozen=True, slots=True)
class Counted:
    """Cases by rule as far as the person may see them. told: when data last reached a rule. failing: rules that raise errors. short: more cases than are counted."""

    of: Mapping[str, Tally] = field(default_factory=dict)
    told: Mapping[str, datetime] = field(default_factory=dict)
    failing: frozenset[str] = frozenset()
    short: bool = False


def page(desk: Desk) -> html.Div:
    """The frame; what is read from the store comes with the first callback."""
    said = h("Div", None, "desk-said", id=SAID, data={"passing": ""}, aria={"live": "polite"})
    pane = h("Aside", [said, h("Div", None, id=PANE)], "pane", aria={"label": desk.t("规则详情")})
    body: list[Child] = [
        store(CHANGED),
        h("Div", [h("Div", frame.waiting(desk), "desk-main", id=BODY), pane], "desk-split"),
    ]
    return frame.page(desk, PATH, desk.t("告警规则"), body, "is-fixed", frame.More(screen=news.SCREEN))


def seen(desk: Desk) -> dict[str, Rule]:
    """The rules that a person's reach covers: those of his topics."""
    reach, metrics = desk.viewer.reach, desk.city.metrics
    return {
        key: rule
        for key, rule in desk.city.rules.items()
        if reach.topics is None or rules_words.topic_of(rule, metrics) in reach.topics
    }


def body(desk: Desk, asked: Asked, counted: Counted) -> list[Child]:
    """The filters and the rules they find."""
    mine = seen(desk)
    found = {key: rule for key, rule in mine.items() if _meant(desk, asked, rule)}
    parts: list[Child] = [filters(desk, asked)]
    if not mine:
        return [*parts, frame.none(desk.t("没有规则"), desk.t("您的范围内没有声明告警规则。"))]
    if not found:
        return [*parts, frame.none(desk.t("没有符合条件的规则"), desk.t("放宽条件再试。"))]
    return [*parts, _table(desk, asked, found, counted), _foot(desk, found, counted)]


def _meant(desk: Desk, asked: Asked, rule: Rule) -> bool:
    if asked.topic and rules_words.topic_of(rule, desk.city.metrics) != asked.topic:
        return False
    words = (rule.key, rule.say, rule.department, rules_words.subject(desk, rule))
    return not asked.text or any(asked.text.lower() in word.lower() for word in words)


def filters(desk: Desk, asked: Asked) -> Node:
    """Which of the views, and within the rules a topic and words."""
    views = [
        _chip(desk.t("规则"), {"show": ""}, not asked.show),
        _chip(desk.t("静默与抑制"), {"show": QUIET}, asked.show == QUIET),
        _chip(desk.t("周复盘"), {"show": REVIEW}, asked.show == REVIEW),
        _chip(desk.t("接收方"), {"show": RECEIVERS}, asked.show == RECEIVERS),
    ]
    rows: list[Child] = [h("Div", views, "chip-row", role="group", aria={"label": desk.t("视图")})]
    if asked.show in VIEWS:
        return h("Div", [h("Div", rows, "chips")], "filter-box")
    covers = desk.viewer.reach.covers
    topics = [("", desk.t("全部专题")), *((key, desk.topic(key)) for key in TOPICS if covers(key, ""))]
    chips = [_chip(text, {"topic": key}, key == asked.topic) for key, text in topics]
    if len(topics) > 1:
        rows.append(h("Div", chips, "chip-row", role="group", aria={"label": desk.t("专题")}))
    return h("Div", [_search(desk, asked), h("Div", rows, "chips")], "filter-box")


def _search(desk: Desk, asked: Asked) -> Node:
    entry = frame.field(
        desk.t("内容、指标或部门"),
        "rules-text",
        value=asked.text,
        name="text",
        maxLength=LONGEST,
        debounce=True,
        cls="is-wide",
    )
    find = h("Button", desk.t("查询"), "press is-main", type="submit")
    gone = h("Button", desk.t("清除"), "press is-quiet", data={"go": '{"text":"","topic":""}'}, type="button")
    parts = [entry, find, gone if asked.text or asked.topic else None]
    return h(
        "Form",
        parts,
        "filters",
        data={"query": ""},
        action=PATH,
        method="GET",
        role="search",
        aria={"label": desk.t("筛选")},
    )


def _chip(text: str, go: Mapping[str, str], chosen: bool) -> Node:
    pressed = {"pressed": "true" if chosen else "false"}
    return h("Button", text, "chip", data={"go": json.dumps({**go, "rule": ""})}, aria=pressed, type="button")


def _table(desk: Desk, asked: Asked, found: Mapping[str, Rule], counted: Counted) -> Node:
    columns = [
        grid.column("say", desk.t("规则"), 200, 5, tooltipField="because"),
        grid.column("subject", desk.t("指标与类型"), 150, 3),
        grid.column("levels", desk.t("级别（解除）"), 160, 5),
        grid.column("waits", desk.t("持续 / 恢复"), 148),
        grid.column("scope", desk.t("范围"), 80, 1),
        grid.column("department", desk.t("责任部门"), 120, 2),
        grid.column("told", desk.t("最近评估"), 104),
        grid.column("owed", desk.t("未结"), 68, type="rightAligned", sortable=True),
        grid.column("week", desk.t("7 天"), 76, type="rightAligned", sortable=True),
        grid.column(
            "nuisance", desk.t("误报率"), 100, type="rightAligned", cellClassRules={"is-nuisance": "params.data.marked"}
        ),
    ]
    order = sorted(found.values(), key=lambda rule: (-counted.of.get(rule.key, NOTHING).week, rule.key))
    rows = [_row(desk, asked, rule, counted) for rule in order]
    return grid.table(desk, "rules-grid", desk.t("规则列表"), columns, rows, "rule")


def _row(desk: Desk, asked: Asked, rule: Rule, counted: Counted) -> dict[str, object]:
    tally, told = counted.of.get(rule.key, NOTHING), counted.told.get(rule.key)
    return {
        "id": rule.key,
        "say": sentence(desk, rule),
        "because": rule.because,
        "subject": rules_words.subject(desk, rule),
        "levels": rules_words.short(desk, rule),
        "waits": rules_words.waits(desk, rule),
        "scope": rules_words.scope(desk, rule),
        "department": rules_words.department(desk, rule),
        "told": desk.t("▲ 出错") if rule.key in counted.failing else desk.age(told) if told else "—",
        "owed": tally.open,
        "week": tally.week,
        "nuisance": rate(tally),
        "marked": tally.is_nuisance,
        "open": rule.key == asked.rule,
        "off": False,
    }


def sentence(desk: Desk, rule: Rule) -> str:
    """A rule's sentence, its blanks shown as words."""
    metric = desk.city.metrics.get(rule.when.metric)
    told = rule.say.replace("{unit}", metric.unit if metric else "")
    for name, word in rules_words.BLANKS.items():
        told = told.replace(f"{{{name}}}", f"〔{desk.t(word)}〕")
    return told


def rate(tally: Tally) -> str:
    """The nuisance rate, marked by a sign as well as by colour."""
    if tally.nuisance is None:
        return "—"
    return f"{'▲ ' if tally.is_nuisance else ''}{tally.nuisance:.0f}%"


def _foot(desk: Desk, found: Mapping[str, Rule], counted: Counted) -> Node:
    tallies = [counted.of.get(key, NOTHING) for key in found]
    caption = desk.t(
        "{n} 条规则，7 天内 {m} 件告警；{k} 条误报率超过 20%（▲）",
        n=len(found),
        m=sum(one.week for one in tallies),
        k=sum(one.is_nuisance for one in tallies),
    )
    less = h("Span", desk.t("告警过多，只统计了最新的一部分"), "bar-caption") if counted.short else None
    return h("Div", [h("Span", caption, "bar-caption"), less], "bar is-foot")


def covered(desk: Desk, key: str) -> Rule | None:
    """A rule, when there is one and the person's reach covers it."""
    return seen(desk).get(key)


def silenced(desk: Desk, names: Sequence[str]) -> str:
    """Rules by their sentences, in a row."""
    rules = desk.city.rules
    return desk.listed([sentence(desk, rules[name]) if name in rules else name for name in names])
