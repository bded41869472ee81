"""The page of the daily: the sheet as it will be printed, what may be done with it, and the earlier ones."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from dash import html

from domain.account import Right
from domain.daily import Daily, Fact, Line
from domain.dossier import DossierEvent
from duty.daily import MOVES, STATES, TABLE
from layouts.accounts import frame, menu
from layouts.accounts.asked import words
from layouts.accounts.desk import Desk
from layouts.alerts.page import said
from layouts.duty import papers
from layouts.spark import spark
from layouts.tags import Child, Node, h

PATH = "/daily"
IDS = papers.Ids("daily")
INK = "#1f4e79"
VERBS: Mapping[str, str] = {"put": "存入", **{verb: move.name for verb, move in MOVES.items()}}
OF_LINES = frozenset({"up", "down", "remove"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks: the daily that is open, and what is to be put into today's."""

    id: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows. open: None before there is any. new: what would be put in, as it stands now.

    facts: as they stand now for a draft, as they were signed for the others.
    """

    open: Daily | None
    facts: Sequence[Fact] = ()
    found: Sequence[Daily] = ()
    events: Sequence[DossierEvent] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    new: Line | None = None


def read(search: str) -> Asked:
    """Read a query string; what is not known is left out."""
    return Asked(**words(search, ("id", "about"), 120))


def page(desk: Desk) -> html.Div:
    """The frame."""
    return papers.page(desk, PATH, "日报", IDS)


def body(desk: Desk, shown: Shown) -> list[Child]:
    """The sheet, and under it the earlier ones."""
    if not papers.reads_all(desk):
        return [papers.refused(desk)]
    if shown.open is None:
        told = desk.t("在指标抽屉或告警中点“存入日报”，今天的草稿就从那一条开始。")
        return [frame.none(desk.t("还没有日报"), told), _earlier(desk, shown)]
    button = h("Button", desk.t("打印或存为 PDF"), "press is-main", data={"print": ""}, type="button")
    hint = h("Span", desk.t("A4；在打印窗口里选“存为 PDF”"), "field-hint")
    word = _word(desk, shown.open) if desk.may(Right.EXPORT) else None
    return [
        h("Div", [button, word, hint], "chip-row is-noprint"),
        sheet(desk, shown, shown.open),
        _earlier(desk, shown),
    ]


def _word(desk: Desk, one: Daily) -> Node:
    """The way to the same as a Word document."""
    way = f"{PATH}/export.docx?id={one.id}" + ("" if desk.lang == "zh" else f"&lang={desk.lang}")
    return h("A", desk.t("下载 Word"), "press", href=way, download="")


def sheet(desk: Desk, shown: Shown, one: Daily) -> Node:
    """The daily as paper, A4."""
    spec = desk.city.spec
    numbers = [
        h("Span", one.id),
        h("Span", one.day),
        h("Span", desk.t(STATES[one.state])),
        h("Span", desk.t("更正自 {id}", id=one.of)) if one.of else None,
    ]
    head: list[Child] = [
        h("H3", desk.t("{city}城市运行日报", city=desk.either(spec.name, spec.name_en))),
        h("P", numbers, "print-line"),
        h("P", said(desk, one.summary), "daily-summary") if one.summary else None,
    ]
    lines = [_line(desk, shown, n, line) for n, line in enumerate(one.lines, 1)]
    top = [desk.t(word) for word in ("序", "事项", "数值", "走势", "备注")]
    table = h("Table", [h("Thead", h("Tr", [h("Th", word) for word in top])), h("Tbody", lines)], "daily-lines")
    kept: list[Child] = [h("H4", desk.t("存入事项")), table] if lines else []
    who = [(desk.t("核稿：{who}"), one.checker), (desk.t("签发：{who}"), one.signer)]
    foot: list[Child] = [
        h("Span", text.replace("{who}", papers.name(shown.names, login) if login else "—")) for text, login in who
    ]
    foot.append(h("Span", desk.moment(one.closed) if one.closed else desk.t("未签发，内容随时更新")))
    return h("Article", [*head, *_facts(desk, shown.facts), *kept, h("P", foot, "print-line")], "print-sheet is-daily")


def _facts(desk: Desk, facts: Sequence[Fact]) -> list[Child]:
    rows = []
    for section, group in groupby(facts, key=lambda fact: fact.section):
        told = [h("A", said(desk, f.text), "daily-fact", href=f.href) if f.href else said(desk, f.text) for f in group]
        rows.append(h("Tr", [h("Th", section), h("Td", h("Ul", [h("Li", one) for one in told]))]))
    return [h("H4", desk.t("总体情况")), h("Table", h("Tbody", rows), "daily-facts")] if rows else []


def _line(desk: Desk, shown: Shown, number: int, line: Line) -> Node:
    facts = [line.compared, desk.t("截至 {time}", time=desk.moment(line.at)) if line.at else "", line.source]
    small = h("Small", " · ".join(fact for fact in facts if fact))
    name = papers.about(desk, line.about) if line.about.startswith("metric:") else _case(desk, line)
    by = h("Small", papers.name(shown.names, line.by)) if line.by else None
    cells: list[Child] = [
        str(number),
        h("Div", [name, small]),
        h("B", said(desk, line.value)),
        spark(line.course, desk.t("近 24 小时走势"), INK),
        h("Div", [said(desk, line.remark), by]),
    ]
    return h("Tr", [h("Td", cell) for cell in cells])


def _case(desk: Desk, line: Line) -> Node:
    way = f"{menu.href('/alerts', desk.lang)}{'?' if desk.lang == 'zh' else '&'}case={line.about}"
    return h("A", said(desk, f"{line.about} {line.name}"), "link", href=way)


def _earlier(desk: Desk, shown: Shown) -> Child:
    others = [one for one in shown.found if shown.open is None or one.id != shown.open.id]
    if not others:
        return None
    rows = [_row(desk, shown, one) for one in others]
    return h("Div", papers.section(desk.t("往期日报"), h("Ul", rows, "things is-papers")), "is-noprint")


def _row(desk: Desk, shown: Shown, one: Daily) -> Node:
    state = h("Span", desk.t(STATES[one.state]), f"tag {'is-over' if one.over else 'is-on'}")
    facts = [one.id, desk.t("{n} 条", n=len(one.lines)), papers.name(shown.names, one.signer) if one.signer else ""]
    words = [
        h("Div", [h("B", one.day), state], "thing-name"),
        h("Div", [h("Span", fact) for fact in facts if fact], "thing-facts"),
    ]
    go = h("Button", desk.t("查看"), "press", data={"go": json.dumps({"id": one.id, "about": ""})}, type="button")
    return h("Li", [h("Div", words, "thing-words"), go], "thing")


def pane(desk: Desk, shown: Shown, asked: Asked) -> list[Child]:
    """What is to be put in, the forms of a draft, and the course of the one that is open."""
    if not papers.reads_all(desk):
        return []
    parts: list[Child] = [_new(desk, shown.new, asked.about)] if shown.new is not None else []
    if shown.open is None:
        return parts
    verbs = TABLE.possible(shown.open, desk.viewer)
    if "write" in verbs:
        parts.append(_form(desk, shown.open))
    rest = [verb for verb in verbs if verb not in OF_LINES | {"write"}]
    if rest:
        of = f"{shown.open.id} {shown.open.version}"
        presses = [
            frame.press(
                desk.t(MOVES[verb].name), f"{IDS.page}:{verb}", of, "is-main" if verb in ("check", "sign") else ""
            )
            for verb in rest
        ]
        parts.append(papers.section(desk.t("核稿与签发"), h("Div", presses, "form-end")))
    return [*parts, papers.course(desk, shown.names, shown.events, VERBS)]


def _new(desk: Desk, line: Line, about: str) -> Node:
    facts = [
        line.value,
        line.compared,
        desk.t("截至 {time}", time=desk.moment(line.at)) if line.at else "",
        line.source,
    ]
    told = h("P", " · ".join(said(desk, fact) for fact in facts if fact), "field-hint")
    put = frame.press(desk.t("存入日报"), f"{IDS.page}:put", about, "is-main")
    parts: list[Child] = [
        h("P", said(desk, line.name), "case-say"),
        told,
        papers.area(desk.t("备注"), "remark", rows=2),
        h("Div", put, "form-end"),
    ]
    return papers.section(desk.t("存入日报"), h("Div", parts, "form", data={"form": ""}))


def _form(desk: Desk, one: Daily) -> Node:
    of = f"{one.id} {one.version}"
    fields: list[Child] = [papers.area(desk.t("一句话总体"), "summary", one.summary, 2)]
    for n, line in enumerate(one.lines):
        moves = [
            frame.press(desk.t(MOVES[verb].name), f"{IDS.page}:{verb}", f"{of} {n}")
            for verb in ("up", "down", "remove")
            if not (verb == "up" and n == 0) and not (verb == "down" and n == len(one.lines) - 1)
        ]
        fields += [papers.area(f"{n + 1}. {line.name}", f"remark-{n}", line.remark, 2), h("Div", moves, "daily-moves")]
    save = h("Div", frame.press(desk.t("保存"), f"{IDS.page}:write", of), "form-end")
    return papers.section(desk.t("编辑草稿"), h("Div", [*fields, save], "form", data={"form": ""}))
