"""Flapping, and storms."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.flap import Flips, judged
from alerts.storm import is_storm, since
from domain.alert import AlertLevel, Condition, Reason, Transition
from domain.case import Handling
from domain.noise import Flapping, Noise
from tests.alerts.desk import HOUR, MINUTE, NOW, case

NOISE = Flapping()


def flip(minute: int, fires: bool) -> Transition:
    old, new = (Condition.NORMAL, Condition.FIRING) if fires else (Condition.RECOVERING, Condition.CLEARED)
    return Transition("r|g1", NOW + minute * MINUTE, old, new, AlertLevel.P3, 1.0, Reason.BREACHED)


def percent(*minutes: int, at: int = 21) -> float:
    flips = Flips()
    flips.learn(flip(minute, i % 2 == 0) for i, minute in enumerate(minutes))
    return flips.percent("r|g1", NOW + at * MINUTE, MINUTE, NOISE)


@pytest.mark.parametrize(("changes", "share"), [(0, 0.0), (2, 10.0), (6, 30.0), (20, 100.0)])
def test_the_share_is_of_the_changes_between_twenty_one_evaluations(changes: int, share: float) -> None:
    assert percent(*range(1, changes + 1)) == share


def test_what_lies_further_back_does_not_count() -> None:
    assert percent(1, 2, 3, 30, 31, at=40) == 10.0


def test_the_same_step_twice_is_one_and_a_step_within_firing_is_none() -> None:
    flips = Flips()
    within = replace(flip(2, True), old=Condition.FIRING, new=Condition.RECOVERING)
    flips.learn([flip(1, True), flip(1, True), within])
    assert flips.percent("r|g1", NOW + 5 * MINUTE, MINUTE, NOISE) == 5.0
    flips.forget(NOW + timedelta(days=3))
    assert flips.percent("r|g1", NOW + 5 * MINUTE, MINUTE, NOISE) == 0.0


@pytest.mark.parametrize(
    ("before", "share", "after"), [(0.0, 29.0, 0.0), (0.0, 30.0, 30.0), (30.0, 15.0, 15.0), (30.0, 14.9, 0.0)]
)
def test_it_begins_at_thirty_percent_and_ends_below_fifteen(before: float, share: float, after: float) -> None:
    assert judged(case(flapping=before), share, NOISE, NOW).flapping == after


def test_while_it_flaps_it_does_not_close_by_itself() -> None:
    gone = case(condition=Condition.CLEARED, due=NOW + HOUR)
    flaps = judged(gone, 40.0, NOISE, NOW)
    assert flaps.due is None
    assert judged(flaps, 5.0, NOISE, NOW).due == NOW + 2 * HOUR
    shelved = replace(gone, handling=Handling.SHELVED)
    assert judged(shelved, 40.0, NOISE, NOW).due == NOW + HOUR


def test_a_storm_is_more_than_ten_new_cases_in_ten_minutes() -> None:
    assert (is_storm(10, Noise()), is_storm(11, Noise())) == (False, True)
    assert since(Noise(), NOW) == NOW - 10 * MINUTE
