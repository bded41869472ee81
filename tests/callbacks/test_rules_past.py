"""The past for dry runs: as it was measured, held where it is kept coarsely, by hours where only those are left."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.rehearsal import Bounds, Rehearsal, Stretch, rehearse
from callbacks.rules_past import StorePast
from domain.account import WHOLE
from domain.metric import Metric
from domain.rule import Rule
from store import Store, open_store
from tests.layouts.alerts.duty import HOUR, city, rule
from tests.store.values import MINUTE, NOW, batch, seen

SITE = "gauge-441803"
BEGIN = NOW - timedelta(days=2)
LASTING: dict[str, Any] = {"for": "20m"}


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'city.sqlite'}", synchronous="OFF") as opened:
        yield opened


def put(store: Store, step: timedelta, *values: float) -> None:
    rows = [seen(v, BEGIN + n * step, SITE, metric="hydro.level", source="hydro") for n, v in enumerate(values)]
    store.write(batch(*rows, source="hydro"))


def metric() -> Metric:
    return city().metrics["hydro.level"]


def told(store: Store, one: Rule) -> list[Stretch]:
    return list(StorePast(store, city(), one).values(NOW - timedelta(days=3), NOW))


def replayed(store: Store, one: Rule) -> Rehearsal:
    bounds = Bounds(NOW - timedelta(days=3), NOW, lambda: True, WHOLE)
    return rehearse(city(), one, StorePast(store, city(), one), bounds)


def test_dense_values_are_told_as_they_were_measured(sqlite_store: Store) -> None:
    put(sqlite_store, metric().every, *([10.0] * 6))
    found = [one for stretch in told(sqlite_store, rule()) for one in stretch.seen]
    assert [one.at for one in found] == [BEGIN + n * metric().every for n in range(6)]


def test_a_condition_can_last_in_history_that_is_kept_by_the_hour(sqlite_store: Store) -> None:
    put(sqlite_store, HOUR, 10, 12, 10, 10, 10, 12, 10)
    done = replayed(sqlite_store, rule(**LASTING))
    assert len(done.fired) == 2
    assert done.values == 7
    assert timedelta(0) < done.coarse <= timedelta(days=1)


def test_a_value_is_held_no_longer_than_until_the_next(sqlite_store: Store) -> None:
    put(sqlite_store, HOUR, 10, 12, 10)
    found = [one for stretch in told(sqlite_store, rule()) for one in stretch.seen]
    assert max(one.at for one in found if one.value == 12) < BEGIN + 2 * HOUR
    assert max(one.at for one in found) < BEGIN + 3 * HOUR
    assert found == sorted(found, key=lambda one: one.at)


def test_an_outage_among_dense_values_is_not_filled(sqlite_store: Store) -> None:
    every = metric().every
    put(sqlite_store, every, *([10.0] * 9))
    rows = [seen(10, BEGIN + 4 * HOUR + n * every, SITE, metric="hydro.level", source="hydro") for n in range(9)]
    sqlite_store.write(batch(*rows, source="hydro"))
    done = replayed(sqlite_store, rule())
    assert (done.values, done.coarse) == (18, timedelta(0))


def test_silence_is_not_read_out_of_coarse_history(sqlite_store: Store) -> None:
    quiet = rule(when={"metric": "hydro.level", "silent": True, "above": {"P3": 45}}, keep="0m")
    put(sqlite_store, HOUR, *([10.0] * 12))
    assert replayed(sqlite_store, quiet).fired == []
    put(sqlite_store, metric().every, *([10.0] * 60))
    # Dense for its first hours, hourly afterwards: now each of those hours is a silence.
    assert len(replayed(sqlite_store, quiet).fired) > 1


@pytest.mark.parametrize("kept", [True, False])
def test_where_the_log_is_gone_hours_tell(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch, kept: bool) -> None:
    put(sqlite_store, MINUTE * 10, *([12.0] * 18))
    sqlite_store.close_buckets(NOW)
    if not kept:
        nothing = sqlite_store.window(NOW, NOW, [])
        monkeypatch.setattr(sqlite_store, "window", lambda *_: nothing)
    done = replayed(sqlite_store, rule(**LASTING))
    assert len(done.fired) == 1
    assert bool(done.coarse) is not kept
