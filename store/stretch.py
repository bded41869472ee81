"""Stretches of roll-up buckets: reading them, and finding those that are dirty."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Table, select

from store.buckets import Calendar
from store.columns import Bool, Rollups
from store.driver import Driver
from store.moment import HOUR_MS
from store.tables import day, dirty, hour

SOUGHT_HOURS = 24 * 62  # and
SOUGHT_SERIES = 64  # up to which keys are sought one by one; beyond them a range is read and picked from
DAY_HOURS = 24  # hours in one stretch at most: what one transaction recomputes
ROLLUP_NAMES = ("bucket", "series_id", "n", "sum", "min", "max", "first", "last")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Buckets with start <= bucket < end (ms), of some series or of all (None)."""

    start: int
    end: int
    series: tuple[int, ...] | None = None

    def limit(self, statement: Any, table: Table) -> Any:
        """A statement on a table of buckets, limited to this stretch."""
        if self.series is None:
            return statement.where(table.c.bucket >= self.start, table.c.bucket < self.end)
        return statement.where(self._buckets(table, len(self.series)), table.c.series_id.in_(self.series))

    def _buckets(self, table: Table, series: int) -> ColumnElement[bool]:
        """The hours one by one, when they and the series are few: every series of every other key is then passed over."""
        hours = range(self.start, self.end, HOUR_MS)
        if table is hour and len(hours) <= SOUGHT_HOURS and series <= SOUGHT_SERIES:
            return table.c.bucket.in_(hours)
        return (table.c.bucket >= self.start) & (table.c.bucket < self.end)

    def holds(self, rollups: Rollups) -> Bool:
        """Which roll-ups lie in this stretch."""
        inside = (rollups.bucket >= self.start) & (rollups.bucket < self.end)
        return inside if self.series is None else inside & np.isin(rollups.series, np.array(self.series, np.int32))

    def also(self, series: tuple[int, ...] | None) -> "Stretch":
        """This stretch, of those of `series` that it has."""
        if series is None or self.series is None:
            return Stretch(self.start, self.end, self.series if series is None else series)
        return Stretch(self.start, self.end, tuple(sorted(set(self.series) & set(series))))


def read_rollups(connection: Connection, driver: Driver, calendar: Calendar, table: Table, stretch: Stretch) -> Rollups:
    """The stored hours or days of a stretch, ordered by (bucket, series)."""
    statement = select(*(table.c[name] for name in ROLLUP_NAMES))
    arrays = driver.arrays(connection, stretch.limit(statement, table))
    order = np.lexsort((arrays[1], arrays[0]))
    arrays = [array[order] for array in arrays]
    bucket = arrays[0]
    length = np.full(len(bucket), HOUR_MS, np.int64)
    if table is day and len(bucket):
        marks = calendar.midnights(int(bucket[0]), int(bucket[-1]) + 1)
        length = np.diff(marks)[np.searchsorted(marks, bucket, "right") - 1]
    return Rollups(*[*arrays, length])


def dirty_stretches(connection: Connection, start: int | None = None, end: int | None = None) -> Sequence[Stretch]:
    """Dirty hours in order, joined to stretches of at most a day: those dirty as a whole, then single series."""
    statement = select(dirty.c.bucket, dirty.c.series_id).order_by(dirty.c.bucket, dirty.c.series_id)
    if start is not None:
        statement = statement.where(dirty.c.bucket >= start)
    if end is not None:
        statement = statement.where(dirty.c.bucket < end)
    marks: dict[int, set[int]] = {}
    for bucket, number in connection.execute(statement):
        marks.setdefault(bucket, set()).add(number)
    single = {bucket: numbers for bucket, numbers in marks.items() if 0 not in numbers}
    stretches = [Stretch(run[0], run[-1] + HOUR_MS) for run in _runs([b for b in marks if b not in single])]
    for run in _runs(list(single)):
        numbers = set().union(*(single[bucket] for bucket in run))
        stretches.append(Stretch(run[0], run[-1] + HOUR_MS, tuple(sorted(numbers))))
    return stretches


def _runs(buckets: Sequence[int]) -> list[list[int]]:
    """Consecutive hours together, at most a day long."""
    runs: list[list[int]] = []
    for bucket in buckets:
        if runs and bucket == runs[-1][-1] + HOUR_MS and len(runs[-1]) < DAY_HOURS:
            runs[-1].append(bucket)
        else:
            runs.append([bucket])
    return runs
