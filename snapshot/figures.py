"""A plain metric's number for a place: the newest values or a window's, combined across places, with coverage and age."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from domain.health import LATE_AFTER, STALE_AFTER, Freshness, freshness
from domain.metric import Metric, Window
from domain.observation import Quality
from indicators.aggregate import Combined, combine
from snapshot.ask import Ask
from snapshot.course import Course
from snapshot.history import span_rows
from snapshot.model import Reading
from snapshot.moment import HEALTH, Moment
from snapshot.rows import Grid, gather
from snapshot.scope import Scope, scope_of, weight_of
from snapshot.times import HOUR, midnight, span_ms, to_at, to_ms, window_start

FRESH = (Freshness.LIVE, Freshness.LATE)
_ORDER = (Freshness.LIVE, Freshness.LATE, Freshness.STALE, Freshness.DOWN, Freshness.NONE)


@dataclass(frozen=True, slots=True)
class Part:
    """One metric at one place, ready to be asked: declaration, course, members and their newest readings."""

    moment: Moment
    metric: Metric
    course: Course
    scope: Scope
    place: str

    @classmethod
    def of(cls, moment: Moment, ask: Ask, metric: Metric, place: str) -> "Part":
        """Gather what the question is about."""
        ask.on.update((metric.key, HEALTH))
        course = moment.course(metric.key)
        return cls(moment, metric, course, scope_of(moment, metric, course, place), place or moment.city.adcode)

    def newest(self, ask: Ask) -> list[Reading]:
        """The newest reading of each member, in the scope's order."""
        return [newest_at(self.moment, ask, self.metric, self.course, site) for site in self.scope.sites]

    def combined(self, values: Sequence[float | None]) -> Combined:
        """The members' values as one, by the metric's rule; a place's own figure as it is."""
        if self.scope.direct:
            return combine(values, "mean")
        weights = None
        if self.metric.across == "weighted":
            weights = [weight_of(self.moment.city, self.metric, site) for site in self.scope.sites]
        how = "mean" if self.metric.across == "ratio" else self.metric.across
        return combine(values, how, weights, self.metric.better)

    def grid(self, start: int, end: int) -> Grid:
        """Each member over one span [start, end)."""
        rows = self.course.of_sites(span_rows(self.moment, self.course, start, end), self.scope.sites)
        return gather(rows, len(self.scope.sites), np.array([start, end], np.int64))


def newest_at(moment: Moment, ask: Ask, metric: Metric, course: Course, site: str) -> Reading:
    """The newest value of one site with its age judged."""
    found = course.best(site)
    if found is None:
        return Reading(metric.key, site, coverage=0.0)
    key, newest = found
    at = to_at(newest.at)
    state = freshness(at, moment.at, metric.every, metric.stale_after)
    for edge in (metric.every * LATE_AFTER, metric.stale_after or metric.every * STALE_AFTER):
        if at + edge >= moment.at:
            ask.before(to_ms(at + edge) + 1)  # the edge itself still belongs to the younger state
    return Reading(
        metric.key,
        site,
        newest.value if newest.quality < Quality.MISSING else None,
        at,
        to_at(newest.received),
        Freshness.DOWN if moment.is_down(key.source) else state,
        newest.quality,
        source=key.source,
        standard=key.standard,
    )


def latest(part: Part, ask: Ask) -> Reading:
    """The newest values combined. Stale ones stay out; when nothing else is left they are shown as what they are."""
    members = part.newest(ask)
    if part.scope.direct:
        return members[0]
    fresh = [m if m.freshness in FRESH else replace(m, value=None) for m in members]
    answer = _summed_up(part, fresh)
    if answer.value is not None or not any(m.value is not None for m in members):
        return answer
    return replace(_summed_up(part, members), coverage=0.0)


