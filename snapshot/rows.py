"""Arrays of what series measured, and how they fall into buckets of time."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from domain.metric import Aggregate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rows:
    """Measurements, one a row, sorted by time within each series: raw values or roll-ups of several.

    series: which of the metric's series, counted from 0. at: the moment, or a roll-up's start, in ms. span: the time a row
    stands for, ms. mean, total, low, high, last: of the values in it; all the same for a raw value.
    """

    series: Ints
    at: Ints
    span: Floats
    mean: Floats
    total: Floats
    low: Floats
    high: Floats
    last: Floats

    def __len__(self) -> int:
        return int(self.at.size)

    def columns(self) -> list[NDArray[np.generic]]:
        """All arrays in the declared order."""
        return [getattr(self, f.name) for f in fields(self)]

    def between(self, start: int, end: int) -> "Rows":
        """The rows with start <= at < end."""
        return self.pick((self.at >= start) & (self.at < end))

    def pick(self, which: Bools | Ints) -> "Rows":
        """The rows that a mask keeps, or those at the given places."""
        return Rows(*(column[which] for column in self.columns()))  # type: ignore[arg-type]  # dtypes are kept

    def belonging(self, owner: Ints) -> "Rows":
        """The same rows under their owners' numbers; an owner below 0 drops the row."""
        fresh = owner[self.series]
        kept = fresh >= 0
        return Rows(fresh[kept], *(column[kept] for column in self.columns()[1:]))  # type: ignore[arg-type]  # the same

    def ordered(self) -> "Rows":
        """Sorted by series, then time."""
        return self.pick(np.lexsort((self.at, self.series)).astype(np.int64))


def raw_rows(series: Ints, at: Ints, value: Floats, span: int) -> Rows:
    """Plain values as rows, each standing for `span` ms; those that are no number are left out."""
    kept = np.isfinite(value)
    where, when, what = series[kept], at[kept], value[kept]
    return Rows(where, when, np.full(what.size, float(span)), what, what, what, what, what).ordered()


NOTHING = raw_rows(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), 0)


def joined(*parts: Rows) -> Rows:
    """Several stretches of history as one, sorted again."""
    kept = [part for part in parts if len(part)]
    if len(kept) < 2:
        return kept[0] if kept else NOTHING
    columns = zip(*(part.columns() for part in kept), strict=True)
    return Rows(*(np.concatenate(column) for column in columns)).ordered()


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows gathered by series and bucket: arrays of shape (series, buckets); NaN where nothing was measured.

    span: the time covered, ms, 0 where empty. newest: the newest `at` in each cell, -1 where empty.
    """

    span: Floats
    mean: Floats
    total: Floats
    low: Floats
    high: Floats
    last: Floats
    newest: Ints

    def reduced(self, how: Aggregate) -> Floats:
        """One value a cell by the metric's rule for combining in time; means weigh by the time a value stands for."""
        return {"mean": self.mean, "sum": self.total, "max": self.high, "min": self.low, "last": self.last}[how]


def gather(rows: Rows, series: int, edges: Ints) -> Grid:
    """Put rows into the buckets between consecutive edges (ascending, ms)."""
    buckets = edges.size - 1
    shape, cells = (series, buckets), series * buckets
    kept = rows.between(int(edges[0]), int(edges[-1]))
    cell = kept.series * buckets + np.searchsorted(edges, kept.at, side="right") - 1
    span: Floats = np.bincount(cell, kept.span, cells).astype(np.float64)
    full = np.bincount(cell, minlength=cells) > 0
    total = np.where(full, np.bincount(cell, kept.total, cells), np.nan)
    mean = np.full(cells, np.nan)
    np.divide(np.bincount(cell, kept.mean * kept.span, cells), span, out=mean, where=full)
    low, high = np.full(cells, np.inf), np.full(cells, -np.inf)
    np.minimum.at(low, cell, kept.low)
    np.maximum.at(high, cell, kept.high)
    low[~full], high[~full] = np.nan, np.nan
    last, newest = np.full(cells, np.nan), np.full(cells, -1, np.int64)
    # Rows are in order of time within a series, so the last assignment to a cell is its newest value.
    last[cell], newest[cell] = kept.last, kept.at
    return Grid(
        span.reshape(shape),
        mean.reshape(shape),
        total.reshape(shape),
        low.reshape(shape),
        high.reshape(shape),
        last.reshape(shape),
        newest.reshape(shape),
    )
