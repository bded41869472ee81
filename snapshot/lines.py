"""The course of a metric over equal steps, for any metric and place."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from domain.metric import Metric
from indicators.aggregate import combine
from indicators.comparable import COVERED
from indicators.composite import composite
from snapshot.ask import Ask
from snapshot.figures import Part
from snapshot.history import step_rows
from snapshot.model import Trend
from snapshot.moment import Moment
from snapshot.numbers import plain
from snapshot.rows import Floats, Grid, Ints, gather
from snapshot.times import HOUR, midnight, span_ms, to_at, to_ms

Values = list[float | None]


def until(moment: Moment, ask: Ask, hours: int, step: timedelta, end: datetime | None = None) -> Ints:
    """Edges of the steps that cover the hours before `end` (default: now), aligned to local midnight; the last holds `end`."""
    stop, size = end or moment.at, span_ms(step)
    day = to_ms(midnight(stop, moment.zone))
    last = day + (to_ms(stop) - day) // size * size
    if end is None:
        ask.before(last + size)
    return last + size * np.arange(1 - max(1, -(-hours * HOUR // size)), 2, dtype=np.int64)


def of_day(moment: Moment, ask: Ask, days_ago: int, step: timedelta) -> Ints:
    """Edges of one local day's steps: today's end with the running step, an earlier day's with its last."""
    size = span_ms(step)
    start = to_ms(midnight(moment.at, moment.zone, days_ago))
    end = moment.now + 1 if days_ago == 0 else to_ms(midnight(moment.at, moment.zone, days_ago - 1))
    count = max(1, -(-(end - start) // size))
    ask.before(start + count * size if days_ago == 0 else to_ms(midnight(moment.at, moment.zone, -1)))
    return start + size * np.arange(count + 1, dtype=np.int64)


def trend(moment: Moment, ask: Ask, key: str, place: str, edges: Ints) -> Trend:
    """The metric's course over equal steps between the edges."""
    values = line(moment, ask, moment.metric(key), place, edges)
    step = timedelta(milliseconds=int(edges[1] - edges[0]))
    where = place or moment.city.adcode
    return Trend(key, where, step, tuple(to_at(int(edge)) for edge in edges[:-1]), tuple(values))


def line(moment: Moment, ask: Ask, metric: Metric, place: str, edges: Ints) -> Values:
    """One value for each step between the edges."""
    ask.on.add(metric.key)
    if metric.composite:
        return _composite(moment, ask, metric, place, edges)
    if metric.ratio is not None:
        above, below = (_part(moment, ask, key, place) for key in metric.ratio)
        tops, bottoms = _columns(above, above, edges), _columns(below, above, edges)
        return [combine(a, "ratio", b).value for a, b in zip(tops, bottoms, strict=True)]
    part = _part(moment, ask, metric.key, place)
    return [_across(part, column) for column in _columns(part, part, edges)]


def _part(moment: Moment, ask: Ask, key: str, place: str) -> Part:
    return Part.of(moment, ask, moment.metric(key), place)


def _columns(part: Part, members: Part, edges: Ints) -> list[Values]:
    """The members' values, step by step."""
    sites = members.scope.sites
    rows = part.course.of_sites(step_rows(part.moment, part.course, edges), sites)
    return [plain(column) for column in _complete(part, gather(rows, len(sites), edges), edges).T]


def _complete(part: Part, grid: Grid, edges: Ints) -> Floats:
    """Reduced values; a sum whose step is still running is left out, because half an hour's sum reads as a fall."""
    values = grid.reduced(part.metric.aggregate)
    if part.metric.aggregate != "sum":
        return values
    known = part.course.last_at + span_ms(part.metric.every)
    return np.where(edges[1:] > known, np.nan, values)


def _across(part: Part, values: Sequence[float | None]) -> float | None:
    """One step across the members; a sum over places of which too many are silent is left out, for the same reason."""
    total = part.combined(values)
    partial = part.metric.across == "sum" and not part.scope.direct and total.coverage < COVERED
    return None if partial else total.value


def _composite(moment: Moment, ask: Ask, metric: Metric, place: str, edges: Ints) -> Values:
    parts = {key: line(moment, ask, moment.metric(key), place, edges) for key in metric.composite}
    steps = range(edges.size - 1)
    return [
        composite({key: values[i] for key, values in parts.items()}, metric.composite, moment.city.metrics).value
        for i in steps
    ]
