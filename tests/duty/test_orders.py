"""Orders: every step from every state by everybody, clocks that never start anew, and who may not verify what."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from access.rights import RIGHTS
from alerts.cases import Fill, act
from domain.account import Role, Viewer
from domain.alert import AlertLevel, Condition
from domain.case import Case, CaseStep, Handling
from domain.deed import Deed
from domain.errors import TransitionRefused
from domain.order import Order
from domain.supervision import Supervision
from duty import orders
from duty.order_moves import EFFECTS
from duty.order_table import MOVES, STATES, TABLE, Given
from duty.orders import Wish
from duty.supervise import name
from store import Store
from store.duty import Outcome

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)  # Wednesday noon
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
UNIT, OTHER = "市水利局", "市住建局"


def person(login: str, role: Role, department: str = "") -> Viewer:
    return Viewer(login, login, role, RIGHTS[role], department=department)


LI, WANG, ZHAO = person("li.wei", Role.DUTY), person("wang", Role.DUTY), person("zhao", Role.SHIFT)
CLERK, STRANGER = person("chen", Role.CLERK, UNIT), person("sun", Role.CLERK, OTHER)
PEOPLE: Sequence[Viewer] = (
    LI,
    WANG,
    ZHAO,
    CLERK,
    STRANGER,
    *(person(r, r) for r in (Role.LEADER, Role.ADMIN, Role.WALL)),
)
FULL = Given("说明", OTHER, NOW + timedelta(days=20), "照片", "持续存在")


def order(state: str = "dispatched", **given: Any) -> Order:
    base = {
        "id": "GD-20261125-0001", "state": state, "opened": NOW, "updated": NOW, "version": 1, "level": 3, "unit": UNIT,
        "content": "排水", "sent": NOW, "offered": NOW, "sign_by": NOW + HOUR, "report_by": NOW + 4 * HOUR,
        "finish_by": NOW + timedelta(days=3), "dispatcher": "li.wei", "owner": "li.wei", "before": "working",
    }  # fmt: skip
    return Order.model_validate(base | given)


class Flow:
    """One order in a store, at a moment that the test moves."""

    def __init__(self, store: Store, **wish: Any) -> None:
        self.store, self.now = store, NOW
        (first,) = self.kept(orders.dispatch(Wish(UNIT, "排水", **wish), LI, NOW, ZONE)).dossiers
        self.id = first.dossier.id

    def kept(self, decision: orders.Decision) -> Outcome:
        return self.store.duty.decide(decision, None, self.now)

    @property
    def order(self) -> Order:
        found = self.store.duty.dossier(Order, self.id)
        assert found is not None
        return found

    def does(self, who: Viewer, verb: str, **given: Any) -> Order:
        filled = replace(Given("说明", evidence="照片"), **given)
        self.kept(orders.step(self.id, verb, who, filled, self.now, ZONE))
        return self.order

    def waits(self, until: datetime) -> Order:
        """Time passes as the timetable lets it pass: at each due time."""
        while (due := self.order.due) is not None and due <= until:
            self.now = due
            self.kept(orders.timed(self.id, due, ZONE))
        self.now = until
        return self.order


def case(store: Store, handling: Handling = Handling.ACKNOWLEDGED, level: AlertLevel = AlertLevel.P3) -> Case:
    new = Case("", "r|g1", "r", "hydro.level", "g1", "441802", "water", level, "水位 5.2 m", Condition.FIRING, NOW, NOW,
               handling, owner="li.wei")  # fmt: skip
    made = store.duty.decide(lambda _: Outcome(cases=[CaseStep(new, "open", NOW)]), None, NOW)
    return made.cases[0].case


# -- the table


@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("state", STATES)
def test_every_step_from_every_state_by_everybody_is_possible_or_refused_in_words(state: str, verb: str) -> None:
    for who in PEOPLE:
        _possible_or_refused(order(state), verb, who)


def _possible_or_refused(held: Order, verb: str, who: Viewer) -> None:
    state, move = held.state, MOVES[verb]
    if state in move.states and move.may(held, who):
        assert TABLE.must(held, verb, who) is move
        assert verb in TABLE.possible(held, who)
        return
    assert verb not in TABLE.possible(held, who)
    with pytest.raises(TransitionRefused) as refused:
        TABLE.must(held, verb, who)
    words = f"须由{move.who}操作" if state in move.states else STATES[state]
    assert words in str(refused.value)


@pytest.mark.parametrize("verb", MOVES)
def test_a_step_leads_where_the_table_says(verb: str) -> None:
    move = MOVES[verb]
    extra: dict[str, Any] = {"asked": NOW + timedelta(days=5)} if verb in ("grant", "deny") else {}
    extra |= {"helpers": (OTHER,)} if verb == "release" else {}
    for state in sorted(move.states):
        moved = EFFECTS[verb](order(state, **extra), ZHAO, FULL, NOW, ZONE)
        assert moved.state == (move.to or ("working" if verb == "resume" else state))


def test_nobody_else_reaches_an_order_that_is_over() -> None:
    for state in Order.OVER:
        assert all(TABLE.possible(order(state), who) == [] for who in PEOPLE)


# -- sending out


def test_a_case_goes_to_work_with_its_order(store: Store) -> None:
    held = case(store)
    flow = Flow(store, about=held.id, level=4)
    assert (flow.order.level, flow.order.title, flow.order.topic) == (3, "水位 5.2 m", "water")
    moved = store.desk.case(held.id)
    assert moved is not None
    assert moved.handling is Handling.WORKING
    events, _ = store.desk.history(held.id)
    assert (events[-1].verb, events[-1].told["order"]) == ("dispatch", flow.id)


def test_an_order_for_a_case_nobody_has_signed_for_is_refused_and_nothing_is_kept(store: Store) -> None:
    held = case(store, Handling.NEW)
    with pytest.raises(TransitionRefused, match=r"现为“待签收”，li\.wei 经手，不能派单；可以：签收"):
        Flow(store, about=held.id)
    assert store.duty.dossiers(Order) == []


def test_of_two_officers_the_second_is_told_who_came_first(store: Store) -> None:
    held = case(store)
    Flow(store, about=held.id, seen=held.version)
    with pytest.raises(TransitionRefused, match=r"刚由 li\.wei 处理"):
        Flow(store, about=held.id, seen=held.version)
    assert len(store.duty.dossiers(Order)) == 1


@pytest.mark.parametrize(
    ("level", "sign", "report", "finish"),
    [
        (1, NOW + 5 * MINUTE, NOW + 15 * MINUTE, NOW + 4 * HOUR),
        (2, NOW + 15 * MINUTE, NOW + HOUR, NOW + 24 * HOUR),
        (3, NOW + HOUR, NOW + 4 * HOUR, datetime(2026, 11, 30, 9, 30, tzinfo=UTC)),  # Monday's end of work
        # four hours of work from noon: three this afternoon, one tomorrow morning
        (4, datetime(2026, 11, 26, 1, 30, tzinfo=UTC), datetime(2026, 11, 26, 9, 30, tzinfo=UTC),
         datetime(2026, 12, 2, 9, 30, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_clocks_are_those_of_the_level(
    store: Store, level: int, sign: datetime, report: datetime, finish: datetime
) -> None:
    held = Flow(store, level=level).order
    assert (held.sign_by, held.report_by, held.finish_by) == (sign, report, finish)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish("", "排水"), "承办单位"),
        (Wish(UNIT, " "), "任务内容"),
        (Wish(UNIT, "排水", finish_by=NOW), "晚于现在"),
        (Wish(UNIT, "排水", finish_by=NOW + timedelta(days=91)), "90 天"),
    ],
)
def test_what_is_missing_is_said(store: Store, wish: Wish, words: str) -> None:
    with pytest.raises(TransitionRefused, match=words):
        store.duty.decide(orders.dispatch(wish, LI, NOW, ZONE), None, NOW)


# -- the whole way


def test_from_dispatch_to_a_closed_case(store: Store) -> None:
    held = case(store)
    flow = Flow(store, about=held.id)
    flow.does(CLERK, "accept")
    flow.does(CLERK, "start")
    flow.does(CLERK, "report", words="已派两台泵")
    assert _handling(store, held) is Handling.REPORTED
    flow.does(CLERK, "hand_in", words="积水已排", evidence="照片两张")
    assert _handling(store, held) is Handling.CHECKING
    with pytest.raises(TransitionRefused, match="派单人以外"):
        flow.does(LI, "pass")
    with pytest.raises(TransitionRefused, match="仍在触发"):
        flow.does(WANG, "pass")
    done = flow.does(WANG, "pass", words="现场核实", lasting="上游来水，持续观察")
    assert (done.state, done.checker, done.verdict, done.late) == ("done", "wang", "现场核实", False)
    assert _handling(store, held) is Handling.DONE
    assert flow.waits(NOW + timedelta(days=4)).state == "archived"
    assert [e.verb for e in store.duty.history([flow.id])] == [
        "dispatch", "accept", "start", "report", "hand_in", "pass", "archive",
    ]  # fmt: skip


def test_a_failed_check_sends_it_back_to_work_under_supervision(store: Store) -> None:
    held = case(store)
    flow = Flow(store, about=held.id)
    flow.does(CLERK, "accept")
    flow.does(CLERK, "hand_in")
    failed = flow.does(WANG, "fail", words="仍有积水")
    assert (failed.state, failed.rejected, failed.supervision, failed.handed) == ("working", 1, "yellow", None)
    assert _handling(store, held) is Handling.WORKING


def test_a_case_with_two_orders_waits_for_both(store: Store) -> None:
    held = case(store)
    first, second = Flow(store, about=held.id), Flow(store, about=held.id)
    for flow in (first, second):
        flow.does(CLERK, "accept")
    first.does(CLERK, "hand_in")
    assert _handling(store, held) is Handling.REPORTED
    second.does(CLERK, "hand_in")
    assert _handling(store, held) is Handling.CHECKING
    first.does(WANG, "pass")
    assert _handling(store, held) is Handling.CHECKING
    second.does(WANG, "pass", lasting="持续观察")
    assert _handling(store, held) is Handling.DONE


def test_a_case_is_not_closed_past_its_open_order(store: Store) -> None:
    held = case(store)
    flow = Flow(store, about=held.id)
    with pytest.raises(TransitionRefused, match=f"工单 {flow.id} 尚未办结"):
        store.duty.look(lambda top: orders.guard(top, held.id, "finish"))
    flow.does(LI, "withdraw")
    store.duty.look(lambda top: orders.guard(top, held.id, "finish"))


# -- sending back


def test_it_is_sent_back_once_and_then_the_shift_leader_rules_for_good(store: Store) -> None:
    flow = Flow(store)
    assert flow.does(CLERK, "return", words="非职责").state == "returned"
    flow.does(LI, "resend", words="属河道管理")
    second = flow.does(CLERK, "return", words="仍非职责")
    assert (second.state, second.supervision) == ("ruling", "yellow")
    with pytest.raises(TransitionRefused, match="值班长"):
        flow.does(LI, "rule")
    assert flow.does(ZHAO, "rule", unit="").state == "dispatched"
    with pytest.raises(TransitionRefused, match="终审"):
        flow.does(CLERK, "return")
    assert flow.order.sent == NOW


def test_another_unit_gets_no_new_clocks_but_its_own_time_to_refuse(store: Store) -> None:
    flow = Flow(store)
    before = flow.order
    flow.now = NOW + 2 * HOUR
    with pytest.raises(TransitionRefused, match="退回时限"):
        flow.does(CLERK, "return")
    moved = flow.does(LI, "reassign", unit=OTHER)
    assert (moved.unit, moved.sent, moved.finish_by, moved.sign_by) == (OTHER, NOW, before.finish_by, before.sign_by)
    with pytest.raises(TransitionRefused, match="承办单位"):
        flow.does(CLERK, "accept")
    assert flow.does(STRANGER, "return").state == "returned"


def test_more_time_is_asked_for_once_and_granted_by_the_shift_leader(store: Store) -> None:
    flow = Flow(store)
    flow.does(CLERK, "accept")
    later = flow.order.finish_by + timedelta(days=2)
    flow.does(CLERK, "ask", until=later)
    with pytest.raises(TransitionRefused, match="值班长"):
        flow.does(LI, "grant")
    assert flow.does(ZHAO, "grant").finish_by == later
    with pytest.raises(TransitionRefused, match="只能申请一次"):
        flow.does(CLERK, "ask", until=later + HOUR)


def test_an_order_that_is_put_off_comes_back_and_keeps_the_time_it_had_left(store: Store) -> None:
    flow = Flow(store)
    flow.does(CLERK, "accept")
    end = flow.order.finish_by
    flow.does(ZHAO, "shelve", words="等材料", until=NOW + timedelta(days=10))
    assert flow.waits(NOW + timedelta(days=9)).supervision == ""
    back = flow.waits(NOW + timedelta(days=10))
    assert (back.state, back.finish_by) == ("accepted", end + timedelta(days=10))


# -- time


def test_as_time_runs_out_it_is_urged_then_supervised_then_overdue(store: Store) -> None:
    flow = Flow(store, level=2)
    flow.does(CLERK, "accept")
    flow.does(CLERK, "report")
    marks = [flow.waits(NOW + timedelta(hours=hours)).supervision for hours in (16, 17, 20, 21, 23.9, 24)]
    assert marks == ["", "urge", "urge", "yellow", "yellow", "red"]
    assert flow.order.due is None
    assert flow.order.late


def test_the_clock_stands_still_while_it_waits_for_verification(store: Store) -> None:
    flow = Flow(store, level=2)
    flow.does(CLERK, "accept")
    flow.does(CLERK, "hand_in")
    assert flow.waits(NOW + timedelta(days=9)).supervision == ""
    failed = flow.does(WANG, "fail")
    assert (failed.supervision, failed.due) == ("red", None)  # and goes on at once when it has to be done over


def test_a_unit_that_assists_signs_and_answers_for_its_part_before_the_order_is_verified(store: Store) -> None:
    flow = Flow(store, level=2)
    flow.does(LI, "assist", unit=OTHER, words="出两台泵")
    flow.does(CLERK, "accept")
    with pytest.raises(TransitionRefused, match="协办单位经办人"):
        flow.does(STRANGER, "answer")
    with pytest.raises(TransitionRefused, match="协办单位经办人"):
        flow.does(CLERK, "join")
    part = flow.does(STRANGER, "join").share(OTHER)
    assert (part.task, part.signer, part.signed, part.sign_by) == ("出两台泵", "sun", NOW, NOW + 15 * MINUTE)
    flow.does(CLERK, "hand_in")
    with pytest.raises(TransitionRefused, match=f"协办单位 {OTHER} 尚未反馈"):
        flow.does(WANG, "pass")
    answered = flow.does(STRANGER, "answer", words="泵已到位", evidence="照片")
    assert (answered.state, answered.share(OTHER).words, answered.share(OTHER).evidence) == (
        "checking",
        "泵已到位",
        "照片",
    )
    assert flow.does(WANG, "pass").state == "done"


def test_a_unit_that_never_answers_is_let_off_with_a_reason(store: Store) -> None:
    flow = Flow(store, helpers=(OTHER,))
    flow.does(CLERK, "accept")
    flow.does(CLERK, "hand_in")
    with pytest.raises(TransitionRefused, match="不是协办单位"):
        flow.does(LI, "release", unit=UNIT)
    with pytest.raises(TransitionRefused, match="取消理由"):
        flow.does(LI, "release", unit=OTHER, words="")
    flow.does(LI, "release", unit=OTHER, words="职责不符")
    assert flow.does(WANG, "pass").helpers == ()


def test_a_unit_that_is_given_the_whole_order_no_longer_assists(store: Store) -> None:
    flow = Flow(store, helpers=(OTHER,))
    moved = flow.does(LI, "reassign", unit=OTHER)
    assert (moved.unit, moved.helpers, moved.shares) == (OTHER, (), ())


def test_an_order_kept_before_parts_were_kept_has_them_as_it_was_sent() -> None:
    held = order(helpers=(OTHER,))
    assert (held.share(OTHER).asked, held.share(OTHER).sign_by, held.silent) == (held.sent, held.sign_by, (OTHER,))


def test_a_unit_that_does_not_sign_is_urged(store: Store) -> None:
    flow = Flow(store, level=2)
    assert flow.waits(NOW + 16 * MINUTE).supervision == "urge"


def test_a_form_that_is_older_than_the_order_says_who_came_first(store: Store) -> None:
    flow = Flow(store)
    seen = flow.order.version
    flow.does(CLERK, "accept")
    with pytest.raises(TransitionRefused, match="刚由 chen 处理"):
        flow.does(LI, "urge", seen=seen)


def test_a_step_is_audited_with_the_order(store: Store) -> None:
    flow = Flow(store)
    decision = orders.step(flow.id, "urge", LI, Given(), NOW, ZONE)
    store.duty.decide(decision, Deed(NOW, "li.wei", "order.step"), NOW)
    assert store.audit.search()[0].thing == f"dossier:{flow.id}"


def _handling(store: Store, held: Case) -> Handling:
    found = store.desk.case(held.id)
    assert found is not None
    return found.handling


def test_a_case_may_be_finished_by_hand_when_its_order_was_withdrawn(store: Store) -> None:
    held = case(store)
    flow = Flow(store, about=held.id)
    flow.does(LI, "withdraw")
    working = store.desk.case(held.id)
    assert working is not None
    submitted = act(working, "submit", LI, Fill("已处置"), NOW)
    assert act(submitted, "pass", WANG, Fill("持续观察"), NOW).handling is Handling.DONE


# -- the city's own scheme of 催办 and 督办


MARKS = (("urge", 0.5, "提醒"), ("yellow", 0.2, "督办（黄）"), ("red", 0, "督办（红）"))


def own(*marks: tuple[str, float, str]) -> Supervision:
    return Supervision.model_validate(
        {"marks": [{"rank": rank, "share": at, "name": name} for rank, at, name in marks]}
    )


def test_an_order_keeps_the_marks_that_the_city_had_declared_when_it_was_sent_out(store: Store) -> None:
    flow = Flow(store, level=2, supervise=own(*MARKS))
    flow.does(CLERK, "accept")
    flow.does(CLERK, "report")
    seen = [(flow.waits(NOW + timedelta(hours=h)).supervision, name(flow.order)) for h in (11, 12, 20, 24)]
    assert seen == [("", ""), ("urge", "提醒"), ("yellow", "督办（黄）"), ("red", "督办（红）")]


def test_a_published_scheme_is_named(store: Store) -> None:
    flow = Flow(store, level=2, supervise=Supervision(scheme="near"))
    flow.does(CLERK, "accept")
    flow.does(CLERK, "report")
    assert (flow.waits(NOW + timedelta(hours=19)).supervision, flow.waits(NOW + timedelta(hours=20)).supervision) == (
        "",
        "urge",
    )
    assert name(flow.order) == "临近办结（蓝）"


@pytest.mark.parametrize(
    ("marks", "why"),
    [
        (MARKS[:2], "each once and in this order"),
        ((MARKS[1], MARKS[0], MARKS[2]), "each once and in this order"),
        ((("urge", 0.2, "a"), ("yellow", 0.5, "b"), MARKS[2]), "fall from one to the next"),
        ((MARKS[0], MARKS[1], ("red", 0.1, "c")), "red is 0"),
        ((MARKS[0], MARKS[1], ("red", 0, "")), "at least 1 character"),
        ((("urge", 1, "a"), MARKS[1], MARKS[2]), "less than 1"),
    ],
)
def test_a_scheme_that_cannot_work_is_refused(marks: Sequence[tuple[str, float, str]], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        own(*marks)
