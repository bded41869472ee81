"""A panel as rows of a file: what is seen is what is taken away, with where it comes from and when it was so."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.screen import PanelSpec, Screen
from layouts import frame, screen
from layouts.panels import KINDS
from layouts.tags import Node, id_json
from layouts.view import View, newest

Cell = str | float | None
_NUMBER = re.compile(r"[-−+]?[\d,]+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A panel as a file holds it. head: what it is, of where, as of when, from whom; rows: its tables, one below the other."""

    title: str
    head: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]


def sheet(shown: Screen, spec: PanelSpec, view: View) -> Sheet:
    """A panel of a screen at a place and moment."""
    tree = KINDS[spec.kind][1](spec, view)
    screen.fill(tree, {id_json(spec.key, part): props for part, props in screen.guarded(spec, view).items()})
    title = " · ".join(part for part in (view.title(shown), view.title(spec)) if part)
    rules = [frame.plain(node) for node in _all(tree) if _is(node, "rule")]
    return Sheet(title, tuple(_head(spec, view, title, rules)), tuple(_rows(tree)))


def _head(spec: PanelSpec, view: View, title: str, rules: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield view.t("标题"), title
    yield view.t("范围"), view.place_name(view.here)
    items = list(screen.items(spec))
    top = newest(view.reading(item) for item in items)
    yield view.t("截至"), _stamp(view, top.at if top is not None and top.at is not None else view.snapshot.at)
    sources = dict.fromkeys(view.source_name(item.metric) for item in items)
    if sources:
        yield view.t("来源"), view.t("、").join(sources)
    for rule in rules:
        yield view.t("说明"), rule
    if view.city.spec.demo:
        yield view.t("提示"), view.t("数据由演示部门模拟，不是真实数据")


def _stamp(view: View, at: datetime) -> str:
    return view.local(at).strftime("%Y-%m-%d %H:%M")


def _rows(tree: Node) -> Iterator[tuple[Cell, ...]]:
    """Tables row by row, else list rows, else cards; then the courses of charts."""
    tables = [node for node in _all(tree) if node["type"] == "Tr"]
    lines = [node for node in _all(tree) if _is(node, "row") or _is(node, "event-row")]
    cards = [node for node in _all(tree) if _is(node, "card") or _is(node, "fig-cell") or _is(node, "fact")]
    for node in tables or (*cards, *lines):
        row = tuple(_cells(node))
        if any(cell not in (None, "") for cell in row):
            yield row
    for node in _all(tree):
        if node["type"] == "Graph":
            yield from _course(node["props"].get("figure") or {})


def _cells(row: Node) -> Iterator[Cell]:
    for child in _children(row):
        if isinstance(child, dict) and child["type"] in ("Div", "Span") and not _is_leaf(child):
            yield from _cells(child)
        elif isinstance(child, dict) and not _is(child, "track"):
            yield _cell(child)
            yield from [None] * (int(child["props"].get("colSpan") or 1) - 1)


def _cell(node: Node) -> Cell:
    """A number as a number where the cell holds nothing else; everything else as it reads."""
    digits = [frame.plain(inner) for inner in _all(node) if _is(inner, "digits")]
    whole = _words(node)
    if len(digits) == 1:
        rest = whole.replace(digits[0], "", 1).strip()
        units = {frame.plain(inner).strip() for inner in _all(node) if _is(inner, "unit")}
        if not rest or rest in units:
            return _number(digits[0])
    return _number(whole) if _NUMBER.fullmatch(whole) else whole


def _number(text: str) -> Cell:
    if _NUMBER.fullmatch(text):
        return float(text.replace(",", "").replace("−", "-"))
    return None if text == "—" else text


def _words(node: Node) -> str:
    """The words of a cell, its parts apart."""
    children = _children(node)
    if all(not isinstance(child, dict) for child in children):
        return "".join(str(child) for child in children if child is not None).strip()
    return " ".join(filter(None, (_words(c) if isinstance(c, dict) else str(c or "").strip() for c in children)))


def _course(figure: dict[str, Any]) -> Iterator[tuple[Cell, ...]]:
    """Each line or bar of a chart as rows of its name, time and value."""
    for trace in figure.get("data", ()):
        values = list(trace.get("y") or ())
        times = _times(trace, len(values))
        yield from ((str(trace.get("name", "")), at, value) for at, value in zip(times, values, strict=True))


def _times(trace: dict[str, Any], count: int) -> list[str]:
    if "x" in trace:
        return [str(x) for x in trace["x"]]
    start = datetime.fromisoformat(str(trace.get("x0", "1970-01-01 00:00")))
    step = timedelta(milliseconds=float(trace.get("dx", 0)))
    return [(start + step * i).strftime("%Y-%m-%d %H:%M") for i in range(count)]


def _is_leaf(node: Node) -> bool:
    """Whether an element holds words or one number, and no further cells."""
    inner = [child for child in _children(node) if isinstance(child, dict)]
    return not inner or _is(node, "row-tail") or all(child["type"] in ("B", "I", "Small") for child in inner)


def _is(node: Node, cls: str) -> bool:
    return cls in str(node["props"].get("className") or "").split()


def _children(node: Node) -> list[Any]:
    children = node["props"].get("children")
    return children if isinstance(children, list) else [] if children is None else [children]


def _all(node: Node) -> Iterator[Node]:
    yield node
    for child in _children(node):
        if isinstance(child, dict) and "props" in child:
            yield from _all(child)
