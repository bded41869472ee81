"""Rows of name, bar and number: shared by rankings, topic bars and worst-of lists."""

from domain.screen import Item
from layouts.number import number
from layouts.tags import Child, Node, h
from layouts.view import View
from snapshot.model import Reading


def share(value: float | None, low: float, high: float) -> float:
    """Where a value lies between low and high, 0..1."""
    if value is None or high <= low:
        return 0.0
    return min(max((value - low) / (high - low), 0.0), 1.0)


def percent(fraction: float) -> str:
    """A CSS length, rounded so that tiny changes move nothing."""
    return f"{fraction * 100:.1f}%"


def track(fraction: float, level: int | None = None, tick: float | None = None, cls: str = "") -> Node:
    """The bar of a row; `level` colours it as an alarm, `tick` draws the target's mark."""
    tone = f"fill is-p{level}" if level else "fill"
    marks: list[Child] = [h("Span", None, f"{tone} {cls}".strip(), style={"width": percent(fraction)})]
    if tick is not None:
        marks.append(h("Span", None, "tick", style={"left": percent(tick)}))
    return h("Span", marks, "track", aria={"hidden": "true"})


def row(view: View, item: Item, reading: Reading, name: Node, bar: Node, *more: Child) -> Node:
    """One list row."""
    return h("Li", [name, bar, number(view, item, reading, with_unit=False), *more], "row")


def name_cell(text: str) -> Node:
    """A name that may be cut, with its full text as title."""
    return h("Span", text, "row-name", title=text)
