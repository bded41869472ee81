"""The operating stage: computed, ordered for a while, and back again."""

from datetime import timedelta

import pytest

from access.rights import RIGHTS
from domain.account import Role, Viewer
from domain.errors import TransitionRefused
from domain.stage import StageOrder
from duty.cards import OPEN
from duty.stage import InForce, Wish, expire, in_force, order, ordered, withdraw
from store import Store
from tests.duty.rosters import local

NOW = local(25, 9)
HOUR = timedelta(hours=1)


def who(role: Role) -> Viewer:
    return Viewer("wang.qiang", "王强", role, RIGHTS[role])


def wish(**given: object) -> Wish:
    return Wish(**{"stage": 4, "span": HOUR, "reason": "台风登陆", "computed": 2, **given})  # type: ignore[arg-type]


def held(kept: Store) -> StageOrder | None:
    return ordered(kept.duty.dossiers(StageOrder, OPEN), NOW)


def test_what_is_computed_holds_until_somebody_orders_another(store: Store) -> None:
    assert in_force(2, held(store), NOW) == InForce(2, 2)
    store.duty.decide(order(wish(), who(Role.SHIFT), NOW), None, NOW)
    assert in_force(2, held(store), NOW).stage == 4
    assert in_force(2, held(store), NOW + HOUR).stage == 2


def test_an_order_takes_the_place_of_the_one_before(store: Store) -> None:
    store.duty.decide(order(wish(), who(Role.SHIFT), NOW), None, NOW)
    store.duty.decide(order(wish(stage=1, reason="误判"), who(Role.LEADER), NOW), None, NOW)
    assert [(one.stage, one.state) for one in store.duty.dossiers(StageOrder)] == [(1, "in_force"), (4, "withdrawn")]


def test_time_ends_it_and_a_person_may_before(store: Store) -> None:
    store.duty.decide(order(wish(), who(Role.SHIFT), NOW), None, NOW)
    store.duty.decide(expire(NOW + HOUR), None, NOW + HOUR)
    assert [one.state for one in store.duty.dossiers(StageOrder)] == ["expired"]
    with pytest.raises(TransitionRefused, match="没有人工指定"):
        store.duty.decide(withdraw(who(Role.SHIFT), NOW), None, NOW)
    store.duty.decide(order(wish(), who(Role.SHIFT), NOW), None, NOW)
    store.duty.decide(withdraw(who(Role.LEADER), NOW), None, NOW)
    assert held(store) is None


@pytest.mark.parametrize("role", [Role.DUTY, Role.CLERK, Role.ADMIN, Role.WALL])
def test_others_are_refused(store: Store, role: Role) -> None:
    for decision in (order(wish(), who(role), NOW), withdraw(who(role), NOW)):
        with pytest.raises(TransitionRefused, match="值班长或带班领导"):
            store.duty.decide(decision, None, NOW)


@pytest.mark.parametrize(
    "given", [{"stage": 0}, {"stage": 6}, {"reason": " "}, {"span": timedelta(0)}, {"span": timedelta(hours=25)}]
)
def test_a_wish_that_is_no_stage_is_refused(store: Store, given: dict[str, object]) -> None:
    with pytest.raises(TransitionRefused):
        store.duty.decide(order(wish(**given), who(Role.SHIFT), NOW), None, NOW)
