"""Readings and trends out of a real store against the same figures added up by hand from the observations themselves."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from math import fsum

import pytest

from domain.observation import Observation
from snapshot.times import window_start
from store import Store
from tests.cities import EAST, NOW, WEST, metric, observed, site, tiny_city
from tests.snapshot.conftest import Desk

HOUR = timedelta(hours=1)
FOLD: dict[str, Callable[[Sequence[float]], float]] = {
    "sum": fsum,
    "mean": lambda values: fsum(values) / len(values),
    "max": max,
    "min": min,
    "last": lambda values: values[-1],
}
AGGREGATES = ("sum", "mean", "max", "min", "last")
ACROSS = ("sum", "mean", "max", "min")
METRICS = [
    metric(f"m.{a}_{b}", aggregate=a, across=b, site_kind="hall", every="1h") for a in AGGREGATES for b in ACROSS
]
SITES = [site("h1", "hall", EAST), site("h2", "hall", EAST), site("h3", "hall", WEST)]
DISTRICTS = {"": ("h1", "h2", "h3"), EAST: ("h1", "h2"), WEST: ("h3",)}


def history(seed: int) -> list[tuple[str, datetime, float]]:
    """Hourly values of three sites over 34 days with gaps, none of them in the running hour's future."""
    dice = random.Random(seed)
    start = NOW.replace(minute=0) - timedelta(days=34)
    return [
        (place.id, at, float(dice.randrange(1, 1000)))
        for place in SITES
        for at in (start + h * HOUR for h in range(34 * 24 + 1))
        if dice.random() > 0.15
    ]


def expected(
    values: Sequence[tuple[str, datetime, float]], key: str, place: str, start: datetime, end: datetime
) -> float | None:
    in_time, over_places = key.removeprefix("m.").split("_")
    members = []
    for name in DISTRICTS[place]:
        own = [v for s, at, v in sorted(values, key=lambda r: r[1]) if s == name and start <= at < end]
        members += [FOLD[in_time](own)] if own else []
    return FOLD[over_places](members) if members else None


def desk_of(store: Store, values: Sequence[tuple[str, datetime, float]]) -> Desk:
    city = tiny_city(metrics={m.key: m for m in METRICS}, sites={s.id: s for s in SITES})
    desk = Desk(city, store)
    rows: list[Observation] = [observed(m.key, s, v, at) for m in METRICS for s, at, v in values]
    desk.put(*rows)
    store.close_buckets(NOW)
    return desk


@pytest.mark.parametrize("seed", [1])
def test_windows_and_trends_equal_what_is_added_up_by_hand(store: Store, seed: int) -> None:
    values = history(seed)
    snapshot = desk_of(store, values).live()
    newest = max(at for _, at, _ in values)
    after = newest + timedelta(milliseconds=1)
    for m in METRICS:
        for place in DISTRICTS:
            for window in ("today", "month", "d30", "year"):
                begin = window_start(window, NOW, snapshot.city.zone)  # type: ignore[arg-type]
                told = snapshot.reading(m.key, place, window).value  # type: ignore[arg-type]
                assert told == pytest.approx(expected(values, m.key, place, begin, after)), (m.key, place, window)
        trend = snapshot.trend(m.key, EAST, 24 * 4)
        for at, told in zip(trend.at, trend.values, strict=True):
            by_hand = expected(values, m.key, EAST, at, at + HOUR)
            silent = (
                m.across == "sum" and len({s for s, t, _ in values if s in DISTRICTS[EAST] and at <= t < at + HOUR}) < 2
            )
            assert told == (None if silent else pytest.approx(by_hand)), (m.key, at)
