"""Each kind of condition through the engine: data, incidents and time in, changes out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.engine import Engine
from alerts.history import Held, Point
from alerts.signals import KINDS, World, signal
from domain.alert import AlertLevel
from domain.incident import Incident
from domain.metric import Metric
from domain.observation import Observation
from domain.rule import Kind, Rule, When
from tests.alerts.signals.conftest import AREAS, START, Past, minutes, states

Make = Callable[..., Rule]
See = Callable[..., Observation]
At = Callable[[float], datetime]
Start = Callable[..., Engine]
Told = Callable[..., Incident]

LEVEL: dict[str, object] = {"metric": "hydro.level", "above": {"P3": 10, "P2": 20}, "clear": 1}
AIR: dict[str, object] = {"metric": "air.pm25", "above": {"P2": 100}}
TEN: dict[str, object] = {"metric": "hydro.level", "above": {"P3": 10}, "clear": 1}


def watching(rule: Make, when: dict[str, object], **given: object) -> Rule:
    known = {"topic": "water", "department": "d"} if "metric" not in when else {}
    return rule(
        "r", when=when, **{"say": "{site} {value} {then} {base} {count} {other} {left} {expected}", **known, **given}
    )


def test_every_kind_that_can_be_declared_can_be_computed() -> None:
    assert set(KINDS) == set(Kind.__args__)  # type: ignore[attr-defined]


def test_a_range_is_left_on_either_side(engine: Start, rule: Make, seen: See, at: At) -> None:
    when = {"metric": "hydro.level", "outside": {"P3": [6, 9], "P2": [5, 10]}, "clear": 0.5}
    one = engine(watching(rule, when, say="{value} {threshold}"))
    found = [one.evaluate([seen(n, value)], at(n)) for n, value in enumerate((7, 5.5, 6.2, 10.5, 9.2, 8))]
    assert [states(changes) for changes in found] == [
        [],
        [("g1", "firing", "P3")],
        [],
        [("g1", "firing", "P2")],
        [("g1", "firing", "P3")],
        [("g1", "cleared", "P3")],
    ]
    assert found[1][0].alert.say == "5.5 6–9"


def test_a_change_is_measured_against_the_value_a_span_ago(engine: Start, rule: Make, seen: See, at: At) -> None:
    when = {"metric": "hydro.level", "change": {"over": "30m"}, "above": {"P3": 1}, "clear": 0.5}
    one = engine(watching(rule, when, say="{value} {then}"))
    assert states(one.evaluate([seen(0, 10.0), seen(10, 10.4), seen(20, 10.9)], at(20))) == []
    (change,) = one.evaluate([seen(30, 11.2)], at(30))
    assert (change.alert.value, change.alert.say) == (pytest.approx(1.2), "1.2 10.0")
    assert states(one.evaluate([seen(40, 10.5)], at(40))) == [("g1", "cleared", "P3")]


def test_after_a_gap_there_is_no_change_to_tell(engine: Start, rule: Make, seen: See, at: At) -> None:
    when = {"metric": "hydro.level", "change": {"over": "30m"}, "above": {"P3": 1}}
    one = engine(watching(rule, when))
    one.evaluate([seen(0, 1.0)], at(0))
    assert one.evaluate([seen(200, 9.0)], at(200)) == []


def test_a_restart_goes_on_with_the_values_of_the_store(
    engine: Start, rule: Make, seen: See, at: At, past: Past
) -> None:
    past.values = [("hydro.level", "g1", at(0), 10.0), ("hydro.level", "g1", at(20), 10.2)]
    when = {"metric": "hydro.level", "change": {"over": "30m"}, "above": {"P3": 1}}
    assert states(engine(watching(rule, when)).evaluate([seen(30, 11.5)], at(30))) == [("g1", "firing", "P3")]


def test_a_share_counts_the_sites_of_a_district(engine: Start, rule: Make, seen: See, at: At) -> None:
    when = {"metric": "hydro.level", "share": {"above": 10}, "above": {"P3": 2, "P2": 3}}
    one = engine(watching(rule, when, say="{district} {count}"))
    assert one.evaluate([seen(0, 12, "g1"), seen(0, 3, "g2")], at(0)) == []
    (change,) = one.evaluate([seen(10, 11, "g2"), seen(10, 1, "g3")], at(10))
    assert (states([change]), change.alert.say) == ([("441802", "firing", "P3")], "清城区 2 / 3")
    assert states(one.evaluate([seen(20, 15, "g3")], at(20))) == [("441802", "firing", "P2")]
    # g1 spoke 40 minutes ago and says nothing any more (stale after 30): two of the two that report are beyond.
    assert states(one.evaluate([seen(40, 12, "g2")], at(40))) == [("441802", "firing", "P3")]


def test_silence_is_found_by_time_alone_and_ended_by_a_value(
    engine: Start, rule: Make, seen: See, at: At, past: Past
) -> None:
    past.values = [("hydro.level", "g1", at(0), 1.0), ("hydro.level", "g2", at(20), 1.0)]
    one = engine(watching(rule, {"metric": "hydro.level", "silent": True, "above": {"P3": 30, "P2": 90}}))
    assert one.due(at(29)) == []
    assert one.next_due() == at(30)
    assert states(one.due(at(30))) == [("g1", "firing", "P3")]
    assert states(one.due(at(50))) == [("g2", "firing", "P3")]
    assert states(one.due(at(90))) == [("g1", "firing", "P2")]
    assert states(one.evaluate([seen(91, 1.0)], at(91))) == [("g1", "cleared", "P2")]


def test_two_metrics_are_compared_at_the_same_place(engine: Start, rule: Make, seen: See, at: At) -> None:
    when = {"metric": "hydro.level", "versus": {"metric": "air.pm25", "as": "ratio"}, "above": {"P3": 2}}
    one = engine(watching(rule, when, say="{value} {other}"))
    assert one.evaluate([seen(0, 9.0)], at(0)) == []
    (change,) = one.evaluate([seen(1, 3.0, metric="air.pm25")], at(1))
    assert (change.alert.value, change.alert.say) == (3.0, "3 3.0")


class TestBaseline:
    """The same hours of earlier days."""

    def days(self, past: Past, totals: list[float], hour: int = 0) -> None:
        for day, total in enumerate(totals, start=1):
            past.hours["hydro.level", START + timedelta(hours=hour) - timedelta(days=day)] = {"g1": Held(6, total * 6)}

    def test_a_mean_against_the_median_of_the_same_hour(
        self, engine: Start, rule: Make, seen: See, at: At, past: Past
    ) -> None:
        self.days(past, [2.0, 4.0, 3.0])
        when = {"metric": "hydro.level", "baseline": {"days": 3}, "above": {"P3": 2}}
        one = engine(watching(rule, when, say="{times} {base}"))
        assert one.evaluate([seen(10, 5.0)], at(10)) == []
        (change,) = one.evaluate([seen(20, 9.0)], at(20))
        assert (change.alert.value, change.alert.say) == (pytest.approx(7 / 3), "2.3 3.0")

    def test_fewer_than_three_days_tell_nothing(self, engine: Start, rule: Make, seen: See, at: At, past: Past) -> None:
        self.days(past, [2.0, 2.0])
        one = engine(watching(rule, {"metric": "hydro.level", "baseline": {"days": 14}, "above": {"P3": 2}}))
        assert one.evaluate([seen(10, 50.0)], at(10)) == []

    def test_a_surge_needs_a_least_number_too(
        self, world: World, metrics: dict[str, Metric], rule: Make, seen: See, at: At, past: Past
    ) -> None:
        metrics["hydro.level"] = metrics["hydro.level"].model_copy(update={"aggregate": "sum"})
        when = {"metric": "hydro.level", "baseline": {"days": 3, "least": 5}, "above": {"P3": 3}}
        one = Engine({"r": watching(rule, when, say="{count} {base}")}, world)
        self.days(past, [0.0, 0.0, 0.0])
        assert one.evaluate([seen(10, 4.0)], at(10)) == []
        (change,) = one.evaluate([seen(20, 2.0)], at(20))
        assert change.alert.say == "6.0 0.0"

    def test_a_closed_hour_is_read_once(self, engine: Start, rule: Make, seen: See, at: At, past: Past) -> None:
        self.days(past, [2.0, 2.0, 2.0])
        one = engine(watching(rule, {"metric": "hydro.level", "baseline": {"days": 3}, "above": {"P3": 2}}))
        for minute in range(10, 60, 10):
            one.evaluate([seen(minute, 1.0)], at(minute))
        assert len(past.asked) == len(set(past.asked))


def test_incidents_are_counted_while_they_are_open(engine: Start, rule: Make, at: At, incident: Told) -> None:
    one = engine(watching(rule, {"records": {"kinds": ["flood"]}, "above": {"P3": 2}}, say="{district} {count}"))
    assert one.evaluate([], at(1), [incident(1), incident(2, kind="fire")]) == []
    (change,) = one.evaluate([], at(2), [incident(3)])
    assert (states([change]), change.alert.say) == ([("441802", "firing", "P3")], "清城区 2")
    assert states(one.evaluate([], at(3), [incident(1, status="closed")])) == [("441802", "cleared", "P3")]


def test_incidents_of_a_span_leave_it_by_themselves(engine: Start, rule: Make, at: At, incident: Told) -> None:
    one = engine(watching(rule, {"records": {"within": "1h"}, "above": {"P3": 2}}))
    assert states(one.evaluate([], at(10), [incident(1, 0), incident(2, 5)])) == [("441802", "firing", "P3")]
    assert one.due(at(59)) == []
    assert states(one.due(at(60))) == [("441802", "cleared", "P3")]


def test_incidents_known_before_a_restart_count(engine: Start, rule: Make, at: At, incident: Told, past: Past) -> None:
    past.told = [incident(1), incident(2)]
    one = engine(watching(rule, {"records": {}, "above": {"P3": 2}}))
    assert one.next_due() is not None
    assert states(one.due(at(1))) == [("441802", "firing", "P3")]


def test_a_deadline_comes_near_by_time_alone(engine: Start, rule: Make, at: At, incident: Told) -> None:
    when = {"deadline": {"allow": "100m"}, "below": {"P4": 10, "P3": 0}}
    one = engine(watching(rule, when, say="{site} {left} {district}"))
    assert one.evaluate([], at(1), [incident(1)]) == []
    assert one.due(at(89)) == []
    (change,) = one.due(at(90))
    assert (states([change]), change.alert.say) == ([("s/1", "firing", "P4")], "积水1 10m 清城区")
    assert states(one.due(at(100))) == [("s/1", "firing", "P3")]
    assert states(one.evaluate([], at(101), [incident(1, status="closed")])) == [("s/1", "cleared", "P3")]


class TestForecast:
    """What lies ahead."""

    def ahead(self, past: Past, *steps: tuple[float, float, float]) -> None:
        past.ahead["hydro.level"] = {
            "g1": [Point(START + minutes(30 * n), *step) for n, step in enumerate(steps, start=1)]
        }

    def test_the_expected_crossing_is_said_with_its_interval(
        self, engine: Start, rule: Make, at: At, past: Past
    ) -> None:
        self.ahead(past, (8, 9, 10), (9, 11, 13), (10, 13, 16))
        when = {"metric": "hydro.level", "forecast": {"within": "3h"}, "above": {"P3": 10}}
        (change,) = engine(watching(rule, when, say="{expected}")).due(at(0))
        assert change.alert.say == "08:45（80% 区间 08:30–09:30）"
        assert change.alert.value == 13

    def test_a_careful_rule_waits_until_even_the_low_end_crosses(
        self, engine: Start, rule: Make, at: At, past: Past
    ) -> None:
        self.ahead(past, (8, 12, 14))
        when = {"metric": "hydro.level", "forecast": {"within": "3h", "sure": "interval"}, "above": {"P3": 10}}
        one = engine(watching(rule, when))
        assert one.due(at(0)) == []
        self.ahead(past, (10.5, 12, 14))
        assert states(one.due(at(5))) == [("g1", "firing", "P3")]

    def test_beyond_the_span_nothing_is_looked_at(self, engine: Start, rule: Make, at: At, past: Past) -> None:
        self.ahead(past, (1, 2, 3), (50, 60, 70))
        when = {"metric": "hydro.level", "forecast": {"within": "45m"}, "above": {"P3": 10}}
        assert engine(watching(rule, when)).due(at(0)) == []

    def test_no_forecast_is_no_finding(self, engine: Start, rule: Make, at: At) -> None:
        when = {"metric": "hydro.level", "forecast": {"within": "3h"}, "above": {"P3": 10}}
        assert engine(watching(rule, when)).due(at(0)) == []


class TestCombined:
    """Conditions joined."""

    def test_all_of_them_at_the_least_urgent_level(self, engine: Start, rule: Make, seen: See, at: At) -> None:
        one = engine(watching(rule, {"all": [LEVEL, AIR]}))
        assert one.evaluate([seen(0, 25)], at(0)) == []
        assert states(one.evaluate([seen(1, 120, metric="air.pm25")], at(1))) == [("g1", "firing", "P2")]
        assert states(one.evaluate([seen(2, 15)], at(2))) == [("g1", "firing", "P3")]
        assert states(one.evaluate([seen(3, 9.5)], at(3))) == []  # not yet past the part's own clear value
        assert states(one.evaluate([seen(4, 8)], at(4))) == [("g1", "cleared", "P3")]

    def test_any_of_them_at_the_most_urgent_level(self, engine: Start, rule: Make, seen: See, at: At) -> None:
        one = engine(watching(rule, {"any": [LEVEL, AIR]}))
        assert states(one.evaluate([seen(0, 12)], at(0))) == [("g1", "firing", "P3")]
        assert states(one.evaluate([seen(1, 120, metric="air.pm25")], at(1))) == [("g1", "firing", "P2")]

    def test_a_part_that_fell_silent_leaves_all_untold(self, engine: Start, rule: Make, seen: See, at: At) -> None:
        one = engine(watching(rule, {"all": [LEVEL, AIR]}))
        one.evaluate([seen(0, 120, metric="air.pm25")], at(0))
        assert one.evaluate([seen(40, 25)], at(40)) == []

    def test_what_holds_for_a_district_holds_for_its_sites(
        self, engine: Start, rule: Make, seen: See, at: At, incident: Told
    ) -> None:
        one = engine(watching(rule, {"all": [LEVEL, {"records": {}, "above": {"P1": 1}}]}))
        one.evaluate([seen(0, 12)], at(0))
        assert states(one.evaluate([], at(1), [incident(1)])) == [("g1", "firing", "P3")]
        assert states(one.evaluate([], at(2), [incident(1, status="closed")])) == [("g1", "cleared", "P3")]


class TestScope:
    """Where and when."""

    @pytest.mark.parametrize(
        ("scope", "reached"),
        [
            ({}, ["g1", "g2"]),
            ({"facts": {"warning_level": 12.0}}, ["g1"]),
            ({"kinds": ["road"]}, []),
            ({"districts": ["441803"]}, []),
            ({"topics": ["water"]}, ["g1", "g2"]),
            ({"topics": ["traffic"]}, []),
        ],
    )
    def test_a_rule_holds_only_in_its_places(
        self, engine: Start, rule: Make, seen: See, at: At, scope: dict[str, object], reached: list[str]
    ) -> None:
        one = engine(watching(rule, TEN, scope=scope))
        assert [c.alert.site for c in one.evaluate([seen(0, 12, "g1"), seen(0, 12, "g2")], at(0))] == reached

    def test_outside_its_hours_it_finds_nothing_and_lets_go(self, engine: Start, rule: Make, seen: See, at: At) -> None:
        one = engine(watching(rule, TEN, scope={"hours": [[8, 9]]}))  # at(0) is 08:00 in Shanghai
        assert states(one.evaluate([seen(0, 12)], at(0))) == [("g1", "firing", "P3")]
        assert states(one.evaluate([seen(65, 12)], at(65))) == [("g1", "cleared", "P3")]
        assert one.evaluate([seen(70, 12)], at(70)) == []


def test_a_failing_condition_stops_no_other(
    engine: Start,
    rule: Make,
    seen: See,
    at: At,
    past: Past,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(metric: str, since: datetime) -> None:
        raise ZeroDivisionError("strange")

    monkeypatch.setattr(past, "recent", broken)
    bad = watching(rule, {"metric": "hydro.level", "change": {"over": "30m"}, "above": {"P3": 1}})
    good = rule("good", when={"metric": "hydro.level", "outside": {"P3": [0, 9]}})
    one = engine(bad, good)
    assert states(one.evaluate([seen(0, 12)], at(0))) == [("g1", "firing", "P3")]
    assert one.failed["r"].error == "ZeroDivisionError: strange"
    assert len(caplog.records) == 1


@given(st.lists(st.tuples(st.integers(0, 300), st.sampled_from(["g1", "g2"]), st.floats(-50, 50)), max_size=30))
def test_values_in_any_order_and_twice_give_the_same_figures(told: list[tuple[int, str, float]]) -> None:
    metric = Metric(
        key="hydro.level", name="n", unit="m", topic="water", definition="test", department="d", every=minutes(10)
    )
    when = When.model_validate({"metric": "hydro.level", "change": {"over": "30m"}, "above": {"P3": 1}})
    one = signal(when, World({"hydro.level": metric}, {}, AREAS))
    distinct = list({(site, minute): (minute, site, value) for minute, site, value in told}.values())
    seen = [
        Observation("hydro.level", site, "s", START + minutes(minute), value, START) for minute, site, value in distinct
    ]
    ordered = sorted(seen, key=lambda o: o.at)
    first = list(one.take(ordered, START))
    assert list(one.take(ordered[-1:], START)) == first[-1:]
    assert all(sample.value is None or abs(sample.value) <= 100 for sample in first)


def test_levels_of_a_combined_figure_are_its_urgency() -> None:
    when = When.model_validate({"any": [{"metric": "a.b", "above": {"P1": 1}}, {"metric": "a.c", "above": {"P4": 1}}]})
    assert when.kind == "combined"
    assert when.metrics == {"a.b", "a.c"}
    assert [int(level) for level in AlertLevel] == [1, 2, 3, 4]
    assert START.tzinfo is UTC
