from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.holidays import ORDINARY, Shift, base_at, base_of, festival, main_day

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
CHINA = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("day", "shift", "base"),
    [("2026-11-24", "yesterday", "2026-11-23"), ("2026-11-24", "week", "2026-11-17"), ("2026-11-24", "month", "2026-10-24"),
     ("2026-03-31", "month", "2026-02-28"), ("2026-11-24", "year", "2025-11-24"), ("2028-02-29", "year", "2027-02-28"),
     ("2026-01-01", "yesterday", "2025-12-31")],
)  # fmt: skip
def test_ordinary_days_follow_the_calendar(day: str, shift: Shift, base: str) -> None:
    assert base_of(date.fromisoformat(day), shift) == (date.fromisoformat(base), "")


@pytest.mark.parametrize(
    ("day", "base"),
    [("2026-02-17", "2025-01-29"), ("2026-02-16", "2025-01-28"), ("2026-03-03", "2025-02-12"), ("2025-01-29", "2024-02-10"),
     ("2026-06-19", "2025-05-31"), ("2026-04-05", "2025-04-04"), ("2022-09-10", "2021-09-21")],
)  # fmt: skip
def test_moving_holidays_meet_their_own_day(day: str, base: str) -> None:
    assert base_of(date.fromisoformat(day), "year") == (date.fromisoformat(base), "")


@pytest.mark.parametrize("day", ["2026-10-01", "2026-05-03", "2027-01-01"])
def test_fixed_holidays_stay_on_their_date(day: str) -> None:
    base, refused = base_of(date.fromisoformat(day), "year")
    assert (base.month, base.day, refused) == (int(day[5:7]), int(day[8:]), "")


def test_a_working_day_does_not_meet_a_holiday() -> None:
    assert base_of(date(2026, 1, 30), "year")[1] == "本期为平日，基期为春节，不可比"
    assert base_of(date(2026, 9, 25), "year")[1] == "本期为中秋，基期为国庆，不可比"


def test_beyond_the_table_nothing_is_said() -> None:
    assert "2019–2030" in base_of(date(2031, 5, 8), "year")[1]
    assert "2019–2030" in base_of(date(2019, 5, 8), "year")[1]


@given(days)
def test_a_base_is_never_refused_and_of_another_holiday(day: date) -> None:
    base, refused = base_of(day, "year")
    assert bool(refused) == (festival(day).name != festival(base).name)
    assert 330 <= (day - base).days <= 400


@given(days, st.sampled_from(["yesterday", "week", "month"]))
def test_nearer_bases_lie_before(day: date, shift: Shift) -> None:
    base, refused = base_of(day, shift)
    assert base < day
    assert refused == ""


def test_new_year_lies_between_late_january_and_late_february() -> None:
    for year in range(2019, 2031):
        assert date(year, 1, 21) <= main_day("春节", year) <= date(year, 2, 20)
        assert festival(date(year, 11, 20)).name == ORDINARY


def test_moments_keep_the_local_time_of_day() -> None:
    at = datetime(2026, 2, 16, 16, 30, tzinfo=UTC)  # 00:30 of 春节 in China
    assert base_at(at, "year", CHINA) == (datetime(2025, 1, 28, 16, 30, tzinfo=UTC), "")
    assert base_at(at, "yesterday", CHINA)[0] == datetime(2026, 2, 15, 16, 30, tzinfo=UTC)
