"""Closing hours and days, and repairing those that late or corrected values have changed."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select

from store.buckets import Calendar
from store.columns import NO_VALUES, Rollups, Values
from store.driver import Driver
from store.keys import KEY, between, time_of
from store.log import read_counted
from store.marks import CLOSED_UNTIL, DAYS_UNTIL, HOURS_FROM, LONG_AGO, get_number, put_mark
from store.moment import HOUR_MS
from store.recent import Recent
from store.rollup import absent, fold_days, fold_hours
from store.stretch import DAY_HOURS, ROLLUP_NAMES, Stretch, dirty_stretches, read_rollups
from store.tables import day, dirty, hour, series

STEP_ROWS = 1_000_000  # read from the log in one transaction at most, but one hour at least


@dataclass(frozen=True, slots=True)
class Closed:
    """What was done: hours newly closed, stretches of hours repaired, roll-up rows written."""

    hours: int = 0
    repaired: int = 0
    rows: int = 0

    def __add__(self, other: "Closed") -> "Closed":
        return Closed(self.hours + other.hours, self.repaired + other.repaired, self.rows + other.rows)


@dataclass(frozen=True, slots=True)
class Closer:
    """Writes roll-ups. Each step is one transaction of its own, so that live writes get in between."""

    driver: Driver
    calendar: Calendar
    recent: Recent

    def close_next(self, connection: Connection, until: int) -> Closed | None:
        """Close the next stretch of hours before `until` (the start of the open hour); None when all is closed."""
        closed = get_number(connection, CLOSED_UNTIL)
        if closed >= until:
            return None
        first = connection.execute(select(func.min(KEY)).where(between(closed, until))).scalar_one()
        if first is None:  # nothing was measured since: close the empty hours in one step
            return self._close(connection, Stretch(until, until), NO_VALUES)
        start = self.calendar.hour_of(time_of(first))
        end = min(until, start + DAY_HOURS * HOUR_MS)
        values = self.recent.values(connection, start, end)
        if values is None:
            end = max(start + HOUR_MS, self._cut(connection, start, end))
            values = read_counted(connection, self.driver, start, end)
        return self._close(connection, Stretch(start, end), values)

    def repair_next(self, connection: Connection) -> Closed | None:
        """Recompute the next stretch of dirty hours from the log; None when nothing is dirty."""
        todo = dirty_stretches(connection)
        if not todo:
            return None
        values = read_counted(connection, self.driver, todo[0].start, todo[0].end, todo[0].series)
        written = self._replace(connection, hour, fold_hours(values, self.calendar), todo[0])
        marks = self.calendar.midnights(todo[0].start, todo[0].end)
        end = min(int(marks[-1]), get_number(connection, DAYS_UNTIL))
        written += self._refold_days(connection, Stretch(int(marks[0]), end, todo[0].series))
        connection.execute(todo[0].limit(delete(dirty), dirty))
        return Closed(repaired=1, rows=written)

    def _close(self, connection: Connection, stretch: Stretch, values: Values) -> Closed:
        written = self._replace(connection, hour, fold_hours(values, self.calendar), stretch)
        self.recent.drop(stretch.end)
        put_mark(connection, CLOSED_UNTIL, stretch.end)
        midnight = self.calendar.day_of(stretch.end)
        days_until = get_number(connection, DAYS_UNTIL)
        if days_until < midnight:
            start = self.calendar.day_of(stretch.start) if days_until == LONG_AGO else days_until
            written += self._refold_days(connection, Stretch(start, midnight))
            put_mark(connection, DAYS_UNTIL, midnight)
        return Closed(hours=(stretch.end - stretch.start) // HOUR_MS, rows=written)

    def _cut(self, connection: Connection, start: int, end: int) -> int:
        """The hour before `end` up to which at most STEP_ROWS rows lie."""
        beyond = select(KEY).where(between(start, end)).order_by(KEY).offset(STEP_ROWS).limit(1)
        found = connection.execute(beyond).scalar_one_or_none()
        return end if found is None else self.calendar.hour_of(time_of(found))

    def _refold_days(self, connection: Connection, stretch: Stretch) -> int:
        if stretch.end <= stretch.start:
            return 0
        hours = read_rollups(connection, self.driver, self.calendar, hour, stretch)
        return self._replace(connection, day, fold_days(hours, self.calendar), stretch)

    def _replace(self, connection: Connection, table: Table, new: Rollups, stretch: Stretch) -> int:
        """Put `new` in the place of what stands there; buckets whose sources retention has deleted stay as they are."""
        connection.execute(stretch.limit(delete(table), table).where(remade(connection, table)))
        new = new.take(absent(new, read_rollups(connection, self.driver, self.calendar, table, stretch)))
        if len(new):
            columns = (new.bucket, new.series, new.n, new.sum, new.min, new.max, new.first, new.last)
            self.driver.add(connection, table, ROLLUP_NAMES, [columns])
        return len(new)


def remade(connection: Connection, table: Table) -> Any:
    """The condition that a bucket can be computed anew: its part of the log, or the hours of its day, are still there."""
    if table is day:
        return table.c.bucket >= get_number(connection, HOURS_FROM)
    deleted = select(series.c.id).where(series.c.id == table.c.series_id, series.c.kept_from > table.c.bucket)
    return ~deleted.exists()
