"""Many values at once, as NumPy columns: what bulk writes take and what reads of the log and the roll-ups give."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import numpy as np
from numpy.typing import NDArray

from domain.observation import Quality, SeriesKey

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Float64 = NDArray[np.float64]
UInt8 = NDArray[np.uint8]
Bool = NDArray[np.bool_]

Key = tuple[str, str, str, str]  # metric, site, source, standard: a SeriesKey, or what is equal to one
SERIES_BITS = 20  # a million series
REACH_MS = 1 << 63 - SERIES_BITS  # 278 years before and after 1970: times that stand beside a series in one int64


def within_reach(at: Int64) -> Int64:
    """The times, unchanged; ValueError when a row of the log could not hold one. Sources tell none that is so far off."""
    if len(at) and not (int(at.min()) >= -REACH_MS and int(at.max()) < REACH_MS):
        raise ValueError("at must lie between the years 1692 and 2248")
    return at


@dataclass(frozen=True, slots=True)
class Columns:
    """Values to write: row i is `value[i]` of series `keys[series[i]]` at `at[i]` (ms UTC). NaN = no value."""

    keys: list[SeriesKey]
    series: Int32
    at: Int64
    value: Float64
    quality: UInt8

    def __post_init__(self) -> None:
        """ValueError when the columns do not fit together: the caller's mistake, found before a row is written."""
        n = len(self.series)
        if not (len(self.at) == len(self.value) == len(self.quality) == n):
            raise ValueError("series, at, value and quality must have one length")
        if n and (int(self.series.min()) < 0 or int(self.series.max()) >= len(self.keys)):
            raise ValueError("series must index into keys")
        if n and int(self.quality.max()) > Quality.INVALID:
            raise ValueError("quality must be a number of domain.observation.Quality")
        within_reach(self.at)

    def __len__(self) -> int:
        return len(self.series)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the log, ordered by (at, series). Times in ms UTC; `value` is NaN where there is none."""

    at: Int64
    series: Int32
    value: Float64
    quality: UInt8
    received: Int64

    def __len__(self) -> int:
        return len(self.at)

    @classmethod
    def empty(cls) -> Self:
        """No rows."""
        return cls(
            np.empty(0, np.int64),
            np.empty(0, np.int32),
            np.empty(0, np.float64),
            np.empty(0, np.uint8),
            np.empty(0, np.int64),
        )

    @classmethod
    def joined(cls, parts: Sequence["Rows"]) -> "Rows":
        """The parts one after the other."""
        names = ("at", "series", "value", "quality", "received")
        return (
            Rows(*(np.concatenate([getattr(part, name) for part in parts]) for name in names)) if parts else cls.empty()
        )

    def take(self, chosen: Bool | NDArray[np.intp] | slice) -> "Rows":
        """The chosen rows, by mask, positions or slice."""
        return Rows(
            self.at[chosen], self.series[chosen], self.value[chosen], self.quality[chosen], self.received[chosen]
        )

    @property
    def counts(self) -> Bool:
        """Which rows count in roll-ups: a value there is, and not marked missing or invalid."""
        return (self.quality < Quality.MISSING) & ~np.isnan(self.value)


@dataclass(frozen=True, slots=True)
class Values:
    """The values that count in roll-ups, ordered by (at, series)."""

    at: Int64
    series: Int32
    value: Float64


NO_VALUES = Values(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.float64))


@dataclass(frozen=True, slots=True)
class Rollups:
    """Values folded into hours or days, ordered by (bucket, series). `bucket` is the start in ms UTC, `length` its ms.

    Only good and suspect values count: `n` of them, with `sum`, `min`, `max`, and `first` and `last` in time. A bucket in
    which nothing counted has no row.
    """

    bucket: Int64
    series: Int32
    n: Int32
    sum: Float64
    min: Float64
    max: Float64
    first: Float64
    last: Float64
    length: Int64

    def __len__(self) -> int:
        return len(self.bucket)

    @classmethod
    def empty(cls) -> Self:
        """No buckets."""
        whole, small, real = np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.float64)
        return cls(whole, small, small, real, real, real, real, real, whole)

    @classmethod
    def joined(cls, parts: Sequence["Rollups"]) -> "Rollups":
        """The parts in one, in order of (bucket, series); no key may occur in two parts."""
        parts = [part for part in parts if len(part)]
        if not parts:
            return cls.empty()
        if len(parts) == 1:
            return parts[0]
        columns = [np.concatenate([getattr(part, name) for part in parts]) for name in ROLLUP_COLUMNS]
        whole = cls(*columns)
        return whole.take(np.lexsort((whole.series, whole.bucket)))

    def take(self, chosen: Bool | NDArray[np.intp] | slice) -> "Rollups":
        """The chosen buckets, by mask, positions or slice."""
        return Rollups(*(getattr(self, name)[chosen] for name in ROLLUP_COLUMNS))

    @property
    def mean(self) -> Float64:
        """The plain mean of the values that counted."""
        return self.sum / self.n

    def coverage(self, every_ms: int | Int64, until_ms: int | None = None) -> Float64:
        """Share of the expected values that counted, 0..1; `every_ms` is the metric's expected interval.

        `until_ms` (now) shortens a bucket that is still open; at least one value is always expected.
        """
        length = self.length
        if until_ms is not None:
            length = np.clip(until_ms - self.bucket, 0, length)
        share: Float64 = np.minimum(self.n / np.maximum(length // every_ms, 1), 1.0)
        return share


ROLLUP_COLUMNS = ("bucket", "series", "n", "sum", "min", "max", "first", "last", "length")


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest value of one series, whatever its quality."""

    series_id: int
    key: SeriesKey
    at: datetime
    value: float | None
    quality: Quality
    received: datetime
