"""Numbers as they were written: decimal-exact arithmetic on floats, one at a time and in columns.

A float stands for the shortest decimal that names it (2.2 is twenty-two tenths), because that is what the department printed.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Number = int | float | Decimal | Fraction
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

MICRO = 1_000_000
_LARGEST = float(2**53)  # up to here every integer is a float of its own


def fraction(value: Number) -> Fraction:
    """The exact value a number was written as; ValueError or OverflowError for NaN and infinity."""
    return Fraction(repr(float(value))) if isinstance(value, float) else Fraction(value)


def half_even(value: Fraction, places: int) -> Fraction:
    """Round to decimal places with ties to the even digit (GB/T 8170-2008 3.2: 四舍六入五成双)."""
    return round(value, places)


def cut(value: Fraction, places: int) -> float:
    """Cut to decimal places towards minus infinity, so that a value below a class border stays below it."""
    scale: int = 10**places
    return (value.numerator * scale // value.denominator) / scale


def total(values: Iterable[Number]) -> Fraction:
    """The exact sum, the same in any order."""
    return sum((fraction(v) for v in values), Fraction(0))


def micros(values: Floats) -> tuple[Ints, Flags]:
    """Millionths as integers, and where they are exactly the number written; elsewhere the integer is 0.

    NaN, infinities, more than six decimals and magnitudes beyond 9e9 are not exact and need the one-at-a-time path.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.rint(values * MICRO)
        exact = np.isfinite(values) & (np.abs(scaled) < _LARGEST) & (scaled / MICRO == values)
    return np.where(exact, scaled, 0).astype(np.int64), exact


def half_even_micros(values: Ints, step: int) -> Ints:
    """Round millionths to multiples of `step` (also in millionths), ties to the even multiple; answers in steps."""
    low, rest = np.divmod(values, step)
    twice = rest * 2
    up = (twice > step) | ((twice == step) & (low % 2 == 1))
    result: Ints = low + up
    return result


def columnwise(values: Floats, fast: Callable[[Ints], Floats], slow: Callable[[Floats], Floats]) -> Floats:
    """Apply `fast` to the millionths, and `slow` to those values that are not decimals of six places; NaN stays NaN."""
    whole, exact = micros(values)
    nothing = np.isnan(values)
    result = np.where(nothing, np.nan, fast(whole))
    odd = ~exact & ~nothing
    if odd.any():
        result[odd] = slow(values[odd])
    return result


def one_by_one(exact: Callable[[float], float]) -> Callable[[Floats], Floats]:
    """The exact path for a column; equal values are computed once."""

    def compute(values: Floats) -> Floats:
        known: dict[float, float] = {}
        for value in values.tolist():
            if value not in known:
                known[value] = exact(value)
        return np.array([known[value] for value in values.tolist()], dtype=np.float64)

    return compute
