"""Two metrics at one place."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from alerts.signals.base import Quiet, Sample, When, World, figure, usable
from alerts.signals.recent import Recent, Value
from domain.observation import Observation
from domain.rule import Versus


class Against(Quiet):
    """The first against the second, once both are there and neither says nothing any more. `other` is the second."""

    def __init__(self, when: When, world: World) -> None:
        self.metrics = when.metrics
        self._spec = when.versus or Versus(metric=when.metric)
        self._world = world
        self._first = when.metric
        self._keep = {name: world.silent_after(name) for name in self.metrics}
        self._recent = {name: Recent(name, self._keep[name], world.history) for name in self.metrics}

    def take(self, seen: Sequence[Observation], now: datetime) -> Iterable[Sample]:
        """A figure for each place where one of the two moved."""
        for recent in self._recent.values():
            recent.load(now)
        places: dict[str, datetime] = {}
        for one in seen:
            value = usable(one)
            if value is not None:
                self._recent[one.metric].add(one.site, one.at, value)
                places[one.site] = max(one.at, places.get(one.site, one.at))
        return [self._figure(place, at) for place, at in places.items()]

    def _figure(self, place: str, at: datetime) -> Sample:
        one, other = self._fresh(self._first, place, at), self._fresh(self._spec.metric, place, at)
        if one is None or other is None or (self._spec.compared == "ratio" and other.value == 0):
            return Sample(place, at, None)
        value = one.value / other.value if self._spec.compared == "ratio" else one.value - other.value
        return Sample(place, at, value, {"other": figure(self._world, self._spec.metric, other.value)})

    def _fresh(self, metric: str, place: str, at: datetime) -> Value | None:
        newest = self._recent[metric].newest(place)
        limit: timedelta = self._keep[metric]
        return newest if newest is not None and at - newest.at <= limit else None
