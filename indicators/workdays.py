"""Days on which people work and days on which they rest, by the official calendar with its days worked for holidays."""

from datetime import date, timedelta
from functools import lru_cache

from indicators.reasons import Why

WEEKS = 4  # weeks gone back for a day of the same kind; the longest holiday and its days worked for it last less
REST, WORK = "休息日", "工作日"


@lru_cache(maxsize=4096)
def rests(day: date) -> bool | None:
    """Whether people rest on a day; None in a year whose calendar is not announced yet."""
    import chinese_calendar  # at the first comparison, not at start

    try:
        return bool(chinese_calendar.is_holiday(day))
    except NotImplementedError:  # how the library says that it does not know the year
        return None


def same_weekday(day: date) -> tuple[date, str]:
    """The same weekday of the last week in which it was the same kind of day, and why there is none ("" when there is).

    The Thursday after a Thursday of 国庆 compares with the Thursday before the holiday. Where the calendar is not known, last week.
    """
    kind = rests(day)
    if kind is None:
        return day - timedelta(days=7), ""
    for weeks in range(1, WEEKS + 1):
        earlier = day - timedelta(days=7 * weeks)
        if rests(earlier) in (kind, None):
            return earlier, ""
    return day - timedelta(days=7), Why.OTHER_DAY.say(a=_word(kind), b=_word(not kind))


def _word(resting: bool) -> str:
    return REST if resting else WORK
