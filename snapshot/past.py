"""History older than the hot window, read from the store's roll-ups and kept for a while."""

import logging
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from threading import Lock

import numpy as np

from domain.errors import StoreError
from domain.forecast import Outlook
from snapshot.course import Course
from snapshot.moment import Unit
from snapshot.rows import NOTHING, Ints, Rows, raw_rows
from snapshot.times import HOUR, to_at
from store import Rollups, Store

log = logging.getLogger(__name__)

KEEP = timedelta(minutes=10)  # a correction of values older than two days is seen after this at the latest
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ENTRIES = 512
Key = tuple[str, tuple[int, ...], int, int]


class StorePast:
    """Implements `snapshot.moment.Past`. Safe to ask from several threads; a store that cannot be read is an empty past."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[Key, tuple[datetime, Rows]] = OrderedDict()
        self._lock = Lock()
        self._now = EPOCH
        self._broken = False

    def tell(self, now: datetime) -> None:
        """The time, told by the builder at each snapshot."""
        self._now = now

    def rows(self, unit: Unit, course: Course, start: int, end: int) -> Rows:
        """See `snapshot.moment.Past.rows`."""
        if not course.ids or end <= start:
            return NOTHING
        key = (unit, course.ids, start, end)
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and self._now - kept[0] < KEEP:
            return kept[1]
        found = self._read(unit, course, start, end)
        with self._lock:
            self._kept[key] = (self._now, found)
            self._kept.move_to_end(key)
            while len(self._kept) > _ENTRIES:
                self._kept.popitem(last=False)
        return found

    def outlook(self, metric: str, site: str) -> Outlook | None:
        """See `snapshot.moment.Past.outlook`."""
        try:
            found = self._store.forecasts.of([metric], site)
        except StoreError as error:
            log.warning("forecasts cannot be read: %s", error)
            return None
        return max(found, key=lambda one: one.made, default=None)

    def _read(self, unit: Unit, course: Course, start: int, end: int) -> Rows:
        try:
            rows = self._raw(course, start, end) if unit == "raw" else self._rolled(unit, course, start, end)
        except StoreError as error:
            if not self._broken:
                log.warning("older history cannot be read: %s", error)
            self._broken = True
            return NOTHING
        self._broken = False
        return rows

    def _raw(self, course: Course, start: int, end: int) -> Rows:
        found = self._store.window(to_at(start), to_at(end), course.ids)
        found = found.take(found.counts)
        return raw_rows(places(course.ids, found.series.astype(np.int64)), found.at, found.value, 1)

    def _rolled(self, unit: Unit, course: Course, start: int, end: int) -> Rows:
        read = self._store.days if unit == "day" else self._store.hours
        return rolled_rows(course, read(to_at(start), to_at(end), course.ids)).between(start, end)


def rolled_rows(course: Course, found: Rollups) -> Rows:
    """Roll-ups as rows of a course.

    A row's span is judged by whole hours: history may hold one value an hour where the present has one each 5 minutes, and
    a day with a value in each hour is whole. What comes less often than the bucket is long stands for its interval.
    """
    n = found.n.astype(np.float64)
    short = np.minimum(n * max(course.every, HOUR), found.length)
    span = np.where(found.length >= course.every, short, n * course.every)
    total, low, high, last = found.sum, found.min, found.max, found.last
    series = places(course.ids, found.series.astype(np.int64))
    return Rows(series, found.bucket, span, found.mean, total, low, high, last).ordered()


def places(ids: tuple[int, ...], series: Ints) -> Ints:
    """The store's series numbers as places in `ids`; every number is in it."""
    numbers = np.array(ids, np.int64)
    order = np.argsort(numbers)
    return order[np.searchsorted(numbers, series, sorter=order)].astype(np.int64)
