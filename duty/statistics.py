"""How the desk did, week by week: how fast it signed and closed, what it missed, how loud it was. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo

from domain.alert import AlertLevel
from domain.case import Case, Handling
from domain.handover import Handover
from domain.shift import Shift
from duty.sheet import T1

TEN = timedelta(minutes=10)
WEEK = timedelta(days=7)
# DUTY: from the signature to the first thing done, and from the finding to its end. P1's end is by plan, P4's first by the shift.
T2: Mapping[AlertLevel, timedelta] = {
    AlertLevel.P1: timedelta(minutes=5),
    AlertLevel.P2: timedelta(minutes=15),
    AlertLevel.P3: timedelta(minutes=60),
}
T4: Mapping[AlertLevel, timedelta] = {
    AlertLevel.P2: timedelta(hours=24),
    AlertLevel.P3: timedelta(days=3),
    AlertLevel.P4: timedelta(days=5),
}
_NO_ACTION = frozenset(
    {"acknowledge", "hand_over", "note", "open", "reopen"}
)  # by a person, yet nothing is decided by it
LOUD = 20.0  # percent of false alarms from which a rule is to be looked at


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a case, as far as time is concerned. person: somebody did it, not the program."""

    case: str
    at: datetime
    verb: str
    person: bool


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
    minutes. nuisance: percent of the cases closed by a person that were false alarms. unsigned: minutes from the planned change
    to the second signature.
    """

    opened: int = 0
    levels: Mapping[str, int] = field(default_factory=dict)
    mtta: float | None = None
    mttr: float | None = None
    t1: Clocked = Clocked()
    t2: Clocked = Clocked()
    t4: Clocked = Clocked()
    nuisance: float | None = None
    self_closed: int = 0
    peak: int = 0
    unsigned: float | None = None
    handovers: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What is counted: cases opened in the span, their steps, and sheets handed over in it."""

    cases: Sequence[Case]
    steps: Sequence[Step]
    sheets: Sequence[Handover]


def tally(known: Known, now: datetime) -> Tally:
    """The figures of a span."""
    first = _first_actions(known.steps)
    closed = [case for case in known.cases if case.closed and case.handling is not Handling.SELF_CLOSED]
    false = sum(case.handling is Handling.FALSE_ALARM for case in closed)
    late = [sheet.handed - sheet.change for sheet in known.sheets if sheet.handed is not None]
    return Tally(
        opened=len(known.cases),
        levels=Counter(case.level.name for case in known.cases),
        mtta=_minutes(case.acknowledged - case.opened for case in known.cases if case.acknowledged),
        mttr=_minutes(case.closed - case.opened for case in closed if case.closed),
        t1=_clocked((T1.get(c.level), c.opened, c.acknowledged or _self(c)) for c in known.cases).at(now),
        t2=_clocked((T2.get(c.level), c.acknowledged, first.get(c.id)) for c in known.cases).at(now),
        t4=_clocked((T4.get(c.level), c.opened, c.closed) for c in known.cases).at(now),
        nuisance=100.0 * false / len(closed) if closed else None,
        self_closed=sum(case.handling is Handling.SELF_CLOSED for case in known.cases),
        peak=peak(case.opened for case in known.cases),
        unsigned=_minutes(max(one, timedelta(0)) for one in late),
        handovers=len(late),
    )


def weekly(known: Known, zone: ZoneInfo, first: date, weeks: int, now: datetime) -> list[tuple[date, Tally]]:
    """One tally for each week from the Monday `first`, oldest first. A case belongs to the week that it was opened in."""
    steps: dict[str, list[Step]] = {}
    for step in known.steps:
        steps.setdefault(step.case, []).append(step)
    out = []
    for number in range(weeks):
        monday = first + number * WEEK
        begin, end = (datetime.combine(day, datetime.min.time(), zone) for day in (monday, monday + WEEK))
        cases = [case for case in known.cases if begin <= case.opened < end]
        theirs = [step for case in cases for step in steps.get(case.id, ())]
        sheets = [sheet for sheet in known.sheets if sheet.handed is not None and begin <= sheet.handed < end]
        out.append((monday, tally(Known(cases, theirs, sheets), now)))
    return out


@dataclass(frozen=True, slots=True)
class Load:
    """What one shift had to do. minutes: from the planned change to the signature that ended it, None while it is on."""

    shift: Shift
    tally: Tally
    minutes: float | None


def loads(known: Known, shifts: Iterable[Shift], now: datetime) -> list[Load]:
    """What each shift had to do, in the order given. A case belongs to the shift that was responsible when it was opened."""
    ended = {sheet.outgoing: sheet for sheet in known.sheets}
    out = []
    for one in shifts:
        begin, end = one.taken or one.begin, one.closed or now
        cases = [case for case in known.cases if begin <= case.opened < end]
        sheet = ended.get(one.id)
        minutes = _minutes([max(sheet.handed - sheet.change, timedelta(0))]) if sheet and sheet.handed else None
        out.append(Load(one, tally(Known(cases, (), ()), now), minutes))
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


def _first_actions(steps: Iterable[Step]) -> dict[str, datetime]:
    """When somebody first did something about a case, beyond signing for it."""
    found: dict[str, datetime] = {}
    for step in sorted(steps, key=lambda one: one.at):
        if step.person and step.verb not in _NO_ACTION:
            found.setdefault(step.case, step.at)
    return found


def _self(case: Case) -> datetime | None:
    """The end of a case that closed by itself: nobody was late with what needed nobody."""
    return case.closed if case.handling is Handling.SELF_CLOSED else None


Clock = tuple[timedelta | None, datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class _Clocks:
    """Clocks as (allowed, begun, stopped); one without a limit or a beginning does not run."""

    running: Sequence[tuple[timedelta, datetime, datetime | None]]

    def at(self, now: datetime) -> Clocked:
        """How many have been judged by now: those that were stopped, and those that ran out."""
        missed = sum((stopped or now) - begun > allowed for allowed, begun, stopped in self.running)
        going = sum(stopped is None and now - begun <= allowed for allowed, begun, stopped in self.running)
        return Clocked(len(self.running) - going, missed)


def _clocked(clocks: Iterable[Clock]) -> _Clocks:
    return _Clocks(
        [(allowed, begun, stopped) for allowed, begun, stopped in clocks if allowed is not None and begun is not None]
    )


def _minutes(spans: Iterable[timedelta]) -> float | None:
    found = [span.total_seconds() / 60 for span in spans]
    return fmean(found) if found else None
