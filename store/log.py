"""Reading the log: ranges of time as columns."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, select

from domain.observation import Quality
from store.columns import Int64, Latest, Rows
from store.dictionary import Dictionary
from store.driver import Driver
from store.moment import from_ms
from store.tables import latest, observation

FEW_SERIES = 500  # up to here the database picks the series, beyond it NumPy does


def read_log(
    connection: Connection, driver: Driver, start: int, end: int, series_ids: Collection[int] | None = None
) -> Rows:
    """Rows with start <= at < end, ordered by (at, series)."""
    log = observation.c
    statement = _columns(driver).where(log.ts >= start, log.ts < end).order_by(log.ts, log.series_id)
    if series_ids is None:
        return rows_of(driver.arrays(connection, statement))
    if len(series_ids) <= FEW_SERIES:
        chosen = statement.where(log.series_id.in_(sorted(int(i) for i in series_ids)))
        return rows_of(driver.arrays(connection, chosen))
    rows = rows_of(driver.arrays(connection, statement))
    return rows.take(np.isin(rows.series, np.fromiter(series_ids, np.int32)))


def read_spans(connection: Connection, driver: Driver, spans: Sequence[tuple[int, int]]) -> Rows:
    """Rows of several spans of time, both ends included; the spans must be in order and apart."""
    parts = [read_log(connection, driver, start, end + 1) for start, end in spans]
    if not parts:
        return Rows.empty()
    names = ("at", "series", "value", "quality", "received")
    return Rows(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def read_staged(connection: Connection, driver: Driver, stage: Any) -> Rows:
    """The rows of the log whose keys stand in a scratch table."""
    log = observation.c
    joined = stage.join(observation, (log.ts == stage.c.ts) & (log.series_id == stage.c.series_id))
    return rows_of(driver.arrays(connection, _columns(driver).select_from(joined).order_by(log.ts, log.series_id)))


def read_latest(connection: Connection, dictionary: Dictionary, metrics: frozenset[str] | None) -> list[Latest]:
    """The newest value of each series of the metrics, in order of series."""
    keys = dictionary.keys(connection)
    columns = (latest.c.series_id, latest.c.at, latest.c.value, latest.c.quality, latest.c.received)
    statement = select(*columns).order_by(latest.c.series_id)
    if metrics is not None:
        wanted = [number for number, key in keys.items() if key.metric in metrics]
        if len(wanted) <= FEW_SERIES:
            statement = statement.where(latest.c.series_id.in_(wanted))
    return [
        Latest(number, keys[number], from_ms(at), value, Quality(quality), from_ms(received))
        for number, at, value, quality, received in connection.execute(statement)
        if metrics is None or keys[number].metric in metrics
    ]


def spans_of(at: Int64, limit: int = 64, gap_ms: int = 60_000) -> list[tuple[int, int]]:
    """A few spans of time that hold all of `at` and little else: cut where nothing lies for a minute, widest gaps first."""
    if not len(at):
        return []
    stamps = np.unique(at)
    gaps = np.diff(stamps)
    cuts = np.flatnonzero(gaps > gap_ms)
    if len(cuts) >= limit:
        cuts = np.sort(cuts[np.argsort(gaps[cuts], kind="stable")[len(cuts) - limit + 1 :]])
    starts = stamps[np.concatenate(([0], cuts + 1))]
    ends = stamps[np.append(cuts, len(stamps) - 1)]
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def rows_of(arrays: Sequence[Any]) -> Rows:
    """Rows from the five columns that `_columns` selects."""
    at, series, value, quality, received = arrays
    return Rows(at, series, value, quality.astype(np.uint8), received)


def _columns(driver: Driver) -> Select[Any]:
    log = observation.c
    return select(log.ts, log.series_id, driver.number(log.value), log.quality, log.received)
