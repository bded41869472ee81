"""A daily as a document to hand on: what the sheet shows, with each number's source and as-of time in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from domain.daily import Daily, Fact, Line
from duty.daily import STATES
from layouts.accounts.desk import Desk
from layouts.alerts.page import said


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph. style: title, head, text or small."""

    text: str
    style: str = "text"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of text. widths: shares of the page, one a column. head: whether the first row names the columns."""

    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    head: bool = True


Block = Words | Grid


def paper(desk: Desk, one: Daily, facts: Sequence[Fact], names: Mapping[str, str]) -> list[Block]:
    """The whole document. facts: as signed, or as they stand now for a draft. names: people by login."""
    return [
        *_head(desk, one),
        *_facts(desk, facts),
        *_lines(desk, one.lines, names),
        *_foot(desk, one, facts, names),
    ]


def _head(desk: Desk, one: Daily) -> Iterator[Block]:
    spec = desk.city.spec
    yield Words(desk.t("{city}城市运行日报", city=desk.either(spec.name, spec.name_en)), "title")
    told = [one.id, one.day, desk.t(STATES[one.state]), desk.t("更正自 {id}", id=one.of) if one.of else ""]
    yield Words("　".join(word for word in told if word), "small")
    yield Words(_as_of(desk, one), "small")
    if spec.demo:
        yield Words(desk.t("数据由演示部门模拟，不是真实数据"), "small")
    if one.summary:
        yield Words(said(desk, one.summary))


def _as_of(desk: Desk, one: Daily) -> str:
    if one.over and one.closed is not None:
        return desk.t("签发于 {time}，总体情况为签发时所见", time=desk.moment(one.closed))
    return desk.t("未签发的草稿，总体情况截至 {time}", time=desk.moment(desk.now))


def _facts(desk: Desk, facts: Sequence[Fact]) -> Iterator[Block]:
    if not facts:
        return
    yield Words(desk.t("总体情况"), "head")
    rows = tuple(
        (section, "\n".join(said(desk, fact.text) for fact in group))
        for section, group in groupby(facts, key=lambda fact: fact.section)
    )
    yield Grid(rows, (18, 82), head=False)


def _lines(desk: Desk, lines: Sequence[Line], names: Mapping[str, str]) -> Iterator[Block]:
    if not lines:
        return
    yield Words(desk.t("存入事项"), "head")
    top = tuple(desk.t(word) for word in ("序", "事项", "数值", "截至", "来源", "备注"))
    rows = [_line(desk, n, line, names) for n, line in enumerate(lines, 1)]
    yield Grid((top, *rows), (6, 26, 22, 14, 14, 18))


def _line(desk: Desk, number: int, line: Line, names: Mapping[str, str]) -> tuple[str, ...]:
    name = line.name if line.about.startswith("metric:") else f"{line.about} {line.name}"
    value = "\n".join(said(desk, part) for part in (line.value, line.compared) if part)
    remark = "\n".join(part for part in (said(desk, line.remark), names.get(line.by, line.by)) if part)
    return str(number), said(desk, name), value, desk.moment(line.at), said(desk, line.source), remark


def _foot(desk: Desk, one: Daily, facts: Sequence[Fact], names: Mapping[str, str]) -> Iterator[Block]:
    told = [
        desk.t(text, who=names.get(login, login) or "—")
        for text, login in (("核稿：{who}", one.checker), ("签发：{who}", one.signer))
    ]
    yield Words("　".join(told), "small")
    sources = list(dict.fromkeys(line.source for line in one.lines if line.source))
    if facts:
        sources.append(
            desk.t("{title}（总体情况由系统生成）", title=desk.either(desk.city.spec.title, desk.city.spec.title_en))
        )
    if sources:
        yield Words(desk.t("来源：{names}", names=desk.listed(sources)), "small")