def _summed_up(part: Part, members: Sequence[Reading]) -> Reading:
    total = part.combined([m.value for m in members])
    told = [m for m in members if m.value is not None]
    return replace(
        head_of(part, told or members),
        value=total.value,
        quality=max((m.quality for m in told), default=Quality.GOOD),
        coverage=total.coverage,
    )


def head_of(part: Part, members: Sequence[Reading]) -> Reading:
    """Time, source and freshness of a combined figure: those of its newest member; no value yet."""
    dated = [m for m in members if m.at is not None]
    if not dated:
        return Reading(part.metric.key, part.place, coverage=0.0)
    top = max(dated, key=lambda m: (m.at, m.source))
    best = min((m.freshness for m in dated), key=_ORDER.index)
    received = max((m.received for m in dated if m.received is not None), default=None)
    return replace(top, place=part.place, value=None, freshness=best, received=received, note="")


def windowed(part: Part, ask: Ask, window: Window) -> Reading:
    """A window's figure up to the newest value: combined in time by site, then across sites."""
    head = head_of(part, part.newest(ask))
    start = begin(part, ask, window, head.at)
    if head.at is None:
        return head
    total, coverage, _ = over(part, start, head.at)
    return replace(head, value=total.value, coverage=coverage)


def begin(part: Part, ask: Ask, window: Window, newest: datetime | None) -> datetime:
    """When a live window began: a local day, month or year is the snapshot's own, an hour ends with the newest value."""
    moment = part.moment
    ask.before(midnight(moment.at, moment.zone, -1))
    return window_start(window, newest if window == "hour" and newest is not None else moment.at, moment.zone)


def over(part: Part, start: datetime, end: datetime) -> tuple[Combined, float, Grid]:
    """Members over [start, end] as one value, and the share of expected samples that went in."""
    grid = part.grid(to_ms(start), to_ms(end) + 1)
    values = [None if np.isnan(v) else float(v) for v in grid.reduced(part.metric.aggregate)[:, 0]]
    total = part.combined(values)
    return total, total.coverage * covered(part.metric, grid, end - start), grid


def covered(metric: Metric, grid: Grid, length: timedelta) -> float:
    """Share of a span's expected time that the members present cover: samples in the hot window, hours before it."""
    present = grid.span[:, 0][grid.span[:, 0] > 0]
    every = span_ms(metric.every)
    expected = (span_ms(length) // every + 1) * every
    if not present.size or metric.aggregate == "last":
        return 1.0
    return float(np.minimum(present / expected, 1.0).mean())


def before(part: Part, window: Window, end: datetime) -> Reading:
    """The same figure as of an earlier moment: for "latest" the last values not older than the metric may grow.

    Of what is older than the hot window the hour is left, and stands for every moment in it.
    """
    metric = part.metric
    if window == "latest":
        moment, how = to_ms(end), metric.aggregate
        start = to_ms(end - (metric.stale_after or metric.every * STALE_AFTER))
        if moment < part.course.start:
            day = to_ms(midnight(end, part.moment.zone))
            start = min(start, day + (moment - day) // HOUR * HOUR)
        else:
            how = "last"
        grid = part.grid(start, moment + 1)
        total = part.combined([None if np.isnan(v) else float(v) for v in grid.reduced(how)[:, 0]])
        coverage = total.coverage
    else:
        total, coverage, grid = over(part, window_start(window, end, part.moment.zone), end)
    at = int(grid.newest.max()) if grid.newest.size else -1
    standard = _standard_at(part, at)
    return Reading(
        metric.key, part.place, total.value, to_at(at) if at >= 0 else None, coverage=coverage, standard=standard
    )


def _standard_at(part: Part, at: int) -> str:
    """The standard of a value at an earlier moment, where the metric has series of several; "" when there is but one."""
    standards = {key.standard for key in part.course.keys}
    if len(standards) < 2:
        return next(iter(standards), "")
    rows = span_rows(part.moment, part.course, at, at + 1)
    found = {part.course.keys[int(index)].standard for index in rows.series}
    return max(found, default="")
