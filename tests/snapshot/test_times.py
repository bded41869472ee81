from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from snapshot.times import earlier, midnight, to_at, to_ms, window_start
from tests.cities import NOW, metric

CHINA = ZoneInfo("Asia/Shanghai")
LEVEL = metric("hydro.level")
GDP = metric("economy.gdp_ytd", every="31d")


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def test_milliseconds_and_back() -> None:
    assert to_at(to_ms(NOW)) == NOW
    assert to_at(to_ms(NOW)).tzinfo is UTC


@pytest.mark.parametrize(
    ("window", "start"),
    [
        ("latest", "2026-11-24T14:32"),
        ("hour", "2026-11-24T13:32"),
        ("today", "2026-11-24T00:00"),
        ("d30", "2026-10-26T00:00"),
        ("month", "2026-11-01T00:00"),
        ("year", "2026-01-01T00:00"),
    ],
)
def test_windows_begin_on_the_citys_clock(window, start: str) -> None:
    assert window_start(window, NOW, CHINA) == china(start)


def test_the_first_minutes_of_a_local_day_are_still_yesterday_in_utc() -> None:
    assert midnight(datetime(2026, 11, 23, 16, 1, tzinfo=UTC), CHINA) == china("2026-11-24T00:00")
    assert midnight(NOW, CHINA, 1) == china("2026-11-23T00:00")
    assert midnight(NOW, CHINA, -1) == china("2026-11-25T00:00")


@pytest.mark.parametrize(
    ("basis", "window", "base"),
    [
        ("yesterday", "today", "2026-11-23T14:32"),
        ("week", "latest", "2026-11-17T14:32"),
        ("month", "today", "2026-10-24T14:32"),
        ("month", "month", "2026-10-24T14:32"),
        ("month", "d30", "2026-10-25T14:32"),
        ("year", "today", "2025-11-24T14:32"),
        ("year", "year", "2025-11-24T14:32"),
    ],
)
def test_bases_lie_at_the_same_local_time(basis, window, base: str) -> None:
    assert earlier(NOW, basis, LEVEL, window, CHINA)[0] == china(base)


def test_days_follow_the_festival_and_sums_to_date_the_date() -> None:
    eve = china("2026-02-17T10:00").astimezone(UTC)  # the first day of spring festival in 2026
    assert earlier(eve, "year", LEVEL, "today", CHINA)[0] == china("2025-01-29T10:00")
    assert earlier(eve, "year", LEVEL, "year", CHINA)[0] == china("2025-02-17T10:00")
    assert earlier(eve, "year", GDP, "latest", CHINA)[0] == china("2025-02-17T10:00")


def test_what_people_do_compares_past_a_holiday_and_the_air_does_not() -> None:
    after = china("2026-10-08T10:00").astimezone(UTC)  # the first working Thursday after the holiday
    calls = metric("hotline.calls", aggregate="sum", across="sum", window="today")
    assert earlier(after, "week", calls, "today", CHINA) == (china("2026-09-24T10:00"), "")
    assert earlier(after, "week", calls, "month", CHINA)[0] == china("2026-10-01T10:00")
    air = metric("air.pm25", topic="environment")
    assert earlier(after, "week", air, "latest", CHINA)[0] == china("2026-10-01T10:00")


def test_the_last_of_a_month_has_a_base_in_a_shorter_one() -> None:
    base, _ = earlier(china("2026-03-31T10:00"), "month", LEVEL, "today", CHINA)
    assert base == china("2026-02-28T10:00")
    leap, _ = earlier(china("2028-02-29T10:00"), "year", LEVEL, "year", CHINA)
    assert leap == china("2027-02-28T10:00")
    assert leap - timedelta(0) == leap
