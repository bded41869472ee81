"""How a source is worked: who collects from it, its circuit breaker, a pause, and what people asked of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Breaker(StrEnum):
    """CLOSED: asked at its own pace. OPEN: left alone until the next probe. HALF_OPEN: one probe is under way."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class CommandVerb(StrEnum):
    """What people may ask of a source: a run now, a window read again, a connection tried without storing anything."""

    RUN = "run"
    REREAD = "reread"
    TEST = "test"


class CommandState(StrEnum):
    """Where a command is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, `start` included and `end` not."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class SourceCommand:
    """One thing a person asked of a source. `actor` is the login; `result` is one sentence once it is over."""

    id: int
    source: str
    verb: CommandVerb
    asked: datetime
    actor: str
    state: CommandState = CommandState.WAITING
    window: Window | None = None
    holder: str = ""
    taken: datetime | None = None
    ended: datetime | None = None
    result: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Since when, by whom and why a source is not asked."""

    since: datetime
    by: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What its collector last said of a source: the breaker, since when it is open, the next probe and the next run."""

    breaker: Breaker = Breaker.CLOSED
    failures: int = 0
    opened: datetime | None = None
    probe: datetime | None = None
    next_run: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceWork:
    """How one source is worked. `holder` is the collector that has it, "" when none has; `at` is when it told this."""

    source: str
    told: Told = Told()
    at: datetime | None = None
    holder: str = ""
    pause: Pause | None = None


@dataclass(frozen=True, slots=True)
class SpoolFill:
    """What waits on a collector's disk for the store, in batches and bytes, against the bytes it may hold."""

    batches: int = 0
    bytes: int = 0
    limit: int = 0
    oldest: datetime | None = None

    @property
    def share(self) -> float:
        """How full it is, 0 to 1."""
        return self.bytes / self.limit if self.limit else 0.0


@dataclass(frozen=True, slots=True)
class CollectorSeen:
    """A collector process as it last told of itself."""

    holder: str
    started: datetime
    seen: datetime
    spool: SpoolFill = SpoolFill()
