"""How good data are, as shares and one score: what came of what was due, what was understood, when the source was there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

WEIGHTS: Final[Mapping[str, float]] = {
    "complete": 0.4,
    "valid": 0.3,
    "available": 0.3,
}  # printed where the score stands
FEWEST: Final = 4  # values due in a span; with fewer, one that is a little late would look like a hole


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, both counted."""

    part: int = 0
    whole: int = 0

    def __add__(self, other: "Share") -> "Share":
        """Both counted together."""
        return Share(self.part + other.part, self.whole + other.whole)

    @property
    def percent(self) -> float | None:
        """0..100; None when nothing was due."""
        return 100.0 * self.part / self.whole if self.whole > 0 else None


def due(span: timedelta, every: timedelta) -> int:
    """How many values a series owes in a span; 0 when they are too few to count (then its newest value is judged)."""
    count = span // every if every > timedelta(0) else 0
    return count if count >= FEWEST else 0


def received(count: int, owed: int, fresh: bool) -> Share:
    """One series: what came of what was owed, never more; a slow one by whether its newest value is still good."""
    return Share(min(count, owed), owed) if owed else Share(int(fresh), 1)


def score(shares: Mapping[str, float | None]) -> float | None:
    """The weighted mean (0..100) of the shares in percent that there are, by WEIGHTS; None when there is none.

    A share that cannot be told (nothing was read, so nothing can be valid) leaves its weight to the others.
    """
    known = {name: value for name, value in shares.items() if value is not None}
    total = sum(WEIGHTS[name] for name in known)
    return sum(WEIGHTS[name] * value for name, value in known.items()) / total if total else None


def mean(scores: list[float]) -> float | None:
    """The plain mean; None of nothing."""
    return sum(scores) / len(scores) if scores else None
