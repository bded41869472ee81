"""The health of the sources in the past: what the store would have said, had the collectors run."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from demo.health import Health
from demo.outages import Outage
from demo.publication import WILD, Publisher
from demo.tally import tally
from domain.city import City
from domain.health import RATE, STATE, STATE_CODES, Freshness
from domain.observation import SeriesKey
from domain.run import SourceRun
from store import Store, open_store
from tests.demo.conftest import NOW

MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.fixture
def health(city: City, publisher: Publisher) -> Health:
    return Health(city, publisher, {}, NOW)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'x.sqlite'}", synchronous="NORMAL") as opened:
        yield opened


@pytest.fixture
def outage(publisher: Publisher) -> Outage:
    """The newest one of the traffic department."""
    return [o for o in publisher.world.outages.between(NOW - 9 * DAY, NOW) if o.what == "traffic"][-1]


def at(t: int) -> datetime:
    return datetime.fromtimestamp(t, UTC)


def around(outage: Outage) -> np.ndarray:
    return np.arange(outage.start // MINUTE - 10, outage.end // MINUTE + 10, dtype=np.int64) * MINUTE


@pytest.mark.parametrize("key", ["roads", "overload"])
def test_the_states_are_the_stores_own_judgement_of_such_runs(
    city: City, health: Health, store: Store, outage: Outage, key: str
) -> None:
    spec = city.sources[key]
    assert spec.every is not None
    step = int(spec.every.total_seconds())
    minutes = around(outage)
    course = health.course(key, minutes)
    told = []
    for minute in range(int(minutes[0]) // step * step - 4 * step, int(minutes[-1]) + 1, MINUTE):
        if minute % step == 0:
            struck = outage.start <= minute < outage.end
            store.record_run(SourceRun(key, at(minute), at(minute), ok=not struck, error="503" if struck else ""))
        if minute >= minutes[0]:
            told.append(STATE_CODES[store.health(at(minute), {key: spec}, at(minute - DAY))[key].state])
    assert course.state.tolist() == told
    assert STATE_CODES[Freshness.DOWN] in told or step > MINUTE * 10


def test_only_the_sources_of_the_struck_department_suffer(city: City, health: Health, outage: Outage) -> None:
    minutes = around(outage)
    struck = {key for key in city.sources if health.course(key, minutes).state.any()}
    assert {"roads", "parking"} <= struck <= {"roads", "road_counts", "fleet", "parking", "overload"}


def test_after_an_outage_what_was_published_meanwhile_comes_at_once(health: Health, outage: Outage) -> None:
    course = health.course("roads", around(outage))
    steps = np.diff(course.rows)
    assert steps.max() > 8 * max(np.median(steps[:8]), 1)
    assert course.age.max() == pytest.approx(outage.end - outage.start, abs=90)
    assert course.latency.max() > 3 > course.latency.min()


def test_what_is_counted_is_what_was_told(publisher: Publisher) -> None:
    first, last = NOW - 3 * HOUR, NOW
    for source in ("weather", "air", "hall", "incidents"):
        counted = tally(publisher, source, first, last, {})
        assert np.all(np.diff(counted.told) >= 0)
        if source != "incidents":
            records = [r for r in publisher.records(source, (first - 1) * 10_000 + 9_999, last) if r.told >= first]
            assert counted.told.tolist() == [r.told for r in records]
            assert counted.rows.sum() == sum(v != WILD for r in records for v in r.values.values())
            assert counted.rejected.sum() == sum(WILD in r.values.values() for r in records)


def test_counts_begin_again_at_midnight(health: Health) -> None:
    midnight = (NOW + 8 * HOUR) // DAY * DAY - 8 * HOUR
    course = health.course("hall", np.array([midnight - MINUTE, midnight + 2 * MINUTE], dtype=np.int64))
    assert course.rows[0] > 10_000 > course.rows[1]


def test_a_day_stands_for_one_run_a_source_that_is_well(city: City, health: Health, outage: Outage) -> None:
    runs = {run.source: run for run in health.today(at(NOW))}
    assert set(runs) == set(city.sources)
    assert runs["hall"].written > runs["hall"].read > 100
    assert runs["hall"].ok
    middle = (outage.start + outage.end) // 2
    assert "roads" not in {run.source for run in health.today(at(middle))}


def test_the_rate_has_a_month_and_the_states_as_long_as_they_are_kept(city: City, store: Store, health: Health) -> None:
    from demo.columns import Pile

    pile = Pile()
    health.add(pile, NOW - 30 * DAY, NOW - 2 * DAY, coarse=True)
    store.write_columns("demo.history", pile.columns(), at(NOW))
    keys = store.series()
    rows = store.window(at(NOW - 31 * DAY), at(NOW))
    oldest = {}
    for series, moment in zip(rows.series.tolist(), rows.at.tolist(), strict=True):
        oldest.setdefault(keys[series], moment // 1000)
    assert oldest[SeriesKey(RATE, city.adcode, "system")] <= NOW - 30 * DAY + HOUR
    kept = city.metrics[STATE].retention
    assert kept == timedelta(days=7)
    assert min(t for key, t in oldest.items() if key.metric == STATE) // HOUR == (NOW - 7 * DAY) // HOUR
    rate = [v for s, v in zip(rows.series, rows.value, strict=True) if keys[int(s)].metric == RATE]
    assert 60 < min(rate) < 99.9
    assert sorted(rate)[len(rate) // 2] == 100
