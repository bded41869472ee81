"""Where and when a rule holds."""

from collections.abc import Callable, Mapping
from datetime import datetime

from domain.metric import Metric
from domain.place import Site
from domain.rule import Scope


def anywhere(scope: Scope) -> bool:
    """Whether no place is left out."""
    return not (scope.topics or scope.districts or scope.kinds or scope.facts)


def covers(scope: Scope, metric: Metric | None, place: str, site: Site | None) -> bool:
    """Whether a rule holds at a place. An area (a district's or the city's figure) has no kind and no facts."""
    if scope.topics and (metric is None or metric.topic not in scope.topics):
        return False
    if scope.districts and (site.district if site else place) not in scope.districts:
        return False
    if scope.kinds and (site is None or site.kind not in scope.kinds):
        return False
    facts: Mapping[str, object] = site.facts if site else {}
    return all(facts.get(name) == wanted for name, wanted in scope.facts.items())


def always(scope: Scope) -> bool:
    """Whether no time is left out."""
    return not (scope.hours or scope.weekdays or scope.months)


def holds(scope: Scope, local: datetime) -> bool:
    """Whether a rule holds at a moment in the city's zone. A night that began on a named weekday belongs to that day."""
    if scope.months and local.month not in scope.months:
        return False
    if not scope.hours:
        return not scope.weekdays or local.isoweekday() in scope.weekdays
    return any(_inside(hours, local, scope.weekdays) for hours in scope.hours)


def _inside(hours: tuple[int, int], local: datetime, weekdays: tuple[int, ...]) -> bool:
    begin, end = hours
    today: Callable[[int], bool] = lambda day: not weekdays or day in weekdays  # noqa: E731  read twice below
    if begin < end:
        return begin <= local.hour < end and today(local.isoweekday())
    if local.hour >= begin:
        return today(local.isoweekday())
    return local.hour < end and today((local.isoweekday() - 2) % 7 + 1)
