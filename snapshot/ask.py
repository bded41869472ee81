"""What an answer rests on, noted while it is worked out, so that a later snapshot knows whether it still holds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from snapshot.times import FOREVER, to_ms

Answer = TypeVar("Answer")
Question = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer with its notes: what it rests on, and until when (ms) time leaves it alone."""

    answer: object
    on: frozenset[str]
    until: int

    def holds(self, changed: frozenset[str], now: int) -> bool:
        """Whether the answer is still right at `now` (ms) after these changes."""
        return now < self.until and self.on.isdisjoint(changed)


class Keeper(Protocol):
    """Gives a kept answer, working it out when it is not there."""

    def __call__(self, question: Question, work: "Callable[[Ask], object]") -> Kept:
        """The answer with its notes."""
        ...


@dataclass(slots=True)
class Ask:
    """Notes of one question: the metrics (and health, alerts, incidents) read, and until when the answer holds, ms."""

    keeper: Keeper | None = None
    on: set[str] = field(default_factory=set)
    until: int = FOREVER

    def before(self, moment: int | datetime) -> None:
        """Time itself changes the answer at this moment."""
        self.until = min(self.until, moment if isinstance(moment, int) else to_ms(moment))

    def once(self, question: Question, work: "Callable[[Ask], Answer]") -> Answer:
        """A question inside a question: its answer is kept as well, and this answer rests on all that it rests on."""
        if self.keeper is None:
            return work(self)
        kept = self.keeper(question, work)
        self.on |= kept.on
        self.before(kept.until)
        answer: Answer = kept.answer  # type: ignore[assignment]  # the question names its answer's type
        return answer
