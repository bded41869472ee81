"""Several amounts of one kind as bars, largest first: what people call about, which channel, which type."""

from typing import Literal

from pydantic import Field

from domain.screen import Item, PanelSpec
from layouts import frame, rows, words
from layouts.tags import Child, Node, Parts, h, part_id
from layouts.view import View
from snapshot.model import Reading


class BarsSpec(PanelSpec):
    """items: one bar each. summary: numbers told in the caption. count: how many bars at most."""

    kind: Literal["bars"]
    summary: tuple[Item, ...] = ()
    count: int = Field(10, ge=1, le=30)


def build(spec: BarsSpec, view: View) -> Node:
    """The panel, empty."""
    return frame.frame(spec, view, [h("Ol", None, "rows", id=part_id(spec.key, "rows"))], "with-rows")


def render(spec: BarsSpec, view: View) -> Parts:
    """Bars on one scale from zero to the largest."""
    pairs = [(item, view.reading(item)) for item in spec.items]
    pairs.sort(key=lambda p: -(p[1].value if p[1].value is not None else -1.0))
    top = max((r.value or 0.0 for _, r in pairs), default=0.0) or 1.0
    shown = [_row(view, item, reading, top) for item, reading in pairs[: spec.count] if reading.value is not None]
    caption = _summary(spec, view) if spec.summary else None
    parts = frame.dress(spec, view, [r for _, r in pairs], caption)
    return parts | {"rows": {"children": shown or [h("Li", frame.empty(view, view.title(spec)), "row is-empty")]}}


def _row(view: View, item: Item, reading: Reading, top: float) -> Node:
    bar = rows.track(rows.share(reading.value, 0.0, top))
    return rows.row(view, item, reading, rows.name_cell(view.label(item)), bar)


def _summary(spec: BarsSpec, view: View) -> list[Child]:
    """The caption: each summary number with its label, then the age of the first."""
    pairs = [(item, view.reading(item)) for item in spec.summary]
    texts = []
    for item, reading in pairs:
        metric = view.metric(item.metric)
        value, unit = words.value(view, metric, reading), view.unit(item)
        texts.append(f"{view.label(item)} {value}{unit if unit == '%' else ' ' + unit}")
    return [h("Span", " · ".join(texts) + " · "), frame.age_mark(view, pairs[0][1])]
