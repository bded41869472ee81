"""The duty desk's clock: who is told of what happened, and what time alone does to cases."""

from collections.abc import Mapping
from datetime import datetime

from alerts.cases import timed
from alerts.group import Telling, spacing_since
from alerts.planning import tell
from domain.case import Case
from domain.city import City
from store import Store
from store.desk import Planned


class DeskClock:
    """Plans notices for the steps of cases. Used by one thread at a time."""

    def __init__(self, city: City, store: Store) -> None:
        self._city, self._store = city, store

    def told(self, planned: Planned, before: Mapping[str, Case], now: datetime) -> Planned:
        """The plan with its notices. before: cases by fingerprint as they were read."""
        if not planned.steps or not self._city.receivers:
            return planned
        return tell(planned, before, self._telling(planned, now))

    def due(self, now: datetime) -> None:
        """Let time close and wake cases."""
        steps = [step for case in self._store.desk.due(now) if (step := timed(case, now)) is not None]
        if steps:
            self._store.desk.save((), (), Planned(steps=steps), now)

    def _telling(self, planned: Planned, now: datetime) -> Telling:
        noise, desk = self._city.noise, self._store.desk
        fresh = sum(step.verb in ("open", "reopen") for step in planned.steps)
        recent = desk.count_opened(now - noise.storm.within) if fresh else 0
        return Telling(
            now,
            self._city.zone,
            noise,
            tuple(self._city.receivers.values()),
            desk.told(spacing_since(noise, now)),
            storm=fresh > 0 and fresh + recent > noise.storm.over,
        )
