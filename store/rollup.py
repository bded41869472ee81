"""Folding values into buckets, vectorised. One fold for closing, repairing and reading, so all three agree to the bit."""

import numpy as np

from store.buckets import Calendar
from store.columns import SERIES_BITS, Bool, Int32, Int64, Rollups, Values
from store.moment import HOUR_MS


def paired(origin: int, at: Int64, series: Int32) -> Int64:
    """One sortable number for each (ms, series); columns compared with each other share `origin`, their earliest time."""
    return ((at - origin) << SERIES_BITS) | series


def fold_hours(values: Values, calendar: Calendar) -> Rollups:
    """Values of the log as hours."""
    if not len(values.at):
        return Rollups.empty()
    bucket = calendar.hours_of(values.at)
    order = np.lexsort((values.series, bucket))  # stable: the values of a bucket stay in order of time
    bucket, series, value = bucket[order], values.series[order], values.value[order]
    starts = _starts(bucket, series)
    ends = np.append(starts[1:], len(series))
    return Rollups(
        bucket=bucket[starts],
        series=series[starts],
        n=(ends - starts).astype(np.int32),
        sum=np.add.reduceat(value, starts),
        min=np.minimum.reduceat(value, starts),
        max=np.maximum.reduceat(value, starts),
        first=value[starts],
        last=value[ends - 1],
        length=np.full(len(starts), HOUR_MS, np.int64),
    )


def fold_days(hours: Rollups, calendar: Calendar) -> Rollups:
    """Hours, ordered by (bucket, series), as local days."""
    if not len(hours):
        return Rollups.empty()
    marks = calendar.midnights(int(hours.bucket[0]), int(hours.bucket[-1]) + HOUR_MS)
    index = np.searchsorted(marks, hours.bucket, "right") - 1
    order = np.lexsort((hours.series, index))
    hours, index = hours.take(order), index[order]
    starts = _starts(index, hours.series)
    ends = np.append(starts[1:], len(index))
    chosen = index[starts]
    return Rollups(
        bucket=marks[chosen],
        series=hours.series[starts],
        n=np.add.reduceat(hours.n, starts).astype(np.int32),
        sum=np.add.reduceat(hours.sum, starts),
        min=np.minimum.reduceat(hours.min, starts),
        max=np.maximum.reduceat(hours.max, starts),
        first=hours.first[starts],
        last=hours.last[ends - 1],
        length=marks[chosen + 1] - marks[chosen],
    )


def absent(new: Rollups, held: Rollups) -> Bool:
    """Which rows of `new` have no (bucket, series) in `held`."""
    if not len(new) or not len(held):
        return np.ones(len(new), np.bool_)
    origin = min(int(new.bucket.min()), int(held.bucket.min()))
    return ~np.isin(paired(origin, new.bucket, new.series), paired(origin, held.bucket, held.series))


def _starts(first: Int64, second: Int32) -> Int64:
    """Where a new (first, second) begins in two columns ordered by both."""
    fresh = np.ones(len(first), np.bool_)
    fresh[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    return np.flatnonzero(fresh)
