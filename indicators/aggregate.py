"""How values of several places become one: mean, sum, max, min, weighted, ratio, worst; always with coverage."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isfinite
from typing import Literal, TypeGuard

How = Literal["mean", "sum", "max", "min", "weighted", "ratio", "worst", "none"]
Better = Literal["higher", "lower", "band", "none"]
Values = Sequence[float | None]
_Pairs = Sequence[tuple[float, float]]

PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Combined:
    """The combined value; None when nothing could be combined.

    coverage: share of the given places (of their weight, where weighted) that had a value. count: places that went in. n: the
    denominator of a ratio, else None.
    """

    value: float | None
    coverage: float
    count: int
    n: float | None = None


def combine(values: Values, how: How, weights: Values | None = None, better: Better = "lower") -> Combined:
    """Combine the values of all expected places; None (or NaN) marks a place without one. The order does not matter.

    weights: for "weighted" the weight of each place, for "ratio" the denominators (the values are then numerators and the
    answer is sum / sum in percent). A place without a weight or denominator is not covered. better: what "worst" means;
    "higher" takes the smallest value, everything else the largest. ValueError when weights are needed and absent or unequal in number.
    """
    scales: Values = [1.0] * len(values) if weights is None else weights
    if how in ("weighted", "ratio") and weights is None:
        raise ValueError(f"{how} needs weights")
    if len(scales) != len(values):
        raise ValueError(f"{len(values)} values but {len(scales)} weights")
    pairs = [(v, w) for v, w in zip(values, scales, strict=True) if _usable(v) and _usable(w)]
    if how == "weighted":
        return _weighted(pairs, scales)
    if how == "ratio":
        return _ratio(pairs, len(values))
    key = ("min" if better == "higher" else "max") if how == "worst" else how
    kept = [v for v, _ in pairs]
    value = _PLAIN[key](kept) if kept and key != "none" else None
    return Combined(value, _share(len(kept), len(values)), len(kept))


def _usable(value: float | None) -> TypeGuard[float]:
    return value is not None and isfinite(value)


def _share(part: float, whole: float) -> float:
    return min(part / whole, 1.0) if whole > 0 else 0.0


def _mean(values: Sequence[float]) -> float:
    """The correctly rounded sum over the count, kept between the extremes where the division rounds beyond them."""
    return min(max(fsum(values) / len(values), min(values)), max(values))


_PLAIN: Mapping[str, Callable[[Sequence[float]], float]] = {"mean": _mean, "sum": fsum, "max": max, "min": min}


def _weighted(pairs: _Pairs, scales: Values) -> Combined:
    """The weighted mean; places with weight 0 or less do not take part."""
    kept = [(v, w) for v, w in pairs if w > 0]
    expected = fsum(w for w in scales if w is not None and isfinite(w) and w > 0)
    weight = fsum(w for _, w in kept)
    if not kept:
        return Combined(None, 0.0, 0)
    value = fsum(v * w for v, w in kept) / weight
    inside = min(max(value, min(v for v, _ in kept)), max(v for v, _ in kept))
    return Combined(inside, _share(weight, expected), len(kept))


def _ratio(pairs: _Pairs, expected: int) -> Combined:
    """Sum of numerators over sum of denominators in percent; no value when the denominators sum to nothing."""
    n = fsum(d for _, d in pairs)
    value = fsum(a for a, _ in pairs) * PERCENT / n if n > 0 else None
    return Combined(value, _share(len(pairs), expected), len(pairs), n)
