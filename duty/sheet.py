"""What a handover sheet says: its parts, built from what is open at that moment. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.alert import AlertLevel
from domain.case import Case, Handling
from domain.handover import Handover, Line, Part
from domain.health import Freshness, SourceHealth
from domain.incident import Incident
from domain.silence import Silence
from duty.cards import Card, IncidentCard, InstructionCard, OrderCard, ReportCard, opened
from store.duty import Desktop

MOST = 40  # lines of a part; the rest is counted
SOON = timedelta(minutes=15)  # a report due so soon is not left to people who have just sat down
# DUTY: how long a level may stay unsigned.
T1 = {
    AlertLevel.P1: timedelta(minutes=2),
    AlertLevel.P2: timedelta(minutes=5),
    AlertLevel.P3: timedelta(minutes=15),
    AlertLevel.P4: timedelta(minutes=60),
}
NEXT: Mapping[Handling, str] = {
    Handling.NEW: "签收",
    Handling.ACKNOWLEDGED: "研判并处置",
    Handling.WORKING: "跟进处置",
    Handling.REPORTED: "提请核查",
    Handling.CHECKING: "核查办结",
    Handling.SHELVED: "到时唤醒",
}
_FINE = frozenset({Freshness.LIVE, Freshness.LATE})


@dataclass(frozen=True, slots=True)
class Around:
    """What lies outside the desk: warnings in force, incidents that departments told of, silences, sources, what passed by itself.

    name: a source's key as people know it.
    """

    official: Sequence[Incident] = ()
    incidents: Sequence[Incident] = ()
    silences: Sequence[Silence] = ()
    sources: Mapping[str, SourceHealth] = field(default_factory=dict)
    passed: Sequence[Case] = ()
    name: Callable[[str], str] = str


NOTHING_AROUND = Around()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a sheet is built from. until: when the next shift ends."""

    now: datetime
    until: datetime
    cases: Sequence[Case]
    orders: Sequence[Card]
    incidents: Sequence[Card]
    reports: Sequence[Card]
    instructions: Sequence[Card]
    around: Around


def facts(top: Desktop, around: Around, until: datetime, now: datetime) -> Facts:
    """What is open at this moment."""
    return Facts(
        now=now,
        until=until,
        cases=top.open_cases(),
        orders=opened(top, OrderCard),
        incidents=opened(top, IncidentCard),
        reports=opened(top, ReportCard),
        instructions=opened(top, InstructionCard),
        around=around,
    )


def parts(known: Facts) -> tuple[Part, ...]:
    """The parts that the program fills, in their order; notes and checks are the people's own."""
    return (
        _urgent(known),
        _routine(known),
        _incidents(known),
        _orders(known),
        _in_force(known),
        _quiet(known),
        _sources(known),
        _instructions(known),
        _passed(known),
    )


def urgent(cases: Iterable[Case]) -> list[Case]:
    """Open P1 and P2, the most urgent first, then the oldest."""
    found = [case for case in cases if case.level <= AlertLevel.P2]
    return sorted(found, key=lambda case: (case.level, case.opened, case.id))


def blocks(known: Facts) -> list[str]:
    """What stands against signing: a P1 that nobody has signed for, a report due within a quarter of an hour."""
    unsigned = [c.id for c in urgent(known.cases) if c.level is AlertLevel.P1 and c.handling is Handling.NEW]
    due = [r.id for r in known.reports if r.due is not None and r.due <= known.now + SOON]
    told = [f"P1 告警 {key} 尚未签收" for key in unsigned]
    return told + [f"报告 {key} 在 15 分钟内应报" for key in due]


def unticked(sheet: Handover, cases: Iterable[Case]) -> list[str]:
    """Numbers of P1 and P2 that the incoming side has not looked at."""
    return [case.id for case in urgent(cases) if case.id not in sheet.ticks]


def overdue(case: Case, now: datetime) -> bool:
    """Whether a case is unsigned for longer than its level allows."""
    return case.handling is Handling.NEW and now > case.opened + T1[case.level]


