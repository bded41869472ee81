"""A real SQLite store in a temporary folder, and ways to fill it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from domain.batch import Batch
from domain.city import City
from domain.observation import Observation
from snapshot.builder import Builder
from snapshot.city import CitySnapshot
from store import Store, open_store
from tests.cities import NOW, tiny_city


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'city.db'}", synchronous="OFF") as opened:
        yield opened


@pytest.fixture
def city() -> City:
    return tiny_city()


class Desk:
    """Writes observations and asks for snapshots, as collector and web process do."""

    def __init__(self, city: City, store: Store) -> None:
        self.city = city
        self.store = store
        self.builder = Builder(city, store)

    def put(self, *observations: Observation, received: datetime | None = None) -> None:
        by_source: dict[str, list[Observation]] = {}
        for observation in observations:
            told = observation if received is None else replace(observation, received=received)
            by_source.setdefault(observation.source, []).append(told)
        for key, found in by_source.items():
            self.store.write(Batch(key, received or max(o.received for o in found), tuple(found)))

    def live(self, now: datetime = NOW) -> CitySnapshot:
        return self.builder.live(now)


@pytest.fixture
def desk(city: City, store: Store) -> Desk:
    return Desk(city, store)


def ago(minutes: float = 0, hours: float = 0, days: float = 0) -> datetime:
    return NOW - timedelta(minutes=minutes, hours=hours, days=days)
