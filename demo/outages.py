"""When a department's own system does not answer: a night of maintenance a week, seldom something unforeseen.

Pure in (seed, script, time), so that the history of data health and the servers that run now tell one story.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from demo.noise import keys, uniform
from demo.rhythm import DAY, HOUR, MINUTE
from demo.scenario import Script

SERVERS: Final = ("hall", "environment", "traffic", "emergency", "governance")
# What the outage scenario silences: the traffic department's server, the kitchens' monitors, a database that stands still.
SCRIPTED: Final = ("traffic", "fume", "hotline")
DEVICES: Final = frozenset({"fume"})  # of these, what is no server: devices that do not dial in any more
_WEEK: Final = 7 * DAY
_SLOT: Final = 5 * DAY
_CHANCE: Final = 0.15  # of something unforeseen in each five days: a department once a month


@dataclass(frozen=True, slots=True)
class Outage:
    """A server (or one of `SCRIPTED`) gives no answer in start <= t < end, epoch seconds."""

    what: str
    start: int
    end: int


class Outages:
    """Finds what is down. Nothing fails by itself in the quiet scenario."""

    def __init__(self, seed: int, offset: int, script: Script) -> None:
        self._offset, self._script = offset, script
        self._keys = {what: keys(seed, [what], "outage") for what in SERVERS}
        self._week = lru_cache(maxsize=256)(self._maintenance)
        self._slot = lru_cache(maxsize=256)(self._unforeseen)

    def between(self, first: int, last: int) -> list[Outage]:
        """Every outage that touches [first, last], by its beginning."""
        scripted = [Outage(what, p.start, p.end) for p in self._script.of("feed_outage") for what in SCRIPTED]
        found = [*scripted, *(one for what in SERVERS for one in self._natural(what, first, last))]
        return sorted((o for o in found if o.start <= last and o.end > first), key=lambda o: (o.start, o.what))

    def down(self, what: str, t: int) -> bool:
        """Whether something gives no answer at a moment."""
        return any(o.what == what and o.start <= t < o.end for o in self.between(t, t))

    def _natural(self, what: str, first: int, last: int) -> Iterable[Outage]:
        weeks = range((first + self._offset) // _WEEK - 1, (last + self._offset) // _WEEK + 1)
        slots = range(first // _SLOT - 1, last // _SLOT + 1)
        found = [self._week(what, week) for week in weeks] + [self._slot(what, slot) for slot in slots]
        return (left for one in found if one is not None and (left := self._calmed(one)))

    def _calmed(self, outage: Outage) -> Outage | None:
        """What the quiet scenario leaves of it: nothing begins while it is played, and what had begun ends with its start."""
        end = outage.end
        for p in self._script.of("quiet"):
            if p.start <= outage.start < p.end:
                return None
            if outage.start < p.start:
                end = min(end, p.start)
        return Outage(outage.what, outage.start, end)

    def _maintenance(self, what: str, week: int) -> Outage:
        """Between two and four at night, on the department's own night of the week, for 20 to 60 minutes."""
        night = int(self._draw(what, 0)[0] * 7)
        begin, long = self._draw(what, week + 10_000)[:2]
        start = week * _WEEK - self._offset + night * DAY + 2 * HOUR + int(begin * 60) * MINUTE
        return Outage(what, start, start + (20 + int(long * 40)) * MINUTE)

    def _unforeseen(self, what: str, slot: int) -> Outage | None:
        """At any time of day, for 10 to 45 minutes."""
        happens, begin, long = self._draw(what, slot + 1_000_000)
        if happens > _CHANCE:
            return None
        start = slot * _SLOT + int(begin * _SLOT) // MINUTE * MINUTE
        return Outage(what, start, start + (10 + int(long * 35)) * MINUTE)

    def _draw(self, what: str, tick: int) -> tuple[float, float, float]:
        u = uniform(self._keys[what], np.array([[tick * 3, tick * 3 + 1, tick * 3 + 2]], dtype=np.int64))[0]
        return float(u[0]), float(u[1]), float(u[2])
