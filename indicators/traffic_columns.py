"""Road indices in columns: the values of `traffic.tpi` and `traffic.delay_ratio`, a whole history at a time."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from indicators import traffic
from indicators.exact import MICRO, Floats, Ints, columnwise, fraction, micros, one_by_one

_STEPS = 10**traffic.PLACES
_HAIR = 1e-4  # of a step: far above the rounding errors of a handful of float operations, far below a step


class _Index(NamedTuple):
    """One index three ways: in steps of 0.0001 from integers, exactly for one value, and nearly for a column."""

    steps: Callable[[Ints, int], Ints]
    exact: Callable[[float, float], float]
    nearly: Callable[[Floats, float], Floats]


def tpi(speeds: Floats, free: float) -> Floats:
    """The TPI of each speed (GB/T 33171-2016 Annex C); NaN where there is none."""
    return _column(_TPI, speeds, free)


def delay_ratio(speeds: Floats, free: float) -> Floats:
    """The delay ratio of each speed (nobody's standard); NaN where there is none."""
    return _column(_DELAY, speeds, free)


def _column(index: _Index, speeds: Floats, free: float) -> Floats:
    def unrounded(values: Floats) -> Floats:
        return _unrounded(index, values, free)

    whole, exact = micros(np.array([free]))
    if not exact[0]:
        return unrounded(speeds)
    flow = int(whole[0])
    return columnwise(speeds, lambda v: index.steps(v, flow) / _STEPS, unrounded)


def _unrounded(index: _Index, speeds: Floats, free: float) -> Floats:
    """Speeds with all their digits: cut in floats, and exactly only where a step is too near to tell."""
    within = np.minimum(speeds, free)  # faster than free flow counts as free flow in both indices
    steps = index.nearly(within, free) * _STEPS
    result: Floats = np.floor(steps) / _STEPS
    close = np.abs(steps - np.rint(steps)) < _HAIR
    result[close] = one_by_one(lambda v: index.exact(v, free))(within[close])
    return result


def _delay_steps(speed: Ints, free: int) -> Ints:
    ratio: Ints = np.maximum(free * _STEPS // np.maximum(speed, traffic.CRAWL * MICRO), _STEPS)
    return ratio


def _nearly_delay(speeds: Floats, free: float) -> Floats:
    ratio: Floats = np.maximum(free / np.maximum(speeds, traffic.CRAWL), 1.0)
    return ratio


def _tpi_steps(speed: Ints, free: int) -> Ints:
    """Annex C on integers: with bins in tenths, (DTP - low) / (high - low) = (10(vf - v) - low·vf) / ((high - low)·vf)."""
    lost = np.clip(free - speed, 0, free) * 10
    bins = np.array([int(fraction(edge) * 10) for edge in traffic.DTP_BINS], dtype=np.int64)
    index = np.array(traffic.TPI_BINS, dtype=np.int64)
    step = np.clip(np.searchsorted(bins * free, lost, side="left"), 1, len(bins) - 1)
    low, width = bins[step - 1] * free, (bins[step] - bins[step - 1]) * free
    rise = index[step] - index[step - 1]
    steps: Ints = index[step - 1] * _STEPS + rise * _STEPS * (lost - low) // width
    return steps


def _nearly_tpi(speeds: Floats, free: float) -> Floats:
    index: Floats = np.interp(1 - speeds / free, [float(b) for b in traffic.DTP_BINS], traffic.TPI_BINS)
    return index


_TPI = _Index(_tpi_steps, traffic.tpi, _nearly_tpi)
_DELAY = _Index(_delay_steps, traffic.delay_ratio, _nearly_delay)
