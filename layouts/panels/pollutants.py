"""The air: AQI with its category, the six pollutants, and 24 hours in the standard's own colours."""

from typing import Literal

from domain.screen import Item, PanelSpec
from layouts import figure, frame, theme
from layouts.number import number
from layouts.remarks import air_word
from layouts.tags import Child, Node, Parts, graph, h, part_id
from layouts.view import View, newest
from snapshot.model import Reading


class PollutantsSpec(PanelSpec):
    """index: the AQI. items: the six pollutants, in the order shown."""

    kind: Literal["pollutants"]
    index: Item = Item(metric="air.aqi")


def build(spec: PollutantsSpec, view: View) -> Node:
    """The panel, empty."""
    body: list[Child] = [
        h("Div", None, "air", id=part_id(spec.key, "numbers")),
        graph(part_id(spec.key, "figure"), view.t("AQI 近 24 小时")),
    ]
    return frame.frame(spec, view, body)


def render(spec: PollutantsSpec, view: View) -> Parts:
    """Numbers and bars."""
    index = view.reading(spec.index)
    readings = [view.reading(item) for item in spec.items]
    cells = [_cell(view, item, reading) for item, reading in zip(spec.items, readings, strict=True)]
    numbers: list[Child] = [_index(spec, view, index), h("Div", cells, "air-cells")]
    parts = frame.dress(spec, view, [index, *readings], _caption(spec, view, [index, *readings]))
    return parts | {"numbers": {"children": numbers}, "figure": {"figure": _figure(spec, view)}}


def _index(spec: PollutantsSpec, view: View, reading: Reading) -> Node:
    level = theme.aqi_level(reading.value)
    chip = h("Span", air_word(view, reading.value), f"chip-aqi is-aqi-{level}") if level else None
    first = f"{view.t('首要')} {reading.note}" if reading.note else None
    side = h("Span", [chip, h("Span", first, "remark", title=first) if first else None], "air-side")
    return h("Div", [number(view, spec.index, reading, "air-index"), side], "air-main")


def _cell(view: View, item: Item, reading: Reading) -> Node:
    return h("Div", [h("Span", view.label(item), "air-name"), number(view, item, reading, with_unit=False)], "air-cell")


def _caption(spec: PollutantsSpec, view: View, readings: list[Reading]) -> list[Child]:
    stations = [r for r in view.snapshot.readings(spec.index.metric, view.place) if r.value is not None]
    top = newest(readings)
    if top is None:
        return frame.auto_caption(view, readings)
    return [
        h("Span", view.t("{n} 站", n=len(stations)) + " · "),
        h("Span", view.clock(top.at) + " · "),
        frame.age_mark(view, top),
    ]


def _figure(spec: PollutantsSpec, view: View) -> figure.Figure:
    course = view.snapshot.trend(spec.index.metric, view.place_of(spec.index.metric))
    values = figure.rounded(course.values, 0)
    bars = figure.line(view, course, values, "AQI") | {
        "type": "bar",
        "marker": {"color": [_colour(v) for v in values], "line": {"width": 0}, "opacity": 0.72},
    }
    for key in ("mode", "line", "connectgaps"):
        bars.pop(key)
    top = max([50.0, *figure.known(values)])
    made = theme.layout(
        xaxis=theme.axis(
            type="date", showgrid=False, dtick=6 * figure.HOUR_MS, tickformat="%H", hoverformat="%m-%d %H:%M"
        ),
        yaxis=figure.value_axis(0.0, top, 0, 2),
    )
    if not figure.known(values):
        made["annotations"] = [figure.no_data(view)]
    return {"data": [bars], "layout": made}


def _colour(value: float | None) -> str:
    level = theme.aqi_level(value)
    return theme.AQI[level - 1][2] if level else theme.TRACK
