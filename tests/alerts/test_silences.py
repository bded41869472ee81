"""Silences: what they match, when they hold, which of them may be made."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.silences import holding, holds, levels_of, matches, next_turn, occurrences, proposed
from domain.account import Reach, Role
from domain.alert import AlertLevel
from domain.errors import TransitionRefused
from domain.silence import Matcher, Silence, Weekly
from tests.alerts.desk import HOUR, MINUTE, NOW, ZONE, case, viewer

P3 = Matcher("level", ("P3", "P4"))


def silence(*matchers: Matcher, **given: Any) -> Silence:
    base = Silence(1, matchers or (P3,), NOW, NOW + HOUR, "检修", "li.wei", NOW)
    return replace(base, **given)


@pytest.mark.parametrize(
    ("matchers", "matched"),
    [
        ([P3], True),
        ([Matcher("level", ("P2",))], False),
        ([Matcher("rule", ("r", "q")), Matcher("site", ("g1",))], True),
        ([Matcher("rule", ("r",)), Matcher("site", ("g2",))], False),
        ([Matcher("district", ("441802",)), Matcher("topic", ("water",))], True),
    ],
)
def test_every_matcher_must_match(matchers: Sequence[Matcher], matched: bool) -> None:
    assert matches(silence(*matchers), case()) == matched


def test_the_most_urgent_is_never_silent() -> None:
    assert not matches(silence(Matcher("site", ("g1",))), case(level=AlertLevel.P1))


def test_it_holds_from_its_start_to_its_end() -> None:
    one = silence()
    assert [holds(one, NOW + minutes * MINUTE, ZONE) for minutes in (-1, 0, 59, 60)] == [False, True, True, False]
    assert not holds(replace(one, ended=NOW + MINUTE), NOW + MINUTE, ZONE)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, 30, tzinfo=ZONE)


def test_a_weekly_one_comes_back_and_runs_over_midnight() -> None:
    night = silence(weekly=Weekly((3,), time(23, 0), 120), end=NOW + timedelta(days=30))
    assert [holds(night, at(*when), ZONE) for when in ((25, 22), (25, 23), (26, 0), (26, 1), (26, 23))] == [
        False, True, True, False, False,
    ]  # fmt: skip
    assert next_turn(night, at(26, 2), ZONE) == datetime(2026, 12, 2, 23, tzinfo=ZONE)


@given(
    days=st.sets(st.integers(1, 7), min_size=1),
    hour=st.integers(0, 23),
    minutes=st.integers(1, 1440),
    ahead=st.integers(0, 20 * 1440),
)
@settings(deadline=None, max_examples=200)
def test_nothing_changes_before_the_next_turn(days: set[int], hour: int, minutes: int, ahead: int) -> None:
    one = silence(weekly=Weekly(tuple(days), time(hour), minutes), end=NOW + timedelta(days=25))
    now = NOW + ahead * MINUTE
    turn = next_turn(one, now, ZONE)
    if turn is None:
        assert not holds(one, now, ZONE)
        return
    assert turn > now
    between = [now + (turn - now) * part / 8 for part in range(8)]
    assert len({holds(one, moment, ZONE) for moment in between}) == 1
    assert [span for span in occurrences(one, now, ZONE) if span[0] <= now] == [
        span for span in occurrences(one, turn - timedelta(seconds=1), ZONE) if span[0] <= now
    ]


def test_the_oldest_of_several_is_named() -> None:
    both = [silence(id=4), silence(id=2), silence(Matcher("site", ("g9",)), id=1)]
    held = holding(both, case(), NOW, ZONE)
    assert held is not None
    assert held.id == 2
    assert holding(both, case(), NOW + 2 * HOUR, ZONE) is None


@pytest.mark.parametrize(
    ("one", "role", "fault"),
    [
        (silence(), Role.DUTY, ""),
        (silence(end=NOW + 25 * HOUR), Role.DUTY, "24 小时"),
        (silence(Matcher("level", ("P4",)), end=NOW + timedelta(days=30)), Role.DUTY, ""),
        (silence(Matcher("level", ("P4",)), end=NOW + timedelta(days=31)), Role.DUTY, "720 小时"),
        (silence(Matcher("site", ("g1",))), Role.DUTY, "值班长"),
        (silence(Matcher("site", ("g1",)), end=NOW + 2 * HOUR), Role.SHIFT, ""),
        (silence(Matcher("site", ("g1",)), end=NOW + 3 * HOUR), Role.SHIFT, "2 小时"),
        (silence(Matcher("level", ("P1",))), Role.SHIFT, "P1"),
        (silence(), Role.LEADER, "不能静默"),
        (silence(reason=" "), Role.DUTY, "原因"),
        (silence(Matcher("rule", ())), Role.SHIFT, "条件"),
        (silence(end=NOW), Role.DUTY, "结束时间"),
        (silence(weekly=Weekly((1,), time(9), 600), end=NOW + timedelta(days=60)), Role.DUTY, ""),
        (silence(weekly=Weekly((1,), time(9), 600), end=NOW + timedelta(days=91)), Role.DUTY, "90 天"),
        (silence(weekly=Weekly((), time(9), 600)), Role.DUTY, "星期"),
        (silence(P3, Matcher("level", ("P4",)), end=NOW + 48 * HOUR), Role.DUTY, ""),
    ],
)
def test_which_may_be_made(one: Silence, role: Role, fault: str) -> None:
    if not fault:
        assert proposed(one, viewer(role), NOW) == one
        return
    with pytest.raises(TransitionRefused, match=fault):
        proposed(one, viewer(role), NOW)


def test_nobody_mutes_what_he_may_not_see() -> None:
    own = viewer(reach=Reach(districts=frozenset({"441802"})))
    here = silence(P3, Matcher("district", ("441802",)))
    assert proposed(here, own, NOW) == here
    for matchers in ([P3], [P3, Matcher("district", ("441802", "441881"))]):
        with pytest.raises(TransitionRefused, match="范围"):
            proposed(silence(*matchers), own, NOW)


def test_without_levels_all_but_the_most_urgent_are_meant() -> None:
    assert levels_of(silence(Matcher("site", ("g1",)))) == {AlertLevel.P2, AlertLevel.P3, AlertLevel.P4}
