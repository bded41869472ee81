"""The clock, read in one place so that everything else takes `now` as an argument."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def local_midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """The start of the local day that holds `now`, as aware UTC."""
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def next_whole(now: datetime, span: timedelta) -> datetime:
    """The first moment after `now` that is a whole multiple of `span` since the epoch."""
    size = span.total_seconds()
    return datetime.fromtimestamp((now.timestamp() // size + 1) * size, UTC)
