"""主动发现: which matters the system saw before anybody called. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.case import Case, Handling
from domain.incident_file import IncidentFile
from domain.rule import Rule

# A finding that was wrong, that belongs to another, or that went away before anybody looked is no matter of its own.
NONE = frozenset({Handling.FALSE_ALARM, Handling.MERGED, Handling.SELF_CLOSED})
CALLED = frozenset({"records", "deadline"})  # conditions on what departments and callers have reported already
OWN_TOPIC = "system"  # how the cockpit and its feeds do is no matter of the city


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that happened, counted once. at: when it was first known here. first: the system knew before anybody called."""

    at: datetime
    district: str
    first: bool


def called_rules(rules: Mapping[str, Rule]) -> frozenset[str]:
    """Rules that only repeat what somebody has reported."""
    return frozenset(key for key, rule in rules.items() if rule.when.kind in CALLED)


def matters(cases: Collection[Case], files: Iterable[IncidentFile], called: Collection[str]) -> Iterator[Matter]:
    """Each incident with its cases, then each case that belongs to none. Drills and what NONE and OWN_TOPIC leave out are none."""
    counted = {case.id: case for case in cases if case.handling not in NONE and case.topic != OWN_TOPIC}
    held = {case.id: case for case in cases}
    for file in files:
        if file.exercise:
            continue
        own = [held[key] for key in {*file.cases, file.about} if key in held]
        for case in own:
            counted.pop(case.id, None)
        seen = [case.opened for case in own if case.rule not in called]
        first = min(seen, default=file.facts.told)
        yield Matter(min(first, file.facts.told, file.opened), file.district, bool(seen) and first <= file.facts.told)
    for case in counted.values():
        yield Matter(case.opened, case.district, case.rule not in called)


def by_hour(found: Iterable[Matter], city: str) -> dict[tuple[datetime, str], tuple[int, int]]:
    """(hour, place) -> (found first, all), for each district and for the city as a whole, which counts every matter."""
    first: Counter[tuple[datetime, str]] = Counter()
    every: Counter[tuple[datetime, str]] = Counter()
    for matter in found:
        hour = matter.at.replace(minute=0, second=0, microsecond=0)
        for place in {matter.district or city, city}:
            every[hour, place] += 1
            first[hour, place] += matter.first
    return {key: (first[key], count) for key, count in every.items()}
