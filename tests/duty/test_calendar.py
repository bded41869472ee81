"""Working time: nights, weekends, holidays and the days worked for them, and years nobody has announced."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.calendar import after, end_of_day, is_workday, known, unknown, worked

ZONE = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "works"),
    [("2026-10-01", False), ("2026-10-10", True), ("2026-11-28", False), ("2026-11-27", True), ("2026-02-17", False)],
)
def test_holidays_and_the_days_worked_for_them_count(day: str, works: bool) -> None:
    assert is_workday(date.fromisoformat(day)) is works


def test_a_year_that_is_not_announced_counts_monday_to_friday_and_says_so() -> None:
    assert not known(2060)
    assert is_workday(date(2060, 1, 1)) is (date(2060, 1, 1).isoweekday() <= 5)
    assert unknown(at("2026-12-30 09:00"), at("2060-01-02 09:00"), ZONE)[-1] == 2060
    assert unknown(at("2026-11-30 09:00"), at("2026-12-02 09:00"), ZONE) == ()


@pytest.mark.parametrize(
    ("since", "hours", "until"),
    [
        ("2026-11-25 09:00", 2, "2026-11-25 11:00"),
        ("2026-11-25 11:00", 2, "2026-11-25 15:30"),  # over noon
        ("2026-11-25 22:00", 1, "2026-11-26 09:30"),  # over the night
        ("2026-11-27 17:00", 4, "2026-11-30 12:00"),  # over a weekend: half an hour on Friday, the rest on Monday
        ("2026-09-30 17:00", 1, "2026-10-08 09:00"),  # over the national holiday
        ("2026-10-09 17:30", 1, "2026-10-10 09:30"),  # a Saturday that is worked
    ],
)
def test_working_hours_stand_still_at_night_at_noon_and_on_holidays(since: str, hours: int, until: str) -> None:
    assert after(at(since), hours * HOUR, ZONE) == at(until)


def test_working_days_end_with_the_work_of_the_last_one() -> None:
    assert end_of_day(at("2026-11-27 23:00"), 3, ZONE) == at("2026-12-02 17:30")
    assert end_of_day(at("2026-09-30 09:00"), 1, ZONE) == at("2026-10-08 17:30")


@given(
    st.integers(0, 330 * 1440).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    st.timedeltas(timedelta(minutes=1), timedelta(hours=60)),
)
def test_what_is_counted_forward_is_counted_back(since: datetime, span: timedelta) -> None:
    assert worked(since, after(since, span, ZONE), ZONE) == span
