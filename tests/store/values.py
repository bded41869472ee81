"""Values to write, and the naive way to compute what the store should answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import fsum
from zoneinfo import ZoneInfo

import numpy as np

from domain.batch import Batch
from domain.incident import Incident
from domain.observation import Observation, Quality, SeriesKey
from store import Columns, Rollups, Rows, Store
from store.moment import from_ms, to_ms

NOW = datetime(2026, 11, 24, 6, 34, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
FAR = datetime(2040, 1, 1, tzinfo=UTC)


def seen(
    value: float | None,
    at: datetime = NOW,
    site: str = "a",
    *,
    metric: str = "air.pm25",
    source: str = "air",
    received: datetime | None = None,
    quality: Quality = Quality.GOOD,
) -> Observation:
    return Observation(metric, site, source, at, value, received or at + MINUTE, quality)


def batch(
    *observations: Observation, source: str = "air", received: datetime = NOW, cursor: str | None = None
) -> Batch:
    return Batch(source, received, observations, read=len(observations), cursor=cursor)


def incident(
    key: str = "1", *, updated: datetime = NOW, received: datetime | None = None, at: datetime = NOW, **said: object
) -> Incident:
    fields: dict[str, object] = {"title": "积水", "kind": "flood", "detail": {"depth": "40 cm"}} | said
    return Incident(id=key, source="incidents", at=at, updated=updated, received=received or updated, **fields)  # type: ignore[arg-type]


@dataclass(frozen=True)
class State:
    """Everything about values that the store holds, in plain Python."""

    log: tuple[tuple[SeriesKey, int, float | None, int, int], ...]
    latest: tuple[tuple[SeriesKey, int, float | None, int, int], ...]

    def without_arrival(self) -> "State":
        return State(tuple((*row[:4], 0) for row in self.log), tuple((*row[:4], 0) for row in self.latest))


def state_of(store: Store) -> State:
    keys, rows = store.series(), store.window(LONG_AGO, FAR)
    log = [
        (keys[series], at, None if np.isnan(value) else value, quality, received)
        for series, at, value, quality, received in zip(*columns_of(rows), strict=True)
    ]
    latest = [(one.key, to_ms(one.at), one.value, int(one.quality), to_ms(one.received)) for one in store.latest()]
    return State(tuple(sorted(log, key=repr)), tuple(sorted(latest, key=repr)))


def columns_of(rows: Rows) -> Iterable[list[float]]:
    return (a.tolist() for a in (rows.series, rows.at, rows.value, rows.quality, rows.received))


Bucket = tuple[int, SeriesKey]
Folded = tuple[int, float, float, float, float, float, int]


def told(store: Store, rollups: Rollups) -> dict[Bucket, Folded]:
    """Roll-ups by (bucket, series), as (n, sum, min, max, first, last, length)."""
    keys = store.series()
    names = ("bucket", "series", "n", "sum", "min", "max", "first", "last", "length")
    rows = zip(*(getattr(rollups, name).tolist() for name in names), strict=True)
    out = {(row[0], keys[row[1]]): (row[2], round(row[3], 6), *row[4:]) for row in rows}
    assert len(out) == len(rollups)
    return out


def naive(store: Store, zone: str, unit: str) -> dict[Bucket, Folded]:
    """The same from the log, value by value."""
    groups: dict[Bucket, list[tuple[int, float]]] = {}
    keys, rows = store.series(), store.window(LONG_AGO, FAR)
    for series, at, value, quality, _ in zip(*columns_of(rows), strict=True):
        if not np.isnan(value) and quality < Quality.MISSING:
            groups.setdefault((_start(int(at), zone, unit), keys[int(series)]), []).append((int(at), value))
    return {key: _fold(key[0], sorted(values), zone, unit) for key, values in groups.items()}


def _fold(bucket: int, values: list[tuple[int, float]], zone: str, unit: str) -> Folded:
    numbers = [value for _, value in values]
    total = round(fsum(numbers), 6)
    length = 3_600_000 if unit == "hour" else _next_midnight(bucket, zone) - bucket
    return len(numbers), total, min(numbers), max(numbers), numbers[0], numbers[-1], length


def _start(at: int, zone: str, unit: str) -> int:
    local = from_ms(at).astimezone(ZoneInfo(zone))
    if unit == "day":
        return to_ms(local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0))
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return to_ms(from_ms(at) - past)


def _next_midnight(midnight: int, zone: str) -> int:
    day = from_ms(midnight).astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return to_ms(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))


def columns(values: Mapping[SeriesKey, list[tuple[datetime, float]]]) -> Columns:
    """Bulk columns from values by series."""
    rows = [(i, to_ms(at), value) for i, series in enumerate(values.values()) for at, value in series]
    series, at, value = zip(*rows, strict=True) if rows else ((), (), ())
    return Columns(
        list(values),
        np.array(series, np.int32),
        np.array(at, np.int64),
        np.array(value, np.float64),
        np.zeros(len(rows), np.uint8),
    )
