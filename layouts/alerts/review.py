"""The third view of the rules page: which rules the week's review has to look at, and the mix of levels."""

from collections.abc import Mapping

from domain.rule import Rule
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts import quiet, rules
from layouts.alerts.rules_words import NUISANCE, Tally
from layouts.tags import Child, Node, h

TOP = 10
AIM: Mapping[str, float] = {"P3·P4": 80.0, "P2": 15.0, "P1": 5.0}  # percent, least urgent first
_OF = {"P4": "P3·P4", "P3": "P3·P4", "P2": "P2", "P1": "P1"}


def body(desk: Desk, asked: rules.Asked, counted: rules.Counted, levels: Mapping[str, int]) -> list[Child]:
    """The rules that opened most cases, and how the week's levels compare with the aim. levels: cases by level."""
    mine = rules.seen(desk)
    busy = sorted(
        ((mine[key], tally) for key, tally in counted.of.items() if key in mine and tally.week),
        key=lambda one: (-one[1].week, one[0].key),
    )
    if not busy:
        none = frame.none(desk.t("7 天内没有告警"), desk.t("没有需要复盘的规则。"))
        return [rules.filters(desk, asked), none]
    title = desk.t("7 天内告警最多的 {n} 条规则", n=min(TOP, len(busy)))
    short = h("P", desk.t("告警过多，只统计了最新的一部分"), "field-hint") if counted.short else None
    parts = [
        quiet.part(desk, title, _table(desk, busy[:TOP], sum(tally.week for _, tally in busy)), short),
        quiet.part(desk, desk.t("级别构成"), _mix(desk, levels)),
    ]
    return [rules.filters(desk, asked), h("Div", parts, "quiet-list")]


def _table(desk: Desk, busy: list[tuple[Rule, Tally]], whole: int) -> Node:
    names = ("规则", "责任部门", "7 天告警", "占比", "已结", "误报率", "结论")
    head = h("Tr", [h("Th", desk.t(name)) for name in names])
    rows = [h("Tr", [h("Td", cell) for cell in _cells(desk, rule, tally, whole)]) for rule, tally in busy]
    return h("Table", [h("Thead", head), h("Tbody", rows)], "diff is-review")


def _cells(desk: Desk, rule: Rule, tally: Tally, whole: int) -> list[Child]:
    verdict = desk.t("须复核阈值（误报超过 {n:.0f}%）", n=NUISANCE) if tally.is_nuisance else desk.t("暂无")
    return [
        rules.sentence(desk, rule),
        rule.department or "—",
        str(tally.week),
        f"{100 * tally.week / whole:.0f}%",
        str(tally.closed),
        rules.rate(tally),
        h("Span", verdict, "tag is-on") if tally.is_nuisance else verdict,
    ]


def _mix(desk: Desk, levels: Mapping[str, int]) -> Node:
    """The share of each group of levels beside its aim."""
    whole = sum(levels.values()) or 1
    groups = dict.fromkeys(AIM, 0)
    for level, number in levels.items():
        groups[_OF[level]] += number
    head = h("Tr", [h("Th", desk.t(name)) for name in ("级别", "件数", "占比", "目标")])
    rows = [
        h("Tr", [h("Td", cell) for cell in (name, str(number), f"{100 * number / whole:.0f}%", f"{AIM[name]:.0f}%")])
        for name, number in groups.items()
    ]
    return h("Table", [h("Thead", head), h("Tbody", rows)], "diff")
