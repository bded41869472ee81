"""Numbers against yesterday, last week, last month, last year and their targets: every difference printed, or refused in words."""

from datetime import timedelta
from typing import Literal, NamedTuple

from domain.metric import Metric, Window
from domain.screen import Item, PanelSpec
from indicators.rates import is_rate
from layouts import frame, words
from layouts.number import number
from layouts.tags import Child, Node, Parts, h, part_id
from layouts.view import View, is_judgeable, is_refused
from snapshot.model import Basis, Comparison, Reading

DAY = timedelta(days=1)


class Column(NamedTuple):
    """One comparison: its head, its basis, and the window where it is not the number's own."""

    head: str
    basis: Basis
    window: Window | None = None


COLUMNS = (
    Column("昨日同时", "yesterday"),
    Column("上周同日", "week"),
    Column("上月同期", "month"),
    Column("上年同期", "year"),
    Column("年累计同比", "year", "year"),
    Column("目标", "target"),
)


class ComparedSpec(PanelSpec):
    """items: one row each."""

    kind: Literal["compared"]


def build(spec: ComparedSpec, view: View) -> Node:
    """The table with its head."""
    heads: list[Child] = [h("Th", view.t("指标"), "is-text", scope="col"), h("Th", view.t("本期"), scope="col")]
    heads += [h("Th", view.t(column.head), scope="col") for column in COLUMNS]
    table = h("Table", [h("Thead", h("Tr", heads)), h("Tbody", None, id=part_id(spec.key, "rows"))], "table compared")
    note = view.t("百分率比较为百分点；不可比的写明原因")
    return frame.frame(spec, view, [h("Div", table, "page-table"), h("P", note, "rule")])


def render(spec: ComparedSpec, view: View) -> Parts:
    """One row a number."""
    readings = [view.reading(item) for item in spec.items]
    rows = [_row(view, item, reading) for item, reading in zip(spec.items, readings, strict=True)]
    return frame.dress(spec, view, readings) | {"rows": {"children": rows}}


def _row(view: View, item: Item, reading: Reading) -> Node:
    label = view.label(item)
    size = h("Small", view.t("样本 {n}", n=words.figure(reading.n, 0))) if reading.n is not None else None
    cells: list[Child] = [
        h("Th", label, "is-text", scope="row", title=label),
        h("Td", [number(view, item, reading), size]),
        *(_cell(view, item, reading, column) for column in COLUMNS),
    ]
    return h("Tr", cells)


def _cell(view: View, item: Item, reading: Reading, column: Column) -> Node:
    metric = view.metric(item.metric)
    if is_refused(reading) or _is_pointless(metric, item, column):
        return h("Td", "—", "is-quiet")
    if column.basis == "target":
        return _target(view, item, metric, reading)
    found = view.snapshot.compare(item.metric, view.place_of(item.metric), column.basis, column.window or item.window)
    if found.delta is None:
        why = view.said(found.refused) or view.t("不可比")
        return h("Td", h("Span", why, "why"), "is-refused", title=words.explain(view, found, metric.digits))
    return h("Td", told(view, found, metric, reading), title=words.explain(view, found, metric.digits))


def told(view: View, found: Comparison, metric: Metric, reading: Reading) -> Node:
    """A difference with its unit and, where the metric has a direction, whether it is for the better."""
    text = words.delta(view, found, metric.digits)
    moved = text[:1] in "▲▼"
    unit = view.t("百分点") if found.unit == "pt" and moved else ""
    sense = {True: "is-better", False: "is-worse", None: ""}[found.better if moved and is_judgeable(reading) else None]
    word = {"is-better": view.t("好"), "is-worse": view.t("差"), "": ""}[sense]
    body: list[Child] = [h("B", text), h("Small", unit) if unit else None, h("Small", word, "sense") if word else None]
    return h("Span", body, f"cmp {sense}".strip())


def _is_pointless(metric: Metric, item: Item, column: Column) -> bool:
    """What comes monthly has no yesterday; the year so far is a figure of totals and rates, and told once."""
    if column.basis == "target":
        return metric.target is None
    if metric.every > DAY and column.basis in ("yesterday", "week"):
        return True
    if column.window != "year":
        return False
    return (item.window or metric.window) == "year" or not (metric.aggregate == "sum" or is_rate(metric))


def _target(view: View, item: Item, metric: Metric, reading: Reading) -> Node:
    """The target and the gap to it; for a year's sum also how far the time has gone (COCKPIT §2)."""
    basis: Basis = "progress" if metric.to_date else "target"
    found = view.snapshot.compare(item.metric, view.place_of(item.metric), basis, item.window)
    goal = words.figure(metric.target, metric.digits)
    if found.delta is None:
        return h("Td", [h("Span", goal), h("Small", view.said(found.refused), "why")], "is-refused")
    state = "" if found.better is None or not is_judgeable(reading) else "is-met" if found.better else "is-missed"
    names = ("领先时序", "落后时序") if metric.to_date else ("达标", "未达标")
    word = {"is-met": view.t(names[0]), "is-missed": view.t(names[1]), "": ""}[state]
    return h("Td", [h("Span", goal), h("Small", word)], state, title=words.explain(view, found, metric.digits))
