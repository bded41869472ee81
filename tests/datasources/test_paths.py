"""Paths into records."""

import pytest

from datasources.paths import ABSENT, compiled, reader


def test_a_plain_name_tells_absent_from_null() -> None:
    assert reader("a")({"a": None}) is None
    assert reader("a")({}) is ABSENT
    assert reader("a.b")({}) is None


def test_a_quoted_name_is_plain() -> None:
    assert reader('"溶解氧(mg/L)"')({"溶解氧(mg/L)": "6.88"}) == "6.88"


def test_a_broken_expression_is_refused_with_the_way_to_write_it() -> None:
    with pytest.raises(ValueError, match=r"PM2\.5.*is written '\"PM2\.5\"'"):
        compiled("PM2.5")


def test_an_expression_that_does_not_fit_the_record_gives_nothing() -> None:
    assert compiled("join(' ', [a, b])")({"a": 1, "b": None}) is None
    assert compiled("to_number(a).b[0]")({"a": "x"}) is None


def test_a_coordinate_pair_in_one_text_can_be_split() -> None:
    record = {"Location": "(37.78, -122.42)"}
    assert compiled("trim(split(Location, ',')[0], '( )')")(record) == "37.78"
    assert compiled("trim(split(Location, ',')[1], '( )')")(record) == "-122.42"
