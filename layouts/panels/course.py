"""A long course of one metric with its target, and what happened meanwhile marked on it."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from domain.metric import Duration, Metric
from domain.screen import PanelSpec
from layouts import figure, frame, theme
from layouts.severity import is_here
from layouts.tags import Child, Node, Parts, graph, h, part_id
from layouts.view import View
from snapshot.model import Trend


class CourseSpec(PanelSpec):
    """items[0] is drawn over the last `hours` in steps of `step`; alerts of the metric are marked."""

    kind: Literal["course"]
    hours: int = Field(24 * 30, ge=1, le=24 * 400)
    step: Duration = timedelta(days=1)


def build(spec: CourseSpec, view: View) -> Node:
    """The empty chart under its key."""
    item = spec.items[0]
    unit = view.unit(item)
    key: list[Child] = [h("Span", view.label(item) + (f"（{unit}）" if unit else ""), "key-what")]
    if view.metric(item.metric).target is not None:
        key.append(h("Span", view.t("目标"), "key key-target"))
    body = [h("Div", key, "chart-key"), graph(part_id(spec.key, "figure"), view.label(item))]
    return frame.frame(spec, view, body)


def render(spec: CourseSpec, view: View) -> Parts:
    """The course as a line, as bars where each step is a sum."""
    item = spec.items[0]
    metric, place = view.metric(item.metric), view.place_of(item.metric)
    course = view.snapshot.trend(metric.key, place, spec.hours, spec.step)
    return frame.dress(spec, view, [view.reading(item)]) | {"figure": {"figure": _figure(view, metric, course)}}


def _figure(view: View, metric: Metric, course: Trend) -> figure.Figure:
    values = figure.rounded(figure.whole(view, metric, course), metric.digits)
    seen = figure.known(values, [metric.target])
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    summed = metric.aggregate == "sum"
    if summed:
        low = 0.0
    trace = figure.line(view, course, values, view.either(metric.name, metric.name_en))
    if summed:
        trace = {k: v for k, v in trace.items() if k not in ("mode", "line", "connectgaps")} | {
            "type": "bar",
            "marker": {"color": theme.BAR},
        }
    else:
        trace |= {"connectgaps": True, "mode": "lines" if len(figure.known(values)) > 40 else "lines+markers"}
    made = theme.layout(
        xaxis=theme.axis(type="date", showgrid=False, tickformat="%m-%d", hoverformat="%Y-%m-%d", nticks=7),
        yaxis=figure.value_axis(low, max(high, low + 10.0**-metric.digits), metric.digits),
    )
    shapes = [figure.level_line(metric.target)] if metric.target is not None else []
    made["shapes"] = shapes + [_mark(view, at) for at in _alerted(view, metric.key, course)]
    if not figure.known(values):
        made["annotations"] = [figure.no_data(view)]
    return {"data": [trace], "layout": made}


def _alerted(view: View, metric: str, course: Trend) -> list[str]:
    """When alerts of the metric fired within the course, as the chart's own time."""
    if not course.at:
        return []
    fired = [a.fired or a.since for a in view.snapshot.alerts if a.metric == metric and is_here(view, a.site)]
    return sorted({figure.stamp(view.local(at)) for at in fired if at >= course.at[0]})[-5:]


def _mark(view: View, at: str) -> dict[str, object]:
    line = {"color": theme.MUTED, "width": 1, "dash": "dash"}
    label = {"text": view.t("告警"), "font": {"color": theme.MUTED, "size": 11}, "textposition": "end", "textangle": 0}
    return {"type": "line", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1, "line": line, "label": label}
