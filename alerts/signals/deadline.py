"""The time that is left to an incident, in percent of what it is allowed."""

import heapq
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from alerts.rule import limits
from alerts.signals.base import Quiet, Sample, When, World
from domain.duration import format_duration
from domain.incident import Incident
from domain.rule import Deadline

_START = datetime.min.replace(tzinfo=UTC)
DONE = 100.0  # a closed incident is out of danger


class Deadlines(Quiet):
    """Each level's moment of each open incident is a due time. The place is the incident, "source/id"."""

    def __init__(self, when: When, world: World) -> None:
        self.metrics = frozenset()
        self._when, self._world = when, world
        self._spec = when.deadline or Deadline(allow=timedelta(hours=1))
        self._open: dict[str, Incident] = {}
        self._due: list[tuple[datetime, str]] = []
        self._loaded = False

    def told(self, incidents: Sequence[Incident], now: datetime) -> Iterable[Sample]:
        """Where the told incidents stand."""
        self._load()
        return [sample for one in incidents if (sample := self._take(one, now)) is not None]

    def due(self) -> datetime | None:
        """When the next incident reaches a level; before the first look: at once."""
        if not self._loaded:
            return _START
        return self._due[0][0] if self._due else None

    def tick(self, now: datetime) -> Iterable[Sample]:
        """The incidents that reached a level."""
        self._load()
        places = []
        while self._due and self._due[0][0] <= now:
            places.append(heapq.heappop(self._due)[1])
        return [self._figure(self._open[place], now) for place in dict.fromkeys(places) if place in self._open]

    def _load(self) -> None:
        if self._loaded:
            return
        self._loaded = True
        for one in self._world.history.incidents():
            if self._watched(one) and one.status != "closed":
                self._open_case(one)

    def _watched(self, one: Incident) -> bool:
        return not self._spec.kinds or one.kind in self._spec.kinds

    def _take(self, one: Incident, now: datetime) -> Sample | None:
        if not self._watched(one):
            return None
        if one.status != "closed":
            self._open_case(one)
            return self._figure(one, now)
        self._open.pop(_place(one), None)
        return Sample(_place(one), now, DONE, self._told(one, timedelta(0)))

    def _open_case(self, one: Incident) -> None:
        place = _place(one)
        self._open[place] = one
        levels = limits(self._when, {})
        for step in levels.steps if levels else ():
            heapq.heappush(self._due, (one.at + self._spec.allow * (1 - step.threshold / 100), place))

    def _figure(self, one: Incident, now: datetime) -> Sample:
        left = one.at + self._spec.allow - now
        return Sample(_place(one), now, 100 * (left / self._spec.allow), self._told(one, left))

    def _told(self, one: Incident, left: timedelta) -> dict[str, str]:
        sign = "-" if left < timedelta(0) else ""
        district = self._world.areas.get(one.district, one.district)
        return {"site": one.title, "left": sign + format_duration(abs(left)), "district": district}


def _place(one: Incident) -> str:
    return f"{one.source}/{one.id}"
