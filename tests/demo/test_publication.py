import numpy as np
import pytest

from demo.city import World
from demo.feeds import FEEDS
from demo.publication import WILD, Publisher, Record, sources
from demo.scenario import Period, Script
from domain.city import City
from tests.demo.conftest import COAST, INLAND, NOW, OFFSET

HOUR, DAY = 3600, 86_400


def test_every_source_of_the_city_has_a_department(city: City) -> None:
    events = {key for key, source in city.sources.items() if not getattr(source, "metrics", None)}
    assert events >= {"incidents", "warnings"}
    assert set(city.sources) - events == set(sources()) - COAST


def test_every_feed_tells_metrics_its_source_declares(city: City) -> None:
    for feed in INLAND:
        assert feed.metrics.keys() <= city.sources[feed.source].metrics.keys(), feed.source


@pytest.mark.parametrize("source", ["hall", "air", "roads", "digital", "rain_gauges"])
def test_asking_in_small_steps_gives_everything_once(publisher: Publisher, source: str) -> None:
    start = NOW - 3 * HOUR
    whole = publisher.records(source, start * 10_000, NOW)
    stepped: list[Record] = []
    for until in range(start + 37, NOW + 61, 61):
        after = stepped[-1].seq if stepped else start * 10_000
        stepped += publisher.records(source, after, min(until, NOW))
    assert stepped == whole
    assert len({r.seq for r in whole}) == len(whole)
    assert [r.seq for r in whole] == sorted(r.seq for r in whole)
    assert all(r.at <= r.told <= NOW for r in whole)


def test_the_newest_number_is_where_the_next_question_goes_on(publisher: Publisher) -> None:
    for source in set(sources()) - COAST:
        newest = publisher.newest(source, NOW)
        assert newest > 0
        assert all(r.seq > newest for r in publisher.records(source, newest, NOW + HOUR))
        assert publisher.records(source, newest, NOW) == []


def test_every_minute_something_is_new_on_the_busy_feeds(publisher: Publisher) -> None:
    for source in ("hall", "hotline", "roads", "parking"):
        for minute in range(NOW - 20 * 60, NOW, 60):
            assert publisher.records(source, minute * 10_000, minute + 60), source


def test_a_corrected_record_comes_twice_and_ends_with_the_truth(publisher: Publisher) -> None:
    records = publisher.records("air", (NOW - 10 * DAY) * 10_000, NOW)
    told: dict[tuple[str, int], list[Record]] = {}
    for record in records:
        told.setdefault((record.site, record.at), []).append(record)
    twice = [versions for versions in told.values() if len(versions) > 1]
    assert 0.005 < len(twice) / len(told) < 0.05
    feed = next(f for f in FEEDS if f.source == "air")
    names = publisher.group(feed).names
    for first, last in twice:
        block = publisher.block(feed, np.full((len(names), 1), last.at, dtype=np.int64))
        truth = block.values["air.o3"][names.index(last.site), 0]
        assert last.values["air.o3"] in (truth, None, WILD)
        assert first.told < last.told
        assert first.values != last.values


def test_faults_come_at_realistic_rates(publisher: Publisher) -> None:
    records = publisher.records("weather", (NOW - 4 * DAY) * 10_000, NOW)
    values = [v for r in records for v in r.values.values()]
    assert 0.004 < sum(v is None for v in values) / len(values) < 0.02
    assert 0 < sum(v == WILD for v in values) / len(values) < 0.001
    late = sum(r.told - r.at > 120 for r in records) / len(records)
    assert 0.005 < late < 0.025


def test_a_stuck_sensor_repeats_itself(publisher: Publisher) -> None:
    feed = next(f for f in FEEDS if f.source == "weather")
    start = (NOW - 40 * DAY) // (6 * HOUR) * 6 * HOUR
    block = publisher.block(feed, publisher.times(feed, start, NOW), ["weather.temp"])
    spans = block.values["weather.temp"][:, : 36 * (block.at.shape[1] // 36)].reshape(len(block.group), -1, 36)
    stuck = (spans.max(axis=2) == spans.min(axis=2)).mean()
    assert 0.001 < stuck < 0.01


def test_the_quiet_scenario_has_no_faults_and_no_rain(city: City) -> None:
    script = Script((Period("quiet", NOW - 40 * DAY),))
    quiet = Publisher(World(city, script, OFFSET))
    for source in ("weather", "air"):
        records = quiet.records(source, (NOW - 2 * DAY) * 10_000, NOW)
        assert all(v is not None and v != WILD for r in records for v in r.values.values())
        assert len({(r.site, r.at) for r in records}) == len(records)
    rain = [r.values["rain.hour"] for r in quiet.records("rain_gauges", (NOW - DAY) * 10_000, NOW)]
    assert set(rain) == {0.0}


def test_months_end_on_their_last_evening(publisher: Publisher) -> None:
    feed = next(f for f in FEEDS if f.step == 0)
    times = publisher.times(feed, NOW - 100 * DAY, NOW)[0]
    local = (times + OFFSET).astype("datetime64[s]").astype(str).tolist()
    assert local == ["2026-08-31T23:59:00", "2026-09-30T23:59:00", "2026-10-31T23:59:00"]
