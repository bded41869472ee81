"""How fresh a value is and how a source is doing (WALL states: 实时, 延迟, 过期, 中断)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LATE_AFTER = 1.5  # times the expected interval
STALE_AFTER = 3.0


class Freshness(StrEnum):
    """Age of a value against its expected interval; `NONE` means that nothing ever arrived."""

    LIVE = "live"
    LATE = "late"
    STALE = "stale"
    DOWN = "down"
    NONE = "none"


def freshness(at: datetime | None, now: datetime, every: timedelta, stale_after: timedelta | None = None) -> Freshness:
    """Judge the age of a value: live to 1.5 intervals, late to 3 (or `stale_after`), then stale."""
    if at is None:
        return Freshness.NONE
    age = now - at
    if age <= every * LATE_AFTER:
        return Freshness.LIVE
    return Freshness.LATE if age <= (stale_after or every * STALE_AFTER) else Freshness.STALE


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source's state as people see it; `error` is the newest failure's sentence, empty when healthy.

    `rows` and `rejected` count since the last local midnight; `latency` is the newest run's length in seconds.
    `since` is when the present state began.
    """

    source: str
    state: Freshness
    since: datetime | None = None
    last_run: datetime | None = None
    last_success: datetime | None = None
    rows: int = 0
    rejected: int = 0
    latency: float | None = None
    error: str = ""


# What the cockpit measures of itself (jobs/health.py): the city's figure, and six of each source at `source_place`.
SYSTEM = "system"  # the source these values carry; no department feeds them
RATE, STATE = "system.health_rate", "source.state"
ROWS, REJECTED, LATENCY, AGE = "source.rows", "source.rejected", "source.latency", "source.age"
SPOOL = "system.spool"  # per cent of the fullest spool of the collectors
QUALITY = "source.quality"  # jobs/quality.py: each hour, and in day roll-ups what its course over months is read from
WALL_SILENCE = "wall.silence"  # of each wall that the city declares, at `domain.wall.wall_place`
MEASURED = frozenset({RATE, SPOOL, STATE, ROWS, REJECTED, LATENCY, AGE, QUALITY, WALL_SILENCE})
STATE_CODES = {state: code for code, state in enumerate(Freshness)}  # 0 live, 1 late, 2 stale, 3 down, 4 none
_PLACE = "source:"


def source_place(source: str) -> str:
    """The site that figures about a source belong to."""
    return _PLACE + source


def source_at(place: str) -> str:
    """The source whose site this is, "" for any other place."""
    return place.removeprefix(_PLACE) if place.startswith(_PLACE) else ""
