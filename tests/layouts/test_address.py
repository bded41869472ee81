from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.wall import WallSpec
from layouts.address import Address, read
from tests.layouts.fake import city

CITY = city()


def test_an_address_says_what_is_looked_at() -> None:
    found = read("?district=441881&metric=air.aqi&place=air-441881-1&lang=en&t=2026-11-23T06:30:00Z", CITY)
    assert found == Address("441881", "air.aqi", "air-441881-1", "", "en", datetime(2026, 11, 23, 6, 30, tzinfo=UTC))


def test_a_whole_address_is_read_like_its_query() -> None:
    assert read("http://127.0.0.1:8050/?district=441881#x", CITY).district == "441881"


@pytest.mark.parametrize(
    "search", ["", "?", "?district=999999&metric=no.such&place=x&lang=fr&t=yesterday", "?district=%00"]
)
def test_what_the_city_does_not_know_is_left_out(search: str) -> None:
    assert read(search, CITY) == Address()


def test_a_plus_in_a_zone_survives_the_query() -> None:
    assert read("?t=2026-11-23T14:30:00+08:00", CITY).at == datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


@given(st.text(max_size=80))
def test_any_text_is_a_readable_address(search: str) -> None:
    assert isinstance(read(search, CITY), Address)


def test_a_declared_wall_is_a_place_and_no_other_is() -> None:
    spec = CITY.spec.model_copy(update={"walls": {"wall.hall": WallSpec(name="指挥大厅大屏")}})
    watched = replace(CITY, spec=spec)
    assert read("?place=wall:wall.hall", watched).place == "wall:wall.hall"
    assert read("?place=wall:wall.other", watched).place == ""
    assert read("?place=wall:", watched).place == ""
