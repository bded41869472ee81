"""Rate of change: the newest value minus the one a span ago."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from alerts.signals.base import Quiet, Sample, When, World, figure, usable
from alerts.signals.recent import Recent
from domain.observation import Observation
from domain.rule import Change


class Changing(Quiet):
    """`then` is the older value. A gap in which no value lies near the span's beginning gives no figure."""

    def __init__(self, when: When, world: World) -> None:
        self.metrics = when.metrics
        self._metric, self._world = when.metric, world
        self._over = (when.change or Change(over=timedelta(hours=1))).over
        self._slack = max(world.metrics[when.metric].every * 2, self._over / 4)
        self._recent = Recent(when.metric, self._over + self._slack, world.history)

    def take(self, seen: Sequence[Observation], now: datetime) -> Iterable[Sample]:
        """A figure for each value that is the newest of its site."""
        self._recent.load(now)
        found = []
        for one in seen:
            value = usable(one)
            if value is None:
                found.append(Sample(one.site, one.at, None))
                continue
            self._recent.add(one.site, one.at, value)
            newest = self._recent.newest(one.site)
            if newest is not None and newest.at == one.at:
                found.append(self._figure(one.site, one.at, value))
        return found

    def _figure(self, site: str, at: datetime, value: float) -> Sample:
        then = self._recent.before(site, at - self._over)
        if then is None or then.at < at - self._over - self._slack:
            return Sample(site, at, None)
        return Sample(site, at, value - then.value, {"then": figure(self._world, self._metric, then.value)})
