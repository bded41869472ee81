"""The pipeline between a source and the store, on a real store."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.engine import Engine
from domain.alert import Condition
from domain.batch import Batch
from domain.city import City
from domain.metric import Metric
from domain.notice import NoticeKind
from domain.observation import Observation
from domain.place import Site
from domain.receiver import Receiver
from domain.rule import Moment, Rule, When
from jobs.ingest import Ingest, Inputs
from store import Store, open_store
from tests.cities import tiny_city

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def metric(key: str, **more: object) -> Metric:
    return Metric.model_validate(
        {
            "key": key,
            "name": key,
            "unit": "",
            "topic": "environment",
            "definition": "测试用口径",
            "department": "d",
            "every": "1h",
        }
        | more
    )


@pytest.fixture
def city() -> City:
    base = tiny_city()
    names = ["pm25", "pm10", "so2", "no2", "o3", "co"]
    metrics = {f"air.{n}": metric(f"air.{n}") for n in names} | {
        "air.aqi": metric("air.aqi", derive="aqi", site_kind="air")
    }
    sites = {"s1": Site(id="s1", name="一号站", kind="air", district=next(iter(base.districts)))}
    rule = Rule(
        key="bad_air", when=When(metric="air.aqi", above={"P3": 100}), say="{site} AQI {value}",
        tests=(Moment(at=timedelta(0), value=1, expect="normal"),),
    )  # fmt: skip
    return City(base.spec, base.folder, metrics, sites, {}, {"bad_air": rule}, {})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'x.sqlite'}") as opened:
        yield opened


def pipeline(city: City, store: Store) -> Ingest:
    return Ingest(city, store, Engine.of(city, store.open_alerts()), lambda: NOON + timedelta(minutes=5))


def said(at: datetime, **values: float) -> Batch:
    made = tuple(Observation(f"air.{n}", "s1", "air", at, v, at) for n, v in values.items())
    return Batch("air", at, observations=made, read=len(made))


CLEAN = {"pm25": 20.0, "pm10": 40.0, "so2": 5.0, "no2": 20.0, "o3": 60.0, "co": 0.5}


async def test_what_is_computed_is_stored_with_its_standard(city: City, store: Store) -> None:
    await pipeline(city, store).write(said(NOON, **CLEAN))
    found = {one.key: one.value for one in store.latest(["air.aqi"])}
    assert {(key.site, key.standard): value for key, value in found.items()} == {("s1", "HJ 633-2026"): 40.0}


async def test_inputs_that_come_in_two_batches_meet(city: City, store: Store) -> None:
    ingest = pipeline(city, store)
    await ingest.write(said(NOON, **{n: v for n, v in CLEAN.items() if n != "pm25"}))
    await ingest.write(said(NOON, pm25=150.0))
    assert [one.value for one in store.latest(["air.aqi"])] == [200.0]


async def test_a_rule_on_a_computed_metric_fires_and_is_stored(city: City, store: Store) -> None:
    await pipeline(city, store).write(said(NOON, **CLEAN | {"pm25": 150.0}))
    assert [(a.rule, a.site, a.condition) for a in store.open_alerts()] == [("bad_air", "s1", Condition.FIRING)]


async def test_a_restart_keeps_inputs_and_alerts(city: City, store: Store) -> None:
    await pipeline(city, store).write(said(NOON, **CLEAN | {"pm25": 150.0}))
    again = pipeline(city, store)
    again.warm(NOON + HOUR)
    assert len(store.open_alerts()) == 1
    await again.write(said(NOON, pm10=420.0))
    assert [one.value for one in store.latest(["air.aqi"])] == [300.0]


async def test_a_value_stored_just_before_a_crash_still_reaches_the_rules(city: City, store: Store) -> None:
    store.write(Batch("air", NOON, (Observation("air.aqi", "s1", "air", NOON, 180.0, NOON, standard="HJ 633-2026"),)))
    pipeline(city, store).warm(NOON)
    assert [a.condition for a in store.open_alerts()] == [Condition.FIRING]


def test_held_inputs_do_not_grow_with_history(city: City) -> None:
    inputs = Inputs(city.metrics)
    for hour in range(1000):
        inputs.learn(said(NOON + HOUR * hour, **CLEAN).observations)
    assert max(len(moments) for moments in inputs.history.values()) <= inputs.reach / HOUR + 1


async def test_who_is_concerned_is_told_in_the_same_transaction(city: City, store: Store) -> None:
    receivers = {
        "all": Receiver(key="all", kind="screen"),
        "grave": Receiver(key="grave", kind="screen", levels=("P1", "P2")),
    }
    told = replace(city, receivers=receivers)
    await pipeline(told, store).write(said(NOON, **CLEAN | {"pm25": 150.0}))
    (case,) = store.desk.open_cases()
    (one,) = store.desk.history(case.id)[1]
    assert (one.receiver, one.kind, one.cases) == ("all", NoticeKind.FIRED, (case.id,))
    assert one.due - one.made == timedelta(seconds=30)
