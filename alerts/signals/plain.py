"""The value itself: a range, or a threshold inside a combined condition."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from alerts.signals.base import Quiet, Sample, When, World, usable
from domain.observation import Observation


class Plain(Quiet):
    """Every value as it came."""

    def __init__(self, when: When, world: World) -> None:
        self.metrics = when.metrics
        self._world = world

    def take(self, seen: Sequence[Observation], now: datetime) -> Iterable[Sample]:  # noqa: ARG002
        """One figure for each observation."""
        return [Sample(one.site, one.at, usable(one)) for one in seen]
