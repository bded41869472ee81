"""Who is called in when nobody signs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from alerts.escalation import armed, escalated
from domain.alert import AlertLevel, Condition
from domain.case import Case, Handling
from domain.noise import Escalation, Noise
from tests.alerts.desk import MINUTE, NOW, case

NOISE = Noise()


def climbed(level: AlertLevel) -> list[tuple[float, list[str]]]:
    """Minutes after the opening and posts of every rung until nothing is due any more."""
    held: Case = armed(None, case(level=level), NOISE, NOW)
    found = []
    while held.escalates is not None:
        step = escalated(held, NOISE, held.escalates)
        assert step is not None
        found.append(((step.at - NOW) / MINUTE, step.told["to"]))
        held = step.case
    return found


def test_a_p2_goes_to_shift_leader_leader_and_deputy_and_then_is_left_alone() -> None:
    assert climbed(AlertLevel.P2) == [(5, ["shift_leader"]), (10, ["leader"]), (30, ["deputy"])]


def test_a_p1_climbs_its_chain_five_times() -> None:
    found = climbed(AlertLevel.P1)
    assert found[:4] == [(2, ["leader"]), (5, ["deputy"]), (10, ["head"]), (12, ["leader"])]
    assert len(found) == 15


def test_p3_and_p4_have_their_own_chains() -> None:
    assert climbed(AlertLevel.P3) == [(15, ["shift_leader"]), (60, ["leader"])]
    assert climbed(AlertLevel.P4) == [(60, ["shift_leader"])]


@pytest.mark.parametrize(
    "given",
    [
        {"handling": Handling.ACKNOWLEDGED},
        {"hidden": "silence:1"},
        {"condition": Condition.CLEARED},
        {"handling": Handling.SELF_CLOSED},
    ],
)
def test_nobody_is_called_in_for_what_is_signed_for_held_back_or_over(given: dict[str, object]) -> None:
    before = armed(None, case(), NOISE, NOW)
    after = armed(before, replace(before, **given), NOISE, NOW + MINUTE)  # type: ignore[arg-type]
    assert after.escalates is None
    assert escalated(replace(before, **given), NOISE, NOW + timedelta(hours=9)) is None  # type: ignore[arg-type]


def test_a_p1_that_is_over_still_needs_a_person() -> None:
    before = armed(None, case(level=AlertLevel.P1), NOISE, NOW)
    after = armed(before, replace(before, condition=Condition.CLEARED), NOISE, NOW + MINUTE)
    assert after.escalates == before.escalates


def test_a_rise_begins_at_the_first_rung_of_the_graver_chain_and_a_fall_gives_no_more_time() -> None:
    before = armed(None, case(level=AlertLevel.P2), NOISE, NOW)
    risen = armed(before, replace(before, level=AlertLevel.P1), NOISE, NOW + 4 * MINUTE)
    assert (risen.escalates, risen.rung) == (NOW + 6 * MINUTE, 0)
    fallen = armed(risen, replace(risen, level=AlertLevel.P2), NOISE, NOW + 5 * MINUTE)
    assert fallen.escalates == risen.escalates


def test_what_is_let_go_begins_anew() -> None:
    hidden = replace(case(), hidden="silence:1", rung=1)
    shown = armed(hidden, replace(hidden, hidden=""), NOISE, NOW)
    assert (shown.escalates, shown.rung) == (NOW + 15 * MINUTE, 0)


def test_a_chain_that_was_climbed_is_not_climbed_again_by_small_news() -> None:
    held = replace(case(), rung=2, escalates=None)
    assert armed(held, replace(held, condition=Condition.RECOVERING), NOISE, NOW).escalates is None


def test_a_level_without_a_chain_stays_at_the_desk() -> None:
    quiet = Noise(escalation=Escalation(chain={}))
    assert armed(None, case(), quiet, NOW).escalates is None
    step = escalated(replace(case(), escalates=NOW), quiet, NOW)
    assert step is not None
    assert (step.verb, step.case.escalates) == ("note", None)


def test_rungs_come_one_after_the_other_and_rounds_end() -> None:
    with pytest.raises(ValidationError, match="rungs of P1"):
        Escalation.model_validate(
            {"chain": {"P1": [{"after": "5m", "to": ["leader"]}, {"after": "5m", "to": ["head"]}]}}
        )
    with pytest.raises(ValidationError, match="rounds"):
        Escalation.model_validate({"rounds": {"P1": 21}})
