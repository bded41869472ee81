"""A value against the levels of a rule: pure arithmetic, no state, no time."""

import math
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass

from domain.alert import AlertLevel
from domain.rule import When

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
PLACEHOLDERS = ("site", "value", "unit", "threshold", "district")
TOLD = ("base", "count", "times", "then", "other", "left", "expected")  # what a kind of condition adds to them


@dataclass(frozen=True, slots=True)
class Step:
    """One level's threshold and the value it must pass to be gone, both in the metric's unit."""

    level: AlertLevel
    threshold: float
    clear: float


@dataclass(frozen=True, slots=True)
class Limits:
    """A rule's levels at one place, most urgent first. `sign` is 1 for above, -1 for below.

    A value that equals a threshold has reached it: 以上 and 以下 include the number (民法典 第一千二百五十九条). It is gone
    only when it lies beyond the clear value; equal to it is still held.
    """

    sign: int
    steps: tuple[Step, ...]

    def reached(self, value: float) -> AlertLevel | None:
        """The most urgent level whose threshold the value has reached."""
        for step in self.steps:
            if self.sign * value >= self.sign * step.threshold:
                return step.level
        return None

    def held(self, value: float) -> AlertLevel | None:
        """The most urgent level that the value has not left behind, once it was reached."""
        for step in self.steps:
            if self.sign * value >= self.sign * step.clear:
                return step.level
        return None

    def settled(self, level: AlertLevel, value: float) -> AlertLevel | None:
        """Where an alert of `level` stands with this value: up at once, down only past the clear value, None = gone."""
        reached, held = self.reached(value), self.held(value)
        if reached is not None and reached < level:
            return reached
        return None if held is None else max(level, held)

    def threshold(self, level: AlertLevel) -> float:
        """The threshold of a level; of the nearest declared one when the level is no longer declared."""
        return min(self.steps, key=lambda step: abs(step.level - level)).threshold

    def worse(self, peak: float | None, value: float) -> float:
        """The one of two values that lies further beyond."""
        return value if peak is None or self.sign * value > self.sign * peak else peak

    @property
    def entry(self) -> float:
        """The threshold reached first, the least urgent level's, times `sign`."""
        return min(self.sign * step.threshold for step in self.steps)


@dataclass(frozen=True, slots=True)
class Band:
    """Levels that are left on either side: `lower` and `upper` are the same levels, watched below and above."""

    lower: Limits
    upper: Limits

    @property
    def steps(self) -> tuple[Step, ...]:
        """The levels, most urgent first."""
        return self.upper.steps

    def reached(self, value: float) -> AlertLevel | None:
        """The most urgent level whose band the value has left."""
        return _urgent(self.lower.reached(value), self.upper.reached(value))

    def settled(self, level: AlertLevel, value: float) -> AlertLevel | None:
        """Where an alert of `level` stands with this value; see `Limits.settled`."""
        return _urgent(self.lower.settled(level, value), self.upper.settled(level, value))

    def threshold(self, level: AlertLevel) -> float:
        """The upper end of a level's band; see `edges` for both."""
        return self.upper.threshold(level)

    def edges(self, level: AlertLevel) -> tuple[float, float]:
        """Both ends of a level's band."""
        return self.lower.threshold(level), self.upper.threshold(level)

    def worse(self, peak: float | None, value: float) -> float:
        """The one of two values that lies further from the middle of the widest band."""
        low, high = self.edges(self.steps[0].level)
        middle = (low + high) / 2
        return value if peak is None or abs(value - middle) > abs(peak - middle) else peak


Levels = Limits | Band


def _urgent(one: AlertLevel | None, other: AlertLevel | None) -> AlertLevel | None:
    found = [level for level in (one, other) if level is not None]
    return min(found) if found else None


def gap(clear: float | str, threshold: float) -> float:
    """How far back from a threshold counts as gone, in the metric's unit; ValueError for an unreadable or negative one."""
    if isinstance(clear, str):
        match = _PERCENT.fullmatch(clear.strip())
        if match is None:
            raise ValueError(f"{clear!r} is no gap; write a number in the metric's unit or a percentage such as 5%")
        return abs(threshold) * float(match[1]) / 100
    if clear < 0:
        raise ValueError(f"{clear:g} is negative; write how far back from the threshold the value must be")
    return clear


def limits(when: When, facts: Mapping[str, object]) -> Limits | None:
    """A condition's levels at a place with these facts; levels whose fact is not there are left out, None = no level."""
    sign = -1 if when.below else 1
    steps = []
    for name, given in (when.above or when.below).items():
        threshold = facts.get(given) if isinstance(given, str) else given
        if isinstance(threshold, int | float) and not isinstance(threshold, bool):
            value = float(threshold)
            steps.append(Step(AlertLevel[name], value, value - sign * gap(when.clear, value)))
    return Limits(sign, tuple(sorted(steps, key=lambda step: step.level))) if steps else None


def band(when: When) -> Band:
    """The levels of an `outside:` condition."""
    sides = []
    for index, sign in ((0, -1), (1, 1)):
        ends = {AlertLevel[name]: edges[index] for name, edges in when.outside.items()}
        steps = (Step(level, end, end - sign * gap(when.clear, end)) for level, end in ends.items())
        sides.append(Limits(sign, tuple(sorted(steps, key=lambda step: step.level))))
    return Band(*sides)


# A combined condition's figure is its level's urgency; nothing lies between two levels, so half a step is gone.
COMBINED = Limits(1, tuple(Step(level, 5 - level, 4.5 - level) for level in AlertLevel))
NEVER = Limits(1, (Step(AlertLevel.P4, math.inf, math.inf),))  # for a rule outside its hours: reaches and holds nothing


def levels_of(when: When, facts: Mapping[str, object]) -> Levels | None:
    """A condition's levels at a place with these facts, whatever its kind; None = no level there."""
    if when.kind == "combined":
        return COMBINED
    return band(when) if when.outside else limits(when, facts)


def fact_names(when: When) -> set[str]:
    """The site facts a condition takes thresholds from."""
    return {given for given in (when.above or when.below).values() if isinstance(given, str)}


def say_faults(say: str) -> list[str]:
    """What is wrong with a rule's sentence: unknown or decorated placeholders, single braces."""
    try:
        fields = [(name, spec, conversion) for _, name, spec, conversion in string.Formatter().parse(say)]
    except ValueError:
        return ["a { or } stands alone; write {{ or }} for a plain brace"]
    faults = []
    for name, spec, conversion in fields:
        if name is not None and (name not in (*PLACEHOLDERS, *TOLD) or spec or conversion):
            known = ", ".join(f"{{{p}}}" for p in (*PLACEHOLDERS, *TOLD))
            faults.append(f"{{{name}}} is not known or is decorated; use {known}")
    return faults
