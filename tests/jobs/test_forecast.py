"""Forecasts from a store's hours, kept in it, and a rule that fires by one."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from alerts.engine import Engine
from domain.alert import Condition
from domain.batch import Batch
from domain.city import City
from domain.metric import Forecasting, Metric
from domain.observation import Observation
from domain.rule import Forecast, Moment, Rule, When
from indicators.forecast.outlook import Task
from indicators.forecast.winters import Found
from jobs import forecast
from jobs.history import StoreHistory
from store import Store, open_store
from tests.cities import tiny_city

NOW = datetime(2026, 11, 24, 4, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEVEL = "hydro.level"
DAYS = 20


def _metric(**said: object) -> Metric:
    return Metric.model_validate(
        {"key": LEVEL, "name": "水位", "unit": "m", "topic": "water", "definition": "测试用口径", "department": "d", "every": "1h",
         "site_kind": "gauge", "forecast": {"horizon": "6h"}, **said}
    )  # fmt: skip


def _seen(values: Sequence[float], site: str = "gauge-01", end: datetime = NOW) -> list[Observation]:
    last = end.replace(minute=0) - HOUR
    times = [last - i * HOUR for i in reversed(range(len(values)))]
    return [Observation(LEVEL, site, "hydro", at, value, at) for at, value in zip(times, values, strict=True)]


def _rising() -> list[float]:
    """A level that has been rising steadily for two days after weeks of small waves."""
    dice = np.random.default_rng(1)
    calm = 10 + np.cumsum(dice.normal(0, 0.02, (DAYS - 2) * 24))
    return [*calm.tolist(), *(calm[-1] + 0.05 * np.arange(1, 49)).tolist()]


async def _found(work: Sequence[Task]) -> list[Found]:
    return [(0.9, 0.3, 0.05, 0.98)] * len(work)


async def _refused(work: Sequence[Task]) -> list[Found]:
    return []


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'x.sqlite'}") as opened:
        yield opened


def _write(store: Store, seen: Sequence[Observation]) -> None:
    store.write(Batch("hydro", NOW, tuple(seen), read=len(seen)))


async def test_hours_that_are_over_become_an_outlook_once(store: Store) -> None:
    _write(store, _seen(_rising()))
    metrics = {LEVEL: _metric()}
    assert await forecast.refresh(metrics, store, NOW, _found) == 1
    (made,) = store.forecasts.of([LEVEL])
    assert made.made == NOW.replace(minute=0)
    assert [step.at for step in made.steps] == [made.made + i * HOUR for i in range(6)]
    assert made.weights is not None
    assert await forecast.refresh(metrics, store, NOW + 10 * timedelta(minutes=1), _found) == 0
    _write(store, _seen([12.0], end=NOW + HOUR))
    assert await forecast.refresh(metrics, store, NOW + HOUR, _refused) == 1


async def test_without_weights_the_naive_forecast_stands_and_rules_see_none(store: Store) -> None:
    _write(store, _seen(_rising()))
    await forecast.refresh({LEVEL: _metric()}, store, NOW, _refused)
    (made,) = store.forecasts.of([LEVEL])
    assert made.method == "naive"
    assert StoreHistory(store, lambda: NOW).forecasts(LEVEL) == {}


async def test_metrics_that_are_not_declared_so_are_left_alone(store: Store) -> None:
    _write(store, _seen(_rising()))
    assert await forecast.refresh({LEVEL: _metric(forecast=None)}, store, NOW, _found) == 0


async def test_a_rule_fires_by_a_forecast_from_the_store(store: Store) -> None:
    values = _rising()
    _write(store, _seen(values))
    await forecast.refresh({LEVEL: _metric()}, store, NOW, _found)
    points = StoreHistory(store, lambda: NOW).forecasts(LEVEL)["gauge-01"]
    assert all(point.low <= point.middle <= point.high for point in points)
    threshold = values[-1] + 0.1
    assert points[0].at == NOW.replace(minute=30)
    engine = Engine.of(_city(threshold), [], {}, StoreHistory(store, lambda: NOW))
    changes = engine.due(NOW)
    assert [(one.alert.rule, one.alert.site, one.alert.condition) for one in changes] == [
        ("expected", "gauge-01", Condition.FIRING)
    ]
    assert "80% 区间" in changes[0].alert.say


def _city(threshold: float) -> City:
    rule = Rule(
        key="expected", when=When(metric=LEVEL, forecast=Forecast(within=6 * HOUR), above={"P3": threshold}),
        say="预计 {expected} 超过 {threshold}", tests=(Moment(at=timedelta(0), value=0, expect="normal"),),
    )  # fmt: skip
    return replace(tiny_city(), metrics={LEVEL: _metric()}, sources={}, rules={"expected": rule})


async def test_totals_with_a_part_missing_are_no_totals(store: Store) -> None:
    metric = _metric(aggregate="sum", every="10m", site_kind="")
    whole = _seen(_rising())
    start = NOW.replace(minute=0)
    part = [Observation(LEVEL, "gauge-01", "hydro", start + i * timedelta(minutes=10), 1.0, NOW) for i in range(3)]
    _write(store, [*whole, *part])
    (task,) = forecast.tasks({LEVEL: metric}, store, NOW + HOUR)
    assert task.past.end == start
    _write(store, [replace(one, at=one.at + 3 * timedelta(minutes=10)) for one in part])
    (task,) = forecast.tasks({LEVEL: metric}, store, NOW + HOUR)
    assert task.past.values[-1] == 6


async def test_weights_come_from_a_process_of_their_own(store: Store) -> None:
    _write(store, _seen(_rising()))
    assert await forecast.refresh({LEVEL: _metric()}, store, NOW, forecast.fit_apart) == 1
    (made,) = store.forecasts.of([LEVEL])
    assert made.weights is not None
    assert all(0 <= one <= 1 for one in made.weights[:4])


@pytest.mark.parametrize("said", [{"horizon": "90m"}, {"horizon": "25h"}, {"season": "8d"}, {"horizon": "0h"}])
def test_a_horizon_is_whole_hours_within_a_season_of_a_week_at_most(said: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="horizon"):
        Forecasting.model_validate(said)
