"""The chart under the open case: the last hours, the rule's levels as dotted lines, and the forecast with its interval."""

from datetime import timedelta
from typing import Any

from alerts.rule import levels_of
from domain.case import Case
from domain.forecast import Outlook
from domain.rule import When
from layouts import expected, figure, theme
from layouts.view import View

HOURS, LONG = 6, 24  # of a figure that comes every few minutes, and of one that comes by the hour
STEP, COARSE = timedelta(minutes=10), timedelta(minutes=30)


def levels(view: View, case: Case) -> list[tuple[str, float]]:
    """The rule's thresholds at the case's place, for rules that watch the value itself; (level, value)."""
    rule = view.city.rules.get(case.rule)
    if rule is None:
        return []
    site = view.city.sites.get(case.site)
    facts = site.facts if site is not None else {}
    return [pair for part in _watched(rule.when, case.metric) for pair in _levels(part, facts)]


def _watched(when: When, metric: str) -> list[When]:
    parts = (when, *when.all, *when.any)
    return [part for part in parts if part.metric == metric and part.kind in ("threshold", "outside", "forecast")]


def _levels(when: When, facts: Any) -> list[tuple[str, float]]:
    if when.outside:
        return [(name, end) for name, ends in when.outside.items() for end in ends]
    found = levels_of(when, facts)
    return [] if found is None else [(step.level.name, step.threshold) for step in found.steps]


def hours(view: View, case: Case) -> int:
    """How far back the chart reaches."""
    metric = view.city.metrics.get(case.metric)
    return LONG if metric is not None and metric.every > COARSE else HOURS


def made(view: View, case: Case) -> figure.Figure | None:
    """The figure; None for a case without a metric, or one that may not be read."""
    metric = view.city.metrics.get(case.metric)
    if metric is None or not view.may_read(case.metric):
        return None
    place = view.place_asked(case.metric, case.site)
    course = view.snapshot.trend(metric.key, place, hours(view, case), max(STEP, metric.every))
    values = figure.rounded(figure.whole(view, metric, course), metric.digits)
    limits = levels(view, case)
    seen = figure.known(values, [value for _, value in limits])
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    layout = theme.layout(
        margin={"l": 40, "r": 56, "t": 6, "b": 20, "pad": 0},
        xaxis=theme.axis(type="date", showgrid=False, tickformat="%H:%M", hoverformat="%H:%M", nticks=7),
        yaxis=figure.value_axis(low, max(high, low + 10.0**-metric.digits), metric.digits, 3),
        shapes=[figure.level_line(value, _colour(level)) for level, value in limits],
        annotations=[_label(level, value, metric.digits) for level, value in limits],
    )
    if not figure.known(values):
        layout["annotations"] = [figure.no_data(view)]
    drawn: figure.Figure = {
        "data": [figure.line(view, course, values, view.either(metric.name, metric.name_en))],
        "layout": layout,
    }
    outlook = near(view, case)
    return expected.drawn(view, metric, drawn, outlook) if outlook is not None else drawn


def near(view: View, case: Case) -> Outlook | None:
    """The forecast of the next hours; None when there is none, or it may not be read."""
    if case.metric not in view.city.metrics or not view.may_read(case.metric):
        return None
    found = view.snapshot.outlook(case.metric, case.site or view.city.adcode)
    return None if found is None or not found.steps else found


def _colour(level: str) -> str:
    return theme.LEVELS[int(level[1])]


def _label(level: str, value: float, digits: int) -> dict[str, Any]:
    place = {"xref": "paper", "yref": "y", "x": 1, "y": value, "xanchor": "left", "showarrow": False}
    return place | {"text": f"{level} {value:.{digits}f}", "font": {"color": _colour(level), "size": 11}}
