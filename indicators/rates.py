"""Rates with their numerator and denominator: never one without the other."""

from dataclasses import dataclass
from fractions import Fraction

from domain.metric import Metric
from indicators.exact import Number, fraction

SMALL = 30  # COCKPIT rule: below this denominator a rate is grey, has no rank, no colour and no comparison


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate in percent; None when the denominator is not above 0. `small`: too few cases to judge by."""

    value: float | None
    numerator: float
    denominator: float

    @property
    def small(self) -> bool:
        """Whether the denominator is below 30."""
        return self.denominator < SMALL


def rate(numerator: Number, denominator: Number) -> Rate:
    """A rate in percent, correctly rounded once: 29 of 30 is 96.66666666666667."""
    below = fraction(denominator)
    value = float(fraction(numerator) * 100 / below) if below > 0 else None
    return Rate(value, float(numerator), float(denominator))


def shown(value: Number, digits: int) -> str:
    """A percentage as text that says 100 only when it is 100 and 0 only when it is 0 (99.96 at one digit stays 99.9)."""
    exact = fraction(value)
    rounded = round(exact, digits)
    if (rounded == 100 and exact < 100) or (rounded == 0 and exact > 0):
        rounded += Fraction(1 if rounded == 0 else -1, 10**digits)
    return f"{float(rounded):.{digits}f}"


def is_rate(metric: Metric) -> bool:
    """Whether differences of a metric are points: a declared ratio, or any percentage."""
    return metric.ratio is not None or metric.unit in ("%", "％", "‰")
