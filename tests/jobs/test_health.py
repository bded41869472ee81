"""Source health becomes observations of its own, by the collector's own path, on a real store."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.engine import Engine
from domain.city import City
from domain.health import (
    MEASURED,
    QUALITY,
    RATE,
    SPOOL,
    STATE,
    WALL_SILENCE,
    Freshness,
    SourceHealth,
    source_at,
    source_place,
)
from domain.metric import Metric
from domain.rule import Moment, Rule, When
from domain.run import SourceRun
from domain.source import AtSpec, SiteSpec, SourceSpec
from domain.wall import WallSpec, wall_place
from jobs.health import measured, recorder, silences
from jobs.ingest import Ingest
from store import Store, open_store
from tests.cities import tiny_city

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def metric(key: str, every: str) -> Metric:
    return Metric.model_validate(
        {"key": key, "name": key, "unit": "1", "topic": "system", "definition": "测试用口径", "department": "d", "every": every,
         "across": "none", "aggregate": "last"}
    )  # fmt: skip


def source(key: str) -> SourceSpec:
    return SourceSpec(
        key=key, kind="http_json", department="d", every=timedelta(minutes=5), at=AtSpec(path="t"), site=SiteSpec(fixed="x"),
        metrics={"x.y": "v"},
    )  # fmt: skip


@pytest.fixture
def city() -> City:
    metrics = {key: metric(key, "1m" if key in (RATE, STATE) else "5m") for key in MEASURED}
    rule = Rule(
        key="few", when=When(metric=RATE, below={"P3": 95}), say="数据健康度 {value}%",
        tests=(Moment(at=timedelta(0), value=99, expect="normal"),),
    )  # fmt: skip
    sources = {key: source(key) for key in ("hall", "air")}
    return replace(tiny_city(), metrics=metrics, sources=sources, rules={"few": rule})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'x.sqlite'}") as opened:
        yield opened


def health(key: str, state: Freshness = Freshness.LIVE) -> SourceHealth:
    return SourceHealth(key, state, NOON, NOON, NOON - MINUTE, rows=120, rejected=3, latency=0.4)


def said(city: City, found: dict[str, SourceHealth], now: datetime = NOON) -> dict[tuple[str, str], float | None]:
    return {(o.metric, o.site): o.value for o in measured(city, found, now, spool=0.5)}


def test_every_source_says_its_five_figures_and_the_city_its_share(city: City) -> None:
    values = said(city, {"hall": health("hall"), "air": health("air", Freshness.DOWN)})
    assert values[RATE, city.adcode] == 50
    assert values[SPOOL, city.adcode] == 50
    assert values[STATE, "source:hall"] == 0
    assert values[STATE, "source:air"] == 3
    assert {m: v for (m, site), v in values.items() if site == "source:air" and m != STATE} == {
        "source.rows": 120, "source.rejected": 3, "source.latency": 0.4, "source.age": 60,
    }  # fmt: skip


def test_each_figure_comes_at_its_declared_interval(city: City) -> None:
    found = {"hall": health("hall")}
    assert {m for m, _ in said(city, found, NOON + MINUTE)} == {RATE, STATE}
    assert {m for m, _ in said(city, found, NOON + 5 * MINUTE + timedelta(seconds=41))} == MEASURED - {
        QUALITY,
        WALL_SILENCE,
    }


def test_only_declared_metrics_are_written(city: City) -> None:
    bare = replace(city, metrics={STATE: city.metrics[STATE]})
    assert {m for m, _ in said(bare, {"hall": health("hall")})} == {STATE}


def test_a_start_is_no_breakdown(city: City) -> None:
    new = {key: SourceHealth(key, Freshness.NONE) for key in city.sources}
    assert measured(city, new, NOON) == ()
    partly = said(city, new | {"hall": health("hall")})
    assert {site for m, site in partly if m == STATE} == {"source:hall"}


def test_a_source_that_never_succeeded_has_a_state_but_no_age(city: City) -> None:
    values = said(city, {"hall": SourceHealth("hall", Freshness.DOWN, NOON, NOON, None, error="connection refused")})
    assert values[STATE, "source:hall"] == 3
    assert ("source.age", "source:hall") not in values
    assert ("source.latency", "source:hall") not in values


def test_a_place_leads_back_to_its_source() -> None:
    assert source_at(source_place("hall")) == "hall"
    assert source_at("441881") == ""


async def test_the_job_writes_what_the_runs_came_to_and_rules_see_it(city: City, store: Store) -> None:
    ingest = Ingest(city, store, Engine.of(city, (), {}), lambda: NOON)
    store.record_run(SourceRun("hall", NOON - MINUTE, NOON - MINUTE, ok=True, read=9, written=9))
    for before in (2, 1):
        failed = NOON - before * MINUTE
        store.record_run(SourceRun("air", failed, failed, ok=False, error="connection refused"))
    job = recorder(city, store, ingest.write)
    await job(NOON)
    newest = {(one.key.metric, one.key.site): one for one in store.latest()}
    assert newest[STATE, "source:air"].value == 3
    assert newest[RATE, city.adcode].value == 50
    assert newest["source.rows", "source:hall"].value == 9
    assert {one.key.source for one in newest.values()} == {"system"}
    assert [alert.rule for alert in store.open_alerts()] == ["few"]


async def test_nothing_is_written_before_a_source_has_run(city: City, store: Store) -> None:
    ingest = Ingest(city, store, Engine.of(city, (), {}), lambda: NOON)
    await recorder(city, store, ingest.write)(NOON)
    assert store.latest() == []


def test_a_declared_wall_is_silent_beyond_its_own_time_and_no_longer_once_it_is_back() -> None:
    spec = tiny_city().spec.model_copy(
        update={"walls": {"hall": WallSpec(name="大厅大屏", silent_after=2 * MINUTE), "never": WallSpec(name="新大屏")}}
    )
    city = replace(tiny_city(), spec=spec)

    def told(seen: datetime) -> list[tuple[str, float]]:
        return [
            (one.site, one.value)
            for one in silences(city, {"hall": seen, "unknown": seen}, NOON)
            if one.value is not None
        ]

    assert told(NOON - 2 * MINUTE) == [(wall_place("hall"), 0.0)]
    assert told(NOON - 3 * MINUTE) == [(wall_place("hall"), 1.0)]
