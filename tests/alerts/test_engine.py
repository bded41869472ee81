"""The engine: batches in, changes out."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alerts import signals
from alerts.engine import Change, Engine
from alerts.machine import Seen, State, Watch, due, step, tick
from alerts.rule import limits
from domain.alert import Alert, AlertLevel, Condition, Reason
from domain.city import City, CitySpec, MapSpec
from domain.metric import Metric
from domain.observation import Observation, Quality
from domain.place import District, Site
from domain.rule import Rule

Make = Callable[..., Rule]
See = Callable[..., Observation]
When = Callable[[float], datetime]
World = Callable[..., Engine]


@pytest.fixture
def world(metrics: dict[str, Metric], sites: dict[str, Site]) -> World:
    def make(
        *rules: Rule, alerts: tuple[Alert, ...] = (), newest: dict[tuple[str, str], datetime] | None = None
    ) -> Engine:
        areas = {"441802": "清城区", "441800": "清远市"}
        return Engine({r.key: r for r in rules}, signals.World(metrics, sites, areas), alerts, newest)

    return make


def reasons(changes: list[Change]) -> list[tuple[str, Reason]]:
    return [(change.alert.fingerprint, change.transition.reason) for change in changes]


def test_a_breach_opens_an_alert_with_its_sentence(world: World, rule: Make, seen: See, at: When) -> None:
    (change,) = world(rule()).evaluate([seen(0, 25.04), seen(0, 9.9, "g2")], at(1))
    alert, moved = change.alert, change.transition
    assert (alert.fingerprint, alert.level, alert.condition) == ("high|g1", AlertLevel.P2, Condition.FIRING)
    assert alert.say == "站g1 25.0m≥20 清城区"
    assert (alert.since, alert.updated, alert.fired) == (at(0), at(1), at(1))
    assert (moved.old, moved.new, moved.at, moved.reason) == (
        Condition.NORMAL,
        Condition.FIRING,
        at(1),
        Reason.BREACHED,
    )


def test_figures_of_an_area_are_named(world: World, rule: Make, seen: See, at: When) -> None:
    engine = world(rule())
    assert engine.evaluate([seen(0, 10, "441802")], at(0))[0].alert.say == "清城区 10.0m≥10 清城区"
    assert engine.evaluate([seen(0, 10, "441800")], at(0))[0].alert.say == "清远市 10.0m≥10 清远市"


def test_only_changes_come_out(world: World, rule: Make, seen: See, at: When) -> None:
    engine = world(rule())
    values = [12.0, 12.0, 13.0, 21.0, 21.0, 17.0, 5.0, 5.0, 12.0]
    moved = [reasons(engine.evaluate([seen(i, v)], at(i))) for i, v in enumerate(values)]
    assert [[reason for _, reason in m] for m in moved] == [
        [Reason.BREACHED], [], [], [Reason.ROSE], [], [Reason.FELL], [Reason.CLEARED], [], [Reason.BREACHED],
    ]  # fmt: skip


def test_an_alert_may_move_several_times_in_one_batch(world: World, rule: Make, seen: See, at: When) -> None:
    batch = [seen(3, 25), seen(1, 12), seen(2, 0)]
    assert [reason for _, reason in reasons(world(rule()).evaluate(batch, at(4)))] == [
        Reason.BREACHED, Reason.CLEARED, Reason.BREACHED,
    ]  # fmt: skip


def test_for_ends_by_time_alone(world: World, rule: Make, seen: See, at: When) -> None:
    engine = world(rule(**{"for": "5m"}))
    assert reasons(engine.evaluate([seen(0, 12)], at(1))) == [("high|g1", Reason.BREACHED)]
    assert engine.next_due() == at(6)
    assert engine.due(at(5.9)) == []
    (change,) = engine.due(at(6))
    assert (change.transition.reason, change.alert.fired, change.alert.updated) == (Reason.HELD, at(6), at(6))


def test_silence_marks_the_alert_stale_and_never_clears_it(world: World, rule: Make, seen: See, at: When) -> None:
    engine = world(rule(keep="5m"))
    engine.evaluate([seen(0, 12), seen(1, 0)], at(1))
    engine.evaluate([seen(2, None)], at(2))
    (change,) = engine.due(at(40))
    assert (change.alert.condition, change.alert.stale) == (Condition.RECOVERING, True)
    assert engine.due(at(4000)) == []
    assert reasons(engine.evaluate([seen(4000, 1)], at(4000))) == [("high|g1", Reason.CAME_BACK)]
    assert reasons(engine.due(at(4005))) == [("high|g1", Reason.CLEARED)]


def test_missing_and_invalid_values_neither_open_nor_close(world: World, rule: Make, seen: See, at: When) -> None:
    engine = world(rule())
    assert engine.evaluate([seen(0, 99, quality=Quality.INVALID), seen(0, None, "g2")], at(0)) == []
    engine.evaluate([seen(1, 12)], at(1))
    assert engine.evaluate([seen(2, None), seen(3, 0, quality=Quality.MISSING)], at(3)) == []
    assert len(engine.evaluate([seen(4, 99, "g3", quality=Quality.SUSPECT)], at(4))) == 1


def test_late_data_neither_open_nor_close(world: World, rule: Make, seen: See, at: When) -> None:
    engine = world(rule())
    engine.evaluate([seen(10, 0)], at(10))
    assert engine.evaluate([seen(9, 99)], at(10)) == []
    engine.evaluate([seen(11, 25)], at(11))
    assert engine.evaluate([seen(10.5, 0)], at(11)) == []


def test_a_time_far_in_the_future_does_not_shut_out_what_follows(world: World, rule: Make, seen: See, at: When) -> None:
    engine = world(rule())
    assert engine.evaluate([seen(500_000, 0)], at(0)) == []
    assert len(engine.evaluate([seen(1, 12)], at(1))) == 1


def test_several_steps_in_one_batch_all_carry_the_alert_as_it_ends(
    world: World, rule: Make, seen: See, at: When
) -> None:
    first, second = world(rule()).evaluate([seen(0, 12), seen(1, 25)], at(2))
    assert (first.transition.new, first.transition.level, second.transition.level) == (
        Condition.FIRING,
        AlertLevel.P3,
        AlertLevel.P2,
    )
    assert first.alert == second.alert
    assert first.alert.level == AlertLevel.P2


def test_thresholds_from_facts_apply_where_the_fact_is(world: World, rule: Make, seen: See, at: When) -> None:
    when = {"metric": "hydro.level", "above": {"P2": "warning_level"}}
    changes = world(rule(when=when)).evaluate([seen(0, 13, site) for site in ("g1", "g2", "g3", "unknown")], at(0))
    assert [change.alert.site for change in changes] == ["g1"]


def test_a_restart_goes_on_where_it_stopped(world: World, rule: Make, seen: See, at: When) -> None:
    held = rule(**{"for": "5m"}, keep="5m")
    (pending,) = world(held).evaluate([seen(0, 12)], at(1))
    engine = world(held, alerts=(pending.alert,))
    assert engine.evaluate([seen(0, 12)], at(2)) == []
    (fired,) = engine.due(at(6))
    assert (fired.transition.old, fired.transition.new) == (Condition.PENDING, Condition.FIRING)
    engine = world(held, alerts=(fired.alert,))
    (receded,) = engine.evaluate([seen(7, 0)], at(7))
    engine = world(held, alerts=(receded.alert,))
    assert reasons(engine.due(at(12))) == [("high|g1", Reason.CLEARED)]


def test_late_values_stay_late_over_a_restart(world: World, rule: Make, seen: See, at: When) -> None:
    (opened,) = world(rule()).evaluate([seen(5, 12)], at(20))
    newest = {("hydro.level", "g1"): at(5), ("hydro.level", "g2"): at(5), ("no.such", "g1"): at(5)}
    engine = world(rule(), alerts=(opened.alert,), newest=newest)
    assert engine.evaluate([seen(4, 0), seen(4, 99, "g2")], at(21)) == []
    assert reasons(engine.evaluate([seen(6, 0), seen(6, 99, "g2")], at(21))) == [
        ("high|g1", Reason.CLEARED),
        ("high|g2", Reason.BREACHED),
    ]


def test_a_value_stored_but_not_evaluated_before_a_crash_counts_afterwards(
    world: World, rule: Make, seen: See, at: When
) -> None:
    (opened,) = world(rule()).evaluate([seen(0, 12)], at(0))
    newest = {("hydro.level", "g1"): at(1), ("hydro.level", "g2"): at(1)}
    engine = world(rule(), alerts=(opened.alert,), newest=newest)
    assert reasons(engine.evaluate([seen(1, 25), seen(1, 12, "g2")], at(2))) == [
        ("high|g1", Reason.ROSE),
        ("high|g2", Reason.BREACHED),
    ]


def test_changes_that_could_not_be_saved_come_again_after_restore(
    world: World, rule: Make, seen: See, at: When
) -> None:
    engine = world(rule())
    batch = [seen(0, 12)]
    lost = engine.evaluate(batch, at(0))
    assert engine.evaluate(batch, at(1)) == []
    engine.restore([])
    again = engine.evaluate(batch, at(1))
    assert reasons(again) == reasons(lost)
    engine.evaluate([seen(2, 25)], at(2))
    engine.restore([again[0].alert])
    assert reasons(engine.evaluate([seen(2, 25)], at(3))) == [("high|g1", Reason.ROSE)]


def test_alerts_of_rules_and_places_that_are_gone_are_withdrawn_once(
    world: World, rule: Make, seen: See, at: When
) -> None:
    (change,) = world(rule("old")).evaluate([seen(0, 12)], at(0))
    engine = world(rule("new"), alerts=(change.alert,))
    moment = engine.next_due()
    assert moment is not None
    assert moment < at(0), "at once"
    (gone,) = engine.due(at(1))
    assert (gone.alert.condition, gone.alert.cleared, gone.transition.reason) == (
        Condition.CLEARED,
        at(1),
        Reason.WITHDRAWN,
    )
    assert engine.due(at(2)) == []
    assert engine.next_due() is None


def test_a_due_time_at_which_the_rule_fails_comes_again(
    world: World, rule: Make, seen: See, at: When, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = world(rule(**{"for": "5m"}))
    engine.evaluate([seen(0, 12)], at(0))
    with monkeypatch.context() as patch:
        patch.setattr("alerts.engine.tick", lambda *_: 1 / 0)
        assert engine.due(at(5)) == []
    assert engine.failed["high"].error == "ZeroDivisionError: division by zero"
    assert reasons(engine.due(at(6))) == [("high|g1", Reason.HELD)]
    assert engine.failed == {}


def test_a_rule_that_fails_is_shown_and_stops_no_other(
    world: World, rule: Make, seen: See, at: When, caplog: pytest.LogCaptureFixture
) -> None:
    engine = world(rule("bad", say="{nonsense}"), rule("good"))
    with caplog.at_level(logging.INFO, logger="alerts"):
        for minute in range(3):
            changes = engine.evaluate([seen(minute, 12), seen(minute, 12, "g2")], at(minute))
            assert {c.alert.rule for c in changes} <= {"good"}
        health = engine.failed["bad"]
        assert (health.since, health.failures) == (at(0), 6)
        assert "nonsense" in health.error
        engine.evaluate([seen(3, 0), seen(3, 0, "g2")], at(3))
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_rule_of_an_undeclared_metric_is_left_out(world: World, rule: Make, seen: See, at: When) -> None:
    engine = world(rule(when={"metric": "no.such", "above": {"P4": 1}}), rule("good"))
    assert engine.metrics == {"hydro.level"}
    assert engine.evaluate([seen(0, 99, metric="no.such"), seen(0, 99, metric="air.pm25")], at(0)) == []


def test_a_city_gives_the_names(rule: Make, metrics: dict[str, Metric], sites: dict[str, Site], seen: See) -> None:
    spec = CitySpec(
        adcode="441800", name="清远市", title="t", map=MapSpec(center=(113, 24)),
        districts=(District(adcode="441802", name="清城区"),),
    )  # fmt: skip
    city = City(spec, folder=Path(), metrics=metrics, sites=sites, rules={"high": rule()})
    observation = seen(0, 12, "441800")
    assert "清远市" in Engine.of(city).evaluate([observation], observation.at)[0].alert.say


BATCHES = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from(["g1", "g2", "g3"]),
            st.integers(-3, 3),
            st.sampled_from([None, 0.0, 7.9, 9.0, 10.0, 12.0, 15.0, 20.0, 35.0]),
        ),
        max_size=12,
    ),
    min_size=1,
    max_size=8,
)
START = datetime(2026, 11, 24, tzinfo=UTC)


def run(
    batches: list[list[tuple[str, int, float | None]]], make: Callable[[], Engine], repeat: int = 1
) -> list[Change]:
    running, out = make(), []
    for index, batch in enumerate(batches):
        now = START + timedelta(minutes=4 * index)
        observations = [
            Observation("hydro.level", site, "s", now + timedelta(minutes=offset), value, now)
            for site, offset, value in batch
        ]
        for _ in range(repeat):
            out += running.evaluate(observations, now)
        out += running.due(now)
    return out


def rules_of(rule: Make) -> tuple[Rule, ...]:
    return (
        rule("plain"),
        rule("held", **{"for": "3m"}, keep="5m"),
        rule("low", when={"metric": "hydro.level", "below": {"P4": 5}, "clear": "10%"}),
        rule("facts", when={"metric": "hydro.level", "above": {"P2": "warning_level"}}, keep="2m"),
    )


def by_hand(batches: list[list[tuple[str, int, float | None]]]) -> list[tuple[Any, ...]]:
    """The same rules without index, arrays or heap: every value and every minute through the machine."""
    out: list[tuple[Any, ...]] = []
    facts = {"g1": {"warning_level": 12.0}, "g2": {"warning_level": 15.0}, "g3": {}}
    for rule in rules_of(_rule):
        for site, known in facts.items():
            levels = limits(rule.when, known)
            if levels is None:
                continue
            watch, state = Watch(levels, rule.hold, rule.keep, timedelta(minutes=9)), State()
            for index, batch in enumerate(batches):
                now = START + timedelta(minutes=4 * index)
                mine = [Seen(now + timedelta(minutes=offset), value, now) for s, offset, value in batch if s == site]
                for seen in sorted(mine, key=lambda seen: seen.at):
                    state, reason = step(state, watch, seen)
                    out += [(f"{rule.key}|{site}", now, state.condition, state.level, reason)] if reason else []
                while (at := due(state, watch)) is not None and at <= now:
                    state, reason = tick(state, watch, now)
                    out += [(f"{rule.key}|{site}", now, state.condition, state.level, reason)]
                    assert reason is not None
    return out


@settings(max_examples=150, deadline=None)
@given(batches=BATCHES)
@example(batches=[[("g1", 2, None)], [("g1", -2, 10.0)], []])  # a value of a moment that was told as missing
def test_the_engine_does_what_the_machine_does_for_each_series_alone(
    batches: list[list[tuple[str, int, float | None]]],
) -> None:
    batches = [_of_distinct_moments(batch) for batch in batches]
    moved = [
        (t.fingerprint, t.at, t.new, t.level, t.reason) for t in (change.transition for change in run(batches, _world))
    ]
    assert sorted(moved, key=lambda row: row[0]) == sorted(by_hand(batches), key=lambda row: row[0])


def _of_distinct_moments(batch: list[tuple[str, int, float | None]]) -> list[tuple[str, int, float | None]]:
    """A batch holds one value for a series and moment: the mapping sees to it."""
    return list({(site, offset): (site, offset, value) for site, offset, value in batch}.values())


@settings(max_examples=80, deadline=None)
@given(batches=BATCHES)
def test_transitions_of_an_alert_form_a_chain(batches: list[list[tuple[str, int, float | None]]]) -> None:
    last: dict[str, Any] = {}
    for change in run(batches, _world):
        moved = change.transition
        before = last.get(moved.fingerprint, Condition.NORMAL)
        expected = before if before in (Condition.PENDING, Condition.FIRING, Condition.RECOVERING) else Condition.NORMAL
        assert moved.old == expected
        last[moved.fingerprint] = moved.new


@settings(max_examples=80, deadline=None)
@given(batch=BATCHES.map(lambda batches: batches[0]))
def test_the_newest_values_again_change_nothing(batch: list[tuple[str, int, float | None]]) -> None:
    newest = {site: (site, offset, value) for site, offset, value in sorted(batch, key=lambda row: row[1])}
    once, thrice = run([list(newest.values())], _world), run([list(newest.values())], _world, repeat=3)
    assert once == thrice


def _rule(key: str, **given: Any) -> Rule:
    when = {"metric": "hydro.level", "above": {"P3": 10, "P2": 20, "P1": 30}, "clear": 2}
    tests = [{"at": "0m", "value": 0, "expect": "normal"}]
    return Rule.model_validate({"when": when, "say": "{site}", "tests": tests, **given, "key": key})


def _world() -> Engine:
    metric = Metric(
        key="hydro.level", name="水位", unit="m", topic="water", definition="test", department="d",
        every=timedelta(minutes=3), stale_after=timedelta(minutes=9),
    )  # fmt: skip
    sites = {
        key: Site(id=key, name=key, kind="gauge", district="441802", facts=facts)
        for key, facts in {"g1": {"warning_level": 12.0}, "g2": {"warning_level": 15.0}, "g3": {}}.items()
    }
    return Engine({r.key: r for r in rules_of(_rule)}, signals.World({"hydro.level": metric}, sites))
