"""The demonstration city as its folder declares it, and moments to look at it from."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

import config
from demo.city import World
from demo.feeds import FEEDS
from demo.present import Present
from demo.publication import Publisher
from demo.scenario import Script
from demo.serve import environment
from domain.city import City
from domain.metric import Metric

ROOT = Path(__file__).parents[2]
SECRET = "only-for-tests"
OFFSET = 8 * 3600
COAST = {"tides", "buoys", "beaches", "visitors"}  # feeds that 清远, which lies inland, has no source for
INLAND = [feed for feed in FEEDS if feed.source not in COAST]
NOW = int(datetime(2026, 11, 24, 6, 32, 30, tzinfo=UTC).timestamp())  # 14:32:30 on a Tuesday in China
START = datetime.fromtimestamp(NOW, UTC)


def is_computed(metric: Metric) -> bool:
    """Whether the cockpit makes a metric itself, of others or of how it fares."""
    made = metric.ratio or metric.derive or metric.composite or metric.agree or metric.key.startswith("found.")
    return bool(made) or metric.topic == "system"


def load(var: Path) -> City:
    """The real folder, its feeds pointing at `var`."""
    city, problems = config.load(ROOT / "cities" / "441800", dict(os.environ) | environment(8051, var, SECRET))
    # Screens are another matter, with tests of their own.
    assert [str(p) for p in problems if not str(p).startswith("screens/")] == []
    assert city is not None
    return city


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return load(tmp_path_factory.mktemp("departments"))


@pytest.fixture(scope="session")
def world(city: City) -> World:
    return World(city, Script(), OFFSET)


@pytest.fixture(scope="session")
def publisher(world: World) -> Publisher:
    return Publisher(world)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def present(city: City, tmp_path: Path, clock: Clock) -> Present:
    return Present(city, tmp_path, clock)
