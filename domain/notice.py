"""A notice: one message to one receiver about cases or an order. Waiting rows are the outbox."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.alert import AlertLevel


class NoticeKind(StrEnum):
    """Why somebody is told."""

    FIRED = "fired"
    ROSE = "rose"
    REPEAT = "repeat"
    CLEARED = "cleared"
    ESCALATED = "escalated"
    SILENCE_ENDED = "silence_ended"
    FLAPPING = "flapping"
    STORM = "storm"
    TEST = "test"
    ORDERED = "ordered"  # a unit has an order to sign for
    ASSISTING = "assisting"  # it assists with one
    URGED = "urged"
    SUPERVISED = "supervised"
    OVERDUE = "overdue"
    HANDOVER_LATE = "handover_late"  # a handover sheet that nobody has signed in time


# What acknowledging a case, or signing for an order, makes needless: it asks for somebody, and somebody came.
CALLING = frozenset(
    {
        NoticeKind.FIRED,
        NoticeKind.ROSE,
        NoticeKind.REPEAT,
        NoticeKind.ESCALATED,
        NoticeKind.SILENCE_ENDED,
        NoticeKind.STORM,
        NoticeKind.ORDERED,
        NoticeKind.URGED,
        NoticeKind.SUPERVISED,
        NoticeKind.OVERDUE,
    }
)
# What is about an order: its number is the only one in `cases`, and the body says what its unit is told.
ABOUT_ORDERS = frozenset(
    {
        NoticeKind.ORDERED,
        NoticeKind.ASSISTING,
        NoticeKind.URGED,
        NoticeKind.SUPERVISED,
        NoticeKind.OVERDUE,
    }
)


class NoticeState(StrEnum):
    """Where a notice stands."""

    WAITING = "waiting"
    SENDING = "sending"  # a worker holds it until its lease runs out
    SENT = "sent"
    FAILED = "failed"  # for good; the receipt says why
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Notice:
    """`id` is made of what it tells, so that planning it twice is one notice; it is the idempotency key on the wire.

    cases: numbers of the cases, or of the order, it is about. due: not before. body: what the receiver's kind makes its message of (texts,
    labels; no secret). attempts: tries so far. receipt: what the other side answered. Times are aware UTC.
    """

    id: str
    kind: NoticeKind
    receiver: str
    level: AlertLevel
    group: str
    cases: tuple[str, ...]
    made: datetime
    due: datetime
    body: Mapping[str, object] = field(default_factory=dict)
    state: NoticeState = NoticeState.WAITING
    attempts: int = 0
    lease: datetime | None = None
    sent: datetime | None = None
    receipt: str = ""
    error: str = ""
