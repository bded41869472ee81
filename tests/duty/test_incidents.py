"""Incidents: who may do what in every state, and what stands against a step."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from tempfile import TemporaryDirectory
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.account import Reach, Role
from domain.case import CaseStep, Handling
from domain.errors import TransitionRefused
from domain.incident_file import Change, IncidentFile
from duty import incidents, response
from duty import reports as reporting
from duty.incidents import STATES, TABLE, Decision, Hand, Opening, open_file
from store import Store, open_store
from store.desk import Planned
from tests.duty.incident_desk import GROUND, NOW, PEOPLE, did, facts, hand, of, opened, pen, reports, who
from tests.store.test_desk import case

DESK = {Role.DUTY, Role.SHIFT}
HEADS = {Role.SHIFT, Role.LEADER}
# verb -> the roles that may, and the states in which; written by hand, so that the table of moves cannot agree with itself
MAY: dict[str, tuple[set[Role], set[str]]] = {
    "verify": (DESK, {"intake"}),
    "update": (DESK, {"intake", "active", "controlled"}),
    "note": (DESK, {"intake", "active", "controlled"}),
    "link": (DESK, {"intake", "active", "controlled"}),
    "propose": (DESK, {"intake", "active", "controlled"}),
    "grade": (HEADS, {"intake", "active", "controlled"}),
    "start": (DESK, {"intake", "active"}),
    "step": (DESK, {"intake", "active"}),
    "ask": (DESK, {"active"}),
    "approve": ({Role.LEADER}, {"active"}),
    "refuse": ({Role.LEADER}, {"active"}),
    "end": ({Role.LEADER}, {"active", "controlled"}),
    "control": (DESK, {"active"}),
    "resume": (DESK, {"controlled"}),
    "review": (DESK, {"controlled"}),
    "close": (HEADS, {"controlled"}),
    "void": ({Role.SHIFT}, {"intake"}),
}


def test_the_table_names_every_move() -> None:
    assert MAY.keys() == TABLE.moves.keys()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", [*TABLE.moves, "eat"])
@pytest.mark.parametrize("login", PEOPLE)
def test_each_state_verb_and_role_is_allowed_or_refused_with_a_sentence(state: str, verb: str, login: str) -> None:
    held = IncidentFile(
        id="SJ-20261125-0001", state=state, opened=NOW, updated=NOW, topic="water", district="441881", facts=facts()
    )
    viewer = who(login)
    roles, states = MAY.get(verb, (set(), set()))
    if viewer.role in roles and state in states:
        assert TABLE.must(held, verb, viewer)
        assert verb in TABLE.possible(held, viewer)
        return
    with pytest.raises(TransitionRefused) as refused:
        TABLE.must(held, verb, viewer)
    assert any(word in str(refused.value) for word in ("没有", "可以：", "须由"))
    assert verb not in TABLE.possible(held, viewer)


def test_a_call_becomes_an_incident_with_its_plan_and_its_first_report(store: Store) -> None:
    one = opened(store)
    assert (one.state, one.topic, one.unit, one.plan) == ("intake", "water", "市水利局", "flood")
    assert one.due == NOW + timedelta(minutes=10)  # the first step
    assert reports(store, one.id)["first"].deadline == NOW + timedelta(hours=6)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"title": " "}, "事件标题"),
        ({"place": ""}, "事发地点"),
        ({"kind": "meteor"}, "请选择事件类别"),
        ({"told": NOW + timedelta(minutes=1)}, "接报时间"),
        ({"happened": NOW + timedelta(minutes=1)}, "事发时间"),
    ],
)
def test_a_call_that_cannot_be_right_is_refused(store: Store, given: dict[str, object], why: str) -> None:
    with pytest.raises(TransitionRefused, match=why):
        opened(store, **given)
    assert store.duty.dossiers(IncidentFile) == []


@pytest.mark.parametrize("login", ["chen", "admin", "clerk"])
def test_only_the_desk_takes_incidents_down(store: Store, login: str) -> None:
    with pytest.raises(TransitionRefused, match="值班员或值班长"):
        opened(store, login)


def test_an_incident_outside_ones_reach_is_neither_opened_nor_moved(store: Store) -> None:
    one = opened(store)
    narrow = Hand(one.id, who("zhao", Reach(frozenset({"441802"}))), NOW, GROUND)
    with pytest.raises(TransitionRefused, match="范围"):
        did(store, incidents.step(narrow, "verify", "属实"))
    with pytest.raises(TransitionRefused, match="范围"):
        did(store, open_file(Opening(facts(), "441881"), narrow))


def alert(store: Store, handling: Handling) -> str:
    one = replace(case("gauge-1", opened=NOW, updated=NOW), handling=handling, owner="li")
    return store.desk.save((), (), Planned([CaseStep(one, "open", NOW)]), NOW).cases[0].id


def test_an_alert_becomes_an_incident_once_and_is_worked_on(store: Store) -> None:
    key = alert(store, Handling.ACKNOWLEDGED)
    one = opened(store, case=key)
    held = store.desk.case(key)
    assert one.cases == (key,)
    assert held is not None
    assert held.handling is Handling.WORKING
    with pytest.raises(TransitionRefused, match=one.id):
        opened(store, case=key)


def test_an_alert_nobody_has_signed_for_becomes_no_incident(store: Store) -> None:
    with pytest.raises(TransitionRefused, match="待签收"):
        opened(store, case=alert(store, Handling.NEW))


def test_a_drill_takes_no_real_alert_and_marks_all_that_belongs_to_it(store: Store) -> None:
    key = alert(store, Handling.ACKNOWLEDGED)
    with pytest.raises(TransitionRefused, match="演练不能关联真实告警"):
        opened(store, exercise=True, case=key)
    one = opened(store, exercise=True)
    with pytest.raises(TransitionRefused, match="演练不能关联真实告警"):
        did(store, incidents.link(hand(one.id, "li"), key))
    assert one.exercise
    assert all(report.exercise for report in reports(store, one.id).values())


def test_a_drill_begins_from_a_scenario_and_tells_what_follows_at_its_moment(store: Store) -> None:
    key = did(store, incidents.drill("dyke", hand("", "li"))).dossiers[0].dossier.id
    one = of(store, key)
    assert (one.exercise, one.scenario, one.title) == (True, "dyke", "渗水")
    assert [told.at for told in one.injects] == [NOW + timedelta(minutes=10)]
    with pytest.raises(TransitionRefused, match="演练场景"):
        incidents.drill("moon", hand("", "li"))


def test_who_proposes_a_grade_does_not_confirm_it(store: Store) -> None:
    one = opened(store)
    did(store, incidents.grade(hand(one.id, "wang"), "propose", 3))
    with pytest.raises(TransitionRefused, match="不能是拟定人"):
        did(store, incidents.grade(hand(one.id, "wang"), "grade", 3))
    did(store, incidents.grade(hand(one.id, "chen"), "grade", 3))
    assert (of(store, one.id).grade, of(store, one.id).grade_by) == (3, "chen")


def test_the_loser_of_two_forms_is_told_who_was_faster(store: Store) -> None:
    one = opened(store)
    seen = incidents.digest(one)
    did(store, incidents.update(hand(one.id, "li"), facts(cause="管涌"), one.district, seen))
    with pytest.raises(TransitionRefused, match="刚由 li 处理"):
        did(store, incidents.update(hand(one.id, "zhao"), facts(cause="漫顶"), one.district, seen))
    assert of(store, one.id).facts.cause == "管涌"


def test_another_officers_step_does_not_spoil_a_form(store: Store) -> None:
    one = opened(store)
    did(store, incidents.step(hand(one.id, "zhao"), "verify", "属实"))
    did(store, incidents.update(hand(one.id, "li"), facts(cause="管涌"), one.district, incidents.digest(one)))
    assert of(store, one.id).facts.cause == "管涌"


def test_the_moment_of_the_call_cannot_be_changed_afterwards(store: Store) -> None:
    one = opened(store)
    later = facts(told=NOW + timedelta(hours=1), cause="漫顶")
    did(store, incidents.update(hand(one.id, "li", NOW + timedelta(hours=2)), later, one.district))
    assert of(store, one.id).facts.told == NOW


def controlled(store: Store) -> IncidentFile:
    one = opened(store)
    did(store, incidents.step(hand(one.id, "li"), "verify", "属实"))
    did(store, reporting.send(pen(reports(store, one.id)["first"].id, "wang"), {"scope": "一村"}))
    did(store, incidents.step(hand(one.id, "li"), "control", "水位已退"))
    return of(store, one.id)


def test_closing_tells_everything_that_is_still_owed(store: Store) -> None:
    one = controlled(store)
    with pytest.raises(TransitionRefused) as refused:
        did(store, incidents.close(hand(one.id, "chen")))
    assert "终报尚未报送" in str(refused.value)
    assert "评估尚未填写" in str(refused.value)


def test_an_incident_is_closed_when_nothing_is_owed(store: Store) -> None:
    one = controlled(store)
    did(store, reporting.send(pen(reports(store, one.id)["final"].id, "wang"), {"situation": "已处置"}))
    did(store, incidents.review(hand(one.id, "li"), "堤身老化", "", (Change(what="加固", owner="市水利局"),)))
    did(store, incidents.close(hand(one.id, "chen")))
    assert of(store, one.id).over
    with pytest.raises(TransitionRefused, match="已结案"):
        did(store, incidents.step(hand(one.id, "li"), "note", "补记"))


def test_an_alert_that_is_still_open_stands_against_closing(store: Store) -> None:
    key = alert(store, Handling.ACKNOWLEDGED)
    one = opened(store, case=key)
    assert f"告警 {key} 尚未办结" in store.duty.look(lambda top: incidents.against_closing(top, one))


def test_a_change_without_an_owner_is_refused(store: Store) -> None:
    one = controlled(store)
    with pytest.raises(TransitionRefused, match="责任人"):
        did(store, incidents.review(hand(one.id, "li"), "堤身老化", "", (Change(what="加固", owner=" "),)))


def test_nothing_is_ever_edited_away(store: Store) -> None:
    one = opened(store)
    did(store, incidents.update(hand(one.id, "li"), facts(cause="管涌"), one.district))
    did(store, incidents.update(hand(one.id, "li"), facts(cause="漫顶"), one.district))
    bodies = [event.body["facts"]["cause"] for event in store.duty.history([one.id])]  # type: ignore[index]
    assert bodies == ["", "管涌", "漫顶"]


class AnyOrder(RuleBasedStateMachine):
    """Whatever people try, in whatever order, an incident stays in the states and on the ways of its table."""

    WAYS: ClassVar[set[tuple[str, str]]] = {
        ("intake", "active"), ("intake", "void"), ("active", "controlled"), ("controlled", "active"), ("controlled", "closed"),
    }  # fmt: skip

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.store = open_store(f"sqlite:///{self.folder.name}/store.db")
        self.now, self.key = NOW, opened(self.store).id

    @rule(
        login=st.sampled_from(PEOPLE),
        verb=st.sampled_from(sorted(TABLE.moves)),
        value=st.integers(0, 5),
        words=st.sampled_from(["", "属实"]),
        minutes=st.integers(0, 90),
    )
    def somebody(self, login: str, verb: str, value: int, words: str, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        made = _made(hand(self.key, login, self.now), verb, value, words)
        with suppress(TransitionRefused):
            did(self.store, made, self.now)

    @rule(
        login=st.sampled_from(PEOPLE),
        verb=st.sampled_from(["write", "send", "receipt", "correct"]),
        n=st.integers(0, 3),
    )
    def writes(self, login: str, verb: str, n: int) -> None:
        found = sorted(reports(self.store, self.key).values(), key=lambda one: one.id)
        held = pen(found[n % len(found)].id, login, self.now)
        made: dict[str, Callable[[], Decision]] = {
            "write": lambda: reporting.write(held, {"words": "通话", "scope": "一村", "situation": "已处置"}),
            "send": lambda: reporting.send(
                held, {"words": "通话", "scope": "一村", "situation": "已处置", "progress": "在办"}
            ),
            "receipt": lambda: reporting.receipt(held, "省值班室"),
            "correct": lambda: reporting.correct(held, "数字有误"),
        }
        with suppress(TransitionRefused):
            did(self.store, made[verb](), self.now)

    @rule(minutes=st.integers(1, 600))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        did(self.store, response.overdue(self.now), self.now)
        did(self.store, reporting.overdue(self.now), self.now)

    @invariant()
    def it_stays_legal(self) -> None:
        one, events = of(self.store, self.key), self.store.duty.history([self.key])
        ways = {(event.old, event.new) for event in events if event.old and event.old != event.new}
        assert ways <= self.WAYS
        assert one.grade == 0 or one.grade_by
        assert one.response == max((r.level for r in one.responses if r.state == "on"), default=0)
        found = self.store.duty.dossiers(reporting.Report)
        assert all(
            report.signer and report.sent for report in found if report.state in ("sent", "received", "replaced")
        )
        assert one.over <= (not [r for r in found if r.state == "draft" and not r.of])
        texts: dict[str, object] = {}
        for event in self.store.duty.history([r.id for r in found]):  # what was sent stays as it was sent
            if event.new in ("sent", "received", "replaced"):
                assert texts.setdefault(event.dossier, event.body["parts"]) == event.body["parts"]

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()


def _made(held: Hand, verb: str, value: int, words: str) -> Decision:
    made: dict[str, Callable[[], Decision]] = {
        "update": lambda: incidents.update(held, facts(cause=f"原因 {value}"), "441881"),
        "link": lambda: incidents.link(held, f"GJ-{value}"),
        "propose": lambda: incidents.grade(held, verb, value),
        "grade": lambda: incidents.grade(held, verb, value),
        "start": lambda: response.start(held, "flood" if value > 3 else "fire"),
        "step": lambda: response.settle(held, value, "done", words),
        "ask": lambda: response.ask(held, response.Wish(value, "全市", "预案", "措施")),
        "approve": lambda: response.answer(held, verb, words),
        "refuse": lambda: response.answer(held, verb, words),
        "end": lambda: response.end(held, words),
        "review": lambda: incidents.review(held, words, "", ()),
        "close": lambda: incidents.close(held),
    }
    return made[verb]() if verb in made else incidents.step(held, verb, words)


AnyOrder.TestCase.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
TestAnyOrder = AnyOrder.TestCase
