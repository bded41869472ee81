"""Derived metrics in columns: the results of `derive`, many moments of one site at a time, for bulk history.

Integers carry the arithmetic (millionths of the unit), so nothing differs from the exact path. Values that are not decimals of at
most six places go through that path one by one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.metric import Metric
from domain.observation import Quality
from domain.place import Site
from indicators import aqi_columns, gb3838, rain, traffic, water
from indicators.exact import MICRO, Flags, Floats, Ints, columnwise, fraction, half_even_micros, micros, total
from indicators.hj633 import CHINA, HJ633_2012, HJ633_2026, IN_FORCE, POLLUTANTS
from indicators.recipes import AIR, DAY_HOURS, ENOUGH_HOURS, RECIPES, body_of, class_target, not_monitored

Inputs = Mapping[str, Floats]
_HOUR_MS = 3_600_000
_IN_FORCE_MS = int(datetime(IN_FORCE.year, IN_FORCE.month, IN_FORCE.day, tzinfo=CHINA).timestamp() * 1000)
_STEPS = 10**traffic.PLACES


@dataclass(frozen=True, eq=False)
class Column:
    """Derived values of one series under one standard, in the order given. at: ms UTC; quality: `Quality` numbers.

    value is NaN exactly where quality is MISSING.
    """

    standard: str
    at: Ints
    value: Floats
    quality: NDArray[np.uint8]


def derive_columns(metric: Metric, site: Site, at: Ints, inputs: Inputs) -> list[Column]:
    """One site's derived history from columns by metric key (NaN = no value), all as long as `at` (ms UTC, ascending).

    Answers one column for each standard that applied (two for an AQI history across 2026-03-01), none when the site lacks a
    fact or is of another kind. Moments without any input are left out. Inputs count as good. KeyError when the metric is not
    derived here; ValueError for columns of unequal length.
    """
    recipe = RECIPES[metric.derive]
    area = metric.key.rpartition(".")[0]
    mine = {name: inputs[key] for name in recipe.inputs if (key := f"{area}.{name}") in inputs}
    if any(column.shape != at.shape for column in mine.values()):
        raise ValueError("every input column must be as long as `at`")
    if not mine or metric.site_kind not in ("", site.kind):
        return []
    present = ~reduce(np.logical_and, (np.isnan(column) for column in mine.values()))
    made = [] if not present.any() else _COMPUTE[metric.derive](_Rows(site, at, mine))
    return [column for part in made if (column := _kept(part, at, present)) is not None]


class _Rows(NamedTuple):
    """What is computed on: one site's moments and its input columns by name."""

    site: Site
    at: Ints
    inputs: Inputs


class _Part(NamedTuple):
    """Values of every moment, and where they hold under this standard."""

    standard: str
    where: Flags
    value: Floats
    quality: NDArray[np.uint8]


_Compute = Callable[[_Rows], list[_Part]]


def _kept(part: _Part, at: Ints, present: Flags) -> Column | None:
    """The rows of a part that are present; missing where the value is not a number."""
    rows = part.where & present
    if not rows.any():
        return None
    told = np.where(np.isnan(part.value), np.uint8(Quality.MISSING), part.quality)[rows]
    return Column(part.standard, at[rows], part.value[rows], told)


def _whole(standard: str, value: Floats) -> list[_Part]:
    """One standard over the whole column, all of good quality."""
    return [_Part(standard, np.ones(value.shape, bool), value, np.zeros(value.shape, np.uint8))]


def _air(which: int) -> _Compute:
    """The index (0) or the primary pollutants (1), each under the edition of its day."""

    def compute(rows: _Rows) -> list[_Part]:
        skipped = not_monitored(rows.site)
        monitored = [p for p in POLLUTANTS if p not in skipped]
        values = {AIR[name]: column for name, column in rows.inputs.items()}
        later = rows.at >= _IN_FORCE_MS
        good = np.zeros(later.shape, np.uint8)
        return [
            _Part(edition, where, aqi_columns.hourly(values, edition, monitored)[which], good)
            for edition, where in ((HJ633_2012, ~later), (HJ633_2026, later))
            if where.any()
        ]

    return compute


def _classes(rows: _Rows) -> Floats:
    """The worst class of the evaluated items at each moment."""
    body = body_of(rows.site)
    worst: Floats = reduce(np.fmax, (_item_classes(key, column, body) for key, column in rows.inputs.items()))
    return worst


