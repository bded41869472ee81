"""Quality on a real store: what was due is told by the declaration, and what it costs does not grow with history."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.batch import Batch
from domain.city import City
from domain.health import QUALITY, STATE, SYSTEM, Freshness, source_place
from domain.observation import Observation
from domain.run import SourceRun
from indicators.quality import Share
from snapshot.quality import Measured, Quality, measure
from snapshot.shared import KEPT_FOR
from store import Store, open_store
from tests.cities import NOW, metric, observed, tiny_city

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
END = NOW.replace(minute=0, second=0, microsecond=0) - HOUR


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'x.sqlite'}") as opened:
        yield opened


@pytest.fixture
def city() -> City:
    own = [metric(QUALITY, topic="system", every="1h", across="none"), metric(STATE, topic="system", across="none")]
    plain = tiny_city()
    return replace(plain, metrics=plain.metrics | {one.key: one for one in own})


def run(key: str, ago: timedelta, read: int = 10, rejected: int = 0) -> SourceRun:
    return SourceRun(key, NOW - ago, NOW - ago + MINUTE, ok=True, read=read, rejected=rejected)


def write(store: Store, *told: Observation) -> None:
    store.write(Batch(told[0].source, NOW, told, read=len(told)))


def air(hours: range) -> list[Observation]:
    return [observed("air.pm25", "air-1", 20.0, END - n * HOUR, "air") for n in hours]


def test_what_came_is_held_against_what_was_due(store: Store, city: City) -> None:
    store.record_run(run("air", timedelta(days=20)))
    store.record_run(run("air", timedelta(hours=3), read=8, rejected=2))
    write(store, *air(range(1, 19)))
    found = measure(city, store, NOW)
    assert found.metrics["air.pm25"].day == Share(18, 24)
    assert found.sources["air"].day == Share(18, 24)
    assert found.sources["air"].valid == 75.0
    assert found.departments[city.sources["air"].department] == pytest.approx((75 * 0.4 + 75 * 0.3) / 0.7)


def test_days_before_a_source_was_collected_are_not_held_against_it(store: Store, city: City) -> None:
    store.record_run(run("air", timedelta(hours=5)))
    write(store, *air(range(1, 6)))
    found = measure(city, store, NOW).metrics["air.pm25"]
    assert found.day.percent == 100.0
    assert found.month == found.day


def test_an_hour_with_a_broken_minute_is_not_available(store: Store, city: City) -> None:
    place = source_place("air")
    states = [Observation(STATE, place, SYSTEM, END - n * HOUR, 0.0, NOW) for n in range(1, 5)]
    write(store, *states, Observation(STATE, place, SYSTEM, END - HOUR + MINUTE, 3.0, NOW))
    assert measure(city, store, NOW).sources["air"].available == Share(3, 4)


def test_a_metric_that_nobody_told_lately_is_stale_and_owes_nothing_after_90_days(store: Store, city: City) -> None:
    write(store, observed("air.pm25", "air-1", 1.0, NOW - timedelta(days=4), "air"))
    assert measure(city, store, NOW).metrics["air.pm25"].state is Freshness.STALE
    assert "air.pm25" not in measure(city, store, NOW + timedelta(days=100)).metrics


def test_months_come_from_the_daily_score(store: Store, city: City) -> None:
    place = source_place("air")
    scores = [(timedelta(days=40), 60.0), (timedelta(days=41), 80.0), (timedelta(hours=3), 100.0)]
    write(store, *(Observation(QUALITY, place, SYSTEM, NOW - ago, value, NOW) for ago, value in scores))
    store.close_buckets(NOW)
    months = measure(city, store, NOW).months
    assert sorted(months.values()) == [70.0, 100.0]
    assert {department for department, _ in months} == {city.sources["air"].department}


def test_everybody_shares_one_measurement_for_five_minutes() -> None:
    made = []
    shared = Measured(lambda now: made.append(now) or Quality(now, now, now))  # type: ignore[func-returns-value]
    assert shared.at(NOW) is shared.at(NOW + KEPT_FOR - MINUTE)
    assert shared.at(NOW + KEPT_FOR) is not None
    assert made == [NOW, NOW + KEPT_FOR]
