"""催办 and 督办: what an order is marked with as its time runs out, by a table of shares that can be chosen."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.order import Order
from domain.supervision import Mark
from duty.clocks import passed_at

RANKS = ("", "urge", "yellow", "red")  # each worse than the one before


# Three published three-colour schemes. Colours are words on a supervision slip, never the colour of an alert.
SCHEMES: Mapping[str, tuple[Mark, ...]] = {
    "share": (
        Mark(share=0.30, rank="urge", name="催办（蓝）"),
        Mark(share=0.15, rank="yellow", name="督办（黄）"),
        Mark(share=0, rank="red", name="督办（红）"),
    ),
    "near": (
        Mark(share=0.20, rank="urge", name="临近办结（蓝）"),
        Mark(share=0.05, rank="yellow", name="进度不足（黄）"),
        Mark(share=0, rank="red", name="逾期（红）"),
    ),
    "steps": (
        Mark(share=0.30, rank="urge", name="黄"),
        Mark(share=0.15, rank="yellow", name="橙"),
        Mark(share=0, rank="red", name="红"),
    ),
}
DEFAULT = "share"
RUNNING = frozenset({"dispatched", "accepted", "working", "reported", "returned", "ruling"})


def name(order: Order) -> str:
    """What its scheme calls its mark; "" without one."""
    return next((mark.name for mark in marks(order) if mark.rank == order.supervision), "")


def marks(order: Order) -> tuple[Mark, ...]:
    """The marks that it was sent out under: the city's own, or those of its scheme."""
    return order.marks or SCHEMES.get(order.scheme, SCHEMES[DEFAULT])


def worse(one: str, other: str) -> str:
    """The worse of two ranks."""
    return max(one, other, key=RANKS.index)


def rank(order: Order, now: datetime, zone: ZoneInfo) -> str:
    """What it is marked with now: never less than before, for what was marked once stays marked. Its clock must be running.

    A unit that has not signed, or not reported for the first time, when that was due is urged as well.
    """
    if order.state not in RUNNING:
        return order.supervision
    due = [mark.rank for mark in marks(order) if passed_at(order, mark.share, zone) <= now]
    waits = "urge" if any(at <= now for at in _waits(order)) else ""
    return worse(worse(order.supervision, due[-1] if due else ""), waits)


def next_at(order: Order, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When time next moves it: to a worse mark, or off the shelf; None when it waits for people alone."""
    if order.state == "shelved":
        return order.until
    if order.state not in RUNNING:
        return None
    held = RANKS.index(order.supervision)
    left = [passed_at(order, mark.share, zone) for mark in marks(order) if RANKS.index(mark.rank) > held]
    waits = _waits(order) if held == 0 else []
    return min((at for at in (*left, *waits) if at > now), default=None)


def _waits(order: Order) -> list[datetime]:
    """What the unit still owes at the beginning."""
    owed = [order.sign_by] if order.signed is None else []
    return owed + ([order.report_by] if order.first_report is None else [])
