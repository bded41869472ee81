"""Shifts: what the roster plans, who is responsible, and what time makes of it."""

from datetime import date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.account import Role
from domain.dossier import DossierStep
from domain.handover import Handover
from domain.shift import Shift
from duty.shifts import OPEN, current, on_shift, slot_at, slots, turn
from store import Store
from store.duty import Outcome
from tests.duty.rosters import ROSTER, ZONE, local


def turned(kept: Store, now: datetime) -> list[str]:
    done = kept.duty.decide(turn(ROSTER, ZONE, now), None, now)
    return [step.verb for step in done.dossiers]


# -- the plan


@pytest.mark.parametrize(
    ("at", "team", "begin"),
    [
        (local(25, 8, 30), "A", local(25, 8, 30)),
        (local(25, 16, 59), "A", local(25, 8, 30)),
        (local(25, 17), "B", local(25, 17)),
        (local(26, 3), "B", local(25, 17)),
        (local(26, 9), "B", local(26, 8, 30)),  # a swap
    ],
)
def test_the_roster_says_whose_shift_a_moment_is(at: datetime, team: str, begin: datetime) -> None:
    slot = slot_at(ROSTER, ZONE, at)
    assert (slot.team, slot.begin) == (team, begin)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2036, 1, 1)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_every_moment_lies_in_exactly_one_shift(naive: datetime) -> None:
    at = naive.replace(tzinfo=ZONE)
    slot = slot_at(ROSTER, ZONE, at)
    assert slot.begin <= at < slot.end
    assert slot_at(ROSTER, ZONE, slot.end).begin == slot.end


def test_a_week_of_shifts_follows_on_without_a_gap() -> None:
    week = slots(ROSTER, ZONE, date(2026, 11, 23), 7)
    assert len(week) == 14
    assert all(one.end == other.begin for one, other in pairwise(week))


# -- who is responsible


def test_nobody_is_responsible_before_the_first_shift(store: Store) -> None:
    assert current(store) is None
    assert on_shift(store, local(25, 9)).logins == frozenset()


def test_the_first_shift_begins_by_itself_and_once(store: Store) -> None:
    assert turned(store, local(25, 9)) == ["begin"]
    assert turned(store, local(25, 9, 1)) == []
    now = on_shift(store, local(25, 9))
    assert now.of(Role.DUTY) == ("li.wei", "zhao.min")
    assert (now.of(Role.SHIFT), now.of(Role.LEADER), now.of(Role.CLERK)) == (("wang.qiang",), ("chen.jun",), ())
    assert "sun.li" not in now.logins


def test_half_an_hour_before_the_change_the_sheet_is_drawn_up(store: Store) -> None:
    turned(store, local(25, 9))
    assert store.duty.next_due() == local(25, 16, 30)
    assert turned(store, local(25, 16, 29)) == []
    assert turned(store, local(25, 16, 30)) == ["draw_up", "draw_up", "announce"]
    (sheet,) = store.duty.dossiers(Handover, OPEN)
    assert (sheet.state, sheet.change, sheet.due) == ("draft", local(25, 17), local(25, 17, 15))
    assert turned(store, local(25, 16, 31)) == []


def test_both_shifts_are_responsible_until_it_is_signed(store: Store) -> None:
    turned(store, local(25, 9))
    turned(store, local(25, 16, 30))
    assert on_shift(store, local(25, 16, 59)).officers == ("li.wei", "zhao.min")
    assert on_shift(store, local(25, 17)).officers == ("li.wei", "zhao.min", "zhou.fang")


def test_a_quarter_of_an_hour_unsigned_is_late_once(store: Store) -> None:
    turned(store, local(25, 9))
    turned(store, local(25, 16, 30))
    assert turned(store, local(25, 17, 15)) == ["overdue"]
    assert turned(store, local(25, 17, 16)) == []
    (sheet,) = store.duty.dossiers(Handover, OPEN)
    assert sheet.late


def test_when_the_next_shift_never_came_the_one_after_it_stands_on_the_sheet(store: Store) -> None:
    turned(store, local(25, 9))
    turned(store, local(25, 16, 30))
    turned(store, local(25, 17, 15))
    assert turned(store, local(26, 8, 30)) == ["miss", "draw_up", "renew"]
    (sheet,) = store.duty.dossiers(Handover, OPEN)
    assert sheet.late
    coming = store.duty.dossier(Shift, sheet.incoming)
    assert coming is not None
    assert coming.begin == local(26, 8, 30)
    assert on_shift(store, local(26, 9)).officers == ("li.wei", "zhao.min", "zhou.fang")


def test_after_a_long_stop_the_shift_of_that_time_is_drawn_up(store: Store) -> None:
    turned(store, local(25, 9))
    turned(store, local(28, 10))
    (sheet,) = store.duty.dossiers(Handover, OPEN)
    coming = store.duty.dossier(Shift, sheet.incoming)
    assert coming is not None
    assert (coming.begin, sheet.due) == (local(28, 8, 30), local(28, 10, 15))


def test_without_a_roster_nothing_happens(store: Store) -> None:
    store.duty.decide(turn(None, ZONE, local(25, 9)), None, local(25, 9))
    assert store.duty.dossiers(Shift) == []


def test_a_short_sheet_that_stays_short_is_late(store: Store) -> None:
    turned(store, local(25, 9))
    turned(store, local(25, 16, 30))
    (sheet,) = store.duty.dossiers(Handover, OPEN)
    brief = sheet.become(state="brief", due=local(25, 19))
    store.duty.decide(lambda _: Outcome([DossierStep(brief, "sign", local(25, 17))]), None, local(25, 17))
    shifts = store.duty.dossiers(Shift, OPEN)
    over = [one.become(state="over" if one.state == "on" else "on", due=None) for one in shifts]
    store.duty.decide(lambda _: Outcome([DossierStep(one, "hand", local(25, 17)) for one in over]), None, local(25, 17))
    assert turned(store, local(25, 19)) == ["overdue"]
