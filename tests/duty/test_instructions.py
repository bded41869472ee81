"""Instructions: given by leaders, taken in hand, visible until they are carried out."""

from datetime import timedelta
from typing import ClassVar

import pytest

from access.rights import RIGHTS
from domain.account import Role, Viewer
from domain.dossier import Dossier, DossierStep
from domain.errors import TransitionRefused
from domain.instruction import Instruction
from duty.cards import OPEN
from duty.instructions import MOVES, STATES, Wish, issue, overdue, possible, step
from store import Store
from store.duty import Desktop, Outcome
from tests.duty.rosters import local

NOW = local(25, 9)
HOUR = timedelta(hours=1)
WISH = Wish("加密巡查，两小时内报结果", "GJ-20261125-0001", "市水利局", NOW + 2 * HOUR)


class Order(Dossier):
    PREFIX: ClassVar[str] = "GD"
    OVER: ClassVar[frozenset[str]] = frozenset()


def who(role: Role, login: str = "") -> Viewer:
    return Viewer(login or role.value, role.value, role, RIGHTS[role])


def given(kept: Store) -> Instruction:
    kept.duty.decide(issue(WISH, who(Role.LEADER), NOW), None, NOW)
    return kept.duty.dossiers(Instruction)[0]


def did(kept: Store, key: str, verb: str, viewer: Viewer, words: str = "已安排") -> str:
    kept.duty.decide(step(key, verb, viewer, NOW, words), None, NOW)
    found = kept.duty.dossier(Instruction, key)
    assert found is not None
    return found.state


def test_it_is_given_taken_in_hand_and_carried_out(store: Store) -> None:
    one = given(store)
    assert (one.state, one.unit, one.about) == ("issued", "市水利局", "GJ-20261125-0001")
    assert did(store, one.id, "receive", who(Role.DUTY)) == "received"
    assert did(store, one.id, "finish", who(Role.SHIFT)) == "done"
    assert store.duty.dossiers(Instruction, OPEN) == []


def test_it_makes_its_order_in_the_same_decision(store: Store) -> None:
    def order(top: Desktop, made: Instruction) -> tuple[str, Outcome]:
        key = top.number(Order, NOW)
        new = Order(id=key, state="sent", opened=NOW, updated=NOW, about=made.id, unit=made.unit)
        return key, Outcome([DossierStep(new, "dispatch", NOW)])

    store.duty.decide(issue(WISH, who(Role.LEADER), NOW, order), None, NOW)
    (one,) = store.duty.dossiers(Instruction)
    (made,) = store.duty.dossiers(Order)
    assert (one.order, made.about, made.unit) == (made.id, one.id, "市水利局")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEADER])
def test_only_leaders_give_them(store: Store, role: Role) -> None:
    with pytest.raises(TransitionRefused, match="领导"):
        store.duty.decide(issue(WISH, who(role), NOW), None, NOW)


@pytest.mark.parametrize("change", [{"words": " "}, {"by": NOW}])
def test_words_and_a_time_to_come_are_asked_for(store: Store, change: dict[str, object]) -> None:
    wish = Wish(**{"words": WISH.words, "about": "", "unit": "", "by": WISH.by, **change})  # type: ignore[arg-type]
    with pytest.raises(TransitionRefused):
        store.duty.decide(issue(wish, who(Role.LEADER), NOW), None, NOW)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("state", STATES)
def test_every_state_verb_and_role_is_possible_or_refused_with_a_sentence(
    store: Store, state: str, verb: str, role: Role
) -> None:
    one = given(store)
    moved = one.become(state=state)
    store.duty.decide(lambda _: Outcome([DossierStep(moved, "put", NOW)]), None, NOW)
    if verb in possible(moved, who(role)):
        assert state in MOVES[verb].states
        assert did(store, one.id, verb, who(role)) != state
        return
    with pytest.raises(TransitionRefused) as refused:
        did(store, one.id, verb, who(role))
    assert MOVES[verb].name in str(refused.value)


def test_another_leader_cannot_take_it_back(store: Store) -> None:
    one = given(store)
    with pytest.raises(TransitionRefused):
        did(store, one.id, "withdraw", who(Role.LEADER, "somebody.else"))
    assert did(store, one.id, "withdraw", who(Role.LEADER)) == "withdrawn"


def test_a_result_has_to_be_told(store: Store) -> None:
    one = given(store)
    did(store, one.id, "receive", who(Role.DUTY))
    with pytest.raises(TransitionRefused, match="写明情况"):
        did(store, one.id, "finish", who(Role.DUTY), " ")


def test_time_marks_what_was_not_carried_out(store: Store) -> None:
    given(store)
    store.duty.decide(overdue(NOW + HOUR), None, NOW + HOUR)
    assert not store.duty.dossiers(Instruction)[0].late
    store.duty.decide(overdue(NOW + 2 * HOUR), None, NOW + 2 * HOUR)
    (one,) = store.duty.dossiers(Instruction)
    assert (one.late, one.due, one.state) == (True, None, "issued")
