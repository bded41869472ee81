"""Which earlier day a day compares with: the calendar's, except around holidays that follow the moon."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from indicators.reasons import Why

Shift = Literal["yesterday", "week", "month", "year"]

# 春节, 清明, 端午, 中秋 by year: they move against the solar calendar. Computed by the calendar's rules (GB/T 33661-2017).
_MOVING: dict[int, tuple[str, str, str, str]] = {
    2019: ("02-05", "04-05", "06-07", "09-13"),
    2020: ("01-25", "04-04", "06-25", "10-01"),
    2021: ("02-12", "04-04", "06-14", "09-21"),
    2022: ("02-01", "04-05", "06-03", "09-10"),
    2023: ("01-22", "04-05", "06-22", "09-29"),
    2024: ("02-10", "04-04", "06-10", "09-17"),
    2025: ("01-29", "04-04", "05-31", "10-06"),
    2026: ("02-17", "04-05", "06-19", "09-25"),
    2027: ("02-06", "04-05", "06-09", "09-15"),
    2028: ("01-26", "04-04", "05-28", "10-03"),
    2029: ("02-13", "04-04", "06-16", "09-22"),
    2030: ("02-03", "04-05", "06-05", "09-12"),
}
SPRING = "春节"
ORDINARY = "平日"
_NAMES = (SPRING, "清明", "端午", "中秋")

# 春节 reaches from 小年 to 元宵: people travel and offices rest unevenly over these days. The others are their own day only;
# which days around them are off is decided anew each year.
_REACH = {SPRING: (-7, 14)}

# Holidays on fixed days keep them: (month, first day, last day). They win where a moving one falls on them.
_FIXED = (("元旦", 1, 1, 1), ("劳动节", 5, 1, 5), ("国庆", 10, 1, 7))


@dataclass(frozen=True, slots=True)
class Festival:
    """The holiday a day belongs to and how many days from its main day; 平日 and 0 for all others."""

    name: str
    offset: int = 0


def festival(day: date) -> Festival:
    """The holiday of a day; KeyError for a year whose lunar holidays are not in the table (2019-2030)."""
    for name, month, first, last in _FIXED:
        if day.month == month and first <= day.day <= last:
            return Festival(name)
    for name in _NAMES:
        low, high = _REACH.get(name, (0, 0))
        offset = (day - main_day(name, day.year)).days
        if low <= offset <= high:
            return Festival(name, offset)
    return Festival(ORDINARY)


def main_day(name: str, year: int) -> date:
    """The day of 春节, 清明, 端午 or 中秋 in a year; KeyError outside 2019-2030."""
    return date.fromisoformat(f"{year}-{_MOVING[year][_NAMES.index(name)]}")


def base_of(day: date, shift: Shift) -> tuple[date, str]:
    """The day to compare with, and why it does not compare ("" when it does).

    yesterday and week: 1 and 7 days back. month: the same day of the month before, or its last. year: the same day of the
    holiday a year ago, else the same date (29 February: the 28th); refused where one is a holiday and the other is not, or
    where the table of lunar holidays ends. For figures of single days that follow people's days; sums to date keep the date.
    """
    if shift == "year":
        return _year_before(day)
    if shift == "month":
        last = day.replace(day=1) - timedelta(days=1)
        return last.replace(day=min(day.day, last.day)), ""
    return day - timedelta(days=7 if shift == "week" else 1), ""


def _year_before(day: date) -> tuple[date, str]:
    same = same_date(day, day.year - 1)
    if day.year not in _MOVING or same.year not in _MOVING:
        return same, Why.NO_CALENDAR.say(a=min(_MOVING), b=max(_MOVING))
    now = festival(day)
    moved = now.name in _NAMES
    base = main_day(now.name, same.year) + timedelta(days=now.offset) if moved else same
    then = festival(base)
    return base, "" if then.name == now.name else Why.OTHER_DAY.say(a=now.name, b=then.name)


def same_date(day: date, year: int) -> date:
    """The same month and day of another year; 29 February becomes the 28th where there is none."""
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def base_at(at: datetime, shift: Shift, zone: ZoneInfo) -> tuple[datetime, str]:
    """The moment to compare with, at the same local time of `base_of`'s day, in UTC-aware time of `at`'s own zone."""
    local = at.astimezone(zone)
    day, refused = base_of(local.date(), shift)
    return datetime.combine(day, local.timetz()).astimezone(at.tzinfo), refused
