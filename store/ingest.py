"""Writing observations: one set of rules for live batches and for bulk history.

1. Order the rows and keep the winner of each (at, series).
2. Append them, part by part while the next part is made ready; nothing else is needed while no key is there already.
3. On a clash, also of one part with another, read what stands there: what is the same is a duplicate, what is newer replaces (a correction).
4. Move `latest`, and mark the closed hours that changed.
"""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, delete, select

from domain.observation import Quality
from store.buckets import Calendar
from store.columns import Bool, Float64, Rows
from store.driver import Array, Clash, Driver, upsert
from store.incoming import Incoming
from store.keys import KEY
from store.log import LOG_COLUMNS, log_columns, read_staged
from store.marks import CLOSED_UNTIL, get_number
from store.rollup import paired
from store.tables import dirty, observation

LATEST_COLUMNS = ("series_id", "at", "value", "quality", "received")
MANY_SERIES = 64  # more late series than this in one hour: the whole hour is recomputed, in one range scan


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of `rows`; `moved` are the new and the `corrected` ones, ordered by (at, series)."""

    rows: Rows
    moved: Rows
    corrected: int = 0

    @property
    def inserted(self) -> int:
        """How many rows are new."""
        return len(self.moved) - self.corrected

    @property
    def duplicates(self) -> int:
        """How many rows change nothing."""
        return len(self.rows) - len(self.moved)


def ingest(connection: Connection, driver: Driver, calendar: Calendar, values: Incoming) -> Ingested:
    """Write values in any order, inside the caller's transaction."""
    if not len(values):
        return Ingested(Rows.empty(), Rows.empty())
    try:
        driver.add(connection, observation, LOG_COLUMNS, map(_appended, values.parts()))
        clash = False
    except Clash:
        clash = True
    rows = values.rows(connection)
    moved, corrected = winners(finite(rows)), 0
    if clash:
        moved, corrected = _merge(connection, driver, moved)
    if len(moved):
        _move_latest(connection, driver, moved)
        _mark_dirty(connection, calendar, moved)
    return Ingested(rows, moved, corrected)


def finite(rows: Rows) -> Rows:
    """Infinite values as invalid without a value: no roll-up could hold them."""
    wild = np.isinf(rows.value)
    if not wild.any():
        return rows
    quality = np.where(wild, np.uint8(Quality.INVALID), rows.quality).astype(np.uint8)
    return Rows(rows.at, rows.series, np.where(wild, np.nan, rows.value), quality, rows.received)


def winners(rows: Rows) -> Rows:
    """The rows in order of (at, series), one for each: newest `received`, then better quality, then greater value.

    The order is total, so what wins does not depend on the order of arrival.
    """
    key = paired(int(rows.at.min()), rows.at, rows.series)
    if not (np.diff(key) > 0).all():
        order = np.argsort(key, kind="stable")
        rows, key = rows.take(order), key[order]
    if (np.diff(key) > 0).all():
        return rows
    order = np.lexsort((_ranked(rows.value), -rows.quality.astype(np.int16), rows.received, key))
    return rows.take(order[np.append(np.diff(key[order]) > 0, True)])


def _ranked(value: Float64) -> Float64:
    return np.where(np.isnan(value), -np.inf, value)


def _appended(part: Rows) -> tuple[Array, ...]:
    return log_columns(winners(finite(part)))


def _merge(connection: Connection, driver: Driver, rows: Rows) -> tuple[Rows, int]:
    """The rows that are new or correct what stands there, and how many of them correct."""
    held = read_staged(connection, driver, driver.stage(connection, LOG_COLUMNS, log_columns(rows)))
    origin = int(rows.at[0])
    there = np.isin(paired(origin, rows.at, rows.series), paired(origin, held.at, held.series))
    corrects = np.zeros(len(rows), np.bool_)
    corrects[there] = _beats(rows.take(there), held)
    moved = rows.take(~there | corrects)
    if corrects.any():
        _remove(connection, driver, rows.take(corrects))
    if len(moved):
        driver.add(connection, observation, LOG_COLUMNS, [log_columns(moved)])
    return moved, int(corrects.sum())


def _beats(new: Rows, held: Rows) -> Bool:
    """Where `new` says something else than `held`, and wins. Both have the same keys in the same order."""
    value, other = _ranked(new.value), _ranked(held.value)
    differs = (value != other) | (new.quality != held.quality)
    better = (new.quality < held.quality) | ((new.quality == held.quality) & (value > other))
    later = (new.received > held.received) | ((new.received == held.received) & better)
    beats: Bool = differs & later
    return beats


def _remove(connection: Connection, driver: Driver, rows: Rows) -> None:
    stage = driver.stage(connection, LOG_COLUMNS, log_columns(rows))
    connection.execute(delete(observation).where(KEY.in_(select(stage.c.key))))


def _move_latest(connection: Connection, driver: Driver, rows: Rows) -> None:
    """The newest row of each series; ordered by series, so that pages are touched once."""
    order = np.argsort(rows.series, kind="stable")
    series = rows.series[order]
    newest = rows.take(order[np.append(series[1:] != series[:-1], True)])
    columns = (newest.series, newest.at, newest.value, newest.quality, newest.received)
    driver.replace_latest(connection, LATEST_COLUMNS, columns)


def _mark_dirty(connection: Connection, calendar: Calendar, rows: Rows) -> None:
    late = rows.at < get_number(connection, CLOSED_UNTIL)
    if not late.any():
        return
    bucket, series = calendar.hours_of(rows.at[late]), rows.series[late]
    marks: list[dict[str, int]] = []
    hours, where = np.unique(bucket, return_inverse=True)
    for index, hour in enumerate(hours.tolist()):
        touched = np.unique(series[where == index]).tolist()
        touched = [0] if len(touched) > MANY_SERIES else touched
        marks.extend({"bucket": hour, "series_id": number} for number in touched)
    upsert(connection, dirty, marks)
