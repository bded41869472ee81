"""Data that a web process took in, on a real store with the collector's own pipeline."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.engine import Engine
from datasources.kinds.push import PushSpec
from domain.alert import AlertLevel, Condition
from domain.batch import Batch
from domain.city import City
from domain.errors import StoreError
from domain.observation import Observation
from domain.place import Site
from domain.rule import Moment, Rule, When
from domain.run import SourceRun
from duty.intake import followed
from jobs import collect, follow
from jobs.ingest import Ingest
from store import Store, open_store
from store.push import Settled
from tests.cities import EAST, metric, source, tiny_city

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ITEMS = {"pm25": 160.0, "pm10": 180.0, "so2": 10.0, "no2": 30.0, "o3": 50.0, "co": 1.0}


@pytest.fixture
def city() -> City:
    metrics = [metric(f"air.{name}", every="1h", topic="environment") for name in ITEMS]
    metrics += [
        metric("air.aqi", every="1h", topic="environment", derive="aqi", site_kind="air"),
        metric("parking.free"),
    ]
    rule = Rule(
        key="bad_air", when=When(metric="air.aqi", above={"P3": 100}), say="{site} AQI {value}",
        tests=(Moment(at=timedelta(0), value=1, expect="normal"),),
    )  # fmt: skip
    sites = {"s1": Site(id="s1", name="一号站", kind="air", district=EAST)}
    return tiny_city(metrics={m.key: m for m in metrics}, sites=sites, rules={"bad_air": rule})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'x.sqlite'}", synchronous="OFF") as opened:
        yield opened


def air(at: datetime = NOON, site: str = "s1", **items: float) -> tuple[Observation, ...]:
    return tuple(
        Observation(f"air.{name}", site, "radar", at, value, at + timedelta(minutes=5)) for name, value in items.items()
    )


def push(city: City, store: Store, *observations: Observation, sites: tuple[Site, ...] = ()) -> None:
    """What the web process does with a request."""
    batch = Batch("radar", NOON, observations, read=len(observations), sites=sites)
    run = SourceRun("radar", NOON, NOON, ok=True)
    store.inbox.take(batch, None, lambda _: Settled(b"", run), followed(city))


def aqi(store: Store) -> dict[tuple[str, datetime], float | None]:
    found = store.latest(["air.aqi"])
    return {(one.key.site, one.at): one.value for one in found}


def pipeline(city: City, store: Store, now: datetime = NOON + HOUR) -> Ingest:
    ingest = Ingest(city, store, Engine.of(city, store.open_alerts()), lambda: now)
    ingest.warm(now)
    return ingest


async def test_indicators_follow_from_pushed_data_and_rules_see_them(city: City, store: Store) -> None:
    run = follow.follower(city, store, pipeline(city, store).follow)
    push(city, store, *air(**ITEMS))
    assert aqi(store) == {}
    await run(NOON)
    (value,) = aqi(store).values()
    assert value is not None
    assert value > 150
    (alert,) = store.open_alerts()
    assert (alert.condition, alert.level, alert.metric) == (Condition.FIRING, AlertLevel.P3, "air.aqi")
    assert store.inbox.waiting(9) == []


async def test_inputs_may_come_in_several_pushes_and_beside_polled_ones(city: City, store: Store) -> None:
    ingest = pipeline(city, store)
    run = follow.follower(city, store, ingest.follow)
    await ingest.write(Batch("air", NOON, tuple(replace(o, source="air") for o in air(pm10=180.0, so2=10.0))))
    push(city, store, *air(no2=30.0, o3=50.0))
    push(city, store, *air(co=1.0, pm25=160.0))
    await run(NOON)
    together = aqi(store)[("s1", NOON)]
    push(city, store, *air(NOON + HOUR, **ITEMS))
    await run(NOON + HOUR)
    assert together is not None
    assert aqi(store)[("s1", NOON + HOUR)] == together


async def test_what_was_pushed_while_no_collector_ran_is_made_up_for(city: City, store: Store) -> None:
    for hours in (2, 1, 0):
        push(city, store, *air(NOON - hours * HOUR, **ITEMS))
    await follow.follower(city, store, pipeline(city, store).follow)(NOON)
    number = next(number for number, key in store.series().items() if key.metric == "air.aqi")
    assert len(store.window(NOON - 3 * HOUR, NOON + HOUR, [number])) == 3


async def test_a_collector_that_dies_on_the_way_does_it_again(city: City, store: Store) -> None:
    ingest = pipeline(city, store)
    push(city, store, *air(**ITEMS))

    async def dies(batch: Batch) -> None:
        await ingest.follow(batch)
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        await follow.follower(city, store, dies)(NOON)
    held, version = aqi(store), store.version()
    await follow.follower(city, store, pipeline(city, store).follow)(NOON)
    assert aqi(store) == held
    assert store.version() == version
    assert len(store.open_alerts()) == 1
    assert store.inbox.waiting(9) == []


async def test_sites_that_the_web_process_learnt_are_taken_over(city: City, store: Store) -> None:
    learnt = Site(id="s9", name="新站", kind="air", district=EAST)
    push(city, store, *air(site="s9", **ITEMS), sites=(learnt,))
    await follow.follower(city, store, pipeline(city, store).follow)(NOON)
    assert [site for site, _ in aqi(store)] == ["s9"]
    assert city.sites["s9"] == learnt


async def test_nothing_waits_that_nothing_follows_from(city: City, store: Store) -> None:
    push(city, store, Observation("parking.free", EAST, "radar", NOON, 3.0, NOON))
    assert store.inbox.waiting(9) == []


async def test_much_waiting_data_is_taken_in_turns(city: City, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "AT_ONCE", 2)
    for minutes in range(5):
        push(city, store, *air(NOON - timedelta(minutes=minutes), pm25=1.0))
    run = follow.follower(city, store, pipeline(city, store).follow)
    await run(NOON)
    assert len(store.inbox.waiting(9)) == 3
    await run(NOON)
    await run(NOON)
    assert store.inbox.waiting(9) == []


async def test_pushed_sources_are_not_polled(city: City, store: Store) -> None:
    spec = PushSpec.model_validate(source("radar", ["air.pm25"]).model_dump() | {"kind": "push"})
    city.sources.clear()
    city.sources["radar"] = spec
    city.sources["hall"] = source("hall", ["parking.free"])

    class Nobody:
        async def poll(self, key: str, now: datetime) -> None:
            raise AssertionError(key)

    jobs = collect.timetable(city, Nobody(), pipeline(city, store), store)  # type: ignore[arg-type]
    keys = [job.key for job in jobs]
    assert "source:hall" in keys
    assert "source:radar" not in keys
    assert "push:follow" in keys


async def test_a_store_that_is_away_is_told_once_and_what_waits_goes_on_waiting(
    city: City, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    push(city, store, *air(**ITEMS))

    async def away(_: Batch) -> None:
        raise StoreError("The store is busy.")

    run = follow.follower(city, store, away)
    for _ in range(3):
        await run(NOON)
    assert len(caplog.records) == 1
    assert len(store.inbox.waiting(9)) == 1