def _case(case: Case, now: datetime) -> Line:
    at = case.opened + T1[case.level] if case.handling is Handling.NEW else case.due
    late = overdue(case, now)
    return Line(about=case.id, say=case.say, next=NEXT.get(case.handling, ""), at=at, level=int(case.level), late=late)


def _urgent(known: Facts) -> Part:
    found = urgent(known.cases)
    counts = {level.name: sum(case.level is level for case in found) for level in (AlertLevel.P1, AlertLevel.P2)}
    return _part("urgent", [_case(case, known.now) for case in found], counts)


def _routine(known: Facts) -> Part:
    found = [case for case in known.cases if case.level > AlertLevel.P2]
    late = [case for case in found if overdue(case, known.now)]
    counts = {level.name: sum(case.level is level for case in found) for level in (AlertLevel.P3, AlertLevel.P4)}
    return _part("routine", [_case(case, known.now) for case in late], counts | {"overdue": len(late)})


def _incidents(known: Facts) -> Part:
    due = [one for one in known.reports if one.due is not None and one.due < known.until]
    lines = [_line(one, known.now) for one in (*known.incidents, *sorted(due, key=_due))]
    fed = [Line(say=one.title, next=one.department) for one in known.around.incidents]
    counts = {"open": len(known.incidents), "fed": len(fed), "reports": len(due)}
    return _part("incidents", [*lines, *fed], counts)


def _orders(known: Facts) -> Part:
    due = sorted((o for o in known.orders if o.due is not None and o.due < known.until), key=_due)
    late = sum(o.due is not None and o.due < known.now for o in due)
    counts = {"open": len(known.orders), "due": len(due), "overdue": late}
    return _part("orders", [_line(one, known.now) for one in due], counts)


def _in_force(known: Facts) -> Part:
    warnings = [Line(say=one.title) for one in known.around.official if one.status != "closed"]
    responses = [
        Line(about=one.id, say=f"{one.title}：{response}级响应")
        for one in known.incidents
        if (response := _roman(one.own("response")))
    ]
    counts = {"warnings": len(warnings), "responses": len(responses)}
    return _part("in_force", [*responses, *warnings], counts)


def _roman(level: object) -> str:
    return {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", 4: "Ⅳ"}.get(level, "") if isinstance(level, int) else ""


def _quiet(known: Facts) -> Part:
    on = [one for one in known.around.silences if one.ended is None and one.start <= known.now < one.end]
    lines = [Line(about=str(one.id), say=one.reason, at=one.end) for one in sorted(on, key=lambda one: one.end)]
    return _part("quiet", lines, {"silences": len(on)})


def _sources(known: Facts) -> Part:
    bad = sorted((one for one in known.around.sources.values() if one.state not in _FINE), key=lambda one: one.source)
    lines = [Line(about=f"source:{one.source}", say=known.around.name(one.source), at=one.since) for one in bad]
    return _part("sources", lines, {"total": len(known.around.sources), "bad": len(bad)})


def _passed(known: Facts) -> Part:
    hidden = [case for case in known.cases if case.hidden]
    lines = [Line(about=c.id, say=c.say, level=int(c.level), at=c.closed) for c in (*known.around.passed, *hidden)]
    return _part("passed", lines, {"self_closed": len(known.around.passed), "hidden": len(hidden)})


def _instructions(known: Facts) -> Part:
    lines = [_line(one, known.now) for one in known.instructions]
    late = [
        line.model_copy(update={"late": bool(one.own("late"))})
        for line, one in zip(lines, known.instructions, strict=True)
    ]
    return _part("instructions", late, {"open": len(late), "overdue": sum(line.late for line in late)})


def _line(one: Card, now: datetime) -> Line:
    late = one.due is not None and one.due < now
    return Line(about=one.id, say=one.title, next=one.unit, at=one.due, level=one.level, late=late)


def _due(one: Card) -> datetime:
    return one.due or one.opened


def _part(key: str, lines: Sequence[Line], counts: Mapping[str, int]) -> Part:
    return Part(key=key, counts=dict(counts), lines=tuple(lines[:MOST]), more=max(len(lines) - MOST, 0))
