"""Values against levels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rule import fact_names, gap, limits, say_faults
from domain.alert import AlertLevel
from domain.rule import When

P1, P2, P3, P4 = AlertLevel
ABOVE = When(metric="a.b", above={"P4": 75, "P3": 115, "P2": 150, "P1": 250}, clear="5%")
BELOW = When(metric="a.b", below={"P3": 85, "P2": 60}, clear=7)


@pytest.mark.parametrize(
    ("value", "reached", "held"),
    [(74.9, None, P4), (75, P4, P4), (71.25, None, P4), (71.2, None, None), (115, P3, P3), (114, P4, P3), (250, P1, P1), (9e9, P1, P1)],
)  # fmt: skip
def test_above_is_reached_at_the_threshold_and_held_to_the_clear_value(
    value: float, reached: AlertLevel | None, held: AlertLevel | None
) -> None:
    levels = limits(ABOVE, {})
    assert levels is not None
    assert (levels.reached(value), levels.held(value)) == (reached, held)


@pytest.mark.parametrize(
    ("value", "reached", "held"), [(85, P3, P3), (85.1, None, P3), (92, None, P3), (92.1, None, None), (60, P2, P2), (67, P3, P2)]
)  # fmt: skip
def test_below_is_the_mirror(value: float, reached: AlertLevel | None, held: AlertLevel | None) -> None:
    levels = limits(BELOW, {})
    assert levels is not None
    assert (levels.reached(value), levels.held(value)) == (reached, held)


@pytest.mark.parametrize(
    ("level", "value", "settled"),
    [(P2, 140, P3), (P2, 145, P2), (P4, 160, P2), (P2, 70, None), (P1, 240, P1), (P1, 237, P2), (P3, 112, P3)],
)
def test_up_at_once_and_down_only_past_the_clear_value(
    level: AlertLevel, value: float, settled: AlertLevel | None
) -> None:
    levels = limits(ABOVE, {})
    assert levels is not None
    assert levels.settled(level, value) == settled


def test_thresholds_come_from_facts_and_missing_ones_leave_their_level_out() -> None:
    when = When(metric="a.b", above={"P2": "warning", "P1": "guarantee"}, clear=0.1)
    levels = limits(when, {"warning": 12, "guarantee": "unknown"})
    assert levels is not None
    assert [(step.level, step.threshold) for step in levels.steps] == [(P2, 12.0)]
    assert limits(when, {"warning": True}) is None
    assert fact_names(when) == {"warning", "guarantee"}


def test_the_threshold_of_a_level_no_longer_declared_is_its_neighbours() -> None:
    levels = limits(BELOW, {})
    assert levels is not None
    assert (levels.threshold(P1), levels.threshold(P3), levels.threshold(P4)) == (60, 85, 85)


@pytest.mark.parametrize("clear", ["five", "-5%", "5", -1.0, ""])
def test_an_unreadable_gap_is_a_sentence(clear: str | float) -> None:
    with pytest.raises(ValueError, match="write"):
        gap(clear, 100)


def test_a_percentage_is_of_the_threshold_whatever_its_sign() -> None:
    assert gap("5%", -20) == pytest.approx(1)
    assert gap("2.5 %", 100) == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("say", "faults"),
    [
        ("{site} {value} {unit} {threshold} {district}", 0), ("no placeholder", 0), ("{{plain}}", 0), ("{stie}", 1), ("{}", 1),
        ("{value:.1f}", 1), ("{site!r}", 1), ("{site.name}", 1), ("{", 1), ("}", 1), ("{a}{b}", 2),
    ],
)  # fmt: skip
def test_a_sentence_may_use_five_plain_placeholders(say: str, faults: int) -> None:
    assert len(say_faults(say)) == faults


VALUES = st.floats(-1e6, 1e6)


@given(st.lists(VALUES, min_size=1, max_size=4, unique=True), st.booleans(), st.floats(0, 1e3), VALUES, VALUES)
def test_a_worse_value_is_never_a_milder_level(
    thresholds: list[float], above: bool, clear: float, one: float, other: float
) -> None:
    ordered = sorted(thresholds, reverse=above)
    side = dict(zip(("P1", "P2", "P3", "P4"), ordered, strict=False))
    levels = limits(When.model_validate({"metric": "a.b", "above" if above else "below": side, "clear": clear}), {})
    assert levels is not None
    worse, milder = (max(one, other), min(one, other)) if above else (min(one, other), max(one, other))
    for judge in (levels.reached, levels.held):
        assert (judge(worse) or 9) <= (judge(milder) or 9)
    assert (levels.held(one) or 9) <= (levels.reached(one) or 9)
    assert (levels.reached(one) is not None) == (levels.sign * one >= levels.entry)
