"""Which series can move an alert at all: over two days a dozen of fifteen hundred, and only these are shown to the rules."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from alerts.rule import Band, Levels, Limits, levels_of
from demo.noise import Floats, Ints
from domain.city import City
from domain.rule import Kind, Rule, When


class Values(NamedTuple):
    """A series' usable values in order of time; `at` in ms."""

    place: str
    at: Ints
    value: Floats


Sieve = Callable[[City, When, Sequence[Values]], set[str]]


def moving(city: City, metric: str, series: Sequence[Values]) -> set[str]:
    """The places at which some rule that listens to a metric may find something."""
    rules: Iterable[Rule] = (rule for rule in city.rules.values() if metric in rule.when.metrics)
    return {place for rule in rules for place in _of(city, metric, rule.when, series)}


def _of(city: City, metric: str, when: When, series: Sequence[Values]) -> set[str]:
    """Where a condition may come to hold. Kinds without a sieve of their own need every value."""
    sieve = _SIEVES.get(when.kind)
    if sieve is None or when.kind == "combined":
        return _combined(city, metric, when, series) if when.all else {one.place for one in series}
    return sieve(city, when, series)


def _combined(city: City, metric: str, when: When, series: Sequence[Values]) -> set[str]:
    """All parts must hold, so one that never does rules its place out."""
    places = {one.place for one in series}
    for part in when.all:
        if metric in part.metrics:
            places &= _of(city, metric, part, series)
    return places


def _thresholds(city: City, when: When, series: Sequence[Values]) -> set[str]:
    return {one.place for one in series if _reached(_levels(city, when, one.place), one.value)}


def _changes(city: City, when: When, series: Sequence[Values]) -> set[str]:
    """No change is greater than what lies between the lowest and the highest value."""
    found = set()
    for one in series:
        levels = _levels(city, when, one.place)
        if isinstance(levels, Limits) and one.value.size and float(np.ptp(one.value)) >= levels.entry:
            found.add(one.place)
    return found


def _baselines(city: City, when: When, series: Sequence[Values]) -> set[str]:
    """Below the least count nothing is compared."""
    spec = when.baseline
    if spec is None or city.metrics[when.metric].aggregate != "sum":
        return {one.place for one in series}
    span = int(spec.over.total_seconds() * 1000)
    return {one.place for one in series if _most(one, span) >= spec.least}


def _shares(city: City, when: When, series: Sequence[Values]) -> set[str]:
    """All of a metric's places or none: those that are not beyond are counted too."""
    spec, levels = when.share, _levels(city, when, "")
    if spec is None or spec.percent or not isinstance(levels, Limits):
        return {one.place for one in series}
    beyond = sum(
        bool((one.value >= spec.above).any() if spec.above is not None else (one.value <= (spec.below or 0.0)).any())
        for one in series
    )
    return {one.place for one in series} if beyond >= levels.entry else set()


def _levels(city: City, when: When, place: str) -> Levels | None:
    site = city.sites.get(place)
    return levels_of(when, site.facts if site else {})


def _reached(levels: Levels | None, value: Floats) -> bool:
    if levels is None:
        return False
    sides = (levels.lower, levels.upper) if isinstance(levels, Band) else (levels,)
    return any(bool((side.sign * value >= side.entry).any()) for side in sides)


def _most(one: Values, span: int) -> float:
    """The greatest sum over a span."""
    total = np.concatenate([[0.0], np.cumsum(one.value)])
    first = np.searchsorted(one.at, one.at - span, side="right")
    return float((total[1:] - total[first]).max(initial=0.0))


_SIEVES: Final[Mapping[Kind, Sieve]] = {
    "threshold": _thresholds,
    "outside": _thresholds,
    "change": _changes,
    "baseline": _baselines,
    "share": _shares,
}
