"""Real-time AQI and primary pollutants in columns: the integers of `aqi`, a whole history at a time."""

from collections.abc import Collection, Mapping
from functools import reduce

import numpy as np

from indicators.aqi import BITS, PRIMARY_ABOVE, PUBLISH_ABOVE
from indicators.aqi import iaqi as iaqi_of_one
from indicators.exact import MICRO, Flags, Floats, Ints, columnwise, half_even_micros, one_by_one
from indicators.hj633 import (
    BREAKPOINTS,
    FIXED_2026,
    HJ633_2026,
    HOURLY_ITEMS,
    INSTEAD_2012,
    POLLUTANTS,
    SCALE,
    Edition,
    pollutant_of,
)


def iaqi(item: str, concentrations: Floats, edition: Edition) -> Floats:
    """Sub-indices of one item; NaN where there is no value or HJ 633-2012 sends it to another column."""

    def slow(value: float) -> float:
        part = iaqi_of_one(item, value, edition)
        return np.nan if part is None else float(part)

    return columnwise(concentrations, lambda whole: _iaqi(item, whole, edition), one_by_one(slow))


def _iaqi(item: str, whole: Ints, edition: Edition) -> Floats:
    """The formula on rounded concentrations, in tenths for CO: ceil division of integers, so exact."""
    tenths = 10 if item.startswith("CO") else 1
    value = half_even_micros(whole, MICRO // tenths)
    points = np.array(BREAKPOINTS[edition][item], dtype=np.int64) * tenths
    scale = np.array(SCALE[: len(points)], dtype=np.int64)
    step = np.clip(np.searchsorted(points, value, side="left"), 1, len(points) - 1)
    rise, run = scale[step] - scale[step - 1], points[step] - points[step - 1]
    part = (-(-rise * (value - points[step - 1]) // run) + scale[step - 1]).astype(np.float64)
    part = np.where(value > points[-1], _beyond(item, edition), part)
    return np.where(value <= 0, 0.0, part)


def _beyond(item: str, edition: Edition) -> float:
    if item not in INSTEAD_2012:
        return float(SCALE[-1])
    return float(FIXED_2026[item]) if edition == HJ633_2026 else np.nan


def hourly(
    values: Mapping[str, Floats], edition: Edition, monitored: Collection[str] = POLLUTANTS
) -> tuple[Floats, Floats]:
    """Index and mask of primary pollutants from one-hour means by pollutant; NaN where NA or nothing was measured.

    The columns have one length and one edition. A pollutant without a column is missing throughout.
    """
    parts = {
        pollutant_of(item): iaqi(item, values[pollutant_of(item)], edition)
        for item in HOURLY_ITEMS
        if pollutant_of(item) in values
    }
    index: Floats = reduce(np.fmax, parts.values())
    unjudged = [np.isnan(part) & ~np.isnan(values[p]) for p, part in parts.items()]
    index = np.where(reduce(np.logical_or, unjudged), np.nan, index)
    if edition == HJ633_2026:
        index = np.where(_incomplete(parts, monitored, index.shape) & (index <= PUBLISH_ABOVE), np.nan, index)
    bits = sum((np.where(part == index, BITS[p], 0) for p, part in parts.items()), np.zeros_like(index))
    return index, np.where(np.isnan(index), np.nan, np.where(index > PRIMARY_ABOVE, bits, 0.0))


def _incomplete(parts: Mapping[str, Floats], monitored: Collection[str], shape: tuple[int, ...]) -> Flags:
    """Where a monitored pollutant has no sub-index."""
    gaps = np.full(shape, any(p not in parts for p in monitored))
    for pollutant, part in parts.items():
        gaps |= np.isnan(part) & (pollutant in monitored)
    return gaps
