"""A run under way: what a poll, or a stretch of listening, has brought so far."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from domain.operation import Window
from domain.run import SourceRun


@dataclass
class Run:
    """One run under way. `seen` finds records repeated on another page of the same run; `clock` is `monotonic()` at `now`.

    window: what a person wants read again. kept_nowhere: store and spool failed. lost: the source is another collector's now.
    """

    key: str
    now: datetime
    clock: float
    cursor: str | None = None
    read: int = 0
    written: int = 0
    duplicates: int = 0
    rejected: int = 0
    note: str = ""
    seen: set[Hashable] = field(default_factory=set)
    window: Window | None = None
    kept_nowhere: bool = False
    lost: bool = False

    def moment(self) -> datetime:
        """The present moment: the run's own plus the time it has taken."""
        return self.now + timedelta(seconds=monotonic() - self.clock)

    def finished(self, error: str) -> SourceRun:
        """The run's record; a note (the store is down, the data are in the spool) is not a failure of the source."""
        return SourceRun(
            source=self.key, started=self.now, ended=self.moment(), ok=not error, read=self.read, written=self.written,
            duplicates=self.duplicates, rejected=self.rejected, error=error or self.note, cursor=self.cursor,
        )  # fmt: skip
