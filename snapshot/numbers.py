"""The number for any metric: plain, ratio, composite, or computed from the snapshot itself; now or as of earlier."""

from dataclasses import replace
from datetime import datetime

import numpy as np

from domain.health import STALE_AFTER, Freshness
from domain.metric import Metric, Window
from indicators.aggregate import Combined, combine
from indicators.aqi import pollutants
from indicators.composite import composite
from indicators.gb3838 import class_name
from indicators.rain import grade_name
from indicators.reasons import Why
from snapshot.ask import Ask, Question
from snapshot.figures import FRESH, Part, before, begin, covered, head_of, latest, windowed
from snapshot.model import Reading
from snapshot.moment import Moment
from snapshot.rows import Floats
from snapshot.scope import members_of
from snapshot.state import health_rate, status
from snapshot.times import to_at, to_ms, window_start

PRIMARY = "air.primary"


def question(moment: Moment, key: str, place: str, window: Window | None) -> Question:
    """One name for a reading, however it is asked for."""
    return ("reading", key, place or moment.city.adcode, window or moment.metric(key).window)


def reading(moment: Moment, ask: Ask, key: str, place: str, window: Window | None) -> Reading:
    """A reading as a part of another answer: worked out once for all who need it."""
    return ask.once(question(moment, key, place, window), lambda own: read(moment, own, key, place, window))


def read(moment: Moment, ask: Ask, key: str, place: str, window: Window | None, end: datetime | None = None) -> Reading:
    """The number of a metric for a place ("" = the city). With `end`: the same figure as of that earlier moment."""
    metric = moment.metric(key)
    span = window or metric.window
    if metric.derive in _OWN and end is None:
        return _OWN[metric.derive](moment, ask, metric, place)
    if metric.composite:
        return _composite(moment, ask, metric, place, end)
    if metric.ratio is not None:
        return _ratio(moment, ask, metric, place, span, end)
    part = Part.of(moment, ask, metric, place)
    if end is not None:
        return before(part, span, end)
    return noted(moment, ask, latest(part, ask) if span == "latest" else windowed(part, ask, span))


def members(moment: Moment, ask: Ask, key: str, district: str) -> tuple[str, ...]:
    """The places a table of the metric lists: sites or districts, inside a district or everywhere."""
    metric = moment.metric(key)
    ask.on.add(key)
    if metric.ratio is not None:
        return members(moment, ask, metric.ratio[0], district)
    if metric.composite or metric.derive in _OWN:
        return (district,) if district else tuple(moment.city.districts)
    return members_of(moment, metric, moment.course(key), district)


def source_of(moment: Moment, ask: Ask, key: str) -> str:
    """The source that declares a metric, else that of its series; a ratio's is its numerator's; "" for other computed ones."""
    metric = moment.metric(key)
    ask.on.add(key)
    if key in moment.fed_by:
        return moment.fed_by[key]
    keys = moment.course(key).keys
    if keys:
        return keys[0].source
    return source_of(moment, ask, metric.ratio[0]) if metric.ratio is not None else ""


def noted(moment: Moment, ask: Ask, reading: Reading) -> Reading:
    """The reading with what qualifies it in words: primary pollutants of an AQI, the name of a class or grade."""
    derive = moment.metric(reading.metric).derive
    if reading.value is None:
        return reading
    if reading.metric == PRIMARY or derive == "aqi_primary":
        return replace(reading, note="、".join(pollutants(reading.value)))
    if derive == "aqi" and PRIMARY in moment.city.metrics:
        return replace(reading, note=_primary(moment, ask, reading))
    if derive in _NAMES and reading.value == int(reading.value):
        return replace(reading, note=_NAMES[derive](reading.value))
    return reading


def _primary(moment: Moment, ask: Ask, reading: Reading) -> str:
    """Primary pollutants at a station; for an area those named at most stations, ties all."""
    part = Part.of(moment, ask, moment.metric(PRIMARY), reading.place)
    masks = [m.value for m in part.newest(ask) if m.value is not None and m.freshness in FRESH]
    named = [name for mask in masks for name in pollutants(mask)]
    most = max((named.count(name) for name in named), default=0)
    return "、".join(name for name in dict.fromkeys(named) if named.count(name) == most)


