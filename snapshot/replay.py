"""The city's data as of an earlier moment, read from the store."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np

from domain.city import City
from domain.health import SourceHealth, freshness
from domain.observation import Quality
from snapshot.course import Course, Newest
from snapshot.loading import NO_POINTS, Groups, groups_of, split
from snapshot.times import HOUR, span_ms, to_at, to_ms
from store import Rows, Store

SPAN = timedelta(hours=26)  # a day's course and the hour it is aligned to
RARE = timedelta(hours=6)  # a metric that comes less often may have its newest value before the span
_RARE_SPAN = timedelta(days=120)


def courses_at(store: Store, city: City, at: datetime) -> dict[str, Course]:
    """Every metric's course up to a moment: single values for the last day, the newest one even when it is older."""
    start = to_ms(at - SPAN) // HOUR * HOUR
    groups = groups_of(store.series(), city.metrics, frozenset(city.metrics))
    rows = store.window(to_at(start), at + timedelta(milliseconds=1))
    newest = _rare(store, city, groups, at) | _newest(rows)
    out: dict[str, Course] = {}
    for metric, (keys, values) in split(rows, groups).items():
        ids = tuple(number for number, _ in groups[metric])
        every = span_ms(city.metrics[metric].every)
        points = NO_POINTS.merged(keys, values, start).rows(ids, every)
        known = tuple(newest.get(number) for number in ids)
        out[metric] = Course(ids, tuple(key for _, key in groups[metric]), known, points, start, every)
    return out


def _newest(rows: Rows) -> dict[int, Newest]:
    """The last row of each series; the log is in order of time."""
    backwards = rows.take(slice(None, None, -1))
    _, places = np.unique(backwards.series, return_index=True)
    last = backwards.take(places)
    return {
        int(number): Newest(int(at), int(received), None if np.isnan(value) else float(value), Quality(int(quality)))
        for number, at, received, value, quality in zip(
            last.series, last.at, last.received, last.value, last.quality, strict=True
        )
    }


def _rare(store: Store, city: City, groups: Groups, at: datetime) -> dict[int, Newest]:
    """The newest day's last value of metrics that come seldom; its time is the day's start, because roll-ups tell no more."""
    ids = [number for metric, group in groups.items() if city.metrics[metric].every >= RARE for number, _ in group]
    if not ids:
        return {}
    days = store.days(at - _RARE_SPAN, at, ids)
    told = zip(days.series, days.bucket, days.last, strict=True)
    return {int(number): Newest(int(day), int(day), float(value), Quality.GOOD) for number, day, value in told}


def health_at(city: City, courses: Mapping[str, Course], at: datetime) -> dict[str, SourceHealth]:
    """How each source was doing, judged by its newest value against its fastest metric; sources of incidents only are left out.

    Runs are kept for a shorter time than values, so a replay does not rest on them.
    """
    out: dict[str, SourceHealth] = {}
    for key, source in city.sources.items():
        metrics = [m for m in source.metrics if m in city.metrics]
        if metrics:
            newest = max((courses[m].last_at for m in metrics if m in courses), default=-1)
            last = to_at(newest) if newest >= 0 else None
            every = min(city.metrics[m].every for m in metrics)
            out[key] = SourceHealth(key, freshness(last, at, every), last_success=last)
    return out
