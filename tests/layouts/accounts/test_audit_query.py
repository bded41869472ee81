from datetime import UTC, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.accounts.audit_query import FILTERS, LONGEST, read

ZONE = ZoneInfo("Asia/Shanghai")


def test_an_empty_address_asks_for_everything() -> None:
    asked = read("", ZONE)
    assert (asked.given, asked.before, asked.row, asked.mistakes) == ({}, None, None, ())


def test_days_are_the_citys_and_the_last_one_counts() -> None:
    query = read("?since=2026-11-01&until=2026-11-02", ZONE).query
    assert query.since == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert query.until == datetime(2026, 11, 2, 16, tzinfo=UTC)


@pytest.mark.parametrize("day", ["2026-13-01", "11-01", "2026/11/01", "yesterday", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_told_and_does_not_filter(day: str) -> None:
    asked = read(urlencode({"since": day}), ZONE)
    assert asked.mistakes == ("since",)
    assert asked.query.since is None


def test_an_export_asks_for_the_same_rows() -> None:
    asked = read("?actor=li.wei&verb=session&before=9&row=3&lang=en", ZONE)
    assert (asked.before, asked.row) == (9, 3)
    again = read(f"?{asked.search}", ZONE)
    assert again.query == asked.query
    assert again.before is None


@settings(deadline=None)
@given(st.text() | st.dictionaries(st.sampled_from([*FILTERS, "before", "row"]), st.text()).map(urlencode))
def test_no_address_breaks_the_reading(search: str) -> None:
    asked = read(search, ZONE)
    assert set(asked.given) <= set(FILTERS)
    assert all(0 < len(text) <= LONGEST for text in asked.given.values())
