"""Figures of the desk, by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alert import AlertLevel
from domain.case import Case, CaseEvent, Handling
from domain.handover import Handover
from domain.order import Order
from domain.report import Report
from domain.shift import Shift
from duty.statistics import Clocked, Known, loads, monday, peak, tally, weekly
from tests.duty.rosters import ZONE, local
from tests.store.test_desk import case

NOW = local(25, 12)
MINUTE = timedelta(minutes=1)


def one(key: str, at: datetime, **given: object) -> Case:
    return replace(case(key), **{"id": key, "opened": at, "updated": at, **given})  # type: ignore[arg-type]


def known(
    cases: Sequence[Case],
    sheets: Sequence[Handover] = (),
    steps: Sequence[CaseEvent] = (),
    orders: Sequence[Order] = (),
) -> Known:
    """Signatures are steps too: those that the cases tell of are among them."""
    signed = [
        CaseEvent(case.id, case.acknowledged, "li.wei", "acknowledge", Handling.NEW, Handling.ACKNOWLEDGED)
        for case in cases
        if case.acknowledged
    ]
    return Known(cases, [*signed, *steps], orders, sheets)


def step(key: str, at: datetime, verb: str) -> CaseEvent:
    return CaseEvent(key, at, "li.wei", verb, Handling.ACKNOWLEDGED, Handling.WORKING)


def sheet(change: datetime, handed: datetime | None, outgoing: str = "BC-1") -> Handover:
    return Handover(
        id="JB-1", state="done", opened=change, updated=change, outgoing=outgoing, incoming="BC-2", change=change, handed=handed
    )  # fmt: skip


def test_signing_closing_and_nuisance_are_counted() -> None:
    at = local(25, 9)
    cases = [
        one("a", at, acknowledged=at + 4 * MINUTE, closed=at + 60 * MINUTE, handling=Handling.DONE),
        one("b", at, acknowledged=at + 8 * MINUTE, closed=at + 20 * MINUTE, handling=Handling.FALSE_ALARM),
        one("c", at, handling=Handling.NEW, level=AlertLevel.P3),
        one("d", at, handling=Handling.SELF_CLOSED, closed=at + 30 * MINUTE, level=AlertLevel.P4),
    ]
    found = tally(known(cases, [sheet(local(25, 17), local(25, 17, 12))]), ZONE, NOW)
    assert (found.opened, dict(found.levels)) == (4, {"P2": 2, "P3": 1, "P4": 1})
    assert (found.mtta, found.mttr) == (6.0, 40.0)
    assert found.clocks["sign"] == Clocked(
        4, 2
    )  # b after 8 min of 5, c still open after 3 h of 15 min; d needed nobody
    assert found.nuisance == 50.0
    assert (found.self_closed, found.unsigned, found.handovers) == (1, 12.0, 1)


def test_a_clock_that_still_runs_is_not_judged() -> None:
    assert tally(known([one("a", NOW - 2 * MINUTE)]), ZONE, NOW).clocks["sign"] == Clocked(0, 0)
    assert Clocked().share is None
    assert Clocked(4, 1).share == 25.0


def test_the_first_thing_done_stops_the_second_clock() -> None:
    at = local(25, 9)
    cases = [one(key, at, acknowledged=at, handling=Handling.WORKING) for key in ("a", "b")]
    steps = [
        step("a", at + 10 * MINUTE, "dispatch"),
        step("b", at + 10 * MINUTE, "hand_over"),
        step("b", at + 40 * MINUTE, "finish"),
    ]
    assert tally(known(cases, (), steps), ZONE, NOW).clocks["act"] == Clocked(2, 1)


def test_an_orders_unit_that_signs_too_late_is_counted() -> None:
    at = local(25, 9)
    base = {
        "state": "accepted",
        "opened": at,
        "updated": at,
        "content": "清淤",
        "sent": at,
        "offered": at,
        "report_by": at,
        "finish_by": NOW,
    }
    orders = [
        Order(id=f"GD-{n}", about="a", sign_by=at + 15 * MINUTE, signed=at + n * MINUTE, **base) for n in (10, 20)
    ]
    assert tally(known([one("a", at)], orders=orders), ZONE, NOW).clocks["unit"] == Clocked(2, 1)


def test_nothing_has_no_figures() -> None:
    found = tally(known(()), ZONE, NOW)
    assert (found.opened, found.mtta, found.mttr, found.nuisance, found.unsigned) == (0, None, None, None, None)


def test_weeks_begin_on_local_mondays() -> None:
    assert monday(local(23, 0, 30), ZONE) == date(2026, 11, 23)
    cases = [one("a", local(22, 23, 59)), one("b", local(23, 0, 1)), one("c", local(29, 23, 59))]
    found = weekly(known(cases), ZONE, date(2026, 11, 16), 2, local(30, 9))
    assert [(day, week.opened) for day, week in found] == [(date(2026, 11, 16), 1), (date(2026, 11, 23), 2)]


def test_a_shift_carries_what_was_opened_while_it_was_responsible() -> None:
    begin, change = local(25, 8, 30), local(25, 17)
    base = {"opened": begin, "updated": begin, "begin": begin, "end": change, "team": "A"}
    first = Shift(id="BC-1", state="over", taken=begin, closed=change + 10 * MINUTE, **base)
    second = Shift(id="BC-2", state="on", taken=change + 10 * MINUTE, **base)
    cases = [one("a", change + 9 * MINUTE), one("b", change + 11 * MINUTE), one("c", change + 12 * MINUTE)]
    found = loads(known(cases, [sheet(change, change + 10 * MINUTE)]), [first, second], ZONE, local(26, 1))
    assert [(load.tally.opened, load.minutes) for load in found] == [(1, 10.0), (2, None)]


@pytest.mark.parametrize(("minutes", "most"), [([], 0), ([0], 1), ([0, 9, 10, 19], 2), ([0, 1, 2, 30], 3)])
def test_the_peak_is_the_most_within_ten_minutes(minutes: list[int], most: int) -> None:
    assert peak(NOW + m * MINUTE for m in minutes) == most


@given(st.lists(st.integers(0, 120)))
def test_the_peak_is_what_counting_by_hand_finds(minutes: list[int]) -> None:
    by_hand = max((sum(0 <= other - m < 10 for other in minutes) for m in minutes), default=0)
    assert peak(NOW + m * MINUTE for m in minutes) == by_hand


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from(list(AlertLevel)))))
def test_weeks_add_up(found: list[tuple[int, AlertLevel]]) -> None:
    cases = [one(f"c{i}", local(16, 1) + timedelta(days=d), level=level) for i, (d, level) in enumerate(found)]
    weeks = weekly(known(cases), ZONE, date(2026, 11, 16), 3, NOW)
    assert sum(week.opened for _, week in weeks) == len(cases)
    assert sum(sum(week.levels.values()) for _, week in weeks) == len(cases)


def test_reports_are_judged_by_their_terms() -> None:
    begin, due = local(23, 0), local(25, 10)

    def report(**given: object) -> Report:
        base = {"kind": "first", "state": "draft", "opened": begin, "updated": begin, "about": "SJ-1", "deadline": due}
        return Report.model_validate(base | given)

    reports = [
        report(state="sent", sent=due - MINUTE),
        report(state="replaced", sent=due + MINUTE),
        report(),  # still owed, and over its time
        report(deadline=NOW + MINUTE),  # there is time left
        report(state="dropped"),
        report(of="XB-1", state="sent", sent=NOW),  # a correction
        report(exercise=True, state="sent", sent=NOW),
        report(deadline=None),
    ]
    ((_, week),) = weekly(replace(known([]), reports=reports), ZONE, date(2026, 11, 23), 1, NOW)
    assert week.reports == Clocked(3, 2)
    assert week.on_time == pytest.approx(100 / 3)
    assert tally(known([]), ZONE, NOW).on_time is None
