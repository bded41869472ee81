"""One metric's value in a record: number, unit, quality, range."""

import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from datasources.paths import ABSENT, compiled, plain_name, reader
from datasources.text import clean
from datasources.units import Conversion, conversion
from domain.metric import Metric
from domain.observation import Quality
from domain.source import ValueSpec

# float() would also take "1_000", "nan" and "infinity".
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d{1,4})?", re.ASCII)
_QUALITIES = {
    "good": Quality.GOOD, "suspect": Quality.SUSPECT, "missing": Quality.MISSING, "invalid": Quality.INVALID,
}  # fmt: skip
_SAME = Conversion(Fraction(1), Fraction(0))


class Value(NamedTuple):
    """What a record says of a metric; None is a value that its source declares missing."""

    number: float | None
    quality: Quality


_MISSING = Value(None, Quality.MISSING)


class Marks:
    """The texts and numbers that mean "no value" in one source."""

    def __init__(self, marks: Iterable[str | int | float]) -> None:
        self._texts = frozenset(str(mark).strip() for mark in marks)
        self._numbers = frozenset(number for number in map(_float, self._texts) if number is not None)

    def means_missing(self, raw: object) -> bool:
        """Whether a raw text (white space around it ignored), number or null is a mark."""
        if raw is None:
            return True
        if type(raw) is float or type(raw) is int:  # nearly every number; 5 and 5.0 are one in a set
            return raw in self._numbers
        if isinstance(raw, str):
            return raw.strip() in self._texts
        return _float(raw) in self._numbers

    def is_marked_number(self, number: float) -> bool:
        """Whether a number that came as text is one of the marks (-9999.00 for -9999)."""
        return number in self._numbers


class ValueReader:
    """Reads one metric. Built once for each source; ValueError when a declared unit or path makes no sense."""

    def __init__(self, spec: ValueSpec, metric: Metric, marks: Marks) -> None:
        self.metric = metric.key
        self._spec = spec
        self._declared = metric
        self._marks = marks
        self._read = reader(spec.path)
        self._plain = plain_name(spec.path) is not None
        self._when = compiled(spec.when) if spec.when else None
        self._flag = compiled(spec.quality) if spec.quality else None
        self._unit = compiled(spec.unit_path) if spec.unit_path else None
        self._conversion = conversion(spec.unit, metric.unit, spec.molar_mass) if spec.unit else _SAME
        self._linear = _linear(spec)

    def read(self, fields: Mapping[str, Any]) -> Value | None:
        """The value; None when the record does not speak of this metric; ValueError with a sentence when it is refused."""
        if self._when is not None and not self._when(fields):
            return None
        raw = self._read(fields)
        if raw is ABSENT or (raw is None and not self._plain):
            return None  # an expression that finds nothing does not tell null from absent
        quality = self._quality(fields)
        if self._marks.means_missing(raw) or quality is Quality.MISSING:
            return _MISSING
        number = _number(raw)
        if self._marks.is_marked_number(number):
            return _MISSING
        number = self._converted(number, fields)
        if quality is not Quality.INVALID and not self._declared.in_range(number):
            raise ValueError(f"{number:g} {self._declared.unit} is outside the valid range {_range(self._declared)}")
        return Value(number, quality)

    def _quality(self, fields: Mapping[str, Any]) -> Quality:
        flag = self._flag(fields) if self._flag is not None else None
        if flag is None:
            return Quality.GOOD
        word = self._spec.flags.get(clean(flag))
        return _QUALITIES[word] if word else Quality.SUSPECT

    def _converted(self, number: float, fields: Mapping[str, Any]) -> float:
        how = self._conversion
        if self._unit is not None:
            unit = self._unit(fields)
            if not isinstance(unit, str):
                raise ValueError("the record names no unit")
            how = conversion(clean(unit, 40), self._declared.unit, self._spec.molar_mass)
        if self._linear is None:
            return number if how is _SAME else _finite(how, number)
        scale, offset = self._linear
        return _finite(how, Fraction(repr(number)) * scale + offset)


def _linear(spec: ValueSpec) -> tuple[Fraction, Fraction] | None:
    if spec.scale == 1.0 and spec.offset == 0.0:
        return None
    return Fraction(repr(spec.scale)), Fraction(repr(spec.offset))


def _finite(how: Conversion, number: float | Fraction) -> float:
    try:
        return how.apply(number)
    except OverflowError as error:
        raise ValueError("the converted number is too large") from error


def _number(raw: object) -> float:
    """A finite number from JSON, Excel, SQL or text; a boolean counts 1 or 0 (online or not)."""
    number = _float(raw)
    if number is None:
        raise ValueError(f"{clean(raw, 60)!r} is not a number")
    if not math.isfinite(number):
        raise ValueError(f"{clean(raw, 60)} is not a finite number")
    return number


def _float(raw: object) -> float | None:
    if type(raw) is float:
        return raw
    if isinstance(raw, str):
        text = raw.strip()
        if not _NUMBER.fullmatch(text) or not any(map(str.isdigit, text)):
            return None
        raw = text.replace(",", "")
    if not isinstance(raw, str | int | float | Decimal):
        return None
    try:
        return float(raw)
    except (ValueError, OverflowError):
        return None


def _range(metric: Metric) -> str:
    low, high = metric.valid
    return f"{'…' if low is None else f'{low:g}'} to {'…' if high is None else f'{high:g}'}"
