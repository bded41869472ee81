"""Times as departments write them."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasources.times import TimeReader
from domain.source import AtSpec

NOW = datetime(2026, 1, 2, 3, 0, tzinfo=UTC)


def read(raw: object, received: datetime = NOW, **spec: Any) -> datetime:
    return TimeReader(AtSpec.model_validate({"path": "t", **spec})).read(raw, received)


@pytest.mark.parametrize(
    ("raw", "spec", "expected"),
    [
        ("2026-01-01T08:00:00", {}, datetime(2026, 1, 1, 0, tzinfo=UTC)),
        ("2026-01-01 08:00", {}, datetime(2026, 1, 1, 0, tzinfo=UTC)),
        ("2026-01-01T08:00:00Z", {}, datetime(2026, 1, 1, 8, tzinfo=UTC)),
        ("2026-01-01T08:00:00+09:00", {}, datetime(2025, 12, 31, 23, tzinfo=UTC)),
        ("04/12/2018 11:11:26 PM", {"format": "%m/%d/%Y %I:%M:%S %p", "zone": "America/New_York"},
         datetime(2018, 4, 13, 3, 11, 26, tzinfo=UTC)),
        (1767225600, {"format": "epoch_s"}, datetime(2026, 1, 1, tzinfo=UTC)),
        ("1767225600123", {"format": "epoch_ms"}, datetime(2026, 1, 1, 0, 0, 0, 123000, tzinfo=UTC)),
        ("2026年01月01日08时", {"format": "%Y年%m月%d日%H时"}, datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026/1/1 8:05", {"format": ["iso", "%Y/%m/%d %H:%M"]}, datetime(2026, 1, 1, 0, 5, tzinfo=UTC)),
        ("2026-01-01T08:00", {"shift": "1h"}, datetime(2026, 1, 1, 1, tzinfo=UTC)),
        (datetime(2026, 1, 1, 8), {},  # noqa: DTZ001
         datetime(2026, 1, 1, tzinfo=UTC)),
        (datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8))), {}, datetime(2026, 1, 1, tzinfo=UTC)),
        (date(2026, 1, 1), {}, datetime(2025, 12, 31, 16, tzinfo=UTC)),
        (20260101, {"format": "%Y%m%d"}, datetime(2025, 12, 31, 16, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_time_is_read_as_declared(raw: object, spec: dict[str, Any], expected: datetime) -> None:
    assert read(raw, **spec) == expected


def test_a_naive_time_takes_the_declared_zone_and_not_the_machines() -> None:
    assert read("2026-01-01 00:00", zone="America/Los_Angeles") == datetime(2026, 1, 1, 8, tzinfo=UTC)


def test_a_missing_year_is_the_one_before_arrival() -> None:
    assert read("12-31 20:00", format="%m-%d %H:%M") == datetime(2025, 12, 31, 12, tzinfo=UTC)
    assert read("01-02 10:00", format="%m-%d %H:%M") == datetime(2026, 1, 2, 2, tzinfo=UTC)


def test_a_declared_year_wins() -> None:
    assert read("04-01 04:00", format="%m-%d %H:%M", year=2021) == datetime(2021, 3, 31, 20, tzinfo=UTC)


def test_the_29th_of_february_without_a_year_finds_a_leap_year() -> None:
    assert read("02-29 08:00", format="%m-%d %H:%M") == datetime(2024, 2, 29, tzinfo=UTC)
    with pytest.raises(ValueError, match="none of the declared formats"):
        read("02-30 08:00", format="%m-%d %H:%M")


@pytest.mark.parametrize(
    "raw", [None, "", "yesterday", "1", True, {}, [], "2026-13-01", "0001-01-01", "9999-12-31T23:59:59-12:00", "\x00"]
)
def test_what_is_no_time_is_refused_with_a_sentence(raw: object) -> None:
    with pytest.raises(ValueError, match="time"):
        read(raw)


def test_a_clock_that_was_never_set_is_refused() -> None:
    with pytest.raises(ValueError, match="never set"):
        read(0, format="epoch_s")


@pytest.mark.parametrize("spec", [{"zone": "Asia/Qingyuan"}, {"zone": "../etc"}, {"format": "isoo"}, {"format": ()}])
def test_a_declaration_that_makes_no_sense_fails_at_once(spec: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"zone|format"):
        TimeReader(AtSpec.model_validate({"path": "t", **spec}))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(), st.integers(), st.floats(), st.binary(), st.none(), st.datetimes(), st.dates()))
@pytest.mark.parametrize("form", ["iso", "epoch_s", "epoch_ms", "%m-%d %H:%M", "%Y-%m-%d"])
def test_no_raw_time_raises_anything_but_a_refusal(form: str, raw: object) -> None:
    try:
        moment = read(raw, format=form)
    except ValueError:
        return
    assert moment.tzinfo is UTC
