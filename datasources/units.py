"""Unit conversion with exact factors (Fraction), between the units that city feeds use.

A unit is (dimension, factor, offset): value in the dimension's base unit = number x factor + offset. Factors: SI brochure
9th ed.; mile, foot and inch by the international yard (1959), so that each is exact.
"""

from fractions import Fraction
from functools import cache
from typing import NamedTuple

# Litres of one mole of gas at 298.15 K and 1013.25 hPa, the reference state of GB 3095-2026: R T / p with
# R = 8.31446261815324 J/(mol K), exact since 2019.
MOLAR_LITRES = Fraction("8.31446261815324") * Fraction("298.15") / Fraction("101325") * 1000


class Unit(NamedTuple):
    """One unit of a dimension; base = number x factor + offset."""

    dimension: str
    factor: Fraction
    offset: Fraction = Fraction(0)


_MILE = Fraction("1609.344")
_FOOT = Fraction("0.3048")
_TABLE: dict[str, dict[str, str | Fraction]] = {
    "mass concentration": {"µg/m³": "1", "mg/m³": "1000", "ng/m³": Fraction(1, 1000), "g/m³": "1000000"},
    "mixing ratio": {"ppb": "1", "ppm": "1000"},
    "amount in water": {"mg/L": "1", "µg/L": Fraction(1, 1000), "g/L": "1000"},
    "length": {
        "m": "1",
        "km": "1000",
        "cm": "0.01",
        "mm": "0.001",
        "in": "0.0254",
        "ft": _FOOT,
        "mile": _MILE,
    },
    "speed": {
        "m/s": "1",
        "km/h": Fraction(10, 36),
        "mph": _MILE / 3600,
        "kn": Fraction(1852, 3600),
        "ft/s": _FOOT,
    },
    "flow": {
        "m³/s": "1",
        "L/s": "0.001",
        "m³/h": Fraction(1, 3600),
        "ft³/s": _FOOT**3,
        "万m³/d": Fraction(10000, 86400),
    },
    "volume": {"m³": "1", "L": "0.001", "万m³": "10000", "亿m³": "100000000"},
    "area": {"m²": "1", "km²": "1000000", "ha": "10000", "亩": Fraction(2000, 3)},
    "mass": {"kg": "1", "g": "0.001", "t": "1000", "万t": "10000000"},
    "pressure": {"hPa": "1", "Pa": "0.01", "kPa": "10", "mbar": "1"},
    "time": {"s": "1", "min": "60", "h": "3600", "d": "86400", "ms": "0.001"},
    "share": {"%": "1", "‰": "0.1", "1": "100"},
    "energy": {"kWh": "1", "MWh": "1000", "万kWh": "10000", "亿kWh": "100000000"},
    "money": {"元": "1", "万元": "10000", "亿元": "100000000"},
    "conductivity": {"µS/cm": "1", "mS/cm": "1000", "mS/m": "10"},
    "count": {
        "件": "1",
        "次": "1",
        "个": "1",
        "人": "1",
        "户": "1",
        "辆": "1",
        "万件": "10000",
        "万人": "10000",
        "万户": "10000",
    },
}
_ALIASES = {
    "ug/m3": "µg/m³", "µg/m3": "µg/m³", "ug/m³": "µg/m³", "微克/立方米": "µg/m³", "mg/m3": "mg/m³", "毫克/立方米": "mg/m³",
    "ng/m3": "ng/m³", "mg/l": "mg/L", "ug/l": "µg/L", "ug/L": "µg/L", "us/cm": "µS/cm", "uS/cm": "µS/cm", "µs/cm": "µS/cm",
    "m3/s": "m³/s", "ft3/s": "ft³/s", "cfs": "ft³/s", "l/s": "L/s", "m3/h": "m³/h", "m3": "m³", "万m3": "万m³", "亿m3": "亿m³",
    "万立方米": "万m³", "亿立方米": "亿m³", "km2": "km²", "公顷": "ha", "米": "m", "公里": "km", "毫米": "mm", "inch": "in",
    "mi": "mile", "mi/h": "mph", "kmh": "km/h", "kph": "km/h", "公里/小时": "km/h", "knot": "kn", "C": "℃", "°C": "℃", "F": "°F",
    "℉": "°F", "百分比": "%", "秒": "s", "分钟": "min", "小时": "h", "天": "d", "吨": "t", "万吨": "万t", "万千瓦时": "万kWh",
    "亿千瓦时": "亿kWh",
}  # fmt: skip
UNITS: dict[str, Unit] = {
    symbol: Unit(dimension, Fraction(factor)) for dimension, row in _TABLE.items() for symbol, factor in row.items()
} | {
    "℃": Unit("temperature", Fraction(1)),
    "K": Unit("temperature", Fraction(1), Fraction("-273.15")),
    "°F": Unit("temperature", Fraction(5, 9), Fraction(-160, 9)),
}
_GAS = {"mixing ratio", "mass concentration"}


class Conversion(NamedTuple):
    """How one unit becomes another: target = number x factor + offset, exactly."""

    factor: Fraction
    offset: Fraction

    def apply(self, number: float | Fraction) -> float:
        """The converted number, rounded once, to the nearest float. A float counts as the decimal it prints as (0.1 is 1/10)."""
        exact = number if isinstance(number, Fraction) else Fraction(repr(number))
        return float(exact * self.factor + self.offset)


@cache
def conversion(source: str, target: str, molar_mass: float | None = None) -> Conversion:
    """How `source` becomes `target`; ValueError with a sentence when it cannot.

    ppm and ppb become a mass concentration only with the gas's molar mass (g/mol), at 298.15 K and 1013.25 hPa.
    """
    if _name(source) == _name(target):
        return Conversion(Fraction(1), Fraction(0))
    one, other = _known(source), _known(target)
    if one.dimension == other.dimension:
        return Conversion(one.factor / other.factor, (one.offset - other.offset) / other.factor)
    if {one.dimension, other.dimension} != _GAS:
        raise ValueError(f"{source} ({one.dimension}) cannot become {target} ({other.dimension})")
    if molar_mass is None:
        raise ValueError(f"{source} becomes {target} only with the gas's molar mass; give molar_mass: g/mol")
    dense = Fraction(repr(molar_mass)) / MOLAR_LITRES  # µg/m³ of one ppb
    both = dense if one.dimension == "mixing ratio" else 1 / dense
    return Conversion(one.factor * both / other.factor, Fraction(0))


def _name(unit: str) -> str:
    text = unit.strip().replace("μ", "µ")  # many feeds send the Greek letter
    return _ALIASES.get(text, text)


def _known(unit: str) -> Unit:
    found = UNITS.get(_name(unit))
    if found is None:
        raise ValueError(f"unit {unit!r} is not known")
    return found
