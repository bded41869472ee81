"""What an answer rests on, noted while it is worked out, so that a later snapshot knows whether it still holds."""

from dataclasses import dataclass, field
from datetime import datetime

from snapshot.times import FOREVER, to_ms


@dataclass(slots=True)
class Ask:
    """Notes of one question: the metrics (and health, alerts, incidents) read, and until when the answer holds, ms."""

    on: set[str] = field(default_factory=set)
    until: int = FOREVER

    def before(self, moment: int | datetime) -> None:
        """Time itself changes the answer at this moment."""
        self.until = min(self.until, moment if isinstance(moment, int) else to_ms(moment))


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer with its notes."""

    answer: object
    on: frozenset[str]
    until: int

    def holds(self, changed: frozenset[str], now: int) -> bool:
        """Whether the answer is still right at `now` (ms) after these changes."""
        return now < self.until and self.on.isdisjoint(changed)
