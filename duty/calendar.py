"""Working time: days of the official calendar (holidays and the days worked for them), and the hours of a working day.

The calendar of a year is announced in the autumn before; a year that is not known yet counts Monday to Friday, and says so.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from indicators.workdays import rests

DAY = timedelta(days=1)
HOURS = ((time(8, 30), time(12, 0)), (time(14, 30), time(17, 30)))  # of a public office; local time
FURTHEST = 400  # days that are looked ahead; no clock is longer


def is_workday(day: date) -> bool:
    """Whether public offices work on a day; Monday to Friday in a year whose calendar is not known."""
    resting = rests(day)
    return day.isoweekday() <= 5 if resting is None else not resting


def known(year: int) -> bool:
    """Whether the official calendar of a year is known."""
    return rests(date(year, 1, 1)) is not None


def unknown(since: datetime, until: datetime, zone: ZoneInfo) -> tuple[int, ...]:
    """The years between two moments whose calendar is not known: what is counted in them is a guess."""
    years = range(since.astimezone(zone).year, until.astimezone(zone).year + 1)
    return tuple(year for year in years if not known(year))


def stretches(since: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of working time that end after `since`, the first one cut off at it; aware UTC."""
    first = since.astimezone(zone).date()
    for offset in range(FURTHEST):
        day = first + offset * DAY
        if not is_workday(day):
            continue
        for begin, end in HOURS:
            start, stop = (datetime.combine(day, at, zone).astimezone(UTC) for at in (begin, end))
            if stop > since:
                yield max(start, since), stop


def after(since: datetime, span: timedelta, zone: ZoneInfo) -> datetime:
    """The moment when so much working time has passed."""
    left = span
    for start, stop in stretches(since, zone):
        if stop - start >= left:
            return start + left
        left -= stop - start
    raise ValueError(f"no working time within {FURTHEST} days")


def worked(since: datetime, until: datetime, zone: ZoneInfo) -> timedelta:
    """How much working time lies between two moments."""
    total = timedelta()
    for start, stop in stretches(since, zone):
        if start >= until:
            break
        total += min(stop, until) - start
    return total


def end_of_day(since: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The end of work on the n-th working day after the day of `since`."""
    day, left = since.astimezone(zone).date(), days
    while left:
        day += DAY
        left -= is_workday(day)
    return datetime.combine(day, HOURS[-1][1], zone).astimezone(UTC)
