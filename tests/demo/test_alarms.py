"""What the rules found in the two days before the first start: the engine's own findings, once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alerts.engine import Engine
from demo import alarms, sieve
from demo.history import backfill
from demo.scenario import Period, Script
from domain.alert import Alert, AlertLevel, Condition, Transition
from domain.city import City
from domain.errors import StoreError
from domain.rule import Rule
from snapshot.builder import Builder
from store import Store, open_store
from tests.demo.conftest import NOW

HOUR = 3600
MOMENT = datetime.fromtimestamp(NOW, UTC)
SINCE = MOMENT - timedelta(hours=49)
STORMY = Script((Period("rainstorm", NOW - 5 * HOUR),))


@pytest.fixture(scope="module")
def stormy(city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("alarms") / "store.sqlite"
    with open_store(f"sqlite:///{path}", synchronous="NORMAL") as opened:
        list(backfill(city, opened, MOMENT, days=2, script=STORMY))
        yield opened


def steps(store: Store) -> list[Transition]:
    return store.transitions(MOMENT - timedelta(days=9), MOMENT + timedelta(days=1))


def test_every_alert_went_one_step_after_the_other_within_the_two_days(stormy: Store) -> None:
    found = steps(stormy)
    assert len(found) > 60
    assert all(SINCE <= step.at <= MOMENT for step in found)
    stands: dict[str, Condition] = {}
    for step in found:
        before = stands.get(step.fingerprint, Condition.NORMAL)
        over = {Condition.NORMAL, Condition.CLEARED}
        assert step.old == before or {step.old, before} <= over, step
        stands[step.fingerprint] = step.new
    open_now = {one.fingerprint for one in stormy.open_alerts()}
    assert open_now == {name for name, at in stands.items() if at not in (Condition.NORMAL, Condition.CLEARED)}


def test_the_first_screen_shows_what_is_wrong_and_what_was(city: City, stormy: Store) -> None:
    snapshot = Builder(city, stormy).live(MOMENT)
    firing = [a for a in snapshot.alerts if a.condition is Condition.FIRING]
    assert {a.level for a in firing} >= {AlertLevel.P1, AlertLevel.P2}
    assert all(a.say and a.since <= MOMENT for a in snapshot.alerts)
    bars = [n or 0.0 for n in snapshot.events_per().values]
    begun = {i.id for i in snapshot.incidents if i.at > MOMENT - timedelta(hours=24)}
    assert sum(bars) > len(begun)


def test_an_open_alert_is_gone_on_with(city: City, stormy: Store) -> None:
    """The collector's engine takes them over as they are: nothing is told twice."""
    open_alerts = stormy.open_alerts()
    newest = {(one.key.metric, one.key.site): one.at for one in stormy.latest()}
    engine = Engine.of(city, open_alerts, newest)
    assert [c for c in engine.due(MOMENT + timedelta(seconds=1)) if c.transition.new is Condition.PENDING] == []


def test_what_the_sieve_leaves_out_changes_nothing(
    city: City, tmp_path: Path, stormy: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def everything(_city: City, _metric: str, series: Sequence[sieve.Values]) -> set[str]:
        return {one.place for one in series}

    monkeypatch.setattr(alarms, "moving", everything)
    with open_store(f"sqlite:///{tmp_path / 's.sqlite'}", synchronous="NORMAL") as other:
        list(backfill(city, other, MOMENT, days=2, script=STORMY))
        assert steps(other) == steps(stormy)


class _Failing:
    """A store that is lost after some findings were saved."""

    def __init__(self, store: Store, saves: int) -> None:
        self._store, self._saves = store, saves

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def save_alerts(self, changes: Sequence[Alert], moved: Sequence[Transition]) -> frozenset[str]:
        self._saves -= 1
        if self._saves < 0:
            raise StoreError("pulled")
        return self._store.save_alerts(changes, moved)


def test_findings_cut_short_are_finished_not_doubled(city: City, tmp_path: Path, stormy: Store) -> None:
    with open_store(f"sqlite:///{tmp_path / 's.sqlite'}", synchronous="NORMAL") as other:
        failing: Any = _Failing(other, 5)
        with pytest.raises(StoreError):
            list(backfill(city, failing, MOMENT, days=2, script=STORMY))
        assert 0 < len(steps(other)) < len(steps(stormy))
        list(backfill(city, other, MOMENT + timedelta(hours=1), days=2, script=STORMY))
        assert steps(other) == steps(stormy)
        assert other.open_alerts() == stormy.open_alerts()


def rule(**when: Any) -> Rule:
    first = {"at": "0m", "value": 0, "expect": "normal"}
    return Rule.model_validate({"key": "r", "when": when, "say": "{site}", "tests": [first]})


def values(place: str, *value: float) -> sieve.Values:
    return sieve.Values(place, np.arange(len(value), dtype=np.int64) * 300_000, np.array(value))


@pytest.mark.parametrize(
    ("when", "left"),
    [
        ({"metric": "hydro.level", "above": {"P3": 5}}, {"b"}),
        ({"metric": "hydro.level", "below": {"P3": 1}}, {"a"}),
        ({"metric": "hydro.level", "outside": {"P3": [0.5, 4.5]}}, {"b"}),
        ({"metric": "hydro.level", "change": {"over": "1h"}, "above": {"P3": 3}}, {"b"}),
        ({"metric": "hydro.level", "share": {"above": 5}, "above": {"P3": 1}}, {"a", "b"}),
        ({"metric": "hydro.level", "share": {"above": 5}, "above": {"P3": 2}}, set()),
        ({"metric": "hydro.level", "silent": True, "above": {"P3": 60}}, {"a", "b"}),
        ({"metric": "hotline.requests", "baseline": {"over": "10m", "least": 7}, "above": {"P3": 2}}, {"b"}),
        ({"metric": "hotline.requests", "baseline": {"over": "5m", "least": 7}, "above": {"P3": 2}}, set()),
        ({"all": [{"metric": "hydro.level", "above": {"P3": 5}}, {"records": {}, "above": {"P3": 1}}]}, {"b"}),
        ({"any": [{"metric": "hydro.level", "above": {"P3": 5}}, {"records": {}, "above": {"P3": 1}}]}, {"a", "b"}),
    ],
)
def test_a_series_that_can_reach_nothing_is_left_out(city: City, when: dict[str, Any], left: set[str]) -> None:
    declared = rule(**when)
    metric = next(iter(declared.when.metrics))
    small = replace(city, rules={"r": declared})
    assert sieve.moving(small, metric, [values("a", 1, 2, 2), values("b", 2, 5, 2)]) == left
