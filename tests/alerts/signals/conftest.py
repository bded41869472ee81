"""A small past that conditions may ask, and rules made in a line."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.engine import Change, Engine
from alerts.history import Held, Point
from alerts.signals import World
from domain.alert import Alert
from domain.incident import Incident
from domain.metric import Metric
from domain.place import Site
from domain.rule import Rule

START = datetime(2026, 11, 24, tzinfo=UTC)
AREAS = {"441800": "清远市", "441802": "清城区", "441803": "清新区"}


@dataclass
class Past:
    """Implements alerts.history.History from lists."""

    values: list[tuple[str, str, datetime, float]] = field(default_factory=list)
    hours: dict[tuple[str, datetime], dict[str, Held]] = field(default_factory=dict)
    told: list[Incident] = field(default_factory=list)
    ahead: dict[str, dict[str, Sequence[Point]]] = field(default_factory=dict)
    asked: list[datetime] = field(default_factory=list)

    def recent(self, metric: str, since: datetime) -> Iterable[tuple[str, datetime, float]]:
        return [(site, at, value) for name, site, at, value in self.values if name == metric and at >= since]

    def hour(self, metric: str, hour: datetime) -> Mapping[str, Held]:
        self.asked.append(hour)
        return self.hours.get((metric, hour), {})

    def incidents(self) -> Sequence[Incident]:
        return self.told

    def forecasts(self, metric: str) -> Mapping[str, Sequence[Point]]:
        return self.ahead.get(metric, {})


@pytest.fixture
def past() -> Past:
    return Past()


@pytest.fixture
def world(metrics: dict[str, Metric], sites: dict[str, Site], past: Past) -> World:
    return World(metrics, sites, AREAS, ZoneInfo("Asia/Shanghai"), past)


@pytest.fixture
def engine(world: World) -> Callable[..., Engine]:
    def make(*rules: Rule, alerts: tuple[Alert, ...] = ()) -> Engine:
        return Engine({rule.key: rule for rule in rules}, world, alerts)

    return make


@pytest.fixture
def incident(at: Callable[[float], datetime]) -> Callable[..., Incident]:
    def make(number: int, minute: float = 0, **given: Any) -> Incident:
        base = {
            "kind": "flood",
            "title": f"积水{number}",
            "at": at(minute),
            "updated": at(minute),
            "received": at(minute),
        }
        return Incident(**{"id": str(number), "source": "s", "district": "441802", **base, **given})

    return make


def states(changes: Iterable[Change]) -> list[tuple[str, str, str]]:
    """(place, condition, level) of each change."""
    return [(c.alert.site, str(c.transition.new), c.alert.level.name) for c in changes]


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)
