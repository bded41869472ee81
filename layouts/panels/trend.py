"""A day's curve against another day, with a few numbers above it and, where asked, the worst places below."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal

from pydantic import Field

from domain.forecast import Outlook
from domain.metric import Duration, Metric
from domain.screen import Item, PanelSpec
from layouts import expected, figure, frame, rows, theme
from layouts.number import number
from layouts.severity import of_bands
from layouts.tags import Child, Node, Parts, graph, h, part_id
from layouts.view import View, is_judgeable
from snapshot.model import Reading

Against = Literal["yesterday", "week", "none"]
HOUR = timedelta(hours=1)  # what is kept of days that have left the hot window
DAYS: dict[Against, int] = {"yesterday": 1, "week": 7, "none": 0}
NAMES: dict[Against, str] = {"yesterday": "昨日", "week": "上周同日", "none": ""}


class TrendSpec(PanelSpec):
    """items: the numbers above. curve: the metric drawn. floor: where its axis starts (default 0).

    worst: a metric whose worst places are listed below, `worst_count` of them; bands: its rising thresholds, last = red.
    """

    kind: Literal["trend"]
    curve: Item
    step: Duration = timedelta(hours=1)
    against: Against = "yesterday"
    target: bool = False
    floor: float = 0.0
    worst: Item | None = None
    worst_count: int = Field(3, ge=1, le=20)
    bands: tuple[float, ...] = ()


def build(spec: TrendSpec, view: View) -> Node:
    """The panel, empty: numbers, key, chart, list."""
    body: list[Child] = []
    if spec.items:
        body.append(h("Div", None, "figures", id=part_id(spec.key, "numbers")))
    body.append(h("Div", _key(spec, view), "chart-key"))
    body.append(graph(part_id(spec.key, "figure"), view.label(spec.curve)))
    if spec.worst:
        body.append(h("Ul", None, "rows", id=part_id(spec.key, "worst")))
    return frame.frame(spec, view, body, "with-rows" if spec.worst else "")


def render(spec: TrendSpec, view: View) -> Parts:
    """Numbers, figure and list."""
    readings = [view.reading(item) for item in (*spec.items, spec.curve)]
    parts = frame.dress(spec, view, readings) | {"figure": {"figure": _figure(spec, view)}}
    if _is_forecast(view, spec.curve):
        parts["expected"] = _told(view, _outlook(spec, view))
    if spec.items:
        parts["numbers"] = {"children": [_cell(view, i, r) for i, r in zip(spec.items, readings, strict=False)]}
    if spec.worst:
        parts["worst"] = {"children": _worst(spec, spec.worst, view)}
    return parts


def _key(spec: TrendSpec, view: View) -> list[Child]:
    unit = view.unit(spec.curve)
    label = view.label(spec.curve) + (f"（{unit}）" if unit else "")
    out: list[Child] = [h("Span", label, "key-what"), h("Span", view.t("今日"), "key key-line")]
    if spec.against != "none":
        out.append(h("Span", view.t(NAMES[spec.against]), "key key-dotted"))
    if spec.target:
        out.append(h("Span", view.t("目标"), "key key-target"))
    if _is_forecast(view, spec.curve):
        out.append(h("Span", None, "key key-dashed", id=part_id(spec.key, "expected"), hidden=True))
    return out


def _is_forecast(view: View, item: Item) -> bool:
    return view.metric(item.metric).forecast is not None


def _outlook(spec: TrendSpec, view: View) -> Outlook | None:
    """What is expected of the rest of the day; the chart ends with it."""
    metric = view.metric(spec.curve.metric)
    place = view.place_of(metric.key) or view.city.adcode
    # An hour's sum beside sums of quarters of an hour would be another number.
    alike = metric.aggregate != "sum" or spec.step == HOUR
    found = view.snapshot.outlook(metric.key, place) if alike else None
    if found is None:
        return None
    today = view.local(view.snapshot.at).date()
    left = tuple(step for step in found.steps if view.local(step.at).date() == today)
    return replace(found, steps=left) if left else None


def _told(view: View, found: Outlook | None) -> dict[str, object]:
    """How good the forecast is stands beside it, always: shortly, and the whole of it when pointed at."""
    if found is None:
        return {"children": "", "title": "", "hidden": True}
    mase = "—" if found.skill.mase is None else f"{found.skill.mase:.2f}"
    return {"children": view.t("预测 MASE {mase}", mase=mase), "title": expected.words(view, found), "hidden": False}


def _cell(view: View, item: Item, reading: Reading) -> Node:
    label = view.label(item)
    return h("Div", [number(view, item, reading, "fig"), h("Span", label, "fig-name", title=label)], "fig-cell")


def _figure(spec: TrendSpec, view: View) -> figure.Figure:
    metric, place = view.metric(spec.curve.metric), view.place_of(spec.curve.metric)
    today = view.snapshot.today(metric.key, place, 0, spec.step)
    values = figure.rounded(figure.whole(view, metric, today), metric.digits)
    lead = figure.line(view, today, values, view.t("今日"))
    traces = [figure.filled(lead) if spec.floor == 0 else lead]
    past: list[float | None] = []
    if spec.against != "none":
        days = DAYS[spec.against]
        before = view.snapshot.today(metric.key, place, days, spec.step if days == 1 else max(spec.step, HOUR))
        past = figure.rounded(before.values, metric.digits)
        traces.insert(0, figure.dotted(figure.line(view, before, past, view.t(NAMES[spec.against]), days)))
    lines = [metric.target] if spec.target and metric.target is not None else []
    made = _dressed(spec, view, metric, traces, figure.known(values, past, lines))
    found = _outlook(spec, view)
    return made if found is None else expected.drawn(view, metric, made, found)


def _dressed(
    spec: TrendSpec, view: View, metric: Metric, traces: list[dict[str, object]], values: list[float]
) -> figure.Figure:
    top = max(values, default=spec.floor + 1)
    low = min([spec.floor, *values]) if spec.floor else 0.0
    made = theme.layout(
        xaxis=figure.day_axis(view),
        yaxis=figure.value_axis(low, max(top, low + 10.0**-metric.digits), metric.digits),
    )
    if spec.target and metric.target is not None:
        made["shapes"] = [figure.level_line(metric.target)]
    if not values:
        made["annotations"] = [figure.no_data(view)]
    return {"data": traces, "layout": made}


def _worst(spec: TrendSpec, item: Item, view: View) -> list[Child]:
    every = view.snapshot.readings(item.metric, view.place)
    found = [r for r in every if is_judgeable(r)]
    sign = 1 if view.metric(item.metric).better == "higher" else -1
    found.sort(key=lambda r: sign * (r.value or 0.0))
    top = max([r.value or 0.0 for r in found] + [*spec.bands], default=1.0)
    if not found:
        return [h("Li", frame.empty(view, is_old=any(r.at for r in every)), "row is-empty")]
    return [_worst_row(spec, item, view, r, top) for r in found[: spec.worst_count]]


def _worst_row(spec: TrendSpec, item: Item, view: View, reading: Reading, top: float) -> Node:
    level = of_bands(reading.value, spec.bands)
    bar = rows.track(rows.share(reading.value, spec.floor * 0.8, top), level)
    return rows.row(view, item, reading, rows.name_cell(view.place_name(reading.place)), bar)
