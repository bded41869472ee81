from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from store.buckets import Calendar
from store.moment import from_ms, to_ms

MOMENT = to_ms(datetime(2026, 11, 24, 6, 34, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("zone", "hour", "midnight"),
    [
        ("Asia/Shanghai", "2026-11-24T06:00:00", "2026-11-23T16:00:00"),
        ("Asia/Kolkata", "2026-11-24T06:30:00", "2026-11-23T18:30:00"),
        ("Asia/Kathmandu", "2026-11-24T06:15:00", "2026-11-23T18:15:00"),
        ("America/Los_Angeles", "2026-11-24T06:00:00", "2026-11-23T08:00:00"),
    ],
)
def test_hours_and_days_begin_on_the_citys_clock(zone: str, hour: str, midnight: str) -> None:
    calendar = Calendar(ZoneInfo(zone))
    assert from_ms(calendar.hour_of(MOMENT)).isoformat() == f"{hour}+00:00"
    assert from_ms(calendar.day_of(MOMENT)).isoformat() == f"{midnight}+00:00"
    assert calendar.hours_of(np.array([MOMENT])).tolist() == [calendar.hour_of(MOMENT)]
    assert (calendar.day_of(MOMENT) - calendar.phase) % 3_600_000 == 0


def test_a_bucket_start_belongs_to_its_own_bucket() -> None:
    calendar = Calendar(ZoneInfo("Asia/Shanghai"))
    midnight = calendar.day_of(MOMENT)
    assert calendar.day_of(midnight) == calendar.hour_of(midnight) == midnight
    assert calendar.day_of(midnight - 1) == midnight - 86_400_000


def test_midnights_enclose_a_span_and_know_summer_time() -> None:
    calendar = Calendar(ZoneInfo("America/Los_Angeles"))
    start = to_ms(datetime(2026, 10, 31, 12, tzinfo=UTC))
    marks = calendar.midnights(start, start + 2 * 86_400_000)
    assert np.diff(marks).tolist() == [24 * 3_600_000, 25 * 3_600_000, 24 * 3_600_000]
    assert marks[0] <= start
    assert marks[-1] >= start + 2 * 86_400_000
