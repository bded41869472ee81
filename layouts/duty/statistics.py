"""The page of the desk's figures: week by week, and shift by shift."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from dash import html

from duty.statistics import LOUD, Clocked, Load, Tally
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.duty import papers
from layouts.tags import Child, Node, h

PATH = "/statistics"
IDS = papers.Ids("statistics")
CLOCKS = ("sign", "act", "unit", "finish")  # T1 to T4


@dataclass(frozen=True, slots=True)
class Shown:
    """Weeks oldest first, the running one last; shifts newest first. short: more cases than are counted."""

    weeks: Sequence[tuple[date, Tally]]
    loads: Sequence[Load]
    names: Mapping[str, str] = field(default_factory=dict)
    short: bool = False


def page(desk: Desk) -> html.Div:
    """The frame."""
    return papers.page(desk, PATH, "值班统计", IDS)


def body(desk: Desk, shown: Shown) -> list[Child]:
    """Tiles of the running week, the weeks, the shifts."""
    if not any(week.opened for _, week in shown.weeks):
        return [frame.none(desk.t("还没有告警可统计"), desk.t("有告警后自动计算。"))]
    note = h("P", desk.t("告警过多，只统计了最新的部分"), "field-hint") if shown.short else None
    return [_tiles(desk, shown.weeks), note, _weeks(desk, shown.weeks), _loads(desk, shown)]


def _tiles(desk: Desk, weeks: Sequence[tuple[date, Tally]]) -> Node:
    now, before = weeks[-1][1], weeks[-2][1] if len(weeks) > 1 else Tally()
    tiles = [
        _tile(desk, "平均签收时间（MTTA）", now.mtta, before.mtta, "分钟"),
        _tile(desk, "平均办结时间（MTTR）", now.mttr, before.mttr, "分钟"),
        _tile(desk, "签收超时率", _share(now, "sign"), _share(before, "sign"), "%"),
        _tile(desk, "误报率", now.nuisance, before.nuisance, "%"),
        _tile(desk, "十分钟告警峰值", float(now.peak), float(before.peak), "件", 0),
        _tile(desk, "报告按时率", now.on_time, before.on_time, "%"),
        _tile(desk, "交接逾时", now.unsigned, before.unsigned, "分钟"),
    ]
    return papers.section(desk.t("本周"), h("Div", tiles, "tiles"))


def _share(tally: Tally, name: str) -> float | None:
    return tally.clocks.get(name, Clocked()).share


def _tile(desk: Desk, name: str, now: float | None, before: float | None, unit: str, digits: int = 1) -> Node:
    value = "—" if now is None else f"{now:.{digits}f}"
    was = desk.t("上周 {value}", value="—" if before is None else f"{before:.{digits}f}")
    return h(
        "Div",
        [h("Span", desk.t(name), "tile-name"), h("B", [value, h("Small", desk.t(unit))]), h("Span", was, "field-hint")],
        "tile",
    )


def _weeks(desk: Desk, weeks: Sequence[tuple[date, Tally]]) -> Node:
    words = (
        "周",
        "告警",
        "P1 / P2 / P3 / P4",
        "签收",
        "办结",
        "T1 超时",
        "T2 超时",
        "T3 超时",
        "T4 超时",
        "误报",
        "自动关闭",
        "峰值",
        "报告迟报",
        "交接逾时",
    )
    head = [desk.t(word) for word in words]
    most = max(week.opened for _, week in weeks)
    rows = [_week(monday, week, most) for monday, week in reversed(weeks)]
    hint = desk.t(
        "签收、办结为平均分钟数；T1 签收、T2 首次处置、T3 单位签收、T4 办结各按时限；峰值为任意十分钟内最多告警数；误报率超过 20 % 应复核规则。"
    )
    return papers.section(desk.t("按周"), papers.table(head, rows, "is-numbers"), h("P", hint, "field-hint"))


def _week(monday: date, week: Tally, most: int) -> list[Child]:
    share = 100 * week.opened // most if most else 0
    bar = h("Span", [h("I", style={"width": f"{share}%"}), h("B", str(week.opened))], "cell-bar")
    levels = " / ".join(str(week.levels.get(name, 0)) for name in ("P1", "P2", "P3", "P4"))
    return [
        f"{monday:%m-%d} – {monday + timedelta(days=6):%m-%d}",
        bar,
        levels,
        _number(week.mtta),
        _number(week.mttr),
        *(_clock(week.clocks.get(name, Clocked())) for name in CLOCKS),
        _loud(week.nuisance),
        str(week.self_closed),
        str(week.peak),
        _clock(week.reports),
        _number(week.unsigned),
    ]


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"


def _clock(clock: Clocked) -> Child:
    if clock.share is None:
        return "—"
    told = f"{clock.share:.0f}%"
    return h("Span", told, "is-loud" if clock.missed else "", title=f"{clock.missed} / {clock.of}")


def _loud(value: float | None) -> Child:
    if value is None:
        return "—"
    return h("Span", f"{value:.0f}%", "is-loud" if value > LOUD else "")


def _loads(desk: Desk, shown: Shown) -> Node:
    if not shown.loads:
        return papers.section(desk.t("按班次"), frame.none(desk.t("还没有班次"), ""))
    head = [
        desk.t(word) for word in ("班次", "开始", "值班员", "告警", "签收", "T1 超时", "峰值", "报告迟报", "交接逾时")
    ]
    rows: list[list[Child]] = [
        [
            papers.shift(desk, one.shift),
            desk.moment(one.shift.taken or one.shift.begin),
            papers.listed(desk, shown.names, one.shift.officers),
            str(one.tally.opened),
            _number(one.tally.mtta),
            _clock(one.tally.clocks.get("sign", Clocked())),
            str(one.tally.peak),
            _clock(one.tally.reports),
            _number(one.minutes),
        ]
        for one in shown.loads
    ]
    return papers.section(desk.t("按班次"), papers.table(head, rows, "is-numbers"))
