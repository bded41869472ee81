"""k of n: how many sites of an area lie beyond a value at the same time."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from alerts.signals.base import Quiet, Sample, When, World, usable
from alerts.signals.recent import Recent
from domain.observation import Observation
from domain.rule import Share


class Counting(Quiet):
    """`count` is "3 / 11": beyond, and reporting. A site that says nothing any more is in neither number."""

    def __init__(self, when: When, world: World) -> None:
        self.metrics = when.metrics
        self._spec = when.share or Share(above=0)
        self._world = world
        self._fresh = world.silent_after(when.metric)
        self._recent = Recent(when.metric, self._fresh, world.history)

    def take(self, seen: Sequence[Observation], now: datetime) -> Iterable[Sample]:
        """A figure for each area in which a site reported."""
        self._recent.load(now)
        areas: dict[str, datetime] = {}
        for one in seen:
            value = usable(one)
            if value is not None and one.site in self._world.sites:
                self._recent.add(one.site, one.at, value)
                area = self._area(one.site)
                areas[area] = max(one.at, areas.get(area, one.at))
        return [self._figure(area, at) for area, at in areas.items()]

    def _area(self, site: str) -> str:
        return self._world.city if self._spec.of == "city" else self._world.district(site)

    def _figure(self, area: str, at: datetime) -> Sample:
        newest = [self._recent.newest(site) for site in self._recent.sites() if self._area(site) == area]
        values = [one.value for one in newest if one is not None and at - one.at <= self._fresh]
        beyond = sum(self._beyond(value) for value in values)
        share = 100 * beyond / len(values) if self._spec.percent and values else float(beyond)
        return Sample(area, at, share, {"count": f"{beyond} / {len(values)}"})

    def _beyond(self, value: float) -> bool:
        if self._spec.above is not None:
            return value >= self._spec.above
        return self._spec.below is not None and value <= self._spec.below
