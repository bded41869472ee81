"""Who outside is told of an order: its unit when it gets one, is urged or supervised, or its time is over. Pure but for reading."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from domain.alert import AlertLevel
from domain.dossier import DossierStep
from domain.notice import Notice, NoticeKind
from domain.order import Order
from domain.receiver import Receiver
from duty.orders import Decision
from duty.supervise import RUNNING
from store.duty import Desktop, Outcome

_ASKED: Mapping[str, NoticeKind] = {
    "dispatch": NoticeKind.ORDERED,
    "resend": NoticeKind.ORDERED,
    "reassign": NoticeKind.ORDERED,
    "rule": NoticeKind.ORDERED,
    "urge": NoticeKind.URGED,
    "supervise": NoticeKind.SUPERVISED,
}
_MARKED: Mapping[str, NoticeKind] = {
    "urge": NoticeKind.URGED,
    "yellow": NoticeKind.SUPERVISED,
    "red": NoticeKind.OVERDUE,
}
_PRESSED = frozenset({NoticeKind.URGED, NoticeKind.SUPERVISED, NoticeKind.OVERDUE})
_BACK = frozenset({"resume", "come_back"})  # off the shelf; what waited to be signed for waits again
_SAY_WHY = frozenset(
    {"urge", "supervise", "fail", "reassign", "resend", "rule"}
)  # the desk's reason is meant for the unit


def telling(decision: Decision, receivers: Collection[Receiver], now: datetime) -> Decision:
    """The same decision, with the notices to the units of the orders in it."""

    def decide(top: Desktop) -> Outcome:
        made = decision(top)
        steps = [(step, step.dossier) for step in made.dossiers if isinstance(step.dossier, Order)]
        found: list[Notice] = []
        for step, order in steps:
            held = top.dossier(Order, order.id) if order.version else None
            found += notices(held, step, order, receivers, now)
        return made + Outcome(notices=found)

    return decide


def notices(
    old: Order | None, step: DossierStep, new: Order, receivers: Iterable[Receiver], now: datetime
) -> list[Notice]:
    """One for each receiver that answers for a unit which a step concerns; none in a drill."""
    if new.exercise or new.over:
        return []
    called = _called(old, step, new)
    asked = _assisting(old, new, called)
    found = []
    for one in receivers:
        if called is not None and new.unit in one.departments:
            found.append(_notice(one.key, called, new.unit, step, new, now))
        elif helper := next((unit for unit in one.departments if unit in asked), ""):
            found.append(_notice(one.key, asked[helper], helper, step, new, now))
    return found


def _assisting(old: Order | None, new: Order, called: NoticeKind | None) -> Mapping[str, NoticeKind]:
    """What units that assist are told: that they are called in, and, when the order is urged, that their own answer is awaited."""
    urged = dict.fromkeys(new.silent, called) if called in _PRESSED else {}
    joined = dict.fromkeys(set(new.helpers) - set(old.helpers if old else ()), NoticeKind.ASSISTING)
    return {**{unit: kind for unit, kind in urged.items() if kind is not None}, **joined}


def _called(old: Order | None, step: DossierStep, new: Order) -> NoticeKind | None:
    """What the responsible unit is told of a step; None when nothing is."""
    if step.verb in _BACK and new.state == "dispatched":
        return NoticeKind.ORDERED
    if step.verb in _ASKED:
        return _ASKED[step.verb]
    before = old.supervision if old else ""
    return _MARKED.get(new.supervision) if new.supervision != before else None


def owed(order: Order) -> tuple[str, datetime]:
    """What is owed next, and until when."""
    if order.state == "dispatched":
        return "签收", order.sign_by
    if order.first_report is None and order.state in ("accepted", "working"):
        return "首次反馈", order.report_by
    return "办结", order.finish_by


def _notice(receiver: str, kind: NoticeKind, unit: str, step: DossierStep, order: Order, now: datetime) -> Notice:
    mine = unit == order.unit and kind not in (NoticeKind.ASSISTING, NoticeKind.OVERDUE)
    what, until = owed(order) if mine else ("办结", order.finish_by)
    body = {
        "number": order.id,
        "title": order.title,
        "content": order.content,
        "unit": unit,
        "what": what,
        "until": until.isoformat(),
        "sent": order.sent.isoformat(),
        "topic": order.topic,
        "district": order.district,
        "about": order.about,
        "reason": str(step.told.get("reason") or "") if step.verb in _SAY_WHY else "",
    }
    told = "|".join((kind.value, receiver, order.id, unit, str(order.version)))
    return Notice(
        id=f"{kind.value}-{hashlib.sha256(told.encode()).hexdigest()[:24]}",
        kind=kind,
        receiver=receiver,
        level=AlertLevel(order.level) if order.level else AlertLevel.P3,
        group=f"order:{order.id}",
        cases=(order.id,),
        made=now,
        due=now,
        body=body,
    )


def stands(notice: Notice, order: Order) -> bool:
    """Whether a notice is still to be told at the moment it is sent: its unit still has the order, and owes what it asks for."""
    unit = notice.body.get("unit")
    if order.over or order.exercise:
        return False
    if unit != order.unit:
        return _awaits(notice, order)
    if notice.kind is NoticeKind.ORDERED:
        return order.state == "dispatched"
    answered = any(at is not None and at > notice.made for at in (order.signed, order.first_report))
    return order.state in RUNNING and not (answered and notice.kind is NoticeKind.URGED)


def _awaits(notice: Notice, order: Order) -> bool:
    """Whether a unit that assists still owes what a notice asks for: its signature, or its answer."""
    unit = str(notice.body.get("unit"))
    if unit not in order.helpers:
        return False
    if notice.kind is NoticeKind.ASSISTING:
        return order.share(unit).signed is None
    return unit in order.silent
