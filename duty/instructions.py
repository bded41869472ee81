"""Instructions: a leader says what shall be done, somebody takes it in hand, and it stays visible until it is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.account import Right, Role, Viewer
from domain.dossier import DossierStep
from domain.errors import TransitionRefused
from domain.instruction import Instruction
from duty.cards import OPEN
from duty.table import Move, MoveTable
from store.duty import Desktop, Outcome

LONGEST = 500  # characters
STATES: Mapping[str, str] = {"issued": "待接收", "received": "落实中", "done": "已落实", "withdrawn": "已撤回"}
Decision = Callable[[Desktop], Outcome]


def _acts(_held: Instruction, viewer: Viewer) -> bool:
    return viewer.may(Right.ACT)


def _owns(held: Instruction, viewer: Viewer) -> bool:
    return viewer.login == held.owner


MOVES: Mapping[str, Move[Instruction]] = {
    "receive": Move("接收批示", frozenset({"issued"}), "received", "值班员或值班长", _acts),
    "finish": Move("报告落实", frozenset({"received"}), "done", "值班员或值班长", _acts),
    "withdraw": Move("撤回批示", frozenset({"issued", "received"}), "withdrawn", "作出批示的领导", _owns),
}
TABLE = MoveTable(MOVES, STATES)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a leader wants: words, about what (and how it was shown), by whom and until when."""

    words: str
    about: str
    unit: str
    by: datetime
    shown: str = ""
    level: int = 2
    topic: str = ""
    district: str = ""


Order = Callable[[Desktop, Instruction], tuple[str, Outcome]]


def no_order(_top: Desktop, _made: Instruction) -> tuple[str, Outcome]:
    """An instruction that makes no order of its own."""
    return "", Outcome()


def issue(wish: Wish, viewer: Viewer, now: datetime, order: Order = no_order) -> Decision:
    """A leader gives an instruction. order: makes the supervised order that belongs to it, and tells its number."""

    def decide(top: Desktop) -> Outcome:
        if viewer.role is not Role.LEADER:
            raise TransitionRefused("批示由领导作出", permanent=True)
        if not wish.words.strip():
            raise TransitionRefused("批示内容不能为空", permanent=True)
        if wish.by <= now:
            raise TransitionRefused("落实时限须晚于现在", permanent=True)
        made = Instruction(
            id=top.number(Instruction, now), state="issued", opened=now, updated=now, title=wish.words.strip()[:LONGEST],
            owner=viewer.login, about=wish.about, unit=wish.unit, due=wish.by, by=wish.by, shown=wish.shown,
            level=wish.level, topic=wish.topic, district=wish.district,
        )  # fmt: skip
        number, more = order(top, made)
        return Outcome([DossierStep(made.become(order=number), "issue", now, viewer.login)]) + more

    return decide


def possible(held: Instruction, viewer: Viewer) -> list[str]:
    """What somebody may do with an instruction as it stands."""
    return TABLE.possible(held, viewer)


def step(key: str, verb: str, viewer: Viewer, now: datetime, words: str = "") -> Decision:
    """Take it in hand, report that it is done, or take it back. words: the result, or the reason."""

    def decide(top: Desktop) -> Outcome:
        held = top.dossier(Instruction, key)
        TABLE.must(held, verb, viewer)
        if verb != "receive" and not words.strip():
            raise TransitionRefused(f"{MOVES[verb].name}须写明情况", permanent=True)
        moved = _DOES[verb](held.become(updated=now), viewer, now, words.strip()[:LONGEST])
        return Outcome([DossierStep(moved, verb, now, viewer.login, {"words": words.strip()[:LONGEST]})])

    return decide


def overdue(now: datetime) -> Decision:
    """What time does: an instruction that was not carried out by its time is marked."""

    def decide(top: Desktop) -> Outcome:
        late = [one for one in top.dossiers(Instruction, OPEN) if one.due is not None and one.due <= now]
        return Outcome([DossierStep(one.become(late=True, due=None, updated=now), "overdue", now) for one in late])

    return decide


def _receive(held: Instruction, viewer: Viewer, now: datetime, words: str) -> Instruction:  # noqa: ARG001
    return held.become(state="received", receiver=viewer.login)


def _finish(held: Instruction, viewer: Viewer, now: datetime, words: str) -> Instruction:  # noqa: ARG001
    return held.become(state="done", result=words, closed=now, due=None)


def _withdraw(held: Instruction, viewer: Viewer, now: datetime, words: str) -> Instruction:  # noqa: ARG001
    return held.become(state="withdrawn", result=words, closed=now, due=None)


_DOES: Mapping[str, Callable[[Instruction, Viewer, datetime, str], Instruction]] = {
    "receive": _receive,
    "finish": _finish,
    "withdraw": _withdraw,
}
