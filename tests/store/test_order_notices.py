"""Units are told of their orders, in one transaction with the step that makes it necessary."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.notify import WebhookReceiver
from domain.errors import TransitionRefused
from domain.notice import Notice, NoticeKind, NoticeState
from domain.order import Order
from duty import orders
from duty.order_notices import stands, telling
from duty.order_table import Given
from duty.orders import Decision, Wish
from store import Store
from tests.duty.test_orders import CLERK, LI, NOW, OTHER, STRANGER, UNIT, ZHAO, ZONE, Viewer

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
THIRD = "市应急管理局"


def receiver(key: str, *departments: str) -> WebhookReceiver:
    return WebhookReceiver(key=key, url="https://unit.example/", departments=departments, news=False)


RECEIVERS = (receiver("water", UNIT), receiver("house", OTHER), receiver("rescue", THIRD))


class Told:
    """An order, its steps through `telling`, and the notices that are kept."""

    def __init__(self, store: Store, receivers: Collection[WebhookReceiver] = RECEIVERS, **wish: object) -> None:
        self.store, self.receivers, self.now = store, receivers, NOW
        wanted = replace(Wish(UNIT, "到现场排水", title="水位 5.2 m"), **wish)  # type: ignore[arg-type]
        self.keep(orders.dispatch(wanted, LI, NOW, ZONE))
        (self.order,) = store.duty.dossiers(Order)

    def keep(self, decision: Decision) -> None:
        self.store.duty.decide(telling(decision, self.receivers, self.now), None, self.now)

    def does(self, who: Viewer, verb: str, **given: object) -> "Told":
        self.now += MINUTE
        filled = replace(Given("请尽快", evidence="照片"), **given)  # type: ignore[arg-type]
        self.keep(orders.step(self.order.id, verb, who, filled, self.now, ZONE))
        return self

    def passes(self, span: timedelta) -> "Told":
        end = self.now + span
        while (held := self.store.duty.dossier(Order, self.order.id)) and held.due is not None and held.due <= end:
            self.now = held.due
            self.keep(orders.timed(held.id, held.due, ZONE))
        self.now = end
        return self

    @property
    def notices(self) -> list[Notice]:
        return sorted(self.store.desk.notices(NOW - HOUR), key=lambda one: (one.made, one.receiver))

    @property
    def said(self) -> list[tuple[str, str, str]]:
        return [(one.kind.value, one.receiver, one.state.value) for one in self.notices]


def test_a_unit_is_told_of_its_order_and_nobody_else(store: Store) -> None:
    told = Told(store, topic="water", district="441802")
    (one,) = told.notices
    assert (one.kind, one.receiver, one.state) == (NoticeKind.ORDERED, "water", NoticeState.WAITING)
    assert (one.group, one.cases, one.due) == (f"order:{told.order.id}", (told.order.id,), NOW)
    assert one.body == {
        "number": told.order.id, "title": "水位 5.2 m", "content": "到现场排水", "unit": UNIT, "what": "签收",
        "until": told.order.sign_by.isoformat(), "sent": NOW.isoformat(), "topic": "water", "district": "441802",
        "about": "", "reason": "",
    }  # fmt: skip


def test_nobody_is_told_of_a_drill(store: Store) -> None:
    told = Told(store, exercise=True, helpers=(OTHER,)).does(LI, "urge").passes(timedelta(days=9))
    assert told.said == []


def test_without_a_receiver_the_order_goes_out_all_the_same(store: Store) -> None:
    assert Told(store, receivers=()).said == []


def test_it_is_cancelled_when_the_unit_signs_before_it_went_out(store: Store) -> None:
    assert Told(store).does(CLERK, "accept").said == [("ordered", "water", "cancelled")]


def test_what_was_sent_stays_sent_when_the_unit_signs(store: Store) -> None:
    told = Told(store)
    (one,) = store.desk.claim("w", NOW, 8)
    store.desk.sent(one.id, "w", NOW)
    assert told.does(CLERK, "accept").said == [("ordered", "water", "sent")]


def test_a_refused_step_tells_nobody(store: Store) -> None:
    told = Told(store)
    with pytest.raises(TransitionRefused):
        told.does(STRANGER, "urge")
    assert told.said == [("ordered", "water", "waiting")]


def test_the_new_unit_is_told_and_the_old_one_no_longer(store: Store) -> None:
    told = Told(store).does(LI, "reassign", unit=OTHER)
    assert told.said == [("ordered", "water", "cancelled"), ("ordered", "house", "waiting")]
    assert told.notices[-1].body["reason"] == "请尽快"


def test_what_was_sent_back_and_is_kept_to_the_unit_is_told_again(store: Store) -> None:
    told = Told(store).does(CLERK, "return").does(LI, "resend")
    assert told.said == [("ordered", "water", "cancelled"), ("ordered", "water", "waiting")]


def test_helpers_are_told_once_and_not_called_off_by_the_units_signature(store: Store) -> None:
    told = Told(store, helpers=(OTHER,)).does(CLERK, "accept").does(LI, "assist", unit=THIRD)
    assert told.said == [
        ("assisting", "house", "waiting"), ("ordered", "water", "cancelled"), ("assisting", "rescue", "waiting"),
    ]  # fmt: skip


def test_a_unit_that_assists_is_urged_until_it_has_answered(store: Store) -> None:
    told = Told(store, helpers=(OTHER,)).does(CLERK, "accept").does(STRANGER, "join").does(LI, "urge")
    urged = next(one for one in told.notices if (one.kind, one.receiver) == (NoticeKind.URGED, "house"))
    called = next(one for one in told.notices if one.kind is NoticeKind.ASSISTING)
    held = store.duty.dossier(Order, told.order.id)
    assert held is not None
    assert (urged.body["what"], stands(urged, held), stands(called, held)) == ("办结", True, False)
    told.does(STRANGER, "answer").does(LI, "urge")
    answered = store.duty.dossier(Order, told.order.id)
    assert answered is not None
    assert not stands(urged, answered)
    assert [one.receiver for one in told.notices if one.kind is NoticeKind.URGED].count("house") == 1


def test_one_who_answers_for_both_is_told_of_the_unit_alone(store: Store) -> None:
    told = Told(store, receivers=(receiver("both", OTHER, UNIT),), helpers=(OTHER,))
    assert told.said == [("ordered", "both", "waiting")]


def test_each_urging_is_told_and_a_second_that_still_waits_is_one_with_the_first(store: Store) -> None:
    told = Told(store).does(LI, "urge", words="第一次").does(LI, "urge", words="第二次")
    assert told.said == [("ordered", "water", "waiting"), ("urged", "water", "waiting")]
    assert told.notices[-1].body["reason"] == "第二次"
    for one in store.desk.claim("w", told.now, 8):
        store.desk.sent(one.id, "w", told.now)
    told.does(LI, "urge", words="第三次")
    assert [kind for kind, _, state in told.said if state == "waiting"] == ["urged"]


def test_what_waits_is_told_with_a_shift_leaders_demand(store: Store) -> None:
    one = Told(store).does(ZHAO, "supervise").notices[-1]
    assert (one.kind, one.body["reason"]) == (NoticeKind.SUPERVISED, "请尽快")


def test_a_failed_check_supervises_and_tells_why(store: Store) -> None:
    told = Told(store).does(CLERK, "accept").does(CLERK, "hand_in").does(ZHAO, "fail", words="仍有积水")
    one = told.notices[-1]
    assert (one.kind, one.state, one.body["reason"]) == (NoticeKind.SUPERVISED, NoticeState.WAITING, "仍有积水")


def test_time_urges_supervises_and_says_that_it_is_over(store: Store) -> None:
    told = Told(store, level=1).passes(5 * HOUR)
    assert [kind for kind, _, _ in told.said] == ["ordered", "urged", "supervised", "overdue"]
    assert told.notices[-1].body["what"] == "办结"
    assert told.passes(timedelta(days=3)).said == told.said


def test_a_withdrawn_order_calls_nobody(store: Store) -> None:
    told = Told(store).does(LI, "urge").does(LI, "withdraw")
    assert {state for _, _, state in told.said} == {"cancelled"}


def test_what_comes_back_off_the_shelf_unsigned_is_told_again(store: Store) -> None:
    told = Told(store).does(ZHAO, "shelve", until=NOW + HOUR).passes(2 * HOUR)
    assert told.said == [("ordered", "water", "cancelled"), ("ordered", "water", "waiting")]


def test_at_the_moment_of_sending_it_is_looked_at_again(store: Store) -> None:
    told = Told(store, helpers=(OTHER,)).does(LI, "urge")
    by = {one.kind: one for one in told.notices if (one.kind, one.receiver) != (NoticeKind.URGED, "house")}
    calls, helper = (by[NoticeKind.ORDERED], by[NoticeKind.URGED]), by[NoticeKind.ASSISTING]
    held = store.duty.dossier(Order, told.order.id)
    assert held is not None
    assert all(stands(one, held) for one in (*calls, helper))
    signed = held.become(state="accepted", signed=told.now + MINUTE)
    assert [stands(one, signed) for one in (*calls, helper)] == [False, False, True]
    elsewhere = held.become(unit=THIRD, helpers=())
    assert not any(stands(one, elsewhere) for one in (*calls, helper))
    assert not any(stands(one, held.become(state="withdrawn")) for one in (*calls, helper))
