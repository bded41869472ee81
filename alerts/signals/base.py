"""What every kind of condition is: observations, incidents or time in, figures at places out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from alerts.history import History, NoHistory
from domain.incident import Incident
from domain.metric import Metric
from domain.observation import Observation, Quality
from domain.place import Site
from domain.rule import Rule, When

_UTC = ZoneInfo("UTC")
_NOTHING = NoHistory()


class Sample(NamedTuple):
    """One figure that meets a rule's levels; value None = it cannot be told. `told` fills the rule's sentence."""

    place: str
    at: datetime
    value: float | None
    told: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class World:
    """What conditions know of the city. areas: adcode -> name, the city itself first."""

    metrics: Mapping[str, Metric]
    sites: Mapping[str, Site]
    areas: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo = _UTC
    history: History = _NOTHING

    @property
    def city(self) -> str:
        """The city's own adcode."""
        return next(iter(self.areas), "")

    def district(self, place: str) -> str:
        """The district a place lies in; an area is its own."""
        site = self.sites.get(place)
        return site.district if site else place

    def silent_after(self, metric: str) -> timedelta:
        """The age from which a value of a metric says nothing any more."""
        spec = self.metrics[metric]
        return spec.stale_after or spec.every * 3


class Signal(Protocol):
    """One rule's figures. Used by one thread at a time; remembers what it needs and loads the rest from the history.

    The same input twice gives the same figures. `metrics`: what it listens to.
    """

    metrics: frozenset[str]

    def take(self, seen: Sequence[Observation], now: datetime) -> Iterable[Sample]:
        """Figures that observations (of its metrics, in order of time) bring."""
        ...

    def told(self, incidents: Sequence[Incident], now: datetime) -> Iterable[Sample]:
        """Figures that incidents bring."""
        ...

    def due(self) -> datetime | None:
        """When time alone next brings a figure; None = never."""
        ...

    def tick(self, now: datetime) -> Iterable[Sample]:
        """The figures that time alone has brought."""
        ...


class Quiet:
    """A signal that neither incidents nor time move."""

    metrics: frozenset[str] = frozenset()

    def take(self, seen: Sequence[Observation], now: datetime) -> Iterable[Sample]:  # noqa: ARG002
        """Nothing."""
        return ()

    def told(self, incidents: Sequence[Incident], now: datetime) -> Iterable[Sample]:  # noqa: ARG002
        """Nothing."""
        return ()

    def due(self) -> datetime | None:
        """Never."""
        return None

    def tick(self, now: datetime) -> Iterable[Sample]:  # noqa: ARG002
        """Nothing."""
        return ()


def usable(observation: Observation) -> float | None:
    """The value to judge: a suspect one counts, because a person will look; a missing or invalid one does not."""
    return observation.value if observation.quality <= Quality.SUSPECT else None


def figure(world: World, metric: str, value: float) -> str:
    """A value with the metric's digits."""
    return f"{value:.{world.metrics[metric].digits}f}"


__all__ = ["Quiet", "Rule", "Sample", "Signal", "When", "World", "figure", "usable"]
