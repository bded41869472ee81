"""How the desk did, week by week: how fast it signed and closed, what it missed, how loud it was. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo

from domain.case import Case, CaseEvent, Handling
from domain.handover import Handover
from domain.order import Order
from domain.report import Report
from domain.shift import Shift
from duty.clocks import Clock, case_clocks

TEN = timedelta(minutes=10)
WEEK = timedelta(days=7)
LOUD = 20.0  # percent of false alarms from which a rule is to be looked at


@dataclass(frozen=True, slots=True)
class Clocked:
    """How often a clock ran, and how often it ran out."""

    of: int = 0
    missed: int = 0

    @property
    def share(self) -> float | None:
        """Percent that were missed; None when it never ran."""
        return 100.0 * self.missed / self.of if self.of else None

    def __add__(self, other: "Clocked") -> "Clocked":
        return Clocked(self.of + other.of, self.missed + other.missed)


@dataclass(frozen=True, slots=True)
class Tally:
    """Figures of a span of time. Minutes are means; None where there was nothing to measure.

    mtta: from the finding to the signature. mttr: from the finding to the end by a person. peak: most findings within ten
    minutes. clocks: by name (sign, act, unit, finish: T1 to T4). reports: to the superior, by their terms. nuisance: percent of the cases closed by a person that were false alarms. unsigned: minutes from the planned change
    to the second signature.
    """

    opened: int = 0
    levels: Mapping[str, int] = field(default_factory=dict)
    mtta: float | None = None
    mttr: float | None = None
    clocks: Mapping[str, Clocked] = field(default_factory=dict)
    nuisance: float | None = None
    self_closed: int = 0
    peak: int = 0
    unsigned: float | None = None
    handovers: int = 0
    reports: Clocked = Clocked()

    @property
    def on_time(self) -> float | None:
        """Percent of the reports that were sent by their time; None when none was owed."""
        return None if self.reports.share is None else 100.0 - self.reports.share


@dataclass(frozen=True, slots=True)
class Known:
    """What is counted: cases opened in the span, their steps and orders, and sheets handed over in it."""

    cases: Sequence[Case]
    steps: Sequence[CaseEvent]
    orders: Sequence[Order]
    sheets: Sequence[Handover]
    reports: Sequence[Report] = ()

    def between(self, begin: datetime, end: datetime) -> list[Report]:
        """Reports that were owed within a span; corrections and drills owe nothing."""
        found = [one for one in self.reports if one.deadline is not None and not one.of and not one.exercise]
        return [one for one in found if one.deadline is not None and begin <= one.deadline < end]

    def of(self, cases: Sequence[Case], sheets: Sequence[Handover] = (), reports: Sequence[Report] = ()) -> "Known":
        """The same about some of the cases."""
        keys = {case.id for case in cases}
        steps = [step for step in self.steps if step.case in keys]
        return Known(cases, steps, [one for one in self.orders if one.about in keys], sheets, reports)


def tally(known: Known, zone: ZoneInfo, now: datetime) -> Tally:
    """The figures of a span."""
    closed = [case for case in known.cases if case.closed and case.handling is not Handling.SELF_CLOSED]
    false = sum(case.handling is Handling.FALSE_ALARM for case in closed)
    late = [sheet.handed - sheet.change for sheet in known.sheets if sheet.handed is not None]
    return Tally(
        opened=len(known.cases),
        levels=Counter(case.level.name for case in known.cases),
        mtta=_minutes(case.acknowledged - case.opened for case in known.cases if case.acknowledged),
        mttr=_minutes(case.closed - case.opened for case in closed if case.closed),
        clocks=_clocks(known, zone, now),
        nuisance=100.0 * false / len(closed) if closed else None,
        self_closed=sum(case.handling is Handling.SELF_CLOSED for case in known.cases),
        peak=peak(case.opened for case in known.cases),
        unsigned=_minutes(max(one, timedelta(0)) for one in late),
        handovers=len(late),
        reports=sum((_reported(one, now) for one in known.reports), Clocked()),
    )


def weekly(known: Known, zone: ZoneInfo, first: date, weeks: int, now: datetime) -> list[tuple[date, Tally]]:
    """One tally for each week from the Monday `first`, oldest first. A case belongs to the week that it was opened in."""
    out = []
    for number in range(weeks):
        monday = first + number * WEEK
        begin, end = (datetime.combine(day, datetime.min.time(), zone) for day in (monday, monday + WEEK))
        cases = [case for case in known.cases if begin <= case.opened < end]
        sheets = [sheet for sheet in known.sheets if sheet.handed is not None and begin <= sheet.handed < end]
        out.append((monday, tally(known.of(cases, sheets, known.between(begin, end)), zone, now)))
    return out


@dataclass(frozen=True, slots=True)
class Load:
    """What one shift had to do. minutes: from the planned change to the signature that ended it, None while it is on."""

    shift: Shift
    tally: Tally
    minutes: float | None


def loads(known: Known, shifts: Iterable[Shift], zone: ZoneInfo, now: datetime) -> list[Load]:
    """What each shift had to do, in the order given. A case belongs to the shift that was responsible when it was opened."""
    ended = {sheet.outgoing: sheet for sheet in known.sheets}
    out = []
    for one in shifts:
        begin, end = one.taken or one.begin, one.closed or now
        cases = [case for case in known.cases if begin <= case.opened < end]
        sheet = ended.get(one.id)
        minutes = _minutes([max(sheet.handed - sheet.change, timedelta(0))]) if sheet and sheet.handed else None
        out.append(Load(one, tally(known.of(cases, reports=known.between(begin, end)), zone, now), minutes))
    return out


def peak(moments: Iterable[datetime], span: timedelta = TEN) -> int:
    """The most moments that lie within a span."""
    order = sorted(moments)
    most = begin = 0
    for end, at in enumerate(order):
        while at - order[begin] >= span:
            begin += 1
        most = max(most, end - begin + 1)
    return most


def monday(at: datetime, zone: ZoneInfo) -> date:
    """The Monday of a moment's local week."""
    day = at.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def _clocks(known: Known, zone: ZoneInfo, now: datetime) -> dict[str, Clocked]:
    """How many clocks of each name have been judged by now: those that were stopped, and those that ran out."""
    steps: dict[str, list[CaseEvent]] = {}
    orders: dict[str, list[Order]] = {}
    for step in known.steps:
        steps.setdefault(step.case, []).append(step)
    for one in known.orders:
        orders.setdefault(one.about, []).append(one)
    found: dict[str, Clocked] = {}
    for case in known.cases:
        for clock in case_clocks(case, steps.get(case.id, ()), orders.get(case.id, ()), zone):
            found[clock.name] = found.get(clock.name, Clocked()) + _judged(case, clock, now)
    return found


def _reported(one: Report, now: datetime) -> Clocked:
    """A report that was sent is judged by when; one still owed once its time has run out; one that was dropped never."""
    if one.deadline is None or (one.sent is None and (one.state == "dropped" or now <= one.deadline)):
        return Clocked()
    return Clocked(1, int((one.sent or now) > one.deadline))


def _judged(case: Case, clock: Clock, now: datetime) -> Clocked:
    """A case that closed by itself needed nobody: its end stopped all its clocks."""
    stopped = clock.actual or (case.closed if case.handling is Handling.SELF_CLOSED else None)
    missed = (stopped or now) > clock.due
    return Clocked(1 if stopped or missed else 0, int(missed))


def _minutes(spans: Iterable[timedelta]) -> float | None:
    found = [span.total_seconds() / 60 for span in spans]
    return fmean(found) if found else None
