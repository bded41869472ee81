"""What a handover sheet says: its parts, built from what is open at that moment. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.case_words import SPOKEN
from domain.alert import AlertLevel
from domain.case import Case, Handling
from domain.dossier import Dossier
from domain.handover import Handover, Line, Part
from domain.health import Freshness, SourceHealth
from domain.incident import Incident
from domain.incident_file import ROMAN, IncidentFile
from domain.instruction import Instruction
from domain.order import Order
from domain.report import Report
from domain.silence import Silence
from duty.cards import opened
from duty.clocks import SPANS
from store.duty import Desktop

MOST = 40  # lines of a part; the rest is counted
SOON = timedelta(minutes=15)  # a report due so soon is not left to people who have just sat down
NEXT: Mapping[Handling, str] = {
    Handling.NEW: "签收",
    Handling.ACKNOWLEDGED: "研判并处置",
    Handling.WORKING: "跟进处置",
    Handling.REPORTED: "提请核查",
    Handling.CHECKING: "核查办结",
    Handling.SHELVED: "到时唤醒",
}
SUPERVISED = frozenset({"yellow", "red"})  # 督办; 催办 is a word, not yet a measure
HELD_BACK = "被抑制"
_FINE = frozenset({Freshness.LIVE, Freshness.LATE})


@dataclass(frozen=True, slots=True)
class Around:
    """What lies outside the desk: warnings in force, incidents that departments told of, silences, sources, what was closed this shift.

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
    """Everything that a sheet is built from; reports are those not sent yet. until: when the next shift ends."""

    now: datetime
    until: datetime
    cases: Sequence[Case]
    orders: Sequence[Order]
    incidents: Sequence[IncidentFile]
    reports: Sequence[Report]
    instructions: Sequence[Instruction]
    around: Around


def facts(top: Desktop, around: Around, until: datetime, now: datetime) -> Facts:
    """What is open at this moment."""
    return Facts(
        now=now,
        until=until,
        cases=top.open_cases(),
        orders=opened(top, Order),
        incidents=opened(top, IncidentFile),
        reports=[one for one in opened(top, Report) if not one.fixed],
        instructions=opened(top, Instruction),
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
    due = [r.id for r in known.reports if r.deadline is not None and r.deadline <= known.now + SOON]
    told = [f"P1 告警 {key} 尚未签收" for key in unsigned]
    return told + [f"报告 {key} 在 15 分钟内应报" for key in due]


def unticked(sheet: Handover, cases: Iterable[Case]) -> list[str]:
    """Numbers of P1 and P2 that the incoming side has not looked at."""
    return [case.id for case in urgent(cases) if case.id not in sheet.ticks]


def overdue(case: Case, now: datetime) -> bool:
    """Whether a case is unsigned for longer than its level allows."""
    return case.handling is Handling.NEW and now > _sign_by(case)


def _sign_by(case: Case) -> datetime:
    return case.opened + SPANS[case.level].sign.wall


def _case(case: Case, now: datetime) -> Line:
    at = _sign_by(case) if case.handling is Handling.NEW else case.due
    late = overdue(case, now)
    return Line(about=case.id, say=case.say, next=NEXT.get(case.handling, ""), at=at, level=int(case.level), late=late)


def _urgent(known: Facts) -> Part:
    found = urgent(known.cases)
    counts = {level.name: sum(case.level is level for case in found) for level in (AlertLevel.P1, AlertLevel.P2)}
    # All of them: each has to be looked at before anybody takes over.
    return Part(key="urgent", counts=counts, lines=tuple(_case(case, known.now) for case in found))


def _routine(known: Facts) -> Part:
    found = [case for case in known.cases if case.level > AlertLevel.P2]
    late = [case for case in found if overdue(case, known.now)]
    counts = {level.name: sum(case.level is level for case in found) for level in (AlertLevel.P3, AlertLevel.P4)}
    return _part("routine", [_case(case, known.now) for case in late], counts | {"overdue": len(late)})


def _incidents(known: Facts) -> Part:
    due = [(one.deadline, one) for one in known.reports if one.deadline is not None and one.deadline < known.until]
    lines = [_line(one, known.now, one.due) for one in known.incidents]
    lines += [_line(one, known.now, at) for at, one in sorted(due, key=lambda pair: pair[0])]
    fed = [Line(say=one.title, next=one.department) for one in known.around.incidents]
    counts = {"open": len(known.incidents), "fed": len(fed), "reports": len(due)}
    return _part("incidents", [*lines, *fed], counts)


def _orders(known: Facts) -> Part:
    due = sorted((one for one in known.orders if one.finish_by < known.until), key=lambda one: one.finish_by)
    late = sum(one.finish_by < known.now for one in due)
    watched = [one for one in known.orders if one.supervision in SUPERVISED and one not in due]
    counts = {"open": len(known.orders), "due": len(due), "overdue": late}
    counts["supervised"] = sum(one.supervision in SUPERVISED for one in known.orders)
    return _part("orders", [_line(one, known.now, one.finish_by) for one in (*due, *watched)], counts)


def _in_force(known: Facts) -> Part:
    warnings = [Line(say=one.title) for one in known.around.official if one.status != "closed"]
    responses = [
        Line(about=one.id, say=f"{one.title}：{ROMAN[one.response]}级响应")
        for one in known.incidents
        if one.response in ROMAN
    ]
    counts = {"warnings": len(warnings), "responses": len(responses)}
    return _part("in_force", [*responses, *warnings], counts)


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
    by_people = [case for case in known.around.passed if case.handling is not Handling.SELF_CLOSED]
    by_itself = [case for case in known.around.passed if case.handling is Handling.SELF_CLOSED]
    lines = [
        Line(about=c.id, say=c.say, next=SPOKEN[c.handling] if c.over else HELD_BACK, level=int(c.level), at=c.closed)
        for c in (*by_people, *by_itself, *hidden)
    ]
    counts = {"finished": len(by_people), "self_closed": len(by_itself), "hidden": len(hidden)}
    return _part("passed", lines, counts)


def _instructions(known: Facts) -> Part:
    lines = [_line(one, known.now, one.by) for one in known.instructions]
    return _part("instructions", lines, {"open": len(lines), "overdue": sum(line.late for line in lines)})


def _line(one: Dossier, now: datetime, at: datetime | None) -> Line:
    late = at is not None and at < now
    return Line(about=one.id, say=one.title, next=one.unit, at=at, level=one.level, late=late)


def _part(key: str, lines: Sequence[Line], counts: Mapping[str, int]) -> Part:
    return Part(key=key, counts=dict(counts), lines=tuple(lines[:MOST]), more=max(len(lines) - MOST, 0))
