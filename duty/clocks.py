"""Clocks by level: until when what has to happen, counted from the moment it was sent out; nothing ever starts them anew."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.alert import AlertLevel
from domain.case import Case, CaseEvent
from domain.order import Order
from duty import calendar

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: of the clock on the wall, of working hours, or to the end of the n-th working day."""

    wall: timedelta = timedelta()
    work: timedelta = timedelta()
    days: int = 0

    def after(self, since: datetime, zone: ZoneInfo) -> datetime:
        """Its end, counted from a moment."""
        if self.days:
            return calendar.end_of_day(since, self.days, zone)
        return calendar.after(since, self.work, zone) if self.work else since + self.wall


@dataclass(frozen=True, slots=True)
class Spans:
    """What a level asks: T1 officer signs, T2 first action, T3 unit signs, first report, how often after it, finished."""

    sign: Span
    act: Span
    unit: Span
    report: Span
    again: timedelta | None
    finish: Span


# The minutes of P1 and P2 are our own choice; working days follow the hotline's and the digital city management's rules.
SPANS: Mapping[AlertLevel, Spans] = {
    AlertLevel.P1: Spans(Span(2 * MINUTE), Span(5 * MINUTE), Span(5 * MINUTE), Span(15 * MINUTE), 30 * MINUTE,
                         Span(4 * HOUR)),
    AlertLevel.P2: Spans(Span(5 * MINUTE), Span(15 * MINUTE), Span(15 * MINUTE), Span(HOUR), 2 * HOUR,
                         Span(24 * HOUR)),
    AlertLevel.P3: Spans(Span(15 * MINUTE), Span(HOUR), Span(HOUR), Span(4 * HOUR), None, Span(days=3)),
    AlertLevel.P4: Spans(Span(HOUR), Span(8 * HOUR), Span(work=4 * HOUR), Span(days=1), None, Span(days=5)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock: its name (T1 sign, T2 act, T3 unit, T4 finish), until when, and when it happened (None: not yet)."""

    name: str
    due: datetime
    actual: datetime | None = None

    def breached(self, now: datetime) -> bool:
        """Whether it happened too late, or has not happened and it is too late."""
        return (self.actual or now) > self.due

    def left(self, now: datetime) -> timedelta:
        """Time left, negative when it is over; what has happened no longer counts down."""
        return self.due - (self.actual or now)


_ACTIONS = frozenset({"handle", "report", "submit", "shelve", "false_alarm", "finish", "merge", "dispatch", "incident"})


def case_clocks(case: Case, events: Iterable[CaseEvent], orders: Sequence[Order], zone: ZoneInfo) -> tuple[Clock, ...]:
    """T1 to T4 of a case, from its own steps and its orders; T3 only when there is an order. They start when it was opened."""
    spans, steps = SPANS[case.level], list(events)
    begun = max((e.at for e in steps if e.verb in ("open", "reopen") and e.actor == "system"), default=case.opened)
    signed = next((e.at for e in steps if e.verb == "acknowledge" and e.at >= begun), None)
    acted = next((e.at for e in steps if e.verb in _ACTIONS and e.at >= begun), None)
    found = [
        Clock("sign", spans.sign.after(begun, zone), signed),
        Clock("act", spans.act.after(signed or begun, zone), acted),
    ]
    found += [Clock("unit", one.sign_by, one.signed) for one in orders if one.state != "withdrawn"]
    end = max((one.finish_by for one in orders), default=spans.finish.after(begun, zone))
    return (*found, Clock("finish", end, case.closed))


def next_clock(clocks: Iterable[Clock]) -> Clock | None:
    """The clock that runs out first of those that still run."""
    return min((one for one in clocks if one.actual is None), key=lambda one: one.due, default=None)


def passed_at(order: Order, share: float, zone: ZoneInfo) -> datetime:
    """The moment when only this share of an order's time is left: of working time where its end counts working days."""
    return moment_of(order.sent, order.finish_by, share, AlertLevel(order.level), zone)


def moment_of(sent: datetime, end: datetime, share: float, level: AlertLevel, zone: ZoneInfo) -> datetime:
    """The moment between two when only this share of the time is left."""
    if SPANS[level].finish.days:
        total = calendar.worked(sent, end, zone)
        if total:
            return min(calendar.after(sent, total * (1 - share), zone), end)
    return sent + (end - sent) * (1 - share)
