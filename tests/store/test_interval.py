from datetime import timedelta

import pytest

from store.interval import cron_interval


@pytest.mark.parametrize(
    ("cron", "minutes"),
    [
        ("* * * * *", 1),
        ("*/10 * * * *", 10),
        ("5 * * * *", 60),
        ("5,35 * * * *", 30),
        ("0 */4 * * *", 240),
        ("0 0,12 * * *", 720),
        ("0 8-19 * * *", 120),
        ("30 3 * * *", 1440),
        ("0 8 * * 1", 7 * 1440),
        ("0 8 1 * *", 31 * 1440),
        ("0 8 1 1 *", 366 * 1440),
        ("not a cron line", 1440),
    ],
)
def test_the_interval_of_a_cron_line_is_the_usual_time_between_runs(cron: str, minutes: int) -> None:
    assert cron_interval(cron) == timedelta(minutes=minutes)
