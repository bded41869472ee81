"""The desk's queue as data: one short row for each open case; the browser draws those that are seen (assets/70-duty.js)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

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


def ordered(zone: ZoneInfo, cases: Sequence[Case], around: Around) -> list[tuple[Case, Clock]]:
    """By the time that is left, then the gravest, then the oldest."""
    end, orders = around.shift_end, around.orders
    timed = [(case, desk_clock.of_case(case, orders.get(case.id, ()), end, zone)) for case in cases]
    return sorted(timed, key=lambda pair: (pair[1].due or NEVER, pair[0].level, pair[0].opened, pair[0].id))


def rows(desk: Desk, cases: Sequence[Case], around: Around) -> list[dict[str, Any]]:
    """Every case as the browser needs it, in the queue's order.

    i number, v version, l level, t title, s what it is of, h where people are with it, k what is due, b and d since and until
    when (ms), f flags: n nobody signed, m mine, h hidden, z shelved, w supervised, p people are at it; c its district, g its group, at where.
    """
    groups: dict[str, int] = {}
    return [_row(desk, case, due, around, groups) for case, due in ordered(desk.city.zone, cases, around)]


def _row(desk: Desk, case: Case, due: Clock, around: Around, groups: dict[str, int]) -> dict[str, Any]:
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
        "f": _flags(desk, case, around),
        "c": case.district,
        "g": groups.setdefault(case.group or case.rule, len(groups)),
        "at": desk_map.spot(desk.city, case),
    }


def _flags(desk: Desk, case: Case, around: Around) -> str:
    is_so = {
        "n": case.handling is Handling.NEW,
        "m": case.owner == desk.viewer.login,
        "h": bool(case.hidden),
        "z": case.handling is Handling.SHELVED,
        "w": any(one.supervision in SUPERVISED for one in around.orders.get(case.id, ())),
        "p": case.handling not in (Handling.NEW, Handling.SHELVED),
    }
    return "".join(name for name, yes in is_so.items() if yes)


def _ms(at: datetime | None) -> int | None:
    return None if at is None or at == NEVER else int(at.timestamp() * 1000)
