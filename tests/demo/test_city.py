import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.city import World
from demo.feeds import Feed
from demo.noise import Ints
from demo.publication import Publisher
from demo.scenario import Script
from domain.city import City
from tests.demo.conftest import INLAND, NOW, OFFSET, is_computed

TOLD = [(feed, metric) for feed in INLAND for metric in feed.metrics]
DAY, HOUR = 86_400, 3600


def test_the_world_tells_every_metric_that_is_not_computed_by_the_cockpit(city: City, world: World) -> None:
    fed = {m.key for m in city.metrics.values() if not is_computed(m)}
    assert fed == {metric for _, metric in TOLD}
    assert world.metrics >= fed


@pytest.mark.parametrize(("feed", "metric"), TOLD, ids=[m for _, m in TOLD])
def test_a_value_is_the_same_alone_and_in_any_company(
    feed: Feed, metric: str, city: City, publisher: Publisher
) -> None:
    at = publisher.times(feed, NOW - (70 * DAY if not feed.step else 3 * feed.step + DAY // 8), NOW)
    whole = publisher.block(feed, at).values[metric]
    fresh = Publisher(World(city, Script(), OFFSET))
    for column in {0, at.shape[1] // 2, at.shape[1] - 1} if at.shape[1] else set():
        alone = fresh.block(feed, np.ascontiguousarray(at[:, [column]])).values[metric]
        assert np.array_equal(alone[:, 0], whole[:, column])


@pytest.mark.parametrize(("feed", "metric"), TOLD, ids=[m for _, m in TOLD])
def test_true_values_stay_inside_the_valid_range_all_year(feed: Feed, metric: str, city: City, world: World) -> None:
    t = (np.arange(NOW - 365 * DAY, NOW, 37 * HOUR + 600, dtype=np.int64) // 600 * 600).reshape(1, -1)
    group = world.group(feed.kind)
    values = world.values(metric, group.part(range(min(len(group), 12))), t)
    low, high = city.metrics[metric].valid
    assert np.isfinite(values).all()
    assert low is None or values.min() >= low
    assert high is None or np.round(values, 1).max() <= high


@given(st.integers(NOW - 400 * DAY, NOW), st.integers(1, 30))
@settings(max_examples=25, deadline=None)
def test_rain_sums_are_the_bins_they_cover(world: World, moment: int, hours: int) -> None:
    gauges = world.group("rain").part([0, 25, 50])
    t = np.array([[moment]], dtype=np.int64)
    bins = np.arange(moment // 600 - hours * 6, moment // 600, dtype=np.int64)
    expected = world.weather.tenths(gauges, bins).sum(axis=1) / 10
    assert np.allclose(world.weather.accumulated(gauges, t, hours)[:, 0], expected)


def _summer(step: int = 600) -> Ints:
    start = NOW - 150 * DAY  # late June: rain enough to see what it does
    return np.arange(start, start + 20 * DAY, step, dtype=np.int64).reshape(1, -1)


def test_rain_slows_the_roads(world: World) -> None:
    t, roads = _summer(), world.group("segment").part(range(0, 100, 4))
    noon = ((t + OFFSET) % DAY // HOUR == 12)[0]
    wet = world.weather.wetness(roads, t)[:, noon]
    speed = world.values("traffic.speed", roads, t)[:, noon] / roads.fact("free_flow_kmh", 50)
    assert speed[wet > 0.4].mean() < 0.85 * speed[wet < 0.01].mean()


def test_rain_reaches_the_gauges_hours_later(world: World) -> None:
    t, gauges = _summer(HOUR), world.group("gauge")
    rain = world.weather.accumulated(gauges, t, 1).mean(axis=0)
    rise = world.values("hydro.level", gauges, t).mean(axis=0)
    links = [np.corrcoef(rain[: -lag or None], rise[lag:])[0, 1] for lag in range(12)]
    assert 1 <= int(np.argmax(links)) <= 8
    assert max(links) > 0.5


def test_rain_washes_fine_particles_out(world: World) -> None:
    t, stations = _summer(HOUR), world.group("air")
    rain = world.weather.accumulated(stations, t, 6)
    pm25 = world.values("air.pm25", stations, t)
    assert pm25[rain > 15].mean() < 0.85 * pm25[rain == 0].mean()


def test_heat_makes_ozone_in_the_afternoon(world: World) -> None:
    t, stations = _summer(HOUR), world.group("air")
    hour = ((t + OFFSET) % DAY // HOUR)[0]
    ozone, heat = world.values("air.o3", stations, t), world.values("weather.temp", stations, t)
    assert ozone[:, hour == 15].mean() > 2 * ozone[:, hour == 4].mean()
    assert np.corrcoef(ozone[:, hour == 15].ravel(), heat[:, hour == 15].ravel())[0, 1] > 0.4


def test_halls_are_busy_in_office_hours_only(world: World) -> None:
    halls = world.group("hall")
    tuesday = NOW // DAY * DAY - OFFSET
    at = np.array([[tuesday + 10 * HOUR, tuesday + 20 * HOUR, tuesday + 5 * DAY - DAY + 10 * HOUR]], dtype=np.int64)
    queue = world.values("service.queue", halls, at).sum(axis=0)
    assert queue[0] > 20
    assert queue[1] == queue[2] == 0


def test_callers_complain_of_noise_at_night_and_of_roads_in_the_rain(world: World) -> None:
    districts, t = world.group("district"), _summer(300)
    hour = ((t + OFFSET) % DAY // HOUR)[0]
    noise = world.values("hotline.topic.noise", districts, t)
    assert noise[:, hour == 22].mean() > 3 * noise[:, hour == 9].mean()
    wet = world.weather.wetness(districts, t)
    roads = world.values("hotline.topic.roads", districts, t)
    day = (hour >= 9) & (hour < 18)
    assert roads[:, day][wet[:, day] > 0.4].mean() > 2 * roads[:, day][wet[:, day] < 0.01].mean()


def test_requests_are_the_sum_of_their_topics(world: World) -> None:
    districts, t = world.group("district"), _summer(3600)
    topics = [m for m in world.metrics if m.startswith("hotline.topic.")]
    total = np.sum([world.values(m, districts, t) for m in topics], axis=0)
    assert np.array_equal(total, world.values("hotline.requests", districts, t))


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("service.closed_on_time", "service.due"),
        ("service.online_cases", "service.cases"),
        ("service.ratings_good", "service.ratings"),
        ("service.ratings", "service.closed"),
        ("hotline.connected", "hotline.calls"),
        ("hotline.satisfied", "hotline.followed"),
        ("grid.found_first", "grid.events"),
        ("overload.found", "overload.checked"),
    ],
)
def test_a_part_is_never_more_than_its_whole(world: World, part: str, whole: str) -> None:
    districts, t = world.group("district"), _summer(1800)
    assert (world.values(part, districts, t) <= world.values(whole, districts, t)).all()


def test_an_accident_slows_the_road_it_is_on(world: World) -> None:
    roads = world.group("segment")
    event = next(e for e in world.incidents.between(NOW - 3 * DAY, NOW) if e.kind == "traffic_accident")
    blocked = world.incidents.blocking(roads, np.array([[event.at - 60, event.at + 60]], dtype=np.int64))
    assert blocked[:, 1].min() < 1
    assert (blocked[:, 1] < blocked[:, 0]).any()
