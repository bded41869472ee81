"""The past as it is written, against what the departments told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from demo import desk
from demo.anchor import finished
from demo.feeds import FEEDS
from demo.history import backfill
from demo.publication import WILD, Publisher
from demo.scenario import Script
from domain.city import City
from domain.health import RATE, SYSTEM, Freshness
from domain.observation import Observation, Quality, SeriesKey
from indicators.derive import derive
from snapshot.builder import Builder
from store import Store, open_store
from tests.demo.conftest import NOW

HOUR, DAY = 3600, 86_400
MOMENT = datetime.fromtimestamp(NOW, UTC)


@pytest.fixture(scope="module")
def store(city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("history") / "store.sqlite"
    with open_store(f"sqlite:///{path}", synchronous="NORMAL") as opened:
        steps = list(backfill(city, opened, MOMENT, days=3))
        assert [s.done for s in steps] == list(range(1, steps[-1].total + 1))
        assert all(s.words for s in steps)
        yield opened


def _held(store: Store, start: int, end: int) -> dict[tuple[SeriesKey, int], tuple[float | None, int]]:
    """What departments told, and what was computed from it; not how their feeds were doing."""
    keys = store.series()
    rows = store.window(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
    return {
        (keys[int(s)], int(at) // 1000): (None if np.isnan(v) else float(v), int(q))
        for s, at, v, q in zip(rows.series, rows.at, rows.value, rows.quality, strict=True)
        if keys[int(s)].source != SYSTEM
    }


def test_history_holds_what_the_departments_told(city: City, store: Store, publisher: Publisher) -> None:
    """Value for value over the last hours: whatever a live collector would hold now, and nothing else."""
    start = NOW - 5 * HOUR
    told: dict[tuple[SeriesKey, int], tuple[float | None, int]] = {}
    computed = {feed.source for feed in FEEDS if feed.model}
    for source in {f.source for f in FEEDS}:
        for record in publisher.records(source, (start - 4 * HOUR) * 10_000, NOW):
            if record.at < start:
                continue
            for metric, value in record.values.items():
                if value == WILD:
                    continue
                usual = Quality.SUSPECT if source in computed else Quality.GOOD
                quality = Quality.MISSING if value is None else Quality.INVALID if record.faulty else usual
                told[SeriesKey(metric, record.site, source), record.at] = (value, int(quality))
    held = _held(store, start, NOW + 1)
    raw = {key: value for key, value in held.items() if not city.metrics[key[0].metric].derive}
    assert len(told) > 20_000
    assert raw == told


def test_derived_history_is_what_live_values_would_have_become(city: City, store: Store) -> None:
    held = _held(store, NOW - 2 * HOUR, NOW + 1)
    raw = [
        Observation(
            k.metric, k.site, k.source, datetime.fromtimestamp(at, UTC), value, MOMENT, Quality(quality), k.standard
        )
        for (k, at), (value, quality) in held.items()
        if not city.metrics[k.metric].derive
    ]
    live = {(o.key, int(o.at.timestamp())): o.value for o in derive(raw, city.metrics, city.sites, {})}
    past = {key: value for key, (value, _) in held.items() if city.metrics[key[0].metric].derive}
    assert {k[0].metric for k in past} >= {"air.aqi", "air.primary", "traffic.tpi", "traffic.delay_ratio"}
    assert past == {key: value for key, value in live.items() if value is not None or key in past}


def test_an_hour_of_the_older_part_sums_what_its_intervals_told(store: Store, publisher: Publisher) -> None:
    feed = next(f for f in FEEDS if f.source == "hotline")
    hour = (NOW - 70 * HOUR) // HOUR * HOUR
    block = publisher.block(feed, publisher.times(feed, hour, hour + HOUR))
    held = {
        key.site: value
        for (key, _), (value, _) in _held(store, hour, hour + HOUR).items()
        if key.metric == "hotline.calls"
    }
    assert held == dict(zip(block.group.names, block.values["hotline.calls"].sum(axis=1), strict=True))


def test_every_metric_of_the_city_has_a_past(city: City, store: Store) -> None:
    told = {key.metric for key in store.series().values()}
    unfed = {m.key for m in city.metrics.values() if m.ratio or m.composite or m.derive == "status" or m.agree}
    begun_now = {
        "found.first",
        "found.cases",
        "source.quality",
        "system.spool",
        "wall.silence",
    }  # nothing of the past is known
    assert told == set(city.metrics) - unfed - begun_now


def test_the_departments_have_about_sixteen_hundred_series(store: Store) -> None:
    assert 1_400 < sum(key.source != SYSTEM for key in store.series().values()) < 1_900


def test_incidents_were_told_stage_by_stage(store: Store, publisher: Publisher) -> None:
    now = store.incidents(MOMENT, MOMENT - timedelta(days=3))
    told = {r["eventNo"] for r in desk.rows(publisher.world, (NOW - 3 * DAY) * 10_000, NOW)}
    assert told <= {i.id for i in now}
    assert {i.status for i in now} == {"open", "handling", "closed"} or len(now) > 20
    event = next(i for i in now if i.status == "closed")
    before = store.incidents(event.updated - timedelta(minutes=1), event.updated - timedelta(days=1))
    assert next(i for i in before if i.id == event.id).status == "handling"
    assert all(i.lon is not None and 111.5 < i.lon < 114.5 for i in now)


QUIET = (
    "economy",
    "enforcement",
    "warnings",
    "geo_warnings",
    "bus_notices",
    "it_alerts",
    "quakes",
)  # figures of months; what comes only when something is amiss


def test_data_health_is_compared_with_the_day_before_at_the_first_start(city: City, store: Store) -> None:
    snapshot = Builder(city, store).live(MOMENT)
    now = snapshot.reading(RATE)
    assert (now.value, now.n) == (100.0, float(len(city.sources)))
    told = snapshot.compare(RATE, basis="yesterday")
    assert (told.base, told.delta, told.unit, told.refused) == (100.0, 0.0, "pt", "")
    assert all(h.state is Freshness.LIVE and h.rows for k, h in snapshot.sources.items() if k not in QUIET)


def test_the_live_feeds_go_on_without_a_gap_or_a_repeat(city: City, store: Store, publisher: Publisher) -> None:
    for source in ("hall", "roads", "air", "rain_gauges", "overload"):
        cursor = store.cursor(source)
        assert cursor is not None
        news = publisher.records(source, int(cursor), NOW + HOUR)
        assert all(r.told > NOW for r in news)
        assert news == publisher.records(source, NOW * 10_000 + 9_999, NOW + HOUR)
    for source, spec in city.sources.items():
        assert (store.cursor(source) is None) == (spec.kind == "file" or (source in QUIET)), source
    assert finished(store)


def test_again_it_changes_nothing_even_later(city: City, store: Store) -> None:
    version, rows = store.version(), len(store.window(MOMENT - timedelta(days=4), MOMENT + timedelta(hours=1)))
    assert len(list(backfill(city, store, MOMENT + timedelta(hours=7), days=3))) == 1
    assert store.version() == version
    assert len(store.window(MOMENT - timedelta(days=4), MOMENT + timedelta(hours=9))) == rows


def test_a_history_cut_short_is_finished_as_it_was_begun(city: City, tmp_path: Path, store: Store) -> None:
    with open_store(f"sqlite:///{tmp_path / 's.sqlite'}", synchronous="NORMAL") as other:
        for step in backfill(city, other, MOMENT, days=3, script=Script()):
            if step.done == 3:
                break
        assert not finished(other)
        list(backfill(city, other, MOMENT + timedelta(minutes=9), days=3))
        span = (NOW - 3 * HOUR, NOW + HOUR)
        assert _held(other, *span) == _held(store, *span)
