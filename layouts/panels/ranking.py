"""Districts in order of a rate, with the target's mark, ranks that may tie and the move since the last period."""

from typing import Literal

from domain.screen import Item, PanelSpec
from layouts import frame, rows, words
from layouts.number import number
from layouts.severity import of_place
from layouts.tags import Child, Node, Parts, h, part_id
from layouts.view import View, is_judgeable
from snapshot.model import Rank, Reading

GONE = Reading(metric="", place="")


class RankingSpec(PanelSpec):
    """items[0] is ranked. floor/ceiling: the bar's scale, told under the list; default 0 to the largest."""

    kind: Literal["ranking"]
    floor: float | None = None
    ceiling: float | None = None
    target: bool = True


def build(spec: RankingSpec, view: View) -> Node:
    """The panel, empty: list and scale."""
    body = [h("Ol", None, "rows", id=part_id(spec.key, "rows")), h("Div", None, "scale", id=part_id(spec.key, "scale"))]
    return frame.frame(spec, view, body, "with-rows")


def render(spec: RankingSpec, view: View) -> Parts:
    """One row a district, best first."""
    item = spec.items[0]
    ranks = view.snapshot.ranking(item.metric, item.window)
    readings = {r.place: r for r in view.snapshot.by_district(item.metric, item.window)}
    known = [r.value for r in ranks if r.value is not None]
    low = spec.floor if spec.floor is not None else 0.0
    high = spec.ceiling if spec.ceiling is not None else max(known, default=1.0)
    low = min([low, *known])
    made = [_row(spec, view, rank, readings.get(rank.place, GONE), (low, high)) for rank in ranks]
    parts = frame.dress(spec, view, list(readings.values()), _caption(spec, view, list(readings.values())))
    if not known:
        made = [h("Li", frame.empty(view, view.title(spec)), "row is-empty")]
    return parts | {"rows": {"children": made}, "scale": {"children": _scale(view, item, low, high) if known else None}}


def _target(spec: RankingSpec, view: View) -> float | None:
    return view.metric(spec.items[0].metric).target if spec.target else None


def _row(spec: RankingSpec, view: View, rank: Rank, reading: Reading, ends: tuple[float, float]) -> Node:
    item, target = spec.items[0], _target(spec, view)
    level = of_place(view.snapshot.alerts, item.metric, rank.place) if is_judgeable(reading) else None
    below = target is not None and rank.value is not None and rank.value < target
    tick = rows.share(target, *ends) if target is not None else None
    bar = rows.track(rows.share(rank.value, *ends), level, tick, "is-below" if below else "")
    cells: list[Child] = [
        h("Span", "—" if rank.rank is None else str(rank.rank), "row-rank", title=view.said(rank.refused) or None),
        _district(view, rank.place),
        bar,
        number(view, item, reading if reading.metric else Reading(item.metric, rank.place), with_unit=False),
        _move(view, rank),
    ]
    return h("Li", cells, "row is-here" if rank.place == view.place else "row")


def _district(view: View, place: str) -> Node:
    name = view.short_name(place)
    hint = view.t("只看{name}", name=view.place_name(place))
    return h("Button", name, "row-name link", data={"district": place}, title=hint, type="button")


def _move(view: View, rank: Rank) -> Node:
    if rank.before is None or rank.rank is None or rank.before == rank.rank:
        return h("Span", "–" if rank.before is not None else "", "row-move", title=view.t("位次不变"))
    places = rank.before - rank.rank
    title = view.t("上期第 {n} 名", n=rank.before)
    return h("Span", f"{'▲' if places > 0 else '▼'}{abs(places)}", "row-move", title=title)


def _caption(spec: RankingSpec, view: View, readings: list[Reading]) -> list[Child]:
    target = _target(spec, view)
    unit = view.unit(spec.items[0])
    goal = view.t("目标 {value}", value=f"{words.figure(target, 0)}{unit}") if target is not None else ""
    age = frame.auto_caption(view, readings)
    return [h("Span", f"{goal} · " if goal else None), age[-1]]


def _scale(view: View, item: Item, low: float, high: float) -> list[Child]:
    """The ends of the bars' scale, because a bar that does not start at zero has to say so."""
    unit = view.unit(item)
    return [h("Span", f"{words.figure(low, 0)}{unit}"), h("Span", f"{words.figure(high, 0)}{unit}")]
