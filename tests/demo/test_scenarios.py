"""What each scenario does to the city: afterwards much, beforehand nothing."""

import numpy as np
import pytest

from demo import desk
from demo.city import World
from demo.feeds import FEEDS
from demo.noise import Ints
from demo.publication import Publisher, sources
from demo.scenario import SCENARIOS, Script
from domain.city import City
from tests.demo.conftest import NOW, OFFSET

HOUR = 3600
STORM = Script().switched("rainstorm", NOW)


def _told(city: City, script: Script) -> tuple[World, Publisher]:
    world = World(city, script, OFFSET)
    return world, Publisher(world)


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name != "normal"])
def test_what_was_told_before_a_scenario_stays_true(city: City, publisher: Publisher, name: str) -> None:
    world, played = _told(city, Script().switched(name, NOW))
    for source in sources():
        after = (NOW - 2 * HOUR) * 10_000
        assert played.records(source, after, NOW - 1) == publisher.records(source, after, NOW - 1), source
    after = (NOW - 24 * HOUR) * 10_000
    assert desk.rows(world, after, NOW - 1) == desk.rows(publisher.world, after, NOW - 1)


@pytest.mark.parametrize("name", ["rainstorm", "hotline_surge", "quiet"])
def test_ending_a_scenario_leaves_what_it_told(city: City, name: str) -> None:
    end = NOW + 3 * HOUR
    _, going = _told(city, Script().switched(name, NOW))
    _, ended = _told(city, Script().switched(name, NOW).switched("normal", end))
    for source in ("rain_gauges", "hydro", "roads", "hotline", "emergency"):
        after = (end - 2 * HOUR) * 10_000
        assert going.records(source, after, end - 1) == ended.records(source, after, end - 1), source
    after = NOW * 10_000
    assert desk.rows(going.world, after, end - 1) == desk.rows(ended.world, after, end - 1)


def _at(*hours: float) -> Ints:
    return np.array([[NOW + int(h * HOUR) for h in hours]], dtype=np.int64)


def test_a_rainstorm_pours_at_once_and_lifts_the_rivers_over_their_warning_levels_within_hours(city: City) -> None:
    world, _ = _told(city, STORM)
    gauges, rain = world.group("gauge"), world.group("rain")
    poured = world.weather.accumulated(rain, _at(0, 1, 3), 3)
    assert poured[:, 1].max() > 25
    assert poured[:, 2].max() > 100
    over = world.values("hydro.level", gauges, _at(0, 1, 3, 6)) >= gauges.fact("warning_level", 0)
    assert over.sum(axis=0)[0] == 0
    assert over.sum(axis=0)[2] >= 2
    assert over.sum(axis=0)[3] >= over.sum(axis=0)[2]


def test_a_rainstorm_slows_traffic_fills_the_desk_and_the_hotline(city: City, world: World) -> None:
    played, _ = _told(city, STORM)
    roads = played.group("segment")
    near = [i for i, d in enumerate(roads.district) if d == "441881"]
    t = _at(0.5, 1, 1.5)
    assert (
        played.values("traffic.speed", roads.part(near), t).mean()
        < 0.85 * world.values("traffic.speed", roads.part(near), t).mean()
    )
    kinds = {e.kind for e in played.incidents.between(NOW, NOW + HOUR) if e.at > NOW}
    assert {"flood", "landslide", "power_cut", "traffic_accident"} <= kinds
    first = desk.rows(played, NOW * 10_000, NOW + 600)
    assert len(first) > len(desk.rows(world, NOW * 10_000, NOW + 600))
    minutes = np.arange(NOW, NOW + 2 * HOUR, 300, dtype=np.int64).reshape(1, -1)
    districts = played.group("district")
    topic = "hotline.topic.roads"
    assert played.values(topic, districts, minutes).sum() > 1.5 * world.values(topic, districts, minutes).sum()


def test_a_hotline_surge_drowns_the_hotline_within_half_an_hour(city: City, world: World) -> None:
    played, _ = _told(city, Script().switched("hotline_surge", NOW))
    districts = played.group("district")
    t = _at(-0.1, 0.5, 1)
    rate = played.values("hotline.connect_30m", districts, t)[0]
    assert rate[0] > 93
    assert rate[1] < 85
    assert rate[2] < 85
    calls = played.values("hotline.calls", districts, _at(0.5)).sum()
    assert calls > 3 * world.values("hotline.calls", districts, _at(0.5)).sum()
    topic = played.values("hotline.topic.utilities", districts, _at(0.5))
    assert topic[0, 0] > 5
    assert any(e.kind == "pipe_burst" and e.at == NOW + 60 for e in played.incidents.between(NOW, NOW + HOUR))


def test_a_rainstorm_entered_late_is_at_its_height_at_once_and_tells_what_has_begun(city: City) -> None:
    world, _ = _told(city, Script().switched("rainstorm", NOW, ahead=4 * HOUR))
    gauges, rain = world.group("gauge"), world.group("rain")
    assert world.weather.accumulated(rain, _at(0.01), 3).max() > 100
    over = world.values("hydro.level", gauges, _at(0.01)) >= gauges.fact("warning_level", 0)
    assert over.sum() >= 2
    told = [row for row in desk.rows(world, NOW * 10_000, NOW + 60) if row["title"].endswith("转移群众")]
    assert [(row["level"], row["state"]) for row in told] == [("重大", "处置中")]
    assert str(told[0]["happenTime"]) < str(told[0]["updateTime"])


def test_nothing_happens_in_the_quiet_scenario(city: City) -> None:
    played, _ = _told(city, Script().switched("quiet", NOW))
    assert [e for e in played.incidents.between(NOW, NOW + 24 * HOUR) if e.at >= NOW] == []
    assert played.values("fire.hotspots", played.group("district"), _at(1, 5, 9)).sum() == 0
    assert played.weather.rate(played.group("rain"), _at(1, 5, 9, 20)).sum() == 0


def test_an_outage_changes_no_value(city: City, publisher: Publisher) -> None:
    _, played = _told(city, Script().switched("feed_outage", NOW))
    for feed in FEEDS:
        after = NOW * 10_000
        assert played.records(feed.source, after, NOW + 900) == publisher.records(feed.source, after, NOW + 900)
