"""Reports of an incident: which are owed and until when, and what people do with one. Pure decisions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.account import Right, Role, Viewer
from domain.dossier import DossierStep
from domain.errors import TransitionRefused
from domain.incident_file import IncidentFile
from domain.plan import Plans
from domain.report import PARTS, UNVERIFIED, Report, ReportKind
from duty.grading import reported
from duty.table import Move, MoveTable, filled, unmoved
from store.duty import Desktop, DossierQuery, Outcome

DIGITS = "〇一二三四五六七八九十"
LONGEST = 2000  # characters of a part
KINDS: Mapping[ReportKind, str] = {"phone": "电话报告", "first": "首报", "follow": "续报", "final": "终报"}
STATES: Mapping[str, str] = {
    "draft": "待报送", "sent": "已报送", "received": "已回执", "replaced": "已更正", "dropped": "已取消",
}  # fmt: skip
HAPPENED: Mapping[str, str] = {
    "owe": "应报", "late": "超过报送时限", "drop": "取消", "replace": "由更正件替代", "reschedule": "时限变更",
}  # fmt: skip
Decision = Callable[[Desktop], Outcome]


@dataclass(frozen=True, slots=True)
class Ground:
    """What the city has laid down: its plans, and the zone in which its days are counted."""

    plans: Plans
    zone: ZoneInfo


def covers(held: Report | IncidentFile, viewer: Viewer) -> bool:
    """Whether it lies in somebody's reach."""
    return viewer.reach.covers(held.topic, held.district)


def _writes(held: Report, viewer: Viewer) -> bool:
    """Drafts name people; leaders sign them, and do not read who called."""
    return covers(held, viewer) and viewer.may(Right.ACT)


def _signs(held: Report, viewer: Viewer) -> bool:
    """A call is noted by whoever made it; what leaves in writing is signed by a shift leader or a leader."""
    return covers(held, viewer) and (
        viewer.role in (Role.SHIFT, Role.LEADER) or (held.kind == "phone" and viewer.may(Right.ACT))
    )


def _sent_once(held: Report, viewer: Viewer) -> bool:
    return held.kind != "phone" and _writes(held, viewer)


SENT = frozenset({"sent"})
TABLE: MoveTable[Report] = MoveTable(
    {
        "write": Move("保存草稿", frozenset({"draft"}), "", "值班员或值班长", _writes),
        "send": Move("签发报送", frozenset({"draft"}), "sent", "值班长或带班领导（电话报告可由值班员记录）", _signs),
        "receipt": Move("登记回执", SENT, "received", "值班员或值班长", _writes, {"words": "接收人"}),
        "correct": Move(
            "更正", frozenset({"sent", "received"}), "", "值班员或值班长", _sent_once, {"words": "更正原因"}
        ),
    },
    STATES,
)


# -- what is owed


def owed(reports: Sequence[Report], held: IncidentFile, ground: Ground, now: datetime) -> list[DossierStep]:
    """Steps that bring an incident's drafts to what its grade and state ask for; nothing when they are there already.

    The clock runs from the moment at which the incident was told and is never set back; a graver grade makes it shorter.
    """
    steps = [step for one in reports if one.state == "draft" and (step := _kept(one, held, ground, now))]
    return steps + [
        DossierStep(_draft(held, ground, kind, now, n=n, due=due), "owe", now) for kind, n, due in _due(reports, held, ground, now)
    ]  # fmt: skip


def _kept(one: Report, held: IncidentFile, ground: Ground, now: datetime) -> DossierStep | None:
    """What becomes of a draft when its incident moves."""
    over = held.state in ("closed", "void") or (held.state == "controlled" and one.kind == "follow")
    if over and not one.of:
        return DossierStep(one.become(state="dropped", closed=now, due=None, updated=now), "drop", now)
    due = _deadline(one.kind, held, ground)
    if due is None or one.of or due == one.deadline:
        return None
    late = due <= now
    moved = one.become(deadline=due, due=None if late else due, late=late, updated=now)
    return DossierStep(moved, "reschedule", now, told={"deadline": due.isoformat()})


def _deadline(kind: ReportKind, held: IncidentFile, ground: Ground) -> datetime | None:
    term = ground.plans.clock.terms[reported(held)]
    span = {"phone": term.phone, "first": term.written}.get(kind)
    return None if span is None else held.facts.told + span


def _due(
    reports: Sequence[Report], held: IncidentFile, ground: Ground, now: datetime
) -> Iterable[tuple[ReportKind, int, datetime | None]]:
    """(kind, n, deadline) of reports that are owed and not there."""
    if held.over:
        return
    there = {one.kind for one in reports if one.state != "dropped"}
    phone = _deadline("phone", held, ground)
    written = any(one.kind == "first" and one.fixed for one in reports)
    if phone is not None and "phone" not in there and not written:
        yield "phone", 0, phone
    if "first" not in there:
        yield "first", 0, _deadline("first", held, ground)
    follows = [one for one in reports if one.kind == "follow" and one.state != "dropped"]
    clock = ground.plans.clock
    wanted = reported(held) <= clock.follow_from and clock.follow and held.state != "controlled"
    if written and wanted and not any(one.state == "draft" and not one.of for one in follows):
        yield "follow", max((one.n for one in follows), default=0) + 1, next_time(clock.follow, ground.zone, now)
    if written and held.state == "controlled" and "final" not in there:
        yield "final", 0, None


def next_time(times: Sequence[time], zone: ZoneInfo, now: datetime) -> datetime:
    """The next of some local times of the day, after now."""
    today = now.astimezone(zone).date()
    days = (today, today + timedelta(days=1))
    found = [datetime.combine(day, at, zone).astimezone(now.tzinfo) for day in days for at in times]
    return min(at for at in found if at > now)


