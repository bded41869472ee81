"""Instructions: a leader says what shall be done, somebody takes it in hand, and it stays visible until it is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.account import Right, Role, Viewer
from domain.dossier import DossierStep
from domain.errors import TransitionRefused
from domain.instruction import Instruction
from duty.cards import OPEN
from store.duty import Desktop, Outcome

LONGEST = 500  # characters
STATES: Mapping[str, str] = {"issued": "待接收", "received": "落实中", "done": "已落实", "withdrawn": "已撤回"}
Decision = Callable[[Desktop], Outcome]


@dataclass(frozen=True, slots=True)
class Move:
    """One thing people do with an instruction: what it is called, from which states, and who may, in words."""

    name: str
    states: frozenset[str]
    who: str


MOVES: Mapping[str, Move] = {
    "receive": Move("接收批示", frozenset({"issued"}), "值班员或值班长"),
    "finish": Move("报告落实", frozenset({"received"}), "值班员或值班长"),
    "withdraw": Move("撤回批示", frozenset({"issued", "received"}), "作出批示的领导"),
}


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


def may(held: Instruction, verb: str, viewer: Viewer) -> bool:
    """Whether somebody may do this with an instruction, whatever its state."""
    return viewer.login == held.owner if verb == "withdraw" else viewer.may(Right.ACT)


def possible(held: Instruction, viewer: Viewer) -> list[str]:
    """What somebody may do with an instruction as it stands."""
    return [verb for verb, move in MOVES.items() if held.state in move.states and may(held, verb, viewer)]


def step(key: str, verb: str, viewer: Viewer, now: datetime, words: str = "") -> Decision:
    """Take it in hand, report that it is done, or take it back. words: the result, or the reason."""

    def decide(top: Desktop) -> Outcome:
        held = top.dossier(Instruction, key)
        _must(held, verb, viewer)
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


def _must(held: Instruction, verb: str, viewer: Viewer) -> None:
    move = MOVES.get(verb)
    if move is None:
        raise TransitionRefused(f"没有“{verb}”这一操作", permanent=True)
    if held.state not in move.states:
        can = "、".join(MOVES[name].name for name in possible(held, viewer)) or "查看"
        raise TransitionRefused(f"{held.id} 现为“{STATES[held.state]}”，不能{move.name}；可以：{can}")
    if not may(held, verb, viewer):
        raise TransitionRefused(f"{move.name}须由{move.who}操作", permanent=True)


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
