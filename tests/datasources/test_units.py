"""Unit conversion with exact factors."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasources.units import UNITS, conversion


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (0.7, "mg/m³", "µg/m³", 700.0),
        (1.1, "mg/m3", "ug/m3", 1100.0),
        (700, "µg/m³", "mg/m³", 0.7),
        (64.375, "mph", "km/h", 103.60152),
        (98.6, "°F", "℃", 37.0),
        (0, "K", "℃", -273.15),
        (32, "F", "C", 0.0),
        (1, "in", "mm", 25.4),
        (1, "ft³/s", "m³/s", 0.028316846592),
        (10, "m/s", "km/h", 36.0),
        (3.5, "万件", "件", 35000.0),
        (0.953, "1", "%", 95.3),
        (1500, "万元", "亿元", 0.15),
        (12, "μg/m³", "µg/m³", 12.0),
        (5, "分", "分", 5.0),
    ],
)
def test_a_value_is_converted_exactly(value: float, source: str, target: str, expected: float) -> None:
    assert conversion(source, target).apply(value) == expected


def test_ppm_needs_the_molar_mass() -> None:
    with pytest.raises(ValueError, match="molar_mass"):
        conversion("ppm", "mg/m³")
    # 1 ppm of CO at 298.15 K and 1013.25 hPa: 28.01 / 24.4654 mg/m³
    assert conversion("ppm", "mg/m³", 28.01).apply(1) == pytest.approx(28.01 / 24.46540, rel=1e-6)
    assert conversion("ppb", "µg/m³", 48.0).apply(50) == pytest.approx(50 * 48.0 / 24.46540, rel=1e-6)
    assert conversion("mg/m³", "ppm", 28.01).apply(28.01 / 24.46540) == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize(("source", "target"), [("mg/L", "mg/m³"), ("km", "℃"), ("furlong", "m"), ("m", "")])
def test_what_cannot_be_converted_is_refused(source: str, target: str) -> None:
    with pytest.raises(ValueError, match=r"cannot become|not known"):
        conversion(source, target)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)), st.fractions())
def test_there_and_back_is_where_we_began(one: str, other: str, value: Fraction) -> None:
    if UNITS[one].dimension != UNITS[other].dimension:
        return
    there, back = conversion(one, other), conversion(other, one)
    assert (value * there.factor + there.offset) * back.factor + back.offset == value
