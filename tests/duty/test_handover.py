"""The handover: what the sheet says, who may sign, what stands against it, and what moves."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from access.rights import RIGHTS
from domain.account import Role, Viewer
from domain.alert import AlertLevel
from domain.case import Case, CaseStep, Handling
from domain.dossier import DossierStep
from domain.errors import TransitionRefused
from domain.handover import PARTS, Handover
from domain.health import Freshness, SourceHealth
from domain.incident_file import Facts as Told
from domain.incident_file import IncidentFile
from domain.instruction import Instruction
from domain.order import Order
from domain.report import Report
from domain.shift import Shift
from domain.silence import Matcher, Silence
from duty.handover import (
    MOVES,
    OPENED,
    Hand,
    Table,
    Terms,
    complete,
    may,
    must,
    noted,
    possible,
    shorten,
    sign,
    tick,
    unlock,
    write,
)
from duty.sheet import NOTHING_AROUND, Around, Facts, parts
from duty.shifts import OPEN, current, on_shift, turn
from store import Store, open_store
from store.desk import Planned
from store.duty import Outcome
from tests.duty.rosters import ROSTER, ZONE, local
from tests.store.test_desk import case

TERMS = Terms(ROSTER.draft, ROSTER.full)
CHANGE = local(25, 17)
ROLES = {"wang.qiang": Role.SHIFT, "wu.gang": Role.SHIFT, "chen.jun": Role.LEADER, "admin": Role.ADMIN}
PEOPLE = ("li.wei", "zhao.min", "wang.qiang", "zhou.fang", "wu.gang", "chen.jun", "admin", "guest")


def order(**given: object) -> Order:
    base = {
        "state": "dispatched",
        "opened": CHANGE,
        "updated": CHANGE,
        "content": "清淤",
        "sent": CHANGE,
        "offered": CHANGE,
        "sign_by": CHANGE,
    }
    return Order.model_validate({**base, "report_by": CHANGE, "finish_by": local(27, 9), **given})


def report(**given: object) -> Report:
    return Report.model_validate({"state": "draft", "opened": CHANGE, "updated": CHANGE, "kind": "first", **given})


def who(login: str) -> Viewer:
    role = ROLES.get(login, Role.DUTY)
    return Viewer(login, login, role, RIGHTS[role])


def hand(kept: Store, login: str, now: datetime = CHANGE, around: Around = NOTHING_AROUND) -> Hand:
    return Hand(sheet(kept).id, who(login), now, around)


def sheet(kept: Store) -> Handover:
    return kept.duty.dossiers(Handover)[0]


def opened(kept: Store, *cases: Case) -> list[Case]:
    steps = [CaseStep(one, "open", one.opened) for one in cases]
    return list(kept.desk.save((), (), Planned(steps), local(25, 9)).cases)


def did(kept: Store, decision: object, now: datetime = CHANGE) -> Outcome:
    return kept.duty.decide(decision, None, now)  # type: ignore[arg-type]


@pytest.fixture
def drawn(store: Store) -> Store:
    """A store in which the sheet of 17:00 is drawn up."""
    for at in (local(25, 9), local(25, 16, 30)):
        did(store, turn(ROSTER, ZONE, at), at)
    return store


def urgent_case(site: str, **given: object) -> Case:
    base = case(site, opened=local(25, 16), updated=local(25, 16), handling=Handling.ACKNOWLEDGED, owner="li.wei")
    return replace(base, **given)  # type: ignore[arg-type]


# -- who may do what, in every state


def held_in(state: str, late: bool = False) -> Table:
    """A sheet between two shifts of the roster."""

    def shift(team: str, begin: datetime) -> Shift:
        crew = ROSTER.teams[team]
        people = {name: getattr(crew, name) for name in ("officers", "shift_leader", "leader", "reserve")}
        end = begin + timedelta(hours=8)
        return Shift(
            id=f"BC-{team}", state="on", opened=begin, updated=begin, begin=begin, end=end, team=team, **people
        )

    out, to = shift("A", local(25, 8, 30)), shift("B", CHANGE)
    one = Handover(
        id="JB-1", state=state, opened=CHANGE, updated=CHANGE, outgoing=out.id, incoming=to.id, change=CHANGE, late=late
    )
    return Table(one, out, to)


@pytest.mark.parametrize("login", PEOPLE)
@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("state", OPENED)
def test_every_state_verb_and_person_is_possible_or_refused_with_a_sentence(state: str, verb: str, login: str) -> None:
    held = held_in(state)
    if verb in possible(held, who(login)):
        assert state in MOVES[verb].states
        assert may(held, verb, who(login))
        must(held, verb, who(login))
        return
    with pytest.raises(TransitionRefused) as refused:
        must(held, verb, who(login))
    assert MOVES[verb].name in str(refused.value)


@pytest.mark.parametrize(
    ("login", "late", "can"),
    [
        ("li.wei", False, {"write", "sign_out"}),
        ("zhou.fang", False, {"tick", "write", "sign_in"}),
        ("wang.qiang", False, {"tick", "write", "shorten", "sign_out"}),
        ("wang.qiang", True, {"tick", "write", "shorten", "sign_out", "sign_in"}),
        ("chen.jun", True, {"unlock"}),
        ("guest", True, set()),
        ("admin", False, set()),
    ],
)
def test_who_may_do_what_with_a_fresh_sheet(login: str, late: bool, can: set[str]) -> None:
    assert set(possible(held_in("draft", late), who(login))) == can


def test_a_verb_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TransitionRefused, match="没有"):
        must(held_in("draft"), "burn", who("li.wei"))


# -- signing


def test_with_both_signatures_everything_open_goes_to_who_took_over(drawn: Store) -> None:
    mine, new, theirs = opened(
        drawn,
        urgent_case("g1"),
        urgent_case("g2", handling=Handling.NEW, owner=""),
        urgent_case("g3", owner="zhou.fang"),
    )
    sent = [order(owner="li.wei", content="清淤"), order(owner="clerk.of.water", content="巡查")]
    did(drawn, lambda _: Outcome([DossierStep(one, "dispatch", CHANGE) for one in sent]))
    did(drawn, sign(hand(drawn, "li.wei"), "out", TERMS))
    assert sheet(drawn).state == "half"
    assert current(drawn).team == "A"  # type: ignore[union-attr]
    for one in (mine, new, theirs):
        did(drawn, tick(hand(drawn, "zhou.fang"), one.id))
    did(drawn, sign(hand(drawn, "zhou.fang"), "in", TERMS))

    done = sheet(drawn)
    assert (done.state, done.handed, done.closed) == ("done", CHANGE, CHANGE)
    assert {one.id: one.owner for one in drawn.desk.open_cases()} == {
        mine.id: "zhou.fang",
        new.id: "",
        theirs.id: "zhou.fang",
    }
    assert drawn.desk.history(mine.id)[0][-1].verb == "hand_over"
    owners = {one.content: one.owner for one in drawn.duty.dossiers(Order)}
    assert owners == {"清淤": "zhou.fang", "巡查": "clerk.of.water"}
    assert on_shift(drawn, CHANGE + timedelta(minutes=1)).officers == ("zhou.fang",)
    assert drawn.duty.next_due() == local(26, 8)


def test_the_order_of_the_signatures_does_not_matter(drawn: Store) -> None:
    did(drawn, sign(hand(drawn, "zhou.fang"), "in", TERMS))
    did(drawn, sign(hand(drawn, "zhao.min"), "out", TERMS))
    assert sheet(drawn).state == "done"
    assert current(drawn).team == "B"  # type: ignore[union-attr]


def test_an_urgent_case_that_was_not_looked_at_stands_against_taking_over(drawn: Store) -> None:
    (one,) = opened(drawn, urgent_case("g1"))
    with pytest.raises(TransitionRefused, match=one.id):
        did(drawn, sign(hand(drawn, "zhou.fang"), "in", TERMS))
    did(drawn, sign(hand(drawn, "li.wei"), "out", TERMS))


def test_a_tick_can_be_taken_back_and_is_only_for_what_is_urgent(drawn: Store) -> None:
    one, small = opened(drawn, urgent_case("g1"), urgent_case("g2", level=AlertLevel.P4))
    did(drawn, tick(hand(drawn, "zhou.fang"), one.id))
    assert sheet(drawn).ticks == (one.id,)
    did(drawn, tick(hand(drawn, "zhou.fang"), one.id))
    assert sheet(drawn).ticks == ()
    with pytest.raises(TransitionRefused):
        did(drawn, tick(hand(drawn, "zhou.fang"), small.id))


def test_an_unsigned_p1_stands_against_it_until_a_leader_says_why_not(drawn: Store) -> None:
    (one,) = opened(drawn, urgent_case("g1", level=AlertLevel.P1, handling=Handling.NEW, owner=""))
    with pytest.raises(TransitionRefused, match=f"{one.id} 尚未签收"):
        did(drawn, sign(hand(drawn, "li.wei"), "out", TERMS))
    with pytest.raises(TransitionRefused, match="带班领导"):
        did(drawn, unlock(hand(drawn, "wang.qiang"), "现场已到"))
    with pytest.raises(TransitionRefused, match="理由"):
        did(drawn, unlock(hand(drawn, "chen.jun"), " "))
    did(drawn, unlock(hand(drawn, "chen.jun"), "现场已到"))
    did(drawn, sign(hand(drawn, "li.wei"), "out", TERMS))
    assert (sheet(drawn).unlocked, sheet(drawn).unlocked_by) == ("现场已到", "chen.jun")


def test_a_report_due_within_a_quarter_of_an_hour_stands_against_it(drawn: Store) -> None:
    due, later = (report(deadline=CHANGE + timedelta(minutes=n)) for n in (14, 16))
    did(drawn, lambda _: Outcome([DossierStep(later, "open", CHANGE)]))
    did(drawn, sign(hand(drawn, "li.wei"), "out", TERMS))
    did(drawn, lambda _: Outcome([DossierStep(due, "open", CHANGE)]))
    with pytest.raises(TransitionRefused, match="15 分钟内应报"):
        did(drawn, sign(hand(drawn, "zhou.fang"), "in", TERMS))


def test_one_person_cannot_sign_for_both(drawn: Store) -> None:
    late = local(25, 17, 20)
    did(drawn, turn(ROSTER, ZONE, late), late)
    did(drawn, sign(hand(drawn, "wang.qiang", late), "out", TERMS), late)
    with pytest.raises(TransitionRefused, match="两个人"):
        did(drawn, sign(hand(drawn, "wang.qiang", late), "in", TERMS), late)


def test_the_shift_leader_signs_for_who_did_not_come_only_when_it_is_late(drawn: Store) -> None:
    with pytest.raises(TransitionRefused):
        did(drawn, sign(hand(drawn, "wang.qiang"), "in", TERMS))
    late = local(25, 17, 15)
    did(drawn, turn(ROSTER, ZONE, late), late)
    did(drawn, sign(hand(drawn, "wang.qiang", late), "in", TERMS), late)
    assert sheet(drawn).signed["in"].forced


def test_nobody_signs_twice(drawn: Store) -> None:
    did(drawn, sign(hand(drawn, "li.wei"), "out", TERMS))
    with pytest.raises(TransitionRefused, match=r"已由 li\.wei 签字"):
        did(drawn, sign(hand(drawn, "zhao.min"), "out", TERMS))


# -- notes, the short sheet


def test_notes_written_over_somebody_elses_are_refused(drawn: Store) -> None:
    seen = noted(sheet(drawn))
    did(drawn, write(hand(drawn, "li.wei"), seen, "泵站夜间巡查", {"phones": True}))
    with pytest.raises(TransitionRefused, match="他人改动"):
        did(drawn, write(hand(drawn, "zhou.fang"), seen, "无", {}))
    assert sheet(drawn).notes == "泵站夜间巡查"


def test_a_short_sheet_hands_over_and_is_completed_later(drawn: Store) -> None:
    did(drawn, shorten(hand(drawn, "wu.gang")))
    did(drawn, sign(hand(drawn, "li.wei"), "out", TERMS))
    did(drawn, sign(hand(drawn, "zhou.fang"), "in", TERMS))
    brief = sheet(drawn)
    assert (brief.state, brief.due) == ("brief", CHANGE + ROSTER.full)
    assert current(drawn).team == "B"  # type: ignore[union-attr]
    did(drawn, complete(hand(drawn, "zhou.fang")))
    assert sheet(drawn).state == "done"
    assert [part.key for part in sheet(drawn).parts] == list(PARTS)[:9]


# -- what it says


def test_every_part_says_what_is_open() -> None:
    base = {"opened": CHANGE, "updated": CHANGE}
    told = Told(kind="flood", title="内涝", happened=CHANGE, told=CHANGE)
    file = IncidentFile(id="SJ-1", state="active", title="内涝", response=3, facts=told, **base)
    instruction = Instruction(id="PS-1", state="issued", title="加强巡查", by=local(25, 20), **base)
    quiet = Silence(7, (Matcher("rule", ("r",)),), CHANGE, CHANGE + timedelta(hours=1), "检修", "li.wei", CHANGE)
    over = replace(quiet, id=8, end=CHANGE)
    sources = {"a": SourceHealth("a", Freshness.DOWN), "b": SourceHealth("b", Freshness.LIVE)}
    known = Facts(
        now=CHANGE,
        until=local(26, 8, 30),
        cases=[
            urgent_case("g1", id="GJ-1", level=AlertLevel.P1),
            urgent_case("g2", id="GJ-2", level=AlertLevel.P3, handling=Handling.NEW),
            urgent_case("g3", id="GJ-3", level=AlertLevel.P4, hidden="silence:7"),
        ],
        orders=[
            order(id="GD-1", finish_by=CHANGE - timedelta(hours=1)),
            order(id="GD-2"),
            order(id="GD-3", supervision="red"),
        ],
        incidents=[file],
        reports=[report(id="XB-1", deadline=local(25, 20)), report(id="XB-2", deadline=local(27, 9))],
        instructions=[instruction],
        around=Around(
            silences=(quiet, over),
            sources=sources,
            passed=[
                urgent_case("g9", id="GJ-9", handling=Handling.SELF_CLOSED),
                urgent_case("g8", id="GJ-8", handling=Handling.DONE),
            ],
        ),
    )
    found = {part.key: part for part in parts(known)}
    counts = {key: dict(part.counts) for key, part in found.items()}
    assert counts["urgent"] == {"P1": 1, "P2": 0}
    assert counts["routine"] == {"P3": 1, "P4": 1, "overdue": 1}
    assert counts["incidents"] == {"open": 1, "fed": 0, "reports": 1}
    assert counts["orders"] == {"open": 3, "due": 1, "overdue": 1, "supervised": 1}
    assert [line.about for line in found["orders"].lines] == ["GD-1", "GD-3"]
    assert counts["in_force"] == {"warnings": 0, "responses": 1}
    assert counts["quiet"] == {"silences": 1}
    assert counts["sources"] == {"total": 2, "bad": 1}
    assert counts["instructions"] == {"open": 1, "overdue": 0}
    assert counts["passed"] == {"finished": 1, "self_closed": 1, "hidden": 1}
    assert found["in_force"].lines[0].say == "内涝：Ⅲ级响应"
    passed = [(line.about, line.next) for line in found["passed"].lines]
    assert passed == [("GJ-8", "已办结"), ("GJ-9", "自动恢复·未人工处理"), ("GJ-3", "被抑制")]


# -- no sequence loses the desk


class Relay(RuleBasedStateMachine):
    """Any sequence of time and people: exactly one shift is on, sheets stay in their states, nothing open lies with nobody."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.store = open_store(f"sqlite:///{self.folder.name}/store.db")
        self.now = local(25, 9)
        did(self.store, turn(ROSTER, ZONE, self.now), self.now)
        opened(self.store, urgent_case("g1"))

    @rule(minutes=st.sampled_from([1, 14, 31, 240, 600]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        did(self.store, turn(ROSTER, ZONE, self.now), self.now)

    @rule(login=st.sampled_from(PEOPLE), verb=st.sampled_from([*MOVES, "untick"]))
    def somebody_acts(self, login: str, verb: str) -> None:
        if not self.store.duty.dossiers(Handover):
            return
        one = hand(self.store, login, self.now)
        decisions = {
            "tick": tick(one, "GJ-20261125-0001"),
            "untick": tick(one, "GJ-20261125-0001"),
            "write": write(one, noted(sheet(self.store)), "交代", {}),
            "shorten": shorten(one),
            "sign_out": sign(one, "out", TERMS),
            "sign_in": sign(one, "in", TERMS),
            "unlock": unlock(one, "理由"),
            "complete": complete(one),
        }
        with suppress(TransitionRefused):
            did(self.store, decisions[verb], self.now)

    @invariant()
    def one_shift_is_on(self) -> None:
        shifts = self.store.duty.dossiers(Shift, OPEN)
        assert [one.state for one in shifts].count("on") == 1
        assert len(shifts) <= 2
        assert all(one.state in OPENED for one in self.store.duty.dossiers(Handover))
        assert len([one for one in self.store.duty.dossiers(Handover, OPEN) if one.state != "brief"]) <= 1

    @invariant()
    def what_is_open_lies_with_somebody_on_duty(self) -> None:
        (one,) = self.store.desk.open_cases()
        held = current(self.store)
        assert held is not None
        assert one.owner in held.crew | frozenset(held.reserve)

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()


TestRelay = Relay.TestCase
TestRelay.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
