"""What people may do with a dossier, as a table of moves: one row a verb, the same for every kind, walked by one test."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from domain.account import Viewer
from domain.dossier import Dossier
from domain.errors import TransitionRefused

D = TypeVar("D", bound=Dossier)


@dataclass(frozen=True, slots=True)
class Move(Generic[D]):
    """One thing people do. states: from which; to: the state it leads to, "" when it stays or depends.

    who: who may, in words; may: the same as a test. needs: what has to be filled in, field -> its name in words.
    """

    name: str
    states: frozenset[str]
    to: str
    who: str
    may: Callable[[D, Viewer], bool]
    needs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MoveTable(Generic[D]):
    """The moves of a kind by their verbs, and what its states are called."""

    moves: Mapping[str, Move[D]]
    states: Mapping[str, str]

    def possible(self, held: D, viewer: Viewer) -> list[str]:
        """What somebody may do with a dossier as it stands."""
        return [verb for verb, move in self.moves.items() if held.state in move.states and move.may(held, viewer)]

    def must(self, held: D, verb: str, viewer: Viewer) -> Move[D]:
        """The move, when this person may do it now. TransitionRefused with why not and what is possible instead."""
        move = self.moves.get(verb)
        if move is None:
            raise TransitionRefused(f"没有“{verb}”这一操作", permanent=True)
        if held.state not in move.states:
            can = self.words(self.possible(held, viewer)) or "查看"
            raise TransitionRefused(f"{held.id} 现为“{self.states[held.state]}”，不能{move.name}；可以：{can}")
        if not move.may(held, viewer):
            raise TransitionRefused(f"{move.name}须由{move.who}操作", permanent=True)
        return move

    def words(self, verbs: Iterable[str]) -> str:
        """Verbs as people call them, one after the other."""
        return "、".join(self.moves[verb].name for verb in verbs)


def filled(move: Move[D], given: Mapping[str, object]) -> None:
    """TransitionRefused naming everything that a move needs and was not filled in."""
    missing = [name for key, name in move.needs.items() if not str(given.get(key) or "").strip()]
    if missing:
        raise TransitionRefused(f"{move.name}须填写：{'、'.join(missing)}", permanent=True)


def unmoved(held: Dossier, version: int | None, who: str) -> None:
    """TransitionRefused when the dossier is no longer the version that somebody looked at. who: who moved it last."""
    if version is not None and held.version != version:
        raise TransitionRefused(f"{held.id} 刚由 {who or '他人'} 处理，请先看新的情况；您的操作没有执行")
