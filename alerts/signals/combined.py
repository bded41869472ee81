"""Several conditions at one place, each with its own levels: all of them, or any."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from alerts.rule import levels_of
from alerts.signals.base import Quiet, Sample, Signal, When, World
from domain.alert import AlertLevel
from domain.incident import Incident
from domain.observation import Observation

Build = Callable[[When, World], Signal]


class Held(NamedTuple):
    """Where one part stands at one place."""

    at: datetime
    value: float | None
    level: AlertLevel | None


class Combined(Quiet):
    """The figure is the level's urgency, 4 for P1 … 1 for P4, 0 for none. A part about a district holds for all its sites.

    A part that says nothing any more is not known: then `all` cannot be told, and `any` goes without it.
    """

    def __init__(self, when: When, world: World, build: Build) -> None:
        self.metrics = when.metrics
        self._world = world
        self._every = bool(when.all)
        self._whens = when.all or when.any
        self._parts = [build(part, world) for part in self._whens]
        self._held: list[dict[str, Held]] = [{} for _ in self._parts]
        self._fresh = [self._span(part) for part in self._whens]

    def take(self, seen: Sequence[Observation], now: datetime) -> Iterable[Sample]:
        """What the parts make of observations."""
        return self._moved(
            (i, part.take([one for one in seen if one.metric in part.metrics], now))
            for i, part in enumerate(self._parts)
        )

    def told(self, incidents: Sequence[Incident], now: datetime) -> Iterable[Sample]:
        """What the parts make of incidents."""
        return self._moved((i, part.told(incidents, now)) for i, part in enumerate(self._parts))

    def due(self) -> datetime | None:
        """The first part's due time."""
        return min((at for part in self._parts if (at := part.due()) is not None), default=None)

    def tick(self, now: datetime) -> Iterable[Sample]:
        """What time makes of the parts whose time has come."""
        ready = [(i, part) for i, part in enumerate(self._parts) if (at := part.due()) is not None and at <= now]
        return self._moved((i, part.tick(now)) for i, part in ready)

    def _span(self, part: When) -> timedelta | None:
        """How long a part's figure holds; what time itself moves holds until it moves."""
        if not part.metrics or part.kind in ("silent", "combined"):
            return None
        return max(self._world.silent_after(metric) for metric in part.metrics)

    def _moved(self, found: Iterable[tuple[int, Iterable[Sample]]]) -> list[Sample]:
        places: dict[str, tuple[datetime, Mapping[str, str]]] = {}
        for index, samples in found:
            for sample in samples:
                self._hold(index, sample)
                for place in self._touched(sample.place):
                    before = places.get(place)
                    told = {**(before[1] if before else {}), **sample.told}
                    places[place] = (max(sample.at, before[0] if before else sample.at), told)
        return [Sample(place, at, self._figure(place, at), told) for place, (at, told) in places.items()]

    def _hold(self, index: int, sample: Sample) -> None:
        site = self._world.sites.get(sample.place)
        levels = levels_of(self._whens[index], site.facts if site else {})
        before = self._held[index].get(sample.place)
        level = None
        if sample.value is not None and levels is not None:
            stood = before.level if before else None
            level = levels.reached(sample.value) if stood is None else levels.settled(stood, sample.value)
        self._held[index][sample.place] = Held(sample.at, sample.value, level)

    def _touched(self, place: str) -> list[str]:
        """The places whose figure a part's move may change: its own, and the sites of an area that other parts know."""
        if place not in self._world.areas:
            return [place]
        sites = {site for held in self._held for site in held if site not in self._world.areas}
        inside = [site for site in sites if place in (self._world.district(site), self._world.city)]
        return sorted(inside) or [place]

    def _figure(self, place: str, at: datetime) -> float | None:
        held = [self._at(index, place, at) for index in range(len(self._parts))]
        if self._every:
            if any(one is None or one.value is None for one in held):
                return None
            levels = [one.level for one in held if one is not None]
            return 0.0 if None in levels else float(5 - max(level for level in levels if level is not None))
        reached = [one.level for one in held if one is not None and one.level is not None]
        return float(5 - min(reached)) if reached else 0.0

    def _at(self, index: int, place: str, at: datetime) -> Held | None:
        """Where a part stands at a place, or at the area the place lies in; None when that is not known or too old."""
        held, fresh = self._held[index], self._fresh[index]
        for where in dict.fromkeys((place, self._world.district(place), self._world.city)):
            one = held.get(where)
            if one is not None and (fresh is None or at - one.at <= fresh):
                return one
        return None
