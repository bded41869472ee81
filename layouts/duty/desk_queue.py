"""The desk's queue as data: one short row for each open case; the browser draws those that are seen (assets/70-duty.js)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from alerts.cases import SPOKEN
from domain.case import Case, Handling
from domain.order import Order
from layouts.accounts.desk import Desk
from layouts.alerts.page import said
from layouts.duty import desk_clock, desk_map
from layouts.duty.desk_clock import Clock

MOST = 3000  # cases; more than anybody handles, and few enough to send
NEVER = datetime.max.replace(tzinfo=UTC)
SUPERVISED = frozenset({"yellow", "red"})
CLOCKS = ("签收", "研判", "唤醒", "下次行动", "单位签收", "首反馈", "核查", "办结")  # what clocks are called


@dataclass(frozen=True, slots=True)
class Around:
    """What the queue knows besides the cases. orders: by the number of their case, those in which something is owed."""

    shift_end: datetime | None = None
    orders: Mapping[str, Sequence[Order]] = field(default_factory=dict)


def by_case(orders: Sequence[Order]) -> dict[str, list[Order]]:
    """Orders by the number of the case that they are about."""
    found: dict[str, list[Order]] = {}
    for one in orders:
        found.setdefault(one.about, []).append(one)
    return found


Drawn = tuple[Clock, Mapping[str, Any]]  # what is due, and the row
Kept = dict[tuple[object, ...], Drawn]


def drawn(
    desk: Desk, cases: Sequence[Case], around: Around, kept: Kept
) -> tuple[list[Mapping[str, Any]], dict[str, list[int]], Kept]:
    """Every case as the browser needs it, in the queue's order: by the time that is left, then the gravest, then the oldest.

    i number, v version, l level, t title, s what it is of, h where people are with it, k what is due, b and d since and until
    when (ms), f flags: n nobody signed, h hidden, z shelved, w supervised, p people are at it; c its district, g its group, at where.
    Beside the rows: which of them are whose, and what is kept for the next drawing, in which only what has moved is made anew.
    """
    now: Kept = {}
    timed = [(case, *_known(desk, case, around, kept, now)) for case in cases]
    timed.sort(key=lambda one: (one[1].due or NEVER, one[0].level, one[0].opened, one[0].id))
    groups: dict[str, int] = {}
    owned: dict[str, list[int]] = {}
    rows: list[Mapping[str, Any]] = []
    for case, _, row in timed:
        owned.setdefault(case.owner, []).append(len(rows))
        rows.append({**row, "g": groups.setdefault(case.group or case.rule, len(groups))})
    return rows, owned, now


def of(login: str, rows: Sequence[Mapping[str, Any]], owned: Mapping[str, Sequence[int]]) -> list[Mapping[str, Any]]:
    """The rows for one viewer: his own cases have the flag m."""
    out = list(rows)
    for at in owned.get(login, ()) if login else ():
        out[at] = {**out[at], "f": "m" + out[at]["f"]}
    return out


def rows(desk: Desk, cases: Sequence[Case], around: Around) -> list[Mapping[str, Any]]:
    """The rows for whoever looks, made from nothing."""
    made, owned, _ = drawn(desk, cases, around, {})
    return of(desk.viewer.login, made, owned)


def _known(desk: Desk, case: Case, around: Around, kept: Kept, now: Kept) -> Drawn:
    """A case's row as it was made before, unless it, one of its orders or the end of the shift has moved."""
    orders = around.orders.get(case.id, ())
    key = (case.id, case.version, around.shift_end, *((one.id, one.version) for one in orders))
    found = kept.get(key)
    if found is None:
        due = desk_clock.of_case(case, orders, around.shift_end, desk.city.zone)
        found = due, _row(desk, case, due, orders)
    now[key] = found
    return found


def _row(desk: Desk, case: Case, due: Clock, orders: Sequence[Order]) -> dict[str, Any]:
    of = [case.id, desk.topic(case.topic), desk.district(case.district) if case.district else desk.t("全市")]
    if case.recurrence:
        of.append(f"×{case.recurrence + 1}")
    return {
        "i": case.id,
        "v": case.version,
        "l": int(case.level),
        "t": said(desk, case.say),
        "s": " · ".join(of),
        "h": desk.t(SPOKEN[case.handling]),
        "k": desk.t(due.name) if due.name else "",
        "b": _ms(due.begin),
        "d": _ms(due.due),
        "f": _flags(case, orders),
        "c": case.district,
        "at": desk_map.spot(desk.city, case),
    }


def _flags(case: Case, orders: Sequence[Order]) -> str:
    is_so = {
        "n": case.handling is Handling.NEW,
        "h": bool(case.hidden),
        "z": case.handling is Handling.SHELVED,
        "w": any(one.supervision in SUPERVISED for one in orders),
        "p": case.handling not in (Handling.NEW, Handling.SHELVED),
    }
    return "".join(name for name, yes in is_so.items() if yes)


def _ms(at: datetime | None) -> int | None:
    return None if at is None or at == NEVER else int(at.timestamp() * 1000)
