"""What is stored of an alert and what comes back."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.machine import State
from alerts.record import alert_of, state_of
from domain.alert import AlertLevel, Condition

NOW = datetime(2026, 11, 24, tzinfo=UTC)
MIN = timedelta(minutes=1)


@pytest.mark.parametrize("condition", [Condition.PENDING, Condition.FIRING, Condition.RECOVERING])
def test_an_alert_comes_back_as_it_was(condition: Condition) -> None:
    fired = None if condition is Condition.PENDING else NOW
    clock = NOW + 2 * MIN if condition is Condition.RECOVERING else NOW
    state = State(
        condition, AlertLevel.P2, NOW, NOW + MIN, 12.0, clock=clock, entered=NOW + 2 * MIN, fired=fired, peak=14.0
    )
    alert = alert_of("r", "a.b", "s", state, "say", NOW + 2 * MIN)
    assert (alert.fingerprint, alert.updated) == ("r|s", NOW + 2 * MIN)
    assert state_of(alert, NOW + MIN) == state


def test_without_the_newest_time_the_alert_counts_as_fresh_as_its_last_move() -> None:
    state = State(Condition.FIRING, AlertLevel.P2, NOW, NOW, 12.0, fired=NOW)
    assert state_of(alert_of("r", "a.b", "s", state, "", NOW + MIN), None).at == NOW + MIN


def test_a_state_that_never_reached_a_level_is_no_alert() -> None:
    with pytest.raises(ValueError, match="never reached"):
        alert_of("r", "a.b", "s", State(), "", NOW)
