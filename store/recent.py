"""The rows of hours that are not closed yet, as this process wrote them: closing need not read them back from the log."""

import numpy as np
from sqlalchemy import Connection, func, select

from store.buckets import Calendar
from store.changes import newest_version, observations_after
from store.columns import Rows, Values
from store.keys import KEY, time_of
from store.marks import LONG_AGO
from store.moment import HOUR_MS
from store.rollup import paired

LIMIT = 1_000_000  # rows kept, 29 MB; a city with more in an hour closes its hours from the log


class Recent:
    """Complete from the moment `_since` on, as long as nobody else writes observations; otherwise it says so and starts anew.

    Used inside write transactions only, so by one thread at a time. After a transaction that failed call `forget`.
    """

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._parts: list[Rows] = []
        self._count = 0
        self._version: int | None = None
        self._since = LONG_AGO

    def prepare(self, connection: Connection) -> None:
        """Called first in a transaction that will add rows: find out whether anybody else has written meanwhile."""
        if self._version is None or observations_after(connection, self._version):
            self.forget()
            self._version = newest_version(connection)
            newest = connection.execute(select(func.max(KEY))).scalar_one()
            self._since = LONG_AGO if newest is None else self._calendar.hour_of(time_of(newest)) + HOUR_MS

    def add(self, rows: Rows, version: int) -> None:
        """Keep the rows that a commit of this version puts into the log."""
        self._parts.append(rows)
        self._version = version
        self._count += len(rows)
        if self._count > LIMIT:
            self.forget()

    def values(self, connection: Connection, start: int, end: int) -> Values | None:
        """What counts with start <= at < end; None when it is not all here."""
        if self._version is not None and observations_after(connection, self._version):
            self.forget()
        if self._version is None or start < self._since:
            return None
        parts = [part.take((part.at >= start) & (part.at < end)) for part in self._parts]
        rows = Rows.joined(parts)
        key = paired(start, rows.at, rows.series)
        order = np.argsort(key, kind="stable")
        last = rows.take(
            order[np.append(np.diff(key[order]) > 0, True)[: len(order)]]
        )  # of a corrected row the correction
        counted = last.take(last.counts)
        return Values(counted.at, counted.series, counted.value)

    def drop(self, before: int) -> None:
        """Forget the rows of closed hours."""
        parts = [part.take(part.at >= before) for part in self._parts]
        self._parts = [part for part in parts if len(part)]
        self._count = sum(map(len, self._parts))

    def forget(self) -> None:
        """Start anew with the next write: what is kept may not be what the log holds."""
        self._parts, self._count = [], 0
        self._version = None
