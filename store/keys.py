"""The key of a row of the log: its time and its series in one number, as SQL asks for it."""

from collections.abc import Collection

from sqlalchemy import ColumnElement

from store.columns import REACH_MS, SERIES_BITS
from store.tables import observation

KEY = observation.c.key
AT = KEY.bitwise_rshift(SERIES_BITS)
SERIES = KEY.bitwise_and((1 << SERIES_BITS) - 1)


def time_of(key: int) -> int:
    """The time (ms) of a row."""
    return key >> SERIES_BITS


def between(start: int, end: int) -> ColumnElement[bool]:
    """The condition start <= at < end (ms)."""
    return (_first(start) <= KEY) & (_first(end) > KEY)


def of_series(numbers: Collection[int]) -> ColumnElement[bool]:
    """The condition that a row is of one of some series."""
    return SERIES.in_(sorted(int(number) for number in numbers))


def _first(at: int) -> int:
    """The lowest key of a time. Beyond the log's reach there is nothing, so its ends stand for whatever is further."""
    return max(-REACH_MS, min(at, REACH_MS - 1)) << SERIES_BITS