def _item_classes(key: str, values: Floats, body: gb3838.Body) -> Floats:
    def slow(value: float) -> float:
        return float(water.item_class(key, value, body) or np.nan)

    if key == "ph":
        low, high = (int(edge * MICRO) for edge in gb3838.PH)
        return columnwise(values, lambda v: np.where((v >= low) & (v <= high), 1.0, float(gb3838.WORST)), slow)
    item = gb3838.ITEMS[key]
    limits = [int(limit * MICRO) for limit in item.for_body(body)]
    return columnwise(values, lambda v: _failed(v, limits, item.least), slow)


def _failed(values: Ints, limits: list[int], least: bool) -> Floats:
    """1 + how many class limits a value fails: limits never get stricter from Ⅰ to Ⅴ."""
    failed = [values < limit if least else values > limit for limit in limits]
    classes: Floats = np.sum(failed, axis=0) + 1.0
    return classes


def _water_class(rows: _Rows) -> list[_Part]:
    return _whole(gb3838.STANDARD, _classes(rows))


def _water_good(rows: _Rows) -> list[_Part]:
    target = class_target(rows.site)
    classes = _classes(rows)
    if target is None:
        return []
    return _whole(gb3838.STANDARD, np.where(np.isnan(classes), np.nan, np.where(classes <= target, 100.0, 0.0)))


def _road(standard: str, fast: Callable[[Ints, int], Ints], slow: Callable[[float, float], float]) -> _Compute:
    """An index of speed against free-flow speed; `fast` answers in steps of 0.0001."""

    def compute(rows: _Rows) -> list[_Part]:
        free = traffic.free_flow(rows.site.facts)
        if free is None:
            return []
        whole, exact = micros(np.array([free]))
        flow = int(whole[0]) if exact[0] else 0
        speeds = rows.inputs["speed"]
        if not flow:
            return _whole(standard, np.array([slow(v, free) if v == v else np.nan for v in speeds.tolist()]))
        return _whole(standard, columnwise(speeds, lambda v: fast(v, flow) / _STEPS, lambda v: slow(v, free)))

    return compute


def _delay_steps(speed: Ints, free: int) -> Ints:
    ratio: Ints = np.maximum(free * _STEPS // np.maximum(speed, traffic.CRAWL * MICRO), _STEPS)
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


def _rain_24h(rows: _Rows) -> list[_Part]:
    """Totals of the 24 hourly values ending at each moment; suspect with fewer than 20 of them."""
    values = next(iter(rows.inputs.values()))
    whole, exact = micros(values)
    usable = ~np.isnan(values)
    looked = (_row_at(rows.at, rows.at - _HOUR_MS * k) for k in range(DAY_HOURS))
    picked = [(row, found & usable[row]) for row, found in looked]
    amount = np.sum([np.where(ok, whole[row], 0) for row, ok in picked], axis=0) / MICRO
    uneven = np.any([ok & ~exact[row] for row, ok in picked], axis=0)
    for i in np.flatnonzero(uneven):
        amount[i] = float(total(float(values[row[i]]) for row, ok in picked if ok[i]))
    hours = np.sum([ok for _, ok in picked], axis=0)
    quality = np.where(hours >= ENOUGH_HOURS, Quality.GOOD, Quality.SUSPECT).astype(np.uint8)
    return [_Part(rain.STANDARD, np.ones(amount.shape, bool), amount, quality)]


def _row_at(at: Ints, wanted: Ints) -> tuple[NDArray[np.intp], Flags]:
    """The row of each wanted moment, and whether there is one."""
    row = np.clip(np.searchsorted(at, wanted), 0, len(at) - 1)
    return row, at[row] == wanted


def _rain_grade(rows: _Rows) -> list[_Part]:
    lows = [int(low * 10) for low in rain.LOWS["24h"]]
    values = next(iter(rows.inputs.values()))

    def fast(whole: Ints) -> Floats:
        tenths = half_even_micros(whole, MICRO // 10)
        grades: Floats = np.sum([tenths >= low for low in lows], axis=0).astype(np.float64)
        return grades

    return _whole(rain.STANDARD, columnwise(values, fast, lambda v: float(rain.grade(v))))


_COMPUTE: Mapping[str, _Compute] = {
    "aqi": _air(0),
    "aqi_primary": _air(1),
    "water_class": _water_class,
    "water_good": _water_good,
    "delay_ratio": _road(traffic.DELAY_STANDARD, _delay_steps, traffic.delay_ratio),
    "tpi": _road(traffic.STANDARD, _tpi_steps, traffic.tpi),
    "rain_24h": _rain_24h,
    "rain_grade": _rain_grade,
}
