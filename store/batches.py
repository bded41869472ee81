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
from store.ingest import Ingested, ingest
from store.moment import to_ms


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
        rows = Rows(columns.at, series, columns.value, columns.quality, received)
        done = ingest(connection, self.driver, self.calendar, rows)
        changed = self._metrics(done.moved.series, fresh)
        kinds = [feed.OBSERVATIONS] if len(done.moved) else []
        version = self._version(connection, batch, kinds, changed, done)
        return Written(
            version=version,
            inserted=done.inserted,
            corrected=done.corrected,
            duplicates=done.duplicates,
            rejected=len(batch.rejects),
            changed=changed,
        )

    def _version(
        self, connection: Connection, batch: Batch, kinds: list[str], changed: frozenset[str], done: Ingested
    ) -> int:
        if not kinds:
            return feed.newest_version(connection)
        return feed.record_change(connection, self.driver, to_ms(batch.received), kinds, changed, done.moved)

    def _metrics(self, series: Int32, fresh: dict[int, SeriesKey]) -> frozenset[str]:
        """The metrics of series, of which `fresh` came into being with this write."""
        numbers = np.unique(series).tolist()
        return frozenset((fresh.get(number) or self.dictionary.known(number)).metric for number in numbers)
