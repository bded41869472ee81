"""Composite indices: components scored 0..100 and weighed by published weights.

Scores follow the metric's direction, and these rules are printed beside the index (no standard gives them):
higher is better: value / target, at most 100; without a target the place inside the valid range.
lower is better: 100 up to the target, then target / value; without a target the place inside the valid range, turned round.
band: 100 inside, then falling by 100 for each band width of distance.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from domain.metric import Metric
from indicators.exact import fraction

FULL = 100


@dataclass(frozen=True, slots=True)
class Composite:
    """An index 0..100 with what it rests on; None when no component could be scored.

    coverage: weight of the components present over all weights. scores: component -> score. missing: components without one,
    whose weight the others share in proportion.
    """

    value: float | None
    coverage: float
    scores: Mapping[str, float] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def composite(
    values: Mapping[str, float | None], weights: Mapping[str, float], metrics: Mapping[str, Metric]
) -> Composite:
    """The weighted mean of the components' scores over those present. ValueError unless some weight is above 0, none below.

    Components without a value, a direction or a scale count as missing; KeyError for a component that is not declared.
    """
    if any(w < 0 for w in weights.values()) or not any(weights.values()):
        raise ValueError("weights must not be negative, and one must be above 0")
    marks = {key: score(metrics[key], values.get(key)) for key in weights}
    known = {key: mark for key, mark in marks.items() if mark is not None}
    present = sum((fraction(weights[key]) for key in known), Fraction(0))
    whole = sum((fraction(w) for w in weights.values()), Fraction(0))
    value = sum((mark * fraction(weights[key]) for key, mark in known.items()), Fraction(0))
    return Composite(
        value=float(value / present) if present else None,
        coverage=float(present / whole),
        scores={key: float(mark) for key, mark in known.items()},
        missing=tuple(key for key, mark in marks.items() if mark is None),
    )


def score(metric: Metric, value: float | None) -> Fraction | None:
    """A value's score 0..100 by the rules above; None without a value, a direction, or a target or valid range to score by."""
    if value is None or metric.better == "none":
        return None
    exact = fraction(value)
    if metric.better == "band":
        return _band(metric, exact)
    if metric.target is not None and metric.target > 0:
        return _against(fraction(metric.target), exact, metric.better == "higher")
    return _in_range(metric, exact)


def _against(target: Fraction, value: Fraction, higher: bool) -> Fraction:
    if higher:
        return _clamp(value * FULL / target)
    return Fraction(FULL) if value <= target else target * FULL / value


def _in_range(metric: Metric, value: Fraction) -> Fraction | None:
    low, high = metric.valid
    if low is None or high is None:
        return None
    place = _clamp((value - fraction(low)) * FULL / (fraction(high) - fraction(low)))
    return place if metric.better == "higher" else FULL - place


def _band(metric: Metric, value: Fraction) -> Fraction | None:
    if metric.band is None or metric.band[0] >= metric.band[1]:
        return None
    low, high = (fraction(edge) for edge in metric.band)
    distance = max(low - value, value - high, Fraction(0))
    return _clamp(FULL - distance * FULL / (high - low))


def _clamp(value: Fraction) -> Fraction:
    return min(max(value, Fraction(0)), Fraction(FULL))
