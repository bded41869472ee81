"""Reading hours and days, always complete: closed buckets from their tables, dirty and open ones folded from the log."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, select

from store.buckets import Calendar
from store.columns import Bool, Rollups
from store.driver import Driver
from store.log import read_counted
from store.marks import CLOSED_UNTIL, DAYS_UNTIL, HOURS_FROM, get_number
from store.rollup import absent, fold_days, fold_hours
from store.stretch import Stretch, dirty_stretches, read_rollups
from store.tables import day, hour, series


@dataclass(frozen=True, slots=True)
class History:
    """Roll-ups as one connection sees them; all reads of one connection see one moment."""

    connection: Connection
    driver: Driver
    calendar: Calendar

    def hours(self, start: int, end: int, ids: tuple[int, ...] | None) -> Rollups:
        """Hours from the one that holds `start` (ms) on; an hour that `end` cuts holds only what lies before `end`."""
        whole = Stretch(self.calendar.hour_of(start), self.calendar.hour_of(end), ids)
        settled = min(max(get_number(self.connection, CLOSED_UNTIL), whole.start), whole.end)
        closed = Stretch(whole.start, settled, ids)
        found = read_rollups(self.connection, self.driver, self.calendar, hour, closed)
        for stretch in dirty_stretches(self.connection, closed.start, closed.end):
            found = self._repaired(found, stretch.also(ids))
        return Rollups.joined([found, self._folded(settled, end, ids)])

    def days(self, start: int, end: int, ids: tuple[int, ...] | None) -> Rollups:
        """Local days from the one that holds `start` on; a day that `end` cuts holds only what lies before `end`."""
        first, last = self.calendar.day_of(start), self.calendar.day_of(end)
        settled = min(max(get_number(self.connection, DAYS_UNTIL), first), last)
        closed = Stretch(first, settled, ids)
        found = read_rollups(self.connection, self.driver, self.calendar, day, closed)
        for stretch in dirty_stretches(self.connection, closed.start, closed.end):
            found = self._days_again(found, stretch.also(ids), settled)
        return Rollups.joined([found, fold_days(self.hours(settled, end, ids), self.calendar)])

    def _folded(self, start: int, end: int, ids: Collection[int] | None) -> Rollups:
        if end <= start:
            return Rollups.empty()
        return fold_hours(read_counted(self.connection, self.driver, start, end, ids), self.calendar)

    def _repaired(self, found: Rollups, stretch: Stretch) -> Rollups:
        if stretch.series == ():
            return found
        fresh = self._folded(stretch.start, stretch.end, stretch.series)
        held = found.take(~(stretch.holds(found) & self._remade(found)))
        return Rollups.joined([held, fresh.take(absent(fresh, held))])

    def _days_again(self, found: Rollups, stretch: Stretch, settled: int) -> Rollups:
        if stretch.series == ():
            return found
        marks = self.calendar.midnights(stretch.start, stretch.end)
        spanned = Stretch(int(marks[0]), min(int(marks[-1]), settled), stretch.series)
        fresh = fold_days(self.hours(spanned.start, spanned.end, spanned.series), self.calendar)
        hours_from = get_number(self.connection, HOURS_FROM)
        held = found.take(~(spanned.holds(found) & (found.bucket >= hours_from)))
        return Rollups.joined([held, fresh.take(absent(fresh, held))])

    def _remade(self, rollups: Rollups) -> Bool:
        """Which of these hours can still be computed from the log."""
        rows = self.connection.execute(select(series.c.id, series.c.kept_from).where(series.c.kept_from > 0)).all()
        kept_from = np.zeros(int(rollups.series.max(initial=0)) + 1, np.int64)
        for number, moment in rows:
            if number < len(kept_from):
                kept_from[number] = moment
        return rollups.bucket >= kept_from[rollups.series]