def _ratio(moment: Moment, ask: Ask, metric: Metric, place: str, window: Window, end: datetime | None) -> Reading:
    """Sum of numerators over sum of denominators in percent, over the places that have both; n is the denominator."""
    above, below = _sides(moment, ask, metric, place)
    newest = above.newest(ask)
    head = replace(head_of(above, newest), metric=metric.key)
    if end is None and head.at is None:
        return head
    if window == "latest" and end is None:
        tops, bottoms = newest, below.newest(ask)
        fresh = any(m.value is not None and m.freshness in FRESH for m in tops)
        pairs = [
            (t.value, b.value) if not fresh or (t.freshness in FRESH and b.freshness in FRESH) else (None, None)
            for t, b in zip(tops, bottoms, strict=True)
        ]
        total = combine([a for a, _ in pairs], "ratio", [b for _, b in pairs])
        return replace(head, value=total.value, n=total.n, coverage=total.coverage if fresh else 0.0)
    at = end or head.at or moment.at
    start = begin(above, ask, window, at) if end is None else _base_start(above, window, at)
    total, coverage, found = _over(above, below, start, at)
    return replace(
        head,
        value=total.value,
        n=total.n,
        coverage=coverage,
        at=head.at if end is None else found,
        freshness=head.freshness if end is None else Freshness.NONE,
    )


def _sides(moment: Moment, ask: Ask, metric: Metric, place: str) -> tuple[Part, Part]:
    """Numerator and denominator over the same places."""
    if metric.ratio is None:
        raise TypeError(f"{metric.key} is no ratio: the caller has just looked")
    ask.on.add(metric.key)
    above, below = (Part.of(moment, ask, moment.metric(key), place) for key in metric.ratio)
    return above, replace(below, scope=above.scope)


def _base_start(part: Part, window: Window, end: datetime) -> datetime:
    if window != "latest":
        return window_start(window, end, part.moment.zone)
    return end - (part.metric.stale_after or part.metric.every * STALE_AFTER)


def _over(above: Part, below: Part, start: datetime, end: datetime) -> tuple[Combined, float, datetime | None]:
    tops, bottoms = (part.grid(to_ms(start), to_ms(end) + 1) for part in (above, below))
    total = combine(
        plain(tops.reduced(above.metric.aggregate)[:, 0]),
        "ratio",
        plain(bottoms.reduced(below.metric.aggregate)[:, 0]),
    )
    share = min(covered(above.metric, tops, end - start), covered(below.metric, bottoms, end - start))
    newest = int(tops.newest.max()) if tops.newest.size else -1
    return total, total.coverage * share, to_at(newest) if newest >= 0 else None


def plain(values: Floats) -> list[float | None]:
    """Array to list with None where nothing was measured."""
    return [None if np.isnan(v) else float(v) for v in values]


def _composite(moment: Moment, ask: Ask, metric: Metric, place: str, end: datetime | None) -> Reading:
    """Scores of the components' own readings by the published weights; stale components count as missing."""
    ask.on.add(metric.key)
    parts = {key: _component(moment, ask, key, place, end) for key in metric.composite}
    usable = {k: r.value if end is not None or r.freshness in FRESH else None for k, r in parts.items()}
    index = composite(usable, metric.composite, moment.city.metrics)
    told = [r for k, r in parts.items() if usable[k] is not None and r.at is not None]
    missing = "、".join(moment.city.metrics[key].name for key in index.missing)
    return Reading(
        metric.key,
        place or moment.city.adcode,
        index.value,
        max((r.at for r in told if r.at is not None), default=None),
        max((r.received for r in told if r.received is not None), default=None),
        Freshness.LIVE if index.value is not None else Freshness.NONE,
        coverage=index.coverage,
        note=Why.MISSING.say(names=missing) if missing else "",
    )


def _component(moment: Moment, ask: Ask, key: str, place: str, end: datetime | None) -> Reading:
    return reading(moment, ask, key, place, None) if end is None else read(moment, ask, key, place, None, end)


_OWN = {"health": health_rate, "status": status}
_NAMES = {"water_class": class_name, "rain_grade": grade_name}
