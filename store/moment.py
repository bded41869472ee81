"""Aware datetimes outside, int64 milliseconds since 1970 (UTC) inside."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware datetime, cut to the whole; TypeError for a naive one."""
    return (moment - EPOCH) // MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """The aware UTC datetime of a stored time."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def to_ms_or_none(moment: datetime | None) -> int | None:
    """`to_ms` that lets None through."""
    return None if moment is None else to_ms(moment)


def from_ms_or_none(milliseconds: int | None) -> datetime | None:
    """`from_ms` that lets None through."""
    return None if milliseconds is None else from_ms(milliseconds)
