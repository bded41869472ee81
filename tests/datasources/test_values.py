"""One value: number, missing mark, unit, flag, range."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasources.values import Marks, Value, ValueReader
from domain.metric import Metric
from domain.observation import Quality
from domain.source import ValueSpec

PM25 = Metric.model_validate(
    {"key": "air.pm25", "name": "x", "unit": "µg/m³", "topic": "environment", "definition": "test", "department": "d",
     "every": "1h", "valid": [0, 1000]}
)  # fmt: skip
MARKS = Marks(("", "-", "--", "*", "NA", "null", "-9999"))


def read(fields: dict[str, Any], **spec: Any) -> Value | None:
    return ValueReader(ValueSpec.model_validate({"path": "pm", **spec}), PM25, MARKS).read(fields)


@pytest.mark.parametrize(
    ("raw", "number"),
    [(12, 12.0), (12.5, 12.5), ("12", 12.0), (" 12.50 ", 12.5), ("1e2", 100.0), ("1,000", 1000.0), (Decimal("7.5"), 7.5),
     (True, 1.0), ("+3", 3.0), (".5", 0.5), ("5.", 5.0)],
)  # fmt: skip
def test_a_number_is_read(raw: object, number: float) -> None:
    assert read({"pm": raw}) == Value(number, Quality.GOOD)


@pytest.mark.parametrize("raw", [None, "", "  ", "-", "--", "*", "NA", "null", "-9999", -9999, "-9999.00", -9999.0])
def test_a_missing_mark_is_a_missing_value_and_no_fault(raw: object) -> None:
    assert read({"pm": raw}) == Value(None, Quality.MISSING)


def test_a_field_that_is_not_there_says_nothing() -> None:
    assert read({"other": 1}) is None
    assert read({"a": {"b": None}}, path="a.b") is None


@pytest.mark.parametrize(
    "raw", ["abc", "12 µg", "1_000", "nan", "NaN", "inf", "-Infinity", "<5", "0x10", "１２", "1,00", {}, [1], float("nan"),
            float("inf"), Decimal("NaN"), "1e999", 10**400]
)  # fmt: skip
def test_what_is_not_a_finite_number_is_refused(raw: object) -> None:
    with pytest.raises(ValueError, match="number"):
        read({"pm": raw})


def test_a_value_outside_the_valid_range_is_refused_and_the_bounds_are_inside() -> None:
    assert read({"pm": 0}) == Value(0.0, Quality.GOOD)
    assert read({"pm": 1000}) == Value(1000.0, Quality.GOOD)
    with pytest.raises(ValueError, match="outside the valid range 0 to 1000"):
        read({"pm": 1000.1})
    with pytest.raises(ValueError, match="outside"):
        read({"pm": -1})


def test_scale_offset_and_unit_undo_the_feeds_own() -> None:
    assert read({"pm": 7}, scale=0.1) == Value(0.7, Quality.GOOD)
    assert read({"pm": 0.07}, unit="mg/m³") == Value(70.0, Quality.GOOD)
    assert read({"pm": 7}, scale=0.01, offset=0.01, unit="mg/m³") == Value(80.0, Quality.GOOD)


def test_a_record_may_name_its_own_unit() -> None:
    assert read({"pm": 0.07, "u": "mg/m3"}, unit_path="u") == Value(70.0, Quality.GOOD)
    with pytest.raises(ValueError, match="molar_mass"):
        read({"pm": 1, "u": "ppm"}, unit_path="u")
    with pytest.raises(ValueError, match="'bogus' is not known"):
        read({"pm": 1, "u": "bogus"}, unit_path="u")
    with pytest.raises(ValueError, match="no unit"):
        read({"pm": 1}, unit_path="u")


def test_flags_become_quality() -> None:
    flags = {"quality": "f", "flags": {"N": "good", "C": "suspect", "M": "missing", "D": "invalid"}}
    assert read({"pm": 5, "f": "N"}, **flags) == Value(5.0, Quality.GOOD)
    assert read({"pm": 5, "f": "C"}, **flags) == Value(5.0, Quality.SUSPECT)
    assert read({"pm": 5, "f": "M"}, **flags) == Value(None, Quality.MISSING)
    assert read({"pm": 5000, "f": "D"}, **flags) == Value(5000.0, Quality.INVALID)
    assert read({"pm": 5, "f": "?"}, **flags) == Value(5.0, Quality.SUSPECT)
    assert read({"pm": 5}, **flags) == Value(5.0, Quality.GOOD)


def test_a_condition_chooses_the_records_that_speak() -> None:
    assert read({"pm": 5, "type": "air"}, when="type == 'air'") == Value(5.0, Quality.GOOD)
    assert read({"pm": 5, "type": "rain"}, when="type == 'air'") is None


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_json, _json, _json)
def test_a_hostile_value_is_read_or_refused_and_never_stored_out_of_range(raw: Any, unit: Any, flag: Any) -> None:
    fields = {"pm": raw, "u": unit, "f": flag}
    for spec in ({}, {"unit_path": "u"}, {"quality": "f"}, {"path": "pm.x[0]"}, {"when": "length(pm) > `1`"}):
        try:
            value = read(fields, **spec)
        except ValueError:
            continue
        if value is not None and value.number is not None:
            assert PM25.in_range(value.number)
