"""Reading the log: ranges of time as columns."""

from collections.abc import Collection, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, select

from domain.observation import Quality
from store.columns import Int64, Latest, Rows, Values
from store.dictionary import Dictionary
from store.driver import Array, Driver
from store.keys import AT, KEY, SERIES, between, of_series
from store.moment import from_ms
from store.rollup import paired
from store.tables import latest, observation

LOG_COLUMNS = ("key", "told", "value")
QUALITY_BITS = 2
QUALITY_MASK = (1 << QUALITY_BITS) - 1
_QUALITIES = tuple(Quality)


def read_log(
    connection: Connection, driver: Driver, start: int, end: int, series_ids: Collection[int] | None = None
) -> Rows:
    """Rows with start <= at < end, ordered by (at, series)."""
    return rows_of(driver.arrays(connection, _inside(_columns(driver), start, end, series_ids)))


def read_counted(
    connection: Connection, driver: Driver, start: int, end: int, series_ids: Collection[int] | None = None
) -> Values:
    """What counts in roll-ups of the rows with start <= at < end: a third of the work of reading whole rows."""
    log = observation.c
    counts = (log.told.bitwise_and(QUALITY_MASK) < Quality.MISSING) & log.value.is_not(None)
    statement = select(AT, SERIES, log.value).where(counts)
    at, series, value = driver.arrays(connection, _inside(statement, start, end, series_ids))
    order = _order(at, series)
    return Values(at[order], series[order].astype(np.int32), value[order])


def read_spans(connection: Connection, driver: Driver, spans: Sequence[tuple[int, int]]) -> Rows:
    """Rows of several spans of time, both ends included; the spans must be in order and apart."""
    return Rows.joined([read_log(connection, driver, start, end + 1) for start, end in spans])


def read_staged(connection: Connection, driver: Driver, stage: Any) -> Rows:
    """The rows of the log whose keys stand in a scratch table."""
    joined = stage.join(observation, stage.c.key == KEY)
    return rows_of(driver.arrays(connection, _columns(driver).select_from(joined)))


def read_latest(
    connection: Connection,
    driver: Driver,
    dictionary: Dictionary,
    metrics: frozenset[str] | None,
    sites: frozenset[str] | None = None,
) -> list[Latest]:
    """The newest value of each series of the metrics at the sites (None: of all), in order of series."""
    keys = dictionary.keys(connection)
    row = latest.c
    statement = select(row.series_id, row.at, driver.number(row.value), row.quality, row.received)
    if metrics is not None or sites is not None:
        asked = [
            number
            for number, key in keys.items()
            if (metrics is None or key.metric in metrics) and (sites is None or key.site in sites)
        ]
        statement = statement.where(row.series_id.in_(asked))
    columns = (column.tolist() for column in driver.arrays(connection, statement))
    moments = _Moments()
    found = [
        Latest(
            number, keys[number], moments[at], None if value != value else value, _QUALITIES[quality], moments[received]
        )
        for number, at, value, quality, received in zip(*columns, strict=True)
    ]
    found.sort(key=attrgetter("series_id"))
    return found


class _Moments(dict[int, datetime]):
    """Times by their ms: many series share few of them."""

    def __missing__(self, milliseconds: int) -> datetime:
        moment = self[milliseconds] = from_ms(milliseconds)
        return moment


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


def log_columns(rows: Rows) -> tuple[Array, ...]:
    """Rows as the columns of the log."""
    told = (rows.received - rows.at) << QUALITY_BITS | rows.quality
    return paired(0, rows.at, rows.series), told, rows.value


def rows_of(arrays: Sequence[Array]) -> Rows:
    """Rows, in order, from the columns that `_columns` selects."""
    at, series, told, value = arrays
    quality, received = (told & QUALITY_MASK).astype(np.uint8), at + (told >> QUALITY_BITS)
    return Rows(at, series.astype(np.int32), value, quality, received).take(_order(at, series))


def _order(at: Int64, series: Int64) -> NDArray[np.intp] | slice:
    """The order by (at, series). Asked for here and not of the database: PostgreSQL would sort a million rows on disk."""
    later, same = at[1:] > at[:-1], at[1:] == at[:-1]
    if (later | (same & (series[1:] > series[:-1]))).all():
        return slice(None)
    return np.lexsort((series, at))


def _columns(driver: Driver) -> Select[Any]:
    return select(AT, SERIES, observation.c.told, driver.number(observation.c.value))


def _inside(statement: Select[Any], start: int, end: int, series_ids: Collection[int] | None) -> Select[Any]:
    statement = statement.where(between(start, end))
    return statement if series_ids is None else statement.where(of_series(series_ids))
