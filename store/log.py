"""Reading the log: ranges of time as columns."""

from collections.abc import Collection, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, select

from domain.observation import Quality
from store.columns import Int32, Int64, Latest, Rows, Values
from store.dictionary import Dictionary
from store.driver import Array, Driver
from store.moment import from_ms
from store.tables import latest, observation

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
    statement = select(log.ts, log.series_id, log.value).where(log.quality < Quality.MISSING, log.value.is_not(None))
    at, series, value = driver.arrays(connection, _inside(statement, start, end, series_ids))
    order = _order(at, series)
    return Values(at[order], series[order], value[order])


def read_spans(connection: Connection, driver: Driver, spans: Sequence[tuple[int, int]]) -> Rows:
    """Rows of several spans of time, both ends included; the spans must be in order and apart."""
    return Rows.joined([read_log(connection, driver, start, end + 1) for start, end in spans])


def read_staged(connection: Connection, driver: Driver, stage: Any) -> Rows:
    """The rows of the log whose keys stand in a scratch table."""
    log = observation.c
    joined = stage.join(observation, (log.ts == stage.c.ts) & (log.series_id == stage.c.series_id))
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


def rows_of(arrays: Sequence[Array]) -> Rows:
    """Rows, in order, from the five columns that `_columns` selects."""
    at, series, value, quality, received = arrays
    return Rows(at, series, value, quality.astype(np.uint8), received).take(_order(at, series))


def _order(at: Int64, series: Int32) -> NDArray[np.intp] | slice:
    """The order by (at, series). Asked for here and not of the database: PostgreSQL would sort a million rows on disk."""
    later, same = at[1:] > at[:-1], at[1:] == at[:-1]
    if (later | (same & (series[1:] > series[:-1]))).all():
        return slice(None)
    return np.lexsort((series, at))


def _columns(driver: Driver) -> Select[Any]:
    log = observation.c
    return select(log.ts, log.series_id, driver.number(log.value), log.quality, log.received)


def _inside(statement: Select[Any], start: int, end: int, series_ids: Collection[int] | None) -> Select[Any]:
    log = observation.c
    statement = statement.where(log.ts >= start, log.ts < end)
    if series_ids is None:
        return statement
    return statement.where(log.series_id.in_(sorted(int(number) for number in series_ids)))
