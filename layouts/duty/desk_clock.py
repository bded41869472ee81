"""The clock a case runs against now: which one, since when, until when (DUTY §5), of its own or of the order it waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain.alert import AlertLevel
from domain.case import Case, Handling
from domain.order import Order
from duty.clocks import SPANS


@dataclass(frozen=True, slots=True)
class Clock:
    """name: what is due ("签收"), "" when nothing is. begin <= t < due; due None = until nothing in particular."""

    name: str = ""
    begin: datetime | None = None
    due: datetime | None = None


def of_case(case: Case, orders: Sequence[Order], shift_end: datetime | None, zone: ZoneInfo) -> Clock:
    """What is due next. orders: those of the case in which something is owed. shift_end: until then a P4 has to be judged."""
    spans = SPANS[case.level]
    if case.handling is Handling.NEW:
        begin = case.updated if case.recurrence else case.opened
        return Clock("签收", begin, spans.sign.after(begin, zone))
    if case.handling is Handling.SHELVED:
        return Clock("唤醒", case.updated, case.due)
    if orders:
        return min((of_order(one) for one in orders), key=_end)
    return _own(case, shift_end, zone)


def _own(case: Case, shift_end: datetime | None, zone: ZoneInfo) -> Clock:
    """What is due of a case that somebody signed for and nobody else works on."""
    spans = SPANS[case.level]
    if case.due is not None:
        return Clock("下次行动", case.updated, case.due)
    if case.handling is Handling.ACKNOWLEDGED and case.acknowledged is not None:
        end = spans.act.after(case.acknowledged, zone)
        is_p4 = case.level is AlertLevel.P4 and shift_end is not None and shift_end > case.acknowledged
        return Clock("研判", case.acknowledged, shift_end if is_p4 else end)
    return Clock(
        "核查" if case.handling is Handling.CHECKING else "办结", case.opened, spans.finish.after(case.opened, zone)
    )


def of_order(order: Order) -> Clock:
    """What is due of an order: the unit's signature, its first report, or the end. Nothing starts its clocks anew."""
    if order.state == "checking":
        return Clock("核查", order.sent, order.finish_by)
    if order.signed is None:
        return Clock("单位签收", order.sent, order.sign_by)
    if order.first_report is None:
        return Clock("首反馈", order.sent, order.report_by)
    return Clock("办结", order.sent, order.finish_by)


def _end(clock: Clock) -> datetime:
    return clock.due or datetime.max.replace(tzinfo=UTC)
