"""Air quality index by HJ 633-2026 and HJ 633-2012, in exact arithmetic."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from indicators.exact import Number, fraction, half_even
from indicators.hj633 import (
    BREAKPOINTS,
    DAILY_ITEMS,
    FIXED_2026,
    HJ633_2026,
    HOURLY_ITEMS,
    INSTEAD_2012,
    POLLUTANTS,
    SCALE,
    Edition,
    pollutant_of,
)

BITS = {"SO2": 1, "NO2": 2, "CO": 4, "O3": 8, "PM10": 16, "PM2.5": 32}
PRIMARY_ABOVE = 50  # HJ 633-2026 and -2012: a primary pollutant is named when AQI > 50
PUBLISH_ABOVE = 100  # HJ 633-2026 5.3.1: with a pollutant missing, AQI is published only above 100


@dataclass(frozen=True, slots=True)
class Aqi:
    """An index with what it rests on.

    value: None means NA (HJ 633-2026 5.3.1), that nothing was measured, or that a value above its column (HJ 633-2012 notes 2
    and 3) came without the one that replaces it.
    iaqi: item -> sub-index; primary: pollutants with the largest IAQI when AQI > 50, in table order; missing: pollutants of the
    item set without a usable value; exceeded: 超标污染物 (IAQI > 100; the term exists in HJ 633-2012 only); beyond: items above
    the end of their column, whose sub-index is a cap.
    """

    edition: Edition
    value: int | None
    primary: tuple[str, ...] = ()
    iaqi: Mapping[str, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    exceeded: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()


def rounded(item: str, concentration: Number) -> Fraction:
    """A concentration as it enters the formula: whole µg/m³, CO to 0.1 mg/m³, ties to even (GB/T 8170-2008 3.2)."""
    return half_even(fraction(concentration), 1 if item.startswith("CO") else 0)


def iaqi(item: str, concentration: Number, edition: Edition) -> int | None:
    """The sub-index of one item ("PM25_24H", "O3_1H", ...), rounded up (HJ 633-2026 formula 1 and Table 3).

    None where HJ 633-2012 notes 2 and 3 send the value to another column (SO2_1H or O3_8H above 800). Above the last
    breakpoint neither edition defines a value: 500 by convention. At or below zero: 0. KeyError for an unknown item.
    """
    points = BREAKPOINTS[edition][item]
    value = rounded(item, concentration)
    if value <= 0:
        return 0
    if value > points[-1]:
        return _beyond(item, edition)
    step = next(i for i, point in enumerate(points) if value <= point)
    low, high = points[step - 1], points[step]
    return ceil(Fraction(SCALE[step] - SCALE[step - 1], high - low) * (value - low) + SCALE[step - 1])


def _beyond(item: str, edition: Edition) -> int | None:
    if item in INSTEAD_2012:
        return FIXED_2026[item] if edition == HJ633_2026 else None
    return SCALE[-1]


def hourly(
    values: Mapping[str, Number | None],
    edition: Edition,
    *,
    monitored: Collection[str] = POLLUTANTS,
    instead: Mapping[str, Number] | None = None,
) -> Aqi:
    """The real-time index from one-hour means by pollutant ("SO2", "PM2.5", ...; HJ 633-2026 Table 2).

    monitored: pollutants in the station's programme; one outside it does not block publication (5.3.2). instead: values by
    item for HJ 633-2012's replacement of SO2_1H above 800 ("SO2_24H").
    """
    items = {item: values.get(pollutant_of(item)) for item in HOURLY_ITEMS}
    return _index(items, edition, monitored, instead or {})


def daily(values: Mapping[str, Number | None], edition: Edition, *, monitored: Collection[str] = POLLUTANTS) -> Aqi:
    """The index of a natural day from values by item: "SO2_24H" ... "PM25_24H" and "O3_8H" (largest of the day).

    HJ 633-2012 also takes "O3_1H" (largest hour of the day), which replaces O3_8H above 800.
    """
    items = {item: values.get(item) for item in DAILY_ITEMS[edition]}
    return _index(items, edition, monitored, {k: v for k, v in values.items() if v is not None})


def _index(
    items: Mapping[str, Number | None], edition: Edition, monitored: Collection[str], instead: Mapping[str, Number]
) -> Aqi:
    """Sub-indices, their maximum, the primary pollutants, and whether the index may be published."""
    parts = {item: _part(item, value, edition, instead) for item, value in items.items()}
    known = {item: part for item, part in parts.items() if part is not None}
    missing = tuple(p for p in POLLUTANTS if p in monitored and p not in {pollutant_of(i) for i in known})
    value = max(known.values(), default=None)
    unjudged = any(v is not None and item not in known for item, v in items.items())
    if value is None or unjudged or (missing and edition == HJ633_2026 and value <= PUBLISH_ABOVE):
        value = None  # unjudged: far above its own column, and the rest would make it look clean
    over = {i for i, v in items.items() if v is not None and rounded(i, v) > BREAKPOINTS[edition][i][-1]}
    return Aqi(
        edition=edition,
        value=value,
        primary=_largest(known, value),
        iaqi=known,
        missing=missing,
        exceeded=_in_order(i for i, part in known.items() if part > PUBLISH_ABOVE) if edition != HJ633_2026 else (),
        beyond=tuple(sorted(over)),
    )


def _part(item: str, value: Number | None, edition: Edition, instead: Mapping[str, Number]) -> int | None:
    if value is None:
        return None
    part = iaqi(item, value, edition)
    other = INSTEAD_2012.get(item, "")
    return iaqi(other, instead[other], edition) if part is None and other in instead else part


def _largest(parts: Mapping[str, int], value: int | None) -> tuple[str, ...]:
    if value is None or value <= PRIMARY_ABOVE:
        return ()
    return _in_order(item for item, part in parts.items() if part == value)


def _in_order(items: Iterable[str]) -> tuple[str, ...]:
    """The items' pollutants, each once, in the table's order."""
    found = {pollutant_of(item) for item in items}
    return tuple(p for p in POLLUTANTS if p in found)


def mask(primary: Iterable[str]) -> int:
    """Primary pollutants as the number stored under air.primary; 0 is "none"."""
    return sum(BITS[p] for p in set(primary))


def pollutants(code: float) -> tuple[str, ...]:
    """The primary pollutants a stored number stands for, in the table's order."""
    return tuple(p for p, bit in BITS.items() if int(code) & bit)
