"""The departments' clerks of the demonstration: orders to units where nobody has an account are answered after a while.

They take the same decisions as people do, under a name that says what they are, and leave some orders to run late.
"""

import logging
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from access.rights import RIGHTS
from domain.account import Role, Viewer
from domain.errors import TransitionRefused
from domain.order import Order
from duty.order_table import Given
from duty.orders import step
from store import Store
from store.duty import DossierQuery

log = logging.getLogger("demo")

LOGIN: Final = "demo.clerk"
EVERY: Final = timedelta(seconds=5)
_SLOW: Final = 5  # one order in so many is not answered
# state -> what is done next, after how many seconds at the least and at the most, and with which words
_NEXT: Final[Mapping[str, tuple[str, tuple[int, int], Given]]] = {
    "dispatched": ("accept", (20, 90), Given()),
    "accepted": ("start", (15, 45), Given()),
    "working": ("report", (40, 150), Given("人员已到现场，正在处置（演示）")),
    "reported": (
        "hand_in",
        (60, 240),
        Given("现场已处置完毕（演示）", evidence="现场照片两张，联系人见值班表（演示）"),
    ),
}


def clerk(unit: str) -> Viewer:
    """Who answers for a unit."""
    return Viewer(LOGIN, "演示经办", Role.CLERK, RIGHTS[Role.CLERK], department=unit)


def answer(order: Order, now: datetime) -> tuple[str, Given] | None:
    """What the clerk does with an order now; None when he leaves it alone, or not yet."""
    chosen = _NEXT.get(order.state)
    if chosen is None or order.rejected or _dice(order.id, "slow", _SLOW) == 0:
        return None
    verb, (least, most), given = chosen
    wait = timedelta(seconds=least + _dice(order.id, verb, most - least))
    return (verb, given) if now >= order.updated + wait else None


def answered(store: Store, zone: ZoneInfo, now: datetime) -> int:
    """Look through the open orders of units without a clerk of their own; how many were answered. StoreError."""
    people = {one.department for one in store.people.accounts() if one.role is Role.CLERK and not one.disabled}
    found = [one for one in store.duty.dossiers(Order, DossierQuery(over=False)) if one.unit not in people]
    return sum(_done(store, zone, order, now) for order in found)


def _done(store: Store, zone: ZoneInfo, order: Order, now: datetime) -> bool:
    chosen = answer(order, now)
    if chosen is None:
        return False
    verb, given = chosen
    try:
        store.duty.decide(step(order.id, verb, clerk(order.unit), given, now, zone), None, now)
    except TransitionRefused as error:  # the desk was faster
        log.info("%s was not answered: %s", order.id, error)
        return False
    return True


def _dice(key: str, verb: str, sides: int) -> int:
    return zlib.crc32(f"{key} {verb}".encode()) % sides
