"""Where hours and local days begin. An hour bucket is an hour of the city's own clock, so that days hold whole hours."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from store.columns import Int64
from store.moment import HOUR_MS, from_ms, to_ms

_WINTER, _SUMMER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Calendar:
    """Hours and days of one city. Bucket starts are ms UTC."""

    zone: ZoneInfo
    phase: int = field(init=False)

    def __post_init__(self) -> None:
        """Find the part of an hour that the zone is off (India: 30 minutes; China: none).

        ValueError for a zone where it changes with the seasons (Lord Howe Island): its days do not hold whole hours.
        """
        winter, summer = (-to_ms(day.astimezone(self.zone).replace(tzinfo=UTC)) % HOUR_MS for day in (_WINTER, _SUMMER))
        if winter != summer:
            raise ValueError(f"{self.zone} has a summer time of half an hour")
        object.__setattr__(self, "phase", winter)

    def hour_of(self, at: int) -> int:
        """The start of the hour that holds a time."""
        return (at - self.phase) // HOUR_MS * HOUR_MS + self.phase

    def hours_of(self, at: Int64) -> Int64:
        """`hour_of` for a column."""
        return (at - self.phase) // HOUR_MS * HOUR_MS + self.phase

    def day_of(self, at: int) -> int:
        """The local midnight at or before a time."""
        return self._midnight(from_ms(at).astimezone(self.zone).date())

    def midnights(self, start: int, end: int) -> Int64:
        """Every local midnight from the one at or before `start` to the first at or after `end`."""
        first = from_ms(start).astimezone(self.zone).date()
        last = from_ms(end).astimezone(self.zone).date()
        marks = [self._midnight(first + timedelta(days=i)) for i in range((last - first).days + 1)]
        if marks[-1] < end:
            marks.append(self._midnight(last + timedelta(days=1)))
        return np.array(marks, np.int64)

    def _midnight(self, day: date) -> int:
        return to_ms(datetime.combine(day, time(), self.zone))
