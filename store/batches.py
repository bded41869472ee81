"""One batch, one transaction: values, incidents, rejects, sites, cursor, and the line of the change feed that says so."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from domain.batch import Batch, Written
from domain.observation import SeriesKey
from store import changes as feed
from store.buckets import Calendar
from store.columns import Columns, Int64, Rows
from store.dictionary import Dictionary
from store.driver import Driver
from store.incidents import write_incidents
from store.ingest import ingest
from store.moment import to_ms
from store.quarantine import write_rejects
from store.recent import Recent
from store.runs import write_cursor
from store.sites import write_sites


@dataclass(frozen=True, slots=True)
class Put:
    """A batch in the log: its rows in the batch's order, those of them that are new or corrected, and their series."""

    written: Written
    rows: Rows
    moved: Rows
    ids: Mapping[SeriesKey, int]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes batches inside a transaction that the caller opened."""

    driver: Driver
    calendar: Calendar
    dictionary: Dictionary
    recent: Recent

    def write(self, connection: Connection, batch: Batch, columns: Columns, received: Int64) -> Written:
        """Write a batch whose observations are in `columns`, each with its arrival (ms)."""
        return self.put(connection, batch, columns, received).written

    def put(self, connection: Connection, batch: Batch, columns: Columns, received: Int64) -> Put:
        """`write` that tells which rows moved."""
        self.recent.prepare(connection)
        known = self.dictionary.resolve(connection, columns.keys)
        rows = Rows(columns.at, known.ids[columns.series], columns.value, columns.quality, received)
        done = ingest(connection, self.driver, self.calendar, rows)
        incidents = write_incidents(connection, batch.incidents)
        moved = {
            feed.OBSERVATIONS: len(done.moved),
            feed.INCIDENTS: incidents,
            feed.HEALTH: write_rejects(connection, batch.source, batch.rejects, batch.received),
            feed.SITES: write_sites(connection, batch.source, batch.sites),
        }
        if batch.cursor is not None:
            write_cursor(connection, batch.source, batch.cursor)
        changed = known.metrics(done.moved.series)
        written = Written(
            version=self._version(connection, to_ms(batch.received), moved, changed, done.moved),
            inserted=done.inserted,
            corrected=done.corrected,
            duplicates=done.duplicates,
            incidents=incidents,
            rejected=len(batch.rejects),
            changed=changed,
        )
        return Put(written, rows, done.moved, dict(zip(columns.keys, known.ids.tolist(), strict=True)))

    def _version(
        self, connection: Connection, received: int, moved: dict[str, int], changed: frozenset[str], rows: Rows
    ) -> int:
        kinds = [kind for kind, count in moved.items() if count]
        if not kinds:
            return feed.newest_version(connection)
        version = feed.record_change(connection, self.driver, received, kinds, changed, rows)
        if len(rows):
            self.recent.add(rows, version)
        return version
