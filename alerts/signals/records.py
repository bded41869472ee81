"""How many incidents there are in an area."""

import heapq
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from alerts.signals.base import Quiet, Sample, When, World
from domain.incident import Incident
from domain.rule import Records

_START = datetime.min.replace(tzinfo=UTC)


class Recorded(Quiet):
    """An incident counts while it matches; with `within`, until the span after its beginning is over."""

    def __init__(self, when: When, world: World) -> None:
        self.metrics = frozenset()
        self._spec = when.records or Records()
        self._world = world
        self._counted: dict[tuple[str, str], tuple[str, datetime]] = {}
        self._ends: list[tuple[datetime, tuple[str, str]]] = []
        self._loaded = False

    def told(self, incidents: Sequence[Incident], now: datetime) -> Iterable[Sample]:
        """A figure for each area whose count may have moved."""
        return self._figures(self._load(now) | {area for one in incidents for area in self._take(one, now)}, now)

    def due(self) -> datetime | None:
        """When the next incident leaves the span; before the first look: at once."""
        if not self._loaded:
            return _START
        return self._ends[0][0] if self._ends else None

    def tick(self, now: datetime) -> Iterable[Sample]:
        """The areas that an incident has left."""
        areas = self._load(now)
        while self._ends and self._ends[0][0] <= now:
            key = heapq.heappop(self._ends)[1]
            left = self._counted.pop(key, None)
            areas |= {left[0]} if left else set()
        return self._figures(areas, now)

    def _load(self, now: datetime) -> set[str]:
        if self._loaded:
            return set()
        self._loaded = True
        areas = {area for one in self._world.history.incidents() for area in self._take(one, now)}
        return areas | {area for area in self._world.areas if self._spec.of == "district" or area == self._world.city}

    def _take(self, one: Incident, now: datetime) -> list[str]:
        """Count an incident, or no longer; the areas that it touches."""
        key = (one.source, one.id)
        before = self._counted.pop(key, None)
        area = self._world.city if self._spec.of == "city" else one.district
        matches = (not self._spec.kinds or one.kind in self._spec.kinds) and one.status in self._spec.status
        if self._spec.within is not None:
            matches = matches and one.at + self._spec.within > now
            if matches:
                heapq.heappush(self._ends, (one.at + self._spec.within, key))
        if matches and area:
            self._counted[key] = (area, one.at)
        return [area for area in ((before[0] if before else ""), area) if area]

    def _figures(self, areas: set[str], now: datetime) -> list[Sample]:
        counts = dict.fromkeys(areas, 0)
        for area, _ in self._counted.values():
            if area in counts:
                counts[area] += 1
        return [Sample(area, now, float(count), {"count": str(count)}) for area, count in sorted(counts.items())]
