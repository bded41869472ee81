"""Class limits of a coloured map: those that are declared, else round ones that the present values ask for."""

import math
from collections.abc import Sequence
from itertools import pairwise

from domain.city import City
from layouts import words
from layouts.topics import pieces

CLASSES = 5


def of_metric(city: City, metric: str, values: Sequence[float]) -> tuple[tuple[float, ...], bool]:
    """The four rising limits, and whether a page of the city declares them (else they follow the values)."""
    shade = pieces.shade_of(city, metric)
    if shade is not None:
        return shade.breaks, True
    return round_limits(values), False


def round_limits(values: Sequence[float]) -> tuple[float, ...]:
    """Four limits at a round distance (1, 2, 2.5 or 5 times a power of ten) that hold the values; none without a spread.

    Round limits move seldom, so that the colours do not jump from tick to tick.
    """
    if not values or min(values) == max(values):
        return ()
    low, high = min(values), max(values)
    step = _round_up((high - low) / CLASSES)
    first = math.floor(low / step + 1e-9) + 1  # a lowest value that is itself round lies in the lowest class
    return tuple(round((first + i) * step, 10) for i in range(CLASSES - 1))


def texts(limits: Sequence[float]) -> list[str]:
    """What the legend says of each class, lowest first: < 80, 80–85, … ≥ 95."""
    if not limits:
        return []
    digits = min(n for n in range(5) if n == 4 or all(math.isclose(v, round(v, n), abs_tol=1e-9) for v in limits))
    told = [words.figure(v, digits) for v in limits]
    middle = [f"{a}–{b}" for a, b in pairwise(told)]
    return [f"< {told[0]}", *middle, f"≥ {told[-1]}"]


def step_of(value: float, limits: Sequence[float]) -> int:
    """The class of a value, 0 the lowest: a limit belongs to the class above it."""
    return sum(value >= limit for limit in limits)


def _round_up(step: float) -> float:
    """The smallest round number that is not less."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(n * power for n in (1.0, 2.0, 2.5, 5.0, 10.0) if n * power >= step * (1 - 1e-9))
