"""What is expected of a series, as snapshots tell it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.account import Reach
from domain.city import City
from domain.forecast import Outlook, Skill, Step
from domain.metric import Forecasting
from domain.observation import SeriesKey
from snapshot.builder import Builder
from snapshot.restricted import Restricted
from store import Store
from tests.cities import CITY, EAST, NOW

MADE = NOW.replace(minute=0, second=0, microsecond=0)
CASES = "service.cases"


@pytest.fixture
def declared(city: City) -> City:
    metric = city.metrics[CASES].model_copy(update={"forecast": Forecasting()})
    return replace(city, metrics={**city.metrics, CASES: metric})


def _made(made: int = 0) -> Outlook:
    at = MADE + timedelta(hours=made)
    return Outlook(SeriesKey(CASES, EAST, "s"), at, "naive", (Step(at, 1, 2, 3, 4, 5),), Skill(24, 1.0, 0.8, 0.95))


def test_the_newest_outlook_is_told_and_found_again_after_a_minute(declared: City, store: Store) -> None:
    builder = Builder(declared, store)
    store.forecasts.save([_made()])
    assert builder.live(NOW).outlook(CASES, EAST) == _made()
    assert builder.live(NOW).outlook(CASES, CITY) is None
    store.forecasts.save([_made(1)])
    assert builder.live(NOW + timedelta(seconds=30)).outlook(CASES, EAST) == _made()
    assert builder.live(NOW + timedelta(seconds=60)).outlook(CASES, EAST) == _made(1)


def test_the_past_and_what_is_not_declared_have_no_outlook(declared: City, city: City, store: Store) -> None:
    store.forecasts.save([_made()])
    assert Builder(declared, store).at(NOW - timedelta(hours=3)).outlook(CASES, EAST) is None
    assert Builder(city, store).live(NOW).outlook(CASES, EAST) is None


def test_outside_a_reach_nothing_is_told(declared: City, store: Store) -> None:
    store.forecasts.save([_made()])
    seen = Restricted(Builder(declared, store).live(NOW), Reach(frozenset({EAST}), frozenset({"environment"})))
    assert seen.outlook(CASES, EAST) is None
    assert (
        Restricted(Builder(declared, store).live(NOW), Reach(frozenset({EAST}), None)).outlook(CASES, EAST) == _made()
    )
