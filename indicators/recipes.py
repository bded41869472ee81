"""What each `derive:` name computes, from which inputs, under which standard: one value at a time, exactly."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from domain.metric import Metric
from domain.observation import Quality
from domain.place import Site
from indicators import aqi, gb3838, rain, traffic, water
from indicators.exact import total
from indicators.gb3838 import Body
from indicators.hj633 import POLLUTANTS, Edition, edition_of

# Input name within the metric's area (air.pm25 for air.aqi) -> pollutant.
AIR = {"so2": "SO2", "no2": "NO2", "co": "CO", "o3": "O3", "pm10": "PM10", "pm25": "PM2.5"}
HOURLY_RAIN = ("rain_1h", "hour")  # a weather station's and a rain gauge's name for the total of one hour
DAILY_RAIN = ("rain_24h", "h24")
DAY_HOURS = 24
ENOUGH_HOURS = 20  # of 24: fewer than 80 % of the hours make a total suspect

Values = Mapping[str, Sequence[float]]


class Case(NamedTuple):
    """What is computed on: the metric, the site, the moment, and the present values by input name (at least one)."""

    metric: Metric
    site: Site
    at: datetime
    values: Values

    def first(self) -> dict[str, float]:
        """Each input's value at the moment itself."""
        return {name: found[0] for name, found in self.values.items()}


class Made(NamedTuple):
    """A computed value; None where the standard gives none although there were inputs (it is then stored as missing)."""

    value: float | None
    quality: Quality = Quality.GOOD


@dataclass(frozen=True, slots=True)
class Recipe:
    """inputs: names within the area. hours: how many hourly moments, ending at `at`, go in. standard: by metric and moment.

    compute: the result, None when the site lacks a fact that it needs.
    """

    inputs: tuple[str, ...]
    compute: Callable[[Case], Made | None]
    standard: Callable[[Metric, datetime], str]
    hours: int = 1


def _always(standard: str) -> Callable[[Metric, datetime], str]:
    return lambda _metric, _at: standard


def edition(metric: Metric, at: datetime) -> Edition:
    """The edition of HJ 633 that an AQI metric is computed by at a moment."""
    return edition_of(at, metric.standard)


def not_monitored(site: Site) -> tuple[str, ...]:
    """Pollutants outside the station's programme (fact `not_monitored`), which do not block publication (HJ 633-2026 5.3.2)."""
    listed = site.facts.get("not_monitored", ())
    return tuple(p for p in POLLUTANTS if isinstance(listed, list | tuple) and p in listed)


def body_of(site: Site) -> Body:
    """Which limits of GB 3838-2002 hold at a section: fact `body`; a river unless it says lake."""
    return "lake" if site.facts.get("body") == "lake" else "river"


def class_target(site: Site) -> float | None:
    """The class a section has to meet: fact `class_target`, 1..5; None when it has none."""
    target = site.facts.get("class_target")
    if isinstance(target, bool) or not isinstance(target, int | float):
        return None
    return float(target) if 1 <= target < gb3838.WORST else None


def _air(case: Case) -> aqi.Aqi:
    skipped = not_monitored(case.site)
    found = {AIR[name]: value for name, value in case.first().items()}
    return aqi.hourly(found, edition(case.metric, case.at), monitored=[p for p in POLLUTANTS if p not in skipped])


def _aqi(case: Case) -> Made:
    index = _air(case)
    return Made(None if index.value is None else float(index.value))


def _aqi_primary(case: Case) -> Made:
    index = _air(case)
    return Made(None if index.value is None else float(aqi.mask(index.primary)))


def _water_class(case: Case) -> Made:
    found = water.classify(case.first(), body_of(case.site)).value
    return Made(None if found is None else float(found))


def _water_good(case: Case) -> Made | None:
    """100 when a section meets its target class, else 0; the mean over sections is 达标率."""
    found, target = water.classify(case.first(), body_of(case.site)).value, class_target(case.site)
    if found is None or target is None:
        return None
    return Made(100.0 if found <= target else 0.0)


def _delay_ratio(case: Case) -> Made | None:
    free = traffic.free_flow(case.site.facts)
    return None if free is None else Made(traffic.delay_ratio(case.values["speed"][0], free))


def _tpi(case: Case) -> Made | None:
    free = traffic.free_flow(case.site.facts)
    return None if free is None else Made(traffic.tpi(case.values["speed"][0], free))


def _rain_24h(case: Case) -> Made:
    """The sum of the hourly totals of 24 hours; suspect when fewer than 20 are there (it can only be too small)."""
    hours = next(iter(case.values.values()))
    return Made(float(total(hours)), Quality.GOOD if len(hours) >= ENOUGH_HOURS else Quality.SUSPECT)


def _rain_grade(case: Case) -> Made:
    return Made(float(rain.grade(next(iter(case.first().values())))))


RECIPES: Mapping[str, Recipe] = {
    "aqi": Recipe(tuple(AIR), _aqi, edition),
    "aqi_primary": Recipe(tuple(AIR), _aqi_primary, edition),
    "water_class": Recipe(gb3838.EVALUATED, _water_class, _always(gb3838.STANDARD)),
    "water_good": Recipe(gb3838.EVALUATED, _water_good, _always(gb3838.STANDARD)),
    "delay_ratio": Recipe(("speed",), _delay_ratio, _always(traffic.DELAY_STANDARD)),
    "tpi": Recipe(("speed",), _tpi, _always(traffic.STANDARD)),
    "rain_24h": Recipe(HOURLY_RAIN, _rain_24h, _always(rain.STANDARD), hours=DAY_HOURS),
    "rain_grade": Recipe(DAILY_RAIN, _rain_grade, _always(rain.STANDARD)),
}
