"""One batch, one transaction: values, incidents, rejects, sites, cursor, and the line of the change feed that says so."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import Connection

from domain.batch import Batch, Written
from store import changes as feed
from store.buckets import Calendar
from store.columns import Columns, Rows
from store.dictionary import Dictionary, Resolved
from store.driver import Driver
from store.incidents import write_incidents
from store.incoming import Bulk, Incoming, Observed
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
    known: Resolved


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes batches inside a transaction that the caller opened."""

    driver: Driver
    calendar: Calendar
    dictionary: Dictionary
    recent: Recent

    def write_columns(self, connection: Connection, source: str, columns: Columns, received: datetime) -> Written:
        """Write many values of a source that arrived together."""
        arrived = np.full(len(columns), to_ms(received), np.int64)
        values = Bulk(columns, arrived, self.dictionary.resolve(connection, columns.keys))
        return self._put(connection, Batch(source, received), values).written

    def put(self, connection: Connection, batch: Batch) -> Put:
        """Write a batch."""
        return self._put(connection, batch, Observed(batch.observations, self.dictionary))

    def _put(self, connection: Connection, batch: Batch, values: Incoming) -> Put:
        self.recent.prepare(connection)
        done = ingest(connection, self.driver, self.calendar, values)
        incidents = write_incidents(connection, batch.incidents)
        moved = {
            feed.OBSERVATIONS: len(done.moved),
            feed.INCIDENTS: incidents,
            feed.HEALTH: write_rejects(connection, batch.source, batch.rejects, batch.received),
            feed.SITES: write_sites(connection, batch.source, batch.sites),
        }
        if batch.cursor is not None:
            write_cursor(connection, batch.source, batch.cursor)
        changed = values.known.metrics(done.moved.series)
        written = Written(
            version=self._version(connection, to_ms(batch.received), moved, changed, done.moved),
            inserted=done.inserted,
            corrected=done.corrected,
            duplicates=done.duplicates,
            incidents=incidents,
            rejected=len(batch.rejects),
            changed=changed,
        )
        return Put(written, done.rows, done.moved, values.known)

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
