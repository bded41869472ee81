"""Derived metrics in columns: the results of `derive`, many moments of one site at a time, for bulk history.

Integers carry the arithmetic (millionths of the unit), so nothing differs from the exact path. Values that are not decimals of at
most six places go through that path themselves.
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
from indicators import aqi_columns, gb3838, rain, rain_columns, traffic, traffic_columns, water_columns
from indicators.exact import Flags, Floats, Ints
from indicators.hj633 import CHINA, HJ633_2012, HJ633_2026, IN_FORCE, POLLUTANTS
from indicators.recipes import AIR, DAY_HOURS, ENOUGH_HOURS, RECIPES, body_of, class_target, not_monitored

Inputs = Mapping[str, Floats]
_IN_FORCE_MS = int(datetime(IN_FORCE.year, IN_FORCE.month, IN_FORCE.day, tzinfo=CHINA).timestamp() * 1000)


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
    made = [] if not present.any() else _COMPUTE[metric.derive](_Rows(metric, site, at, mine))
    return [column for part in made if (column := _kept(part, at, present)) is not None]


class _Rows(NamedTuple):
    """What is computed on: a metric, one site's moments and its input columns by name."""

    metric: Metric
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
        later = (rows.at >= _IN_FORCE_MS) & (rows.metric.standard != HJ633_2012)
        good = np.zeros(later.shape, np.uint8)
        return [
            _Part(edition, where, aqi_columns.hourly(values, edition, monitored)[which], good)
            for edition, where in ((HJ633_2012, ~later), (HJ633_2026, later))
            if where.any()
        ]

    return compute


def _classes(rows: _Rows) -> Floats:
    return water_columns.classes(rows.inputs, body_of(rows.site))


def _water_class(rows: _Rows) -> list[_Part]:
    return _whole(gb3838.STANDARD, _classes(rows))


def _water_good(rows: _Rows) -> list[_Part]:
    target = class_target(rows.site)
    if target is None:
        return []
    found = _classes(rows)
    return _whole(gb3838.STANDARD, np.where(np.isnan(found), np.nan, np.where(found <= target, 100.0, 0.0)))


def _road(standard: str, index: Callable[[Floats, float], Floats]) -> _Compute:
    """An index of speed against the site's free-flow speed."""

    def compute(rows: _Rows) -> list[_Part]:
        free = traffic.free_flow(rows.site.facts)
        return [] if free is None else _whole(standard, index(rows.inputs["speed"], free))

    return compute


def _rain_24h(rows: _Rows) -> list[_Part]:
    amount, hours = rain_columns.sums(rows.at, next(iter(rows.inputs.values())), DAY_HOURS)
    quality = np.where(hours >= ENOUGH_HOURS, Quality.GOOD, Quality.SUSPECT).astype(np.uint8)
    return [_Part(rain.STANDARD, np.ones(amount.shape, bool), amount, quality)]


def _rain_grade(rows: _Rows) -> list[_Part]:
    return _whole(rain.STANDARD, rain_columns.grades(next(iter(rows.inputs.values()))))


_COMPUTE: Mapping[str, _Compute] = {
    "aqi": _air(0),
    "aqi_primary": _air(1),
    "water_class": _water_class,
    "water_good": _water_good,
    "delay_ratio": _road(traffic.DELAY_STANDARD, traffic_columns.delay_ratio),
    "tpi": _road(traffic.STANDARD, traffic_columns.tpi),
    "rain_24h": _rain_24h,
    "rain_grade": _rain_grade,
}
