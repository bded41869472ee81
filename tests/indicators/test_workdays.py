from datetime import date

import pytest

from indicators.workdays import rests, same_weekday


def test_a_day_worked_for_a_holiday_is_no_day_of_rest() -> None:
    assert rests(date(2026, 10, 1)) is True
    assert rests(date(2026, 9, 20)) is False  # a Sunday
    assert rests(date(2026, 11, 22)) is True
    assert rests(date(2026, 11, 23)) is False
    assert rests(date(2045, 1, 2)) is None


@pytest.mark.parametrize(
    ("day", "base"),
    [
        ("2026-11-25", "2026-11-18"),  # nothing special
        ("2026-10-08", "2026-09-24"),  # a working Thursday after a Thursday of the holiday
        ("2026-10-04", "2026-09-27"),  # a Sunday of the holiday and an ordinary one
        ("2045-01-09", "2045-01-02"),  # not announced yet
    ],
)
def test_the_same_weekday_is_of_the_same_kind(day: str, base: str) -> None:
    assert same_weekday(date.fromisoformat(day)) == (date.fromisoformat(base), "")


def test_a_day_worked_for_a_holiday_says_why_it_compares_with_nothing() -> None:
    assert same_weekday(date(2026, 9, 20))[0] == date(2026, 9, 13)
    assert same_weekday(date(2026, 9, 20))[1] == "本期为工作日，基期为休息日，不可比"
