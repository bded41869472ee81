"""Moments as int64 milliseconds (what arrays hold) and the spans that windows and comparisons mean in local time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from domain.metric import Metric, Window
from indicators.holidays import base_at, same_date
from indicators.workdays import same_weekday

Shift = Literal["yesterday", "week", "month", "year"]

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
FOREVER = 1 << 62
PEOPLES = frozenset({"service", "hotline", "traffic", "governance", "economy"})  # topics that follow working days
_OF_DAYS = frozenset({"latest", "hour", "today"})
_D30 = timedelta(days=29)  # today and the 29 days before it


def to_ms(at: datetime) -> int:
    """Milliseconds since the epoch."""
    return int(at.timestamp() * 1000)


def to_at(ms: int) -> datetime:
    """The aware UTC moment of a millisecond."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def span_ms(span: timedelta) -> int:
    """A duration in milliseconds."""
    return int(span.total_seconds() * 1000)


def midnight(at: datetime, zone: ZoneInfo, days_ago: int = 0) -> datetime:
    """The start of the local day that holds `at`, or of one before it."""
    local = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return (local - timedelta(days=days_ago)).astimezone(UTC)


def window_start(window: Window, end: datetime, zone: ZoneInfo) -> datetime:
    """Where a window that ends at `end` begins; "latest" has no length.

    hour: the 60 minutes before. d30: today and the 29 days before. month, year: since the local first.
    """
    return _STARTS[window](end, zone)


def _first(at: datetime, zone: ZoneInfo, month: int | None = None) -> datetime:
    local = at.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return local.replace(month=month or local.month).astimezone(UTC)


_STARTS: dict[str, Callable[[datetime, ZoneInfo], datetime]] = {
    "latest": lambda end, _: end,
    "hour": lambda end, _: end - timedelta(hours=1),
    "today": midnight,
    "d30": lambda end, zone: midnight(end, zone) - _D30,
    "month": _first,
    "year": lambda end, zone: _first(end, zone, 1),
}


def earlier(at: datetime, basis: Shift, metric: Metric, window: Window, zone: ZoneInfo) -> tuple[datetime, str]:
    """The same local time one comparison period before, and why that day does not compare ("" when it does).

    Figures of single days follow people's days (a holiday compares with its counterpart); longer windows, and metrics that
    come less than daily, keep the date. month with a 30-day window goes back 30 days, so that the windows do not overlap. What people
    do on working days compares with the same weekday of the last week in which it was one; air and water know no holidays.
    """
    if basis == "month" and window == "d30":
        return at - timedelta(days=30), ""
    if basis == "year" and (window in ("d30", "month", "year") or metric.every > timedelta(days=1)):
        local = at.astimezone(zone)
        day = same_date(local.date(), local.year - 1)
        return datetime.combine(day, local.timetz()).astimezone(UTC), ""
    if basis == "week" and metric.topic in PEOPLES and window in _OF_DAYS:
        local = at.astimezone(zone)
        day, refused = same_weekday(local.date())
        return datetime.combine(day, local.timetz()).astimezone(UTC), refused
    return base_at(at, basis, zone)
