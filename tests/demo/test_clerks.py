"""The demonstration's clerks answer by the same decisions as people do."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from access.rights import RIGHTS
from demo.clerks import LOGIN, answered
from domain.account import Account, Role, Viewer
from domain.deed import Deed
from domain.order import Order
from duty.orders import Wish, dispatch
from store import Store, open_store

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
OFFICER = Viewer("li.wei", "李伟", Role.DUTY, RIGHTS[Role.DUTY])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/store.db") as kept:
        yield kept


def send(store: Store, unit: str) -> None:
    store.duty.decide(dispatch(Wish(unit, "排水"), OFFICER, NOW, ZONE), None, NOW)


def pass_time(store: Store) -> None:
    for seconds in range(0, 900, 5):
        answered(store, ZONE, NOW + timedelta(seconds=seconds))


def test_most_orders_are_answered_and_some_run_late(store: Store) -> None:
    for _ in range(20):
        send(store, "市水利局")
    pass_time(store)
    states = [one.state for one in store.duty.dossiers(Order)]
    assert states.count("checking") > states.count("dispatched") > 0
    assert {e.actor for e in store.duty.history([store.duty.dossiers(Order)[0].id])} <= {"li.wei", LOGIN}


def test_a_unit_with_a_clerk_of_its_own_answers_itself(store: Store) -> None:
    chen = Account("chen", "陈", Role.CLERK, department="市住建局")
    store.people.add(chen, "", Deed(NOW, "admin", "account.add"))
    for _ in range(5):
        send(store, "市住建局")
    pass_time(store)
    assert {one.state for one in store.duty.dossiers(Order)} == {"dispatched"}
