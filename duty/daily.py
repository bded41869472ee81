"""Decisions about the daily: numbers and cases are put into today's draft, ordered, remarked, checked and signed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.account import Role, Viewer
from domain.daily import Daily, Fact, Line
from domain.dossier import DossierStep
from domain.errors import TransitionRefused
from domain.instruction import Instruction
from domain.order import Order
from duty.table import Move, MoveTable, unmoved
from store.duty import Desktop, DossierQuery, Duty, Outcome

MOST = 60  # lines of a daily
LONGEST = 500  # characters of a remark
WRITERS = frozenset({Role.DUTY, Role.SHIFT, Role.LEADER})
STATES: Mapping[str, str] = {"draft": "草稿", "checked": "已核", "signed": "已签发"}
Decision = Callable[[Desktop], Outcome]
OWED_MOST = 200  # orders and instructions that are looked at


def owed(kept: Duty, now: datetime) -> tuple[list[Order], list[Instruction]]:
    """What a daily has to tell as not finished: orders past their time, instructions not carried out. StoreError."""
    still = DossierQuery(over=False)
    orders = [one for one in kept.dossiers(Order, still, OWED_MOST) if one.handed is None and one.finish_by < now]
    return orders, kept.dossiers(Instruction, still, OWED_MOST)


def _writes(_held: Daily, viewer: Viewer) -> bool:
    return viewer.role in WRITERS and viewer.reach.whole


def _leads_shift(_held: Daily, viewer: Viewer) -> bool:
    return viewer.role is Role.SHIFT and viewer.reach.whole


def _leads(_held: Daily, viewer: Viewer) -> bool:
    return viewer.role is Role.LEADER and viewer.reach.whole


_DRAFT, _CHECKED, _SIGNED = frozenset({"draft"}), frozenset({"checked"}), frozenset({"signed"})
_WHO = "值班人员或领导"
MOVES: Mapping[str, Move[Daily]] = {
    "write": Move("保存", _DRAFT, "", _WHO, _writes),
    "up": Move("上移", _DRAFT, "", _WHO, _writes),
    "down": Move("下移", _DRAFT, "", _WHO, _writes),
    "remove": Move("移出", _DRAFT, "", _WHO, _writes),
    "check": Move("核稿", _DRAFT, "checked", "值班长", _leads_shift),
    "reopen": Move("退回修改", _CHECKED, "draft", _WHO, _writes),
    "sign": Move("签发", _CHECKED, "signed", "带班领导", _leads),
    "correct": Move("更正", _SIGNED, "", _WHO, _writes),
}
TABLE = MoveTable(MOVES, STATES)


@dataclass(frozen=True, slots=True)
class Given:
    """What goes with a step. at: which line, from 0. remarks: by the number of their line. facts: as they stand when it is signed.

    seen: the version of the daily that was looked at; None does not compare.
    """

    at: int = -1
    summary: str = ""
    remarks: Mapping[int, str] = field(default_factory=dict)
    facts: Sequence[Fact] = ()
    seen: int | None = None


def put(line: Line, viewer: Viewer, now: datetime, zone: ZoneInfo) -> Decision:
    """A line goes into today's draft, which begins with it when there is none; one about the same thing takes its place."""

    def decide(top: Desktop) -> Outcome:
        if not (viewer.role in WRITERS and viewer.reach.whole):
            raise TransitionRefused(f"存入日报须由{_WHO}操作", permanent=True)
        held = _today(top, now, zone)
        lines = [one for one in held.lines if one.about != line.about]
        if len(lines) >= MOST:
            raise TransitionRefused(f"一期日报最多 {MOST} 条", permanent=True)
        moved = held.become(state="draft", lines=(*lines, line), updated=now, last=viewer.login, checker="")
        return Outcome([DossierStep(moved, "put", now, viewer.login, {"words": line.name})])

    return decide


def _today(top: Desktop, now: datetime, zone: ZoneInfo) -> Daily:
    """The draft of the local day; a new one where there is none or the last has been signed."""
    day = f"{now.astimezone(zone):%Y-%m-%d}"
    held = next((one for one in top.dossiers(Daily, DossierQuery(over=False)) if one.day == day), None)
    return held or Daily(id=top.number(Daily, now), state="draft", opened=now, updated=now, title=day, day=day)


def step(key: str, verb: str, viewer: Viewer, given: Given, now: datetime) -> Decision:
    """What somebody does with a daily. TransitionRefused with why not."""

    def decide(top: Desktop) -> Outcome:
        held = top.dossier(Daily, key)
        unmoved(held, given.seen, held.last)
        move = TABLE.must(held, verb, viewer)
        if verb == "correct":
            return Outcome(
                [DossierStep(_corrected(top, held, viewer, now), "correct", now, viewer.login, {"of": held.id})]
            )
        moved = _DOES[verb](held, viewer, given)
        closed = now if verb == "sign" else None
        moved = moved.become(state=move.to or held.state, updated=now, last=viewer.login, closed=closed)
        return Outcome([DossierStep(moved, verb, now, viewer.login)])

    return decide


def _corrected(top: Desktop, held: Daily, viewer: Viewer, now: datetime) -> Daily:
    """What was signed stays as it is; a new one begins as its copy."""
    return Daily(
        id=top.number(Daily, now), state="draft", opened=now, updated=now, title=held.day, day=held.day, lines=held.lines,
        summary=held.summary, of=held.id, last=viewer.login,
    )  # fmt: skip


def _write(held: Daily, _viewer: Viewer, given: Given) -> Daily:
    lines = tuple(
        one.model_copy(update={"remark": given.remarks.get(n, one.remark).strip()[:LONGEST]})
        for n, one in enumerate(held.lines)
    )
    return held.become(lines=lines, summary=given.summary.strip()[:LONGEST])


def _swapped(held: Daily, at: int, other: int) -> Daily:
    lines = list(held.lines)
    if not (0 <= at < len(lines) and 0 <= other < len(lines)):
        raise TransitionRefused("这一条不能再移动", permanent=True)
    lines[at], lines[other] = lines[other], lines[at]
    return held.become(lines=tuple(lines))


def _remove(held: Daily, _viewer: Viewer, given: Given) -> Daily:
    return held.become(lines=tuple(one for n, one in enumerate(held.lines) if n != given.at))


_DOES: Mapping[str, Callable[[Daily, Viewer, Given], Daily]] = {
    "write": _write,
    "up": lambda held, _viewer, given: _swapped(held, given.at, given.at - 1),
    "down": lambda held, _viewer, given: _swapped(held, given.at, given.at + 1),
    "remove": _remove,
    "check": lambda held, viewer, _given: held.become(checker=viewer.login),
    "reopen": lambda held, _viewer, _given: held.become(checker=""),
    "sign": lambda held, viewer, given: held.become(signer=viewer.login, facts=tuple(given.facts)),
}
