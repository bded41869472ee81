"""Absence: the age of a site's newest value, in minutes."""

import heapq
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from alerts.rule import limits
from alerts.signals.base import Quiet, Sample, When, World, usable
from domain.observation import Observation

MINUTE = timedelta(minutes=1)
REACH = timedelta(days=30)  # a site silent for longer is no news; a place that never spoke is no finding


class Silence(Quiet):
    """Time moves it: each level's age is a due time. A value brings it back to what the value's own age is."""

    def __init__(self, when: When, world: World) -> None:
        self.metrics = when.metrics
        self._when, self._metric, self._world = when, when.metric, world
        self._newest: dict[str, datetime] = {}
        self._due: list[tuple[datetime, str]] = []
        self._loaded = False

    def take(self, seen: Sequence[Observation], now: datetime) -> Iterable[Sample]:
        """The age of what came."""
        self._load(now)
        found = []
        for one in seen:
            if usable(one) is not None and one.at > self._newest.get(
                one.site, datetime.min.replace(tzinfo=one.at.tzinfo)
            ):
                self._heard(one.site, one.at)
                found.append(Sample(one.site, now, max((now - one.at) / MINUTE, 0.0)))
        return found

    def due(self) -> datetime | None:
        """When the next site reaches a level. Before the first look: at once, to learn what is already silent."""
        if not self._loaded:
            return datetime.min.replace(tzinfo=self._world.zone)
        return self._due[0][0] if self._due else None

    def tick(self, now: datetime) -> Iterable[Sample]:
        """The ages of the sites that reached a level."""
        self._load(now)
        sites = []
        while self._due and self._due[0][0] <= now:
            sites.append(heapq.heappop(self._due)[1])
        return [Sample(site, now, (now - self._newest[site]) / MINUTE) for site in dict.fromkeys(sites)]

    def _load(self, now: datetime) -> None:
        if self._loaded:
            return
        self._loaded = True
        newest = {site: at for site, at, _ in self._world.history.recent(self._metric, now - REACH)}
        for site, at in newest.items():
            self._heard(site, at)

    def _heard(self, site: str, at: datetime) -> None:
        self._newest[site] = at
        spec = self._world.sites.get(site)
        levels = limits(self._when, spec.facts if spec else {})
        for step in levels.steps if levels else ():
            heapq.heappush(self._due, (at + step.threshold * MINUTE, site))
