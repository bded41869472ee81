"""A second demonstration city is a folder: it is checked, its departments speak, and its first screen has figures."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

import config
from demo.city import World
from demo.devices import LINES, mn_of
from demo.feeds import FEEDS
from demo.history import backfill
from demo.publication import Publisher
from demo.scenario import SCENARIOS, Script, words
from demo.serve import environment
from domain.city import City
from snapshot.builder import Builder
from store import open_store
from tests.demo.conftest import NOW, OFFSET, ROOT, SECRET

SEA = ("sea.tide", "sea.temp", "beach.people", "tourism.visitors")


@pytest.fixture(scope="module")
def coastal(tmp_path_factory: pytest.TempPathFactory) -> City:
    env = dict(os.environ) | environment(8051, tmp_path_factory.mktemp("departments"), SECRET)
    city, problems = config.load(ROOT / "cities" / "130300", env)
    assert [str(problem) for problem in problems] == []
    assert city is not None
    return city


def test_nothing_in_the_departments_code_names_a_city(coastal: City, city: City) -> None:
    """Rivers, districts and codes are data of a city's folder; a third city needs no code."""
    names = {one.name for it in (coastal, city) for one in it.districts.values()}
    names |= {it.spec.name.removesuffix("市") for it in (coastal, city)} | {it.adcode for it in (coastal, city)}
    names |= {str(s.facts["river"]) for it in (coastal, city) for s in it.sites.values() if s.kind == "gauge"}
    found = {
        (path.name, name)
        for path in (ROOT / "demo").glob("*.py")
        for name in names
        if name in re.sub(r'"""[\s\S]*?"""', "", path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_every_place_has_a_feed_and_every_device_is_declared(coastal: City) -> None:
    publisher = Publisher(World(coastal, Script(), OFFSET))
    fed = {name for feed in FEEDS for name in publisher.group(feed).names}
    assert {site.kind for site in coastal.sites.values() if site.id not in fed} <= {"grid"}
    for line in LINES:
        declared = coastal.sources[line.source].model_dump()["devices"]
        assert set(declared) == {mn_of(coastal, s.id) for s in coastal.sites.values() if s.kind == line.kind}


def test_scenarios_are_told_in_the_citys_own_words(coastal: City, city: City) -> None:
    assert "戴河" in words(coastal, "rainstorm")
    assert "英德" in words(city, "rainstorm")
    assert words(coastal, "quiet") == SCENARIOS["quiet"]
    happenings = [
        one for it in (coastal, city) for scene in it.demonstration.scenarios.values() for one in scene.incidents
    ]
    assert {one.district for one in happenings} <= {*coastal.districts, *city.districts}


def test_summer_is_warm_and_full_of_visitors_and_winter_is_neither(coastal: City) -> None:
    world = World(coastal, Script(), OFFSET)
    at = {month: int(datetime(2026, month, 12, 7, tzinfo=UTC).timestamp()) for month in (1, 8)}

    def mean(metric: str, kind: str, month: int) -> float:
        t = np.arange(at[month] - 86_400, at[month], 3600, dtype=np.int64).reshape(1, -1)
        return float(np.mean(world.values(metric, world.group(kind), t)))

    assert mean("sea.temp", "buoy", 8) > 20 > 5 > mean("sea.temp", "buoy", 1)
    assert mean("tourism.visitors", "district", 8) > 5 * mean("tourism.visitors", "district", 1)
    assert mean("beach.bathing", "beach", 1) == 0 < mean("beach.bathing", "beach", 8)
    assert mean("weather.temp", "weather", 1) < 0 < 22 < mean("weather.temp", "weather", 8)


def test_the_tide_turns_and_stays_within_its_range(coastal: City) -> None:
    world = World(coastal, Script(), OFFSET)
    t = np.arange(NOW - 30 * 86_400, NOW, 1800, dtype=np.int64).reshape(1, -1)
    level = world.values("sea.tide", world.group("tide"), t)
    assert 0.8 < float(np.ptp(level)) < 2.0
    turns = np.count_nonzero(np.diff(np.sign(np.diff(level[0]))))
    assert 55 < turns < 140  # one to two high waters a day, and as many low ones


def test_a_short_history_gives_a_first_screen(coastal: City, tmp_path: Path) -> None:
    moment = datetime.fromtimestamp(NOW, UTC)
    with open_store(f"sqlite:///{tmp_path / 'store.sqlite'}", synchronous="NORMAL") as store:
        for _ in backfill(coastal, store, moment, days=1):
            pass
        builder = Builder(coastal, store)
        snapshot = builder.live(moment)
        for metric in (*SEA, "service.cases", "hotline.connect_rate", "air.aqi", "rain.hour", "traffic.delay_ratio"):
            assert snapshot.reading(metric, coastal.adcode).value is not None, metric
        assert all(one.value is not None for one in snapshot.by_district("service.cases"))