def _draft(
    held: IncidentFile, ground: Ground, kind: ReportKind, now: datetime, *, n: int, due: datetime | None
) -> Report:
    late = due is not None and due <= now
    return Report(
        state="draft", opened=now, updated=now, title=f"{title(kind, n)}：{held.title}", level=held.level, district=held.district,
        topic=held.topic, unit=held.unit, about=held.id, due=None if late else due, deadline=due, late=late,
        exercise=held.exercise, kind=kind, n=n, to=ground.plans.report_to,
    )  # fmt: skip


def title(kind: ReportKind, n: int) -> str:
    """What a report is called: 首报, 续报二, 终报."""
    return KINDS[kind] + (counted(n) if kind == "follow" else "")


def counted(n: int) -> str:
    """Which one in a row, as it is written in Chinese: 一, 二, ... 十, 11."""
    return DIGITS[n] if n < len(DIGITS) else str(n)


def overdue(now: datetime) -> Decision:
    """What time does: a report that was not sent by its time is marked, and stays owed."""

    def decide(top: Desktop) -> Outcome:
        late = [
            one for one in top.dossiers(Report, DossierQuery(states=frozenset({"draft"})))
            if one.due is not None and one.due <= now
        ]  # fmt: skip
        return Outcome([DossierStep(one.become(late=True, due=None, updated=now), "late", now) for one in late])

    return decide


# -- people


@dataclass(frozen=True, slots=True)
class Pen:
    """Who does something with which report, when, and which version was seen (None = whichever)."""

    key: str
    viewer: Viewer
    now: datetime
    ground: Ground
    seen: int | None = None

    def held(self, top: Desktop, verb: str, given: Mapping[str, str]) -> Report:
        """The report, when this may be done with it."""
        found = top.dossier(Report, self.key)
        if not covers(found, self.viewer):
            raise TransitionRefused("这件报告不在您的地域或专题范围内", permanent=True)
        filled(TABLE.must(found, verb, self.viewer), given)
        unmoved(found, self.seen, found.moved_by)
        return found

    def step(self, one: Report, verb: str, **told: object) -> DossierStep:
        """A step of a report by this person."""
        return DossierStep(
            one.become(updated=self.now, moved_by=self.viewer.login), verb, self.now, self.viewer.login, told
        )


def write(pen: Pen, parts: Mapping[str, str]) -> Decision:
    """Keep a draft."""

    def decide(top: Desktop) -> Outcome:
        held = pen.held(top, "write", {})
        return Outcome([pen.step(held.become(parts=_text(held, parts)), "write")])

    return decide


def send(pen: Pen, parts: Mapping[str, str]) -> Decision:
    """Sign it and send it; what is not filled in goes out as 待核, never later. Then the next one is owed."""

    def decide(top: Desktop) -> Outcome:
        draft = pen.held(top, "send", {})
        incident = top.dossier(IncidentFile, draft.about)
        text = _text(draft, parts)
        if not any(text.values()):
            raise TransitionRefused(f"{title(draft.kind, draft.n)}没有内容，不能报送", permanent=True)
        full = {key: text.get(key) or UNVERIFIED for key in PARTS[draft.kind]}
        late = draft.late or (draft.deadline is not None and draft.deadline < pen.now and not draft.of)
        sent = draft.become(
            state="received" if draft.kind == "phone" else "sent", parts=full, signer=pen.viewer.login, sent=pen.now, due=None,
            late=late, closed=pen.now if draft.kind == "phone" else None,
        )  # fmt: skip
        reports = of_incident(top, incident.id)
        known = [sent if one.id == sent.id else one for one in reports]
        replaced = [
            pen.step(one.become(state="replaced", closed=pen.now), "replace", by=sent.id) for one in reports if one.id == draft.of
        ]  # fmt: skip
        return Outcome([pen.step(sent, "send"), *replaced, *owed(known, incident, pen.ground, pen.now)])

    return decide


def receipt(pen: Pen, words: str) -> Decision:
    """The receiver has confirmed it: who, in words."""

    def decide(top: Desktop) -> Outcome:
        held = pen.held(top, "receipt", {"words": words})
        done = held.become(state="received", receipt=words.strip()[:200], received=pen.now, closed=pen.now)
        return Outcome([pen.step(done, "receipt", words=words.strip()[:200])])

    return decide


def correct(pen: Pen, words: str) -> Decision:
    """A new edition of a report that was sent, as a draft; the old one stays as it is until the new one is sent."""

    def decide(top: Desktop) -> Outcome:
        held = pen.held(top, "correct", {"words": words})
        if any(one.of == held.id and one.state != "dropped" for one in of_incident(top, held.about)):
            raise TransitionRefused(f"{held.id} 已有更正件，请在更正件上修改", permanent=True)
        draft = held.become(
            id="", version=0, state="draft", opened=pen.now, closed=None, edition=held.edition + 1, of=held.id, due=None,
            deadline=None, late=False, signer="", sent=None, receipt="", received=None,
        )  # fmt: skip
        return Outcome([pen.step(draft, "correct", words=words.strip()[:LONGEST])])

    return decide


def of_incident(top: Desktop, key: str) -> list[Report]:
    """Every report of an incident, newest first."""
    return top.dossiers(Report, DossierQuery(about=frozenset({key})))


def _text(held: Report, parts: Mapping[str, str]) -> dict[str, str]:
    return {key: parts.get(key, held.parts.get(key, "")).strip()[:LONGEST] for key in PARTS[held.kind]}
