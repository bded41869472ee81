"""One batch, one transaction: values, incidents, rejects, sites, cursor, and the line of the change feed that says so."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from domain.batch import Batch, Written
from domain.observation import SeriesKey
from store import changes as feed
from store.buckets import Calendar
from store.columns import Columns, Int32, Int64, Rows
from store.dictionary import Dictionary
from store.driver import Driver
from store.incidents import write_incidents
from store.ingest import ingest
from store.moment import to_ms
from store.quarantine import write_rejects
from store.runs import write_cursor
from store.sites import write_sites


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes batches inside a transaction that the caller opened."""

    driver: Driver
    calendar: Calendar
    dictionary: Dictionary

    def write(self, connection: Connection, batch: Batch, columns: Columns, received: Int64) -> Written:
        """Write a batch whose observations are in `columns`, each with its arrival (ms)."""
        ids, fresh = self.dictionary.resolve(connection, columns.keys)
        series = np.array(ids, np.int32)[columns.series] if len(columns) else columns.series
        done = ingest(
            connection, self.driver, self.calendar, Rows(columns.at, series, columns.value, columns.quality, received)
        )
        incidents = write_incidents(connection, batch.incidents)
        moved = {
            feed.OBSERVATIONS: len(done.moved),
            feed.INCIDENTS: incidents,
            feed.HEALTH: write_rejects(connection, batch.source, batch.rejects, batch.received),
            feed.SITES: write_sites(connection, batch.source, batch.sites),
        }
        if batch.cursor is not None:
            write_cursor(connection, batch.source, batch.cursor)
        changed = self._metrics(done.moved.series, fresh)
        return Written(
            version=self._version(connection, to_ms(batch.received), moved, changed, done.moved),
            inserted=done.inserted,
            corrected=done.corrected,
            duplicates=done.duplicates,
            incidents=incidents,
            rejected=len(batch.rejects),
            changed=changed,
        )

    def _version(
        self, connection: Connection, received: int, moved: dict[str, int], changed: frozenset[str], rows: Rows
    ) -> int:
        kinds = [kind for kind, count in moved.items() if count]
        if not kinds:
            return feed.newest_version(connection)
        return feed.record_change(connection, self.driver, received, kinds, changed, rows)

    def _metrics(self, series: Int32, fresh: dict[int, SeriesKey]) -> frozenset[str]:
        """The metrics of series, of which `fresh` came into being with this write."""
        numbers = np.unique(series).tolist()
        return frozenset((fresh.get(number) or self.dictionary.known(number)).metric for number in numbers)
