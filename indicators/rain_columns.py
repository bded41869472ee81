"""Rain in columns: sums of 24 hourly totals and their grades, a whole history at a time."""

import numpy as np
from numpy.typing import NDArray

from indicators import rain
from indicators.exact import MICRO, Flags, Floats, Ints, columnwise, half_even_micros, micros, one_by_one, total

_HOUR_MS = 3_600_000


def sums(at: Ints, values: Floats, hours: int) -> tuple[Floats, Ints]:
    """At each moment (ms, ascending) the sum of the hourly totals ending at it and 1, 2, ... hours before, and how many there were."""
    whole, exact = micros(values)
    usable = ~np.isnan(values)
    looked = (_row_at(at, at - _HOUR_MS * k) for k in range(hours))
    picked = [(row, found & usable[row]) for row, found in looked]
    amount: Floats = np.sum([np.where(ok, whole[row], 0) for row, ok in picked], axis=0) / MICRO
    odd = np.any([ok & ~exact[row] for row, ok in picked], axis=0)
    for i in np.flatnonzero(odd):
        amount[i] = float(total(float(values[row[i]]) for row, ok in picked if ok[i]))
    count: Ints = np.sum([ok for _, ok in picked], axis=0)
    return amount, count


def _row_at(at: Ints, wanted: Ints) -> tuple[NDArray[np.intp], Flags]:
    """The row of each wanted moment, and whether there is one."""
    row = np.clip(np.searchsorted(at, wanted), 0, len(at) - 1)
    return row, at[row] == wanted


def grades(values: Floats) -> Floats:
    """The 24-hour grade of each total (GB/T 28592-2012); NaN where there is none."""
    lows = [int(low * 10) for low in rain.LOWS["24h"]]

    def fast(whole: Ints) -> Floats:
        tenths = half_even_micros(whole, MICRO // 10)
        found: Floats = np.sum([tenths >= low for low in lows], axis=0).astype(np.float64)
        return found

    return columnwise(values, fast, one_by_one(lambda v: float(rain.grade(v))))
