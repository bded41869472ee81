"""The store as everybody else sees it: synchronous, safe to call from several threads, StoreError and nothing else."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

import numpy as np
from sqlalchemy import Connection

from domain.batch import Batch, Written
from domain.observation import SeriesKey
from store import changes as feed
from store.batches import Writer
from store.buckets import Calendar
from store.changes import Arrived, Changes
from store.closing import Closed, Closer
from store.columns import Columns, Latest, Rollups, Rows
from store.convert import columns_of
from store.dictionary import Dictionary
from store.driver import Driver
from store.failure import told
from store.history import History
from store.log import read_latest, read_log
from store.moment import to_ms


class Store:
    """One open store; made by `open_store`. Times given and taken are aware, in arrays they are ms UTC.

    One writer at a time across all processes; every read sees one moment and never waits for the writer.
    """

    def __init__(self, driver: Driver, calendar: Calendar, where: str) -> None:
        self.where = where
        self.calendar = calendar
        self._driver = driver
        self._dictionary = Dictionary()
        self._writer = Writer(driver, calendar, self._dictionary)
        self._closer = Closer(driver, calendar)

    # -- writing

    def write(self, batch: Batch) -> Written:
        """Write everything a page brought in one transaction. Once this returns it is durable; again changes nothing."""
        columns, received = columns_of(batch.observations)
        with self._writing() as connection:
            return self._writer.write(connection, batch, columns, received)

    def write_columns(self, source: str, columns: Columns, received: datetime) -> Written:
        """Write many values at once (history), by the same rules and in one transaction."""
        arrived = np.full(len(columns), to_ms(received), np.int64)
        with self._writing() as connection:
            return self._writer.write(connection, Batch(source, received), columns, arrived)

    def close_buckets(self, now: datetime) -> Closed:
        """Close every hour and local day that is over, and repair those that late or corrected values changed."""
        until, done = self.calendar.hour_of(to_ms(now)), Closed()
        for step in (lambda c: self._closer.close_next(c, until), self._closer.repair_next):
            while True:
                with self._writing() as connection:
                    closed = step(connection)
                if closed is None:
                    break
                done += closed
        return done

    # -- reading values

    def series(self) -> dict[int, SeriesKey]:
        """Every series by its number. Not to be changed by the caller."""
        with self._reading() as connection:
            return self._dictionary.keys(connection)

    def latest(self, metrics: Iterable[str] | None = None) -> list[Latest]:
        """The newest value of every series, or of those of some metrics, in order of series."""
        with self._reading() as connection:
            return read_latest(connection, self._dictionary, None if metrics is None else frozenset(metrics))

    def window(self, start: datetime, end: datetime, series_ids: Collection[int] | None = None) -> Rows:
        """The log with start <= at < end, ordered by (at, series)."""
        with self._reading() as connection:
            return read_log(connection, self._driver, to_ms(start), to_ms(end), series_ids)

    def hours(self, start: datetime, end: datetime, series_ids: Collection[int] | None = None) -> Rollups:
        """Hours from the one that holds `start` on. Where `end` cuts an hour, it holds only what lies before `end`."""
        with self._reading() as connection:
            return self._history(connection).hours(to_ms(start), to_ms(end), _chosen(series_ids))

    def days(self, start: datetime, end: datetime, series_ids: Collection[int] | None = None) -> Rollups:
        """Local days from the one that holds `start` on. Where `end` cuts a day, it holds only what lies before `end`."""
        with self._reading() as connection:
            return self._history(connection).days(to_ms(start), to_ms(end), _chosen(series_ids))

    # -- the change feed

    def version(self) -> int:
        """The number of the newest commit that moved something."""
        with self._reading() as connection:
            return feed.newest_version(connection)

    def changes(self, after: int) -> Changes:
        """What moved after a version, and the version that takes you to."""
        with self._reading() as connection:
            return feed.read_changes(connection, after)

    def arrived(self, after: int, since: datetime) -> Arrived:
        """Rows at or after `since` that came or were corrected after a version (with others of the same times)."""
        with self._reading() as connection:
            return feed.read_arrived(connection, self._driver, after, to_ms(since))

    def wait(self, after: int, timeout: float) -> int:
        """Block until something newer than `after` is committed by any process, at most `timeout` s; the newest version."""
        with told(self.where):
            self._driver.wait(lambda: self.version() > after, timeout)
        return self.version()

    # -- life

    def close(self) -> None:
        """Release every connection; threads in `wait` return."""
        self._driver.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with told(self.where), self._driver.reader.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with told(self.where):
            with self._driver.writing() as connection:
                yield connection
            self._driver.committed()

    def _history(self, connection: Connection) -> History:
        return History(connection, self._driver, self.calendar)


def _chosen(series_ids: Collection[int] | None) -> tuple[int, ...] | None:
    return None if series_ids is None else tuple(sorted({int(number) for number in series_ids}))
