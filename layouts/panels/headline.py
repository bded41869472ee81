"""The headline cards: one number each with its state, its course and what it is compared with."""

from typing import Literal

from domain.health import Freshness
from domain.screen import Item, PanelSpec
from layouts import frame, words
from layouts.number import change, number
from layouts.remarks import remark
from layouts.severity import of_item
from layouts.spark import spark
from layouts.tags import Child, Node, Parts, h, part_id
from layouts.theme import ACCENT, LEVELS, SHAPES, STALE
from layouts.view import View, is_refused
from snapshot.model import Reading


class HeadlineSpec(PanelSpec):
    """A row of cards, one for each item; `spark` draws the last 24 hours beside the number."""

    kind: Literal["headline"]
    spark: bool = True


def build(spec: HeadlineSpec, view: View) -> Node:
    """The row, empty."""
    cards = h("Div", None, "cards", id=part_id(spec.key, "cards"))
    return frame.frame(spec, view, [cards])


def render(spec: HeadlineSpec, view: View) -> Parts:
    """All cards as the children of one part: the stream sends only what changed inside."""
    readings = [view.reading(item) for item in spec.items]
    cards = [_card(spec, view, item, reading) for item, reading in zip(spec.items, readings, strict=True)]
    return frame.dress(spec, view, readings) | {"cards": {"children": cards}}


def _card(spec: HeadlineSpec, view: View, item: Item, reading: Reading) -> Node:
    level = of_item(view, item, reading)
    tone = f" is-p{level}" if level else ""
    label = view.label(item)
    head = [h("Span", label, "card-name", title=label), _mark(view, reading, level)]
    main = [
        number(view, item, reading, "kpi"),
        _spark(view, item, level, reading) if spec.spark and not is_refused(reading) else None,
    ]
    return h(
        "Div",
        [h("Div", head, "card-head"), h("Div", main, "card-main"), h("Div", _foot(view, item, reading), "card-foot")],
        f"card is-{reading.freshness}{tone}",
        data={"metric": item.metric, "place": reading.place or view.here},
    )


def _mark(view: View, reading: Reading, level: int | None) -> Child:
    """Colour is never alone: a shape for severity, a word and a time for what is not live."""
    if level:
        return h("Span", SHAPES[level], "card-mark", aria={"hidden": "true"})
    if reading.freshness is Freshness.LIVE:
        return None
    word = view.t("正在采集…") if _is_awaited(view, reading) else words.state(view, reading)
    text = word if reading.at is None else f"{word} {view.clock(reading.at)}"
    return h("Span", text, f"card-state is-{reading.freshness}", title=words.as_of(view, reading))


def _is_awaited(view: View, reading: Reading) -> bool:
    return view.is_first_start and not is_refused(reading)


def _spark(view: View, item: Item, level: int | None, reading: Reading) -> Node | None:
    course = view.snapshot.trend(item.metric, view.place_of(item.metric))
    dead = reading.freshness in frame.DEAD
    colour = LEVELS[level] if level else (STALE if dead else ACCENT)
    return spark(course.values, view.t("{name} 近 24 小时走势", name=view.label(item)), colour)


def _foot(view: View, item: Item, reading: Reading) -> list[Child]:
    """Comparisons and remark; of a number that is too old to compare, who answers for it (WALL §6)."""
    if reading.freshness in frame.DEAD:
        owner = view.t("责任单位 {name}", name=view.owner(item.metric))
        return [h("Span", owner, "remark", title=owner)]
    if is_refused(reading):
        return []
    note = remark(view, item, reading)
    out: list[Child] = [change(view, item, basis, reading) for basis in item.compare if reading.value is not None]
    if note:
        out.append(h("Span", note, "remark", title=note))
    if reading.value is None and not note:
        out.append(h("Span", view.source_name(item.metric), "remark"))
    return out
