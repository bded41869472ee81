"""What goes wrong on the way from the sensor to the desk, at realistic rates: missing, stuck, wild, late, corrected."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from demo.noise import Floats, Ints, normal, uniform
from demo.places import Group
from demo.rhythm import HOUR
from demo.scenario import Script

Flags = NDArray[np.bool_]
_STUCK_SPAN: Final = 6 * HOUR
_LATE_BY: Final = (
    37  # seconds on top of whole minutes, so that a late record never shares its second with a punctual one
)
_CORRECTED_AFTER: Final = 41 * 60 + 11


@dataclass(frozen=True, slots=True)
class Rates:
    """Chances of one value (missing, wild), one record (late, corrected, flagged as faulty) and one site in six hours (stuck)."""

    missing: float = 0.0
    wild: float = 0.0
    stuck: float = 0.0
    late: float = 0.0
    corrected: float = 0.0
    flagged: float = 0.0


SENSORS: Final = Rates(missing=0.010, wild=0.0002, stuck=0.004, late=0.012, corrected=0.0)
PRELIMINARY: Final = Rates(missing=0.010, wild=0.0004, stuck=0.003, late=0.010, corrected=0.02, flagged=0.004)
FIGURES: Final = Rates(late=0.012, corrected=0.010)
CLEAN: Final = Rates()


class Faults:
    """Which values of a feed suffer; pure in (seed, feed, site, time). Nothing goes wrong in the quiet scenario."""

    def __init__(self, feed: str, group: Group, rates: Rates, script: Script) -> None:
        self._feed, self._group, self._rates, self._script = feed, group, rates, script

    def held_time(self, metric: str, t: Ints) -> Ints:
        """The time whose value is told: a stuck sensor repeats what it measured when the span began."""
        if not self._rates.stuck:
            return t
        begin = t - t % _STUCK_SPAN
        return np.where(self._hit(f"stuck.{metric}", begin, self._rates.stuck), begin, t)

    def missing(self, metric: str, t: Ints) -> Flags:
        """Where the department has no value."""
        return self._hit(f"missing.{metric}", t, self._rates.missing)

    def wild(self, metric: str, t: Ints) -> Flags:
        """Where it tells nonsense far outside any valid range; such values end in quarantine."""
        return self._hit(f"wild.{metric}", t, self._rates.wild) & ~self.missing(metric, t)

    def flagged(self, t: Ints) -> Flags:
        """Records that the device itself marks as faulty: a value is there, and must not count."""
        return self._hit("flagged", t, self._rates.flagged)

    def lateness(self, t: Ints, step: int) -> Ints:
        """Seconds beyond the usual delay, 0 for nearly all."""
        late = self._hit("late", t, self._rates.late)
        steps = 1 + np.floor(uniform(self._group.key(f"{self._feed}.lateby"), t) * 3).astype(np.int64)
        return np.where(late, steps * max(min(step, HOUR), 600) + _LATE_BY, 0)

    def correction(self, t: Ints) -> Ints:
        """Seconds from the time measured to the corrected record, 0 where the first word was the last."""
        return np.where(self._hit("corrected", t, self._rates.corrected), _CORRECTED_AFTER, 0)

    def preliminary(self, metric: str, t: Ints, value: Floats) -> Floats:
        """What was said before the correction: some percent too little, as when part of the data was not in yet."""
        return value * (1.0 - 0.06 * np.abs(normal(self._group.key(f"{self._feed}.first.{metric}"), t)))

    def _hit(self, what: str, t: Ints, chance: float) -> Flags:
        shape = np.broadcast_shapes((len(self._group), 1), np.shape(t))
        if not chance:
            return np.zeros(shape, dtype=bool)
        hit: Flags = uniform(self._group.key(f"{self._feed}.{what}"), t) < chance
        calm: Flags = self._script.strength("quiet", np.asarray(t)) > 0
        return np.logical_and(hit, ~calm)
