"""The last two days of every metric in memory, kept up to date by the change feed."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from domain.metric import Metric
from snapshot.course import Course, Newest
from snapshot.loading import NO_POINTS, Points, groups_of, split
from snapshot.times import HOUR, span_ms, to_at, to_ms
from store import Latest, Rows, Store

KEEP = timedelta(hours=48)
EVERY_KIND = frozenset({"observations", "incidents", "alerts", "health", "sites"})


class Hot:
    """Courses of all metrics. One thread at a time; the courses it gives away never change."""

    def __init__(self, store: Store, metrics: Mapping[str, Metric]) -> None:
        self.version = 0
        self._store = store
        self._metrics = metrics
        self._points: dict[str, Points] = {}
        self._courses: dict[str, Course] = {}
        self._loaded = False

    @property
    def courses(self) -> dict[str, Course]:
        """A copy of the present courses by metric."""
        return dict(self._courses)

    def refresh(self, now: datetime) -> tuple[frozenset[str], frozenset[str]]:
        """Take in what was committed since the last call: the metrics and the kinds of things that changed."""
        start = to_ms(now - KEEP) // HOUR * HOUR
        if not self._loaded:
            return self._load(start, now)
        changes = self._store.changes(self.version)
        if not changes.complete:
            return self._load(start, now)
        if changes.metrics:
            arrived = self._store.arrived(self.version, to_at(start))
            self._take(arrived.rows, changes.metrics, start)
        # A commit between the two reads is read again next time, which changes nothing.
        self.version = changes.version
        return changes.metrics, changes.kinds

    def _load(self, start: int, now: datetime) -> tuple[frozenset[str], frozenset[str]]:
        self.version = self._store.version()
        everything = frozenset(self._metrics)
        self._points = {}
        self._take(self._store.window(to_at(start), now + KEEP), everything, start)
        self._loaded = True
        return everything, EVERY_KIND

    def _take(self, rows: Rows, metrics: frozenset[str], start: int) -> None:
        """Fold rows of the log and the newest values into the courses of some metrics."""
        newest = {latest.series_id: _newest(latest) for latest in self._store.latest(metrics)}
        groups = groups_of(self._store.series(), self._metrics, metrics)
        for metric, (keys, values) in split(rows, groups).items():
            ids = tuple(number for number, _ in groups[metric])
            points = self._points.get(metric, NO_POINTS).merged(keys, values, start)
            self._points[metric] = points
            every = span_ms(self._metrics[metric].every)
            self._courses[metric] = Course(
                ids,
                tuple(key for _, key in groups[metric]),
                tuple(newest.get(number) for number in ids),
                points.rows(ids, every),
                start,
                every,
            )


def _newest(latest: Latest) -> Newest:
    return Newest(to_ms(latest.at), to_ms(latest.received), latest.value, latest.quality)
