"""The store as everybody else sees it: synchronous, safe to call from several threads, StoreError and nothing else."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import TypeVar

from sqlalchemy import Connection

from domain.alert import Alert, Transition
from domain.batch import Batch, Written
from domain.health import SourceHealth
from domain.incident import Incident
from domain.metric import Metric
from domain.observation import SeriesKey
from domain.operation import Told
from domain.place import Site
from domain.run import SourceRun
from domain.source import SourceSpec
from store import changes as feed
from store.alerts import Of, read_alerts, read_open_alerts, read_transitions, write_alerts
from store.audit import AuditLog
from store.batches import Writer
from store.buckets import Calendar
from store.changes import Arrived, Changes
from store.closing import Closed, Closer
from store.columns import Columns, Latest, Rollups, Rows
from store.control import Control, write_told
from store.desk import Desk
from store.dictionary import Dictionary
from store.driver import Driver
from store.duty import Duty
from store.failure import told
from store.feeds import Feeds
from store.forecasts import Forecasts
from store.history import History
from store.incidents import read_incidents
from store.leases import Lease, Leases, hold
from store.log import read_latest, read_log
from store.moment import to_ms
from store.people import Register
from store.push import Inbox
from store.quarantine import Quarantined, count_quarantine, read_quarantine
from store.recent import Recent
from store.retention import Plan, Retention
from store.runs import read_cursor, read_health, read_runs, write_run
from store.sites import read_sites
from store.walls import Walls
from store.work import Work

T = TypeVar("T")


class Store:
    """One open store; made by `open_store`. Times given and taken are aware, in arrays they are ms UTC.

    One writer at a time across all processes; every read sees one moment and never waits for the writer. `people` are accounts,
    `audit` what they did; `inbox` what is pushed; `desk` cases, notices, silences; `duty` dossiers; `forecasts` what is expected; `feeds` how
    sources did, `control` how they are worked, `leases` by whom; `walls` reports and orders.
    """

    def __init__(self, driver: Driver, calendar: Calendar, where: str) -> None:
        self.where = where
        self.calendar = calendar
        self._driver = driver
        self._dictionary = Dictionary()
        self._recent = Recent(calendar)
        self._writer = Writer(driver, calendar, self._dictionary, self._recent)
        self._closer = Closer(driver, calendar, self._recent)
        self._turn = Lock()
        work = Work(self._reading, self._writing)
        self.people, self.audit = Register(work), AuditLog(work)
        self.inbox = Inbox(work, self._writer)
        self.desk = Desk(work, driver, calendar)
        self.duty = Duty(work, driver, calendar, self.inbox)
        self.feeds, self.forecasts = Feeds(work), Forecasts(work, self._dictionary)
        self.control, self.walls = Control(work, driver), Walls(work)
        self.leases = Leases(self._aside, driver)

    # -- writing

    def write(self, batch: Batch, lease: Lease | None = None) -> Written:
        """Write all that a page brought in one transaction; after that it is durable, and again changes nothing. As `hold`."""
        with self._writing() as connection:
            hold(connection, lease)
            return self._writer.put(connection, batch).written

    def write_columns(self, source: str, columns: Columns, received: datetime) -> Written:
        """Write many values at once (history), by the same rules and in one transaction."""
        with self._writing() as connection:
            return self._writer.write_columns(connection, source, columns, received)

    def save_alerts(self, changes: Sequence[Alert], moved: Sequence[Transition]) -> frozenset[str]:
        """Save alerts by compare-and-set on the condition they moved from; the fingerprints that were saved.

        An alert that somebody else has moved meanwhile is left out, with its transitions: read `open_alerts` again.
        """
        with self._writing() as connection:
            saved = write_alerts(connection, changes, moved)
            if saved:
                feed.record_change(connection, self._driver, max(to_ms(one.updated) for one in changes), [feed.ALERTS])
            return saved

    def record_run(self, run: SourceRun, told: Told | None = None, lease: Lease | None = None) -> None:
        """Keep how a poll went (unless skipped), and how its source is worked from now on. TransitionRefused as `hold`."""
        with self._writing() as connection:
            hold(connection, lease)
            if told is not None:
                write_told(connection, {run.source: told}, run.ended)
            if write_run(connection, run):
                feed.record_change(connection, self._driver, to_ms(run.ended), [feed.HEALTH])

    # -- upkeep

    def close_buckets(self, now: datetime) -> Closed:
        """Close every hour and local day that is over, and repair those that late or corrected values changed."""
        until, done = self.calendar.hour_of(to_ms(now)), Closed()
        for step in (lambda c: self._closer.close_next(c, until), self._closer.repair_next):
            while (closed := self._step(step)) is not None:
                done += closed
        return done

    def retain(self, now: datetime, metrics: Mapping[str, Metric], kept: Retention | None = None) -> dict[str, int]:
        """Delete what has outlived its retention, in small transactions; rows deleted by table. Buckets are closed first.

        A metric's own `retention` is that of its log; its hours and days stay.
        """
        self.close_buckets(now)
        deleted: Counter[str] = Counter()
        plan = Plan(to_ms(now), self.calendar, metrics, kept or Retention())
        with self._reading() as connection:
            for table, step in plan.steps(connection):
                while (count := self._step(step)) >= plan.kept.step_rows:
                    deleted[table] += count
                deleted[table] += count
        return {table: count for table, count in deleted.items() if count}

    # -- reading values

    def series(self) -> dict[int, SeriesKey]:
        """Every series by its number. Not to be changed by the caller."""
        with self._reading() as connection:
            return self._dictionary.keys(connection)

    def latest(self, metrics: Iterable[str] | None = None, sites: Iterable[str] | None = None) -> list[Latest]:
        """The newest value of every series, or of those of some metrics or at some sites, in order of series."""
        chosen = [None if names is None else frozenset(names) for names in (metrics, sites)]
        with self._reading() as connection:
            return read_latest(connection, self._driver, self._dictionary, *chosen)

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

    # -- reading the rest

    def incidents(self, at: datetime, since: datetime, districts: Collection[str] | None = None) -> list[Incident]:
        """Incidents as known at `at` (in some districts): not closed, or begun or changed since `since`; newest first."""
        with self._reading() as connection:
            return read_incidents(connection, at, since, districts)

    def alerts(
        self,
        at: datetime,
        since: datetime,
        metrics: Collection[str] | None = None,
        sites: Collection[str] | None = None,
    ) -> list[Alert]:
        """Alerts as they stood at `at` (of some metrics, at some sites): open, or moved since `since`; newest first."""
        with self._reading() as connection:
            return read_alerts(connection, at, since, Of(metrics, sites))

    def open_alerts(self) -> list[Alert]:
        """Every alert that is not over, oldest first: what a rule engine starts from."""
        with self._reading() as connection:
            return read_open_alerts(connection)

    def transitions(self, start: datetime, end: datetime) -> list[Transition]:
        """Steps that alerts took with start <= at < end, in order."""
        with self._reading() as connection:
            return read_transitions(connection, start, end)

    def quarantine(self, limit: int, source: str | None = None) -> list[Quarantined]:
        """Records that could not be understood, those seen last first."""
        with self._reading() as connection:
            return read_quarantine(connection, limit, source)

    def quarantine_counts(self, since: datetime) -> dict[str, int]:
        """How many records of each source were in quarantine and met since a moment."""
        with self._reading() as connection:
            return count_quarantine(connection, since)

    def runs(self, limit: int = 100, source: str | None = None) -> list[SourceRun]:
        """The newest runs, newest first."""
        with self._reading() as connection:
            return read_runs(connection, limit, source)

    def health(self, now: datetime, sources: Mapping[str, SourceSpec], midnight: datetime) -> dict[str, SourceHealth]:
        """Every declared source's health; rows and rejects count since `midnight` (the city's)."""
        with self._reading() as connection:
            return read_health(connection, now, sources, midnight)

    def cursor(self, source: str) -> str | None:
        """Where the next poll of a source resumes; None before its first durable page."""
        with self._reading() as connection:
            return read_cursor(connection, source)

    def sites(self, districts: Collection[str] | None = None) -> list[Site]:
        """Places that were learnt from records, all or those in some districts."""
        with self._reading() as connection:
            return read_sites(connection, districts)

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
        newest = after

        def moved() -> bool:
            nonlocal newest
            newest = self.version()
            return newest > after

        with told(self.where):
            self._driver.wait(moved, timeout)
        return newest

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
        """A write transaction, one of this process's threads at a time."""
        with told(self.where), self._turn:
            try:
                with self._driver.writing() as connection:
                    yield connection
            except BaseException:
                self._recent.forget()
                raise
            self._driver.committed()

    @contextmanager
    def _aside(self) -> Iterator[Connection]:
        """A small transaction that waits for no writer where the database has many."""
        with told(self.where), self._driver.aside() if self._driver.shared else self._writing() as connection:
            yield connection

    def _step(self, step: Callable[[Connection], T]) -> T:
        with self._writing() as connection:
            return step(connection)

    def _history(self, connection: Connection) -> History:
        return History(connection, self._driver, self.calendar)


def _chosen(series_ids: Collection[int] | None) -> tuple[int, ...] | None:
    return None if series_ids is None else tuple(sorted({int(number) for number in series_ids}))
