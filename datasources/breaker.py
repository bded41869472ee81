"""The circuit breaker of a source: how long one that fails is left alone, and when it is tried again. Pure functions."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.operation import Breaker, Told
from domain.source import SourceSpec

OPEN_AFTER = 2  # failed runs in a row: what source health calls down
JITTER = 0.2  # of the pause, more or less: sources that failed together do not come back together
_SHORTEST, _FIRST_MOST = timedelta(seconds=5), timedelta(seconds=30)
_LAST_LEAST, _LONGEST = timedelta(minutes=1), timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Pace:
    """The pause before the first probe, doubled before each next one, and the longest pause."""

    first: timedelta
    longest: timedelta


def pace_of(spec: SourceSpec) -> Pace:
    """A source that comes each 10 s is tried after 10, 20, 40 and then each 60 s; one that comes each hour after 30 s to 5 min.

    So a gap is closed at most five minutes after the outage's end, however rarely the source is asked in good times.
    """
    every = spec.every or _LONGEST
    return Pace(min(max(every, _SHORTEST), _FIRST_MOST), min(max(every, _LAST_LEAST), _LONGEST))


def failed(told: Told, now: datetime, pace: Pace, chance: float) -> Told:
    """After a run that failed. `chance` is a random number, 0 <= chance < 1."""
    failures = told.failures + 1
    if failures < OPEN_AFTER:
        return replace(told, failures=failures)
    doubled = pace.first * (1 << min(failures - OPEN_AFTER, 16))
    pause = min(doubled, pace.longest) * (1 + JITTER * (2 * chance - 1))
    return Told(Breaker.OPEN, failures, told.opened or now, now + pause)


def tried(told: Told) -> Told:
    """While a probe is under way."""
    return told if told.breaker is Breaker.CLOSED else replace(told, breaker=Breaker.HALF_OPEN, probe=None)


def allows(told: Told, now: datetime) -> bool:
    """Whether the source may be asked."""
    return told.breaker is Breaker.CLOSED or (told.probe is not None and now >= told.probe)
