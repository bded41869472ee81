"""An alert: a machine finding that needs a person. Level, condition and handling are separate axes."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


class AlertLevel(IntEnum):
    """Our own scale, most urgent first; never the official warning colour nor the incident grade."""

    P1 = 1
    P2 = 2
    P3 = 3
    P4 = 4


class Condition(StrEnum):
    """The machine's axis."""

    NORMAL = "normal"
    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Alert:
    """One rule's finding at one place. `fingerprint` is rule|site: one open alert for each.

    `since` is when the condition began to hold, `updated` the newest evaluation, `cleared` the end; `say` is the sentence.
    """

    fingerprint: str
    rule: str
    metric: str
    site: str
    level: AlertLevel
    condition: Condition
    since: datetime
    updated: datetime
    value: float | None
    say: str
    fired: datetime | None = None
    cleared: datetime | None = None
    peak: float | None = None
    stale: bool = False


class Reason(StrEnum):
    """Why an alert moved: data, so that "why was I called" can be asked of the store."""

    BREACHED = "breached"
    HELD = "held"
    LAPSED = "lapsed"
    ROSE = "rose"
    FELL = "fell"
    RECEDED = "receded"
    RELAPSED = "relapsed"
    CLEARED = "cleared"
    WENT_STALE = "went_stale"
    CAME_BACK = "came_back"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of an alert, the row that compare-and-set writes: it moves `fingerprint` from `old` to `new`.

    `at` is when the step was taken (aware UTC), `level` and `value` what held then. `old` is NORMAL when an alert begins;
    old == new when only the level or the stale flag moved.
    """

    fingerprint: str
    at: datetime
    old: Condition
    new: Condition
    level: AlertLevel
    value: float | None
    reason: Reason
