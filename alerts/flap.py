"""Flapping: an alert that comes and goes. One evaluation is one interval of its metric. Pure but for what `Flips` remembers."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.cases import closes_at
from domain.alert import Condition, Transition
from domain.case import Case, Handling
from domain.noise import Flapping

EVENTS = timedelta(minutes=5)  # one evaluation of a rule without a metric: incidents are told at no fixed pace
MEMORY = timedelta(days=2)  # of slower metrics the newest evaluations are those of two days
_FIRING = frozenset({Condition.FIRING, Condition.RECOVERING})


class Flips:
    """When alerts began and ceased to fire, of late. Filled from the store's transitions at a start."""

    def __init__(self) -> None:
        self._at: dict[str, list[datetime]] = {}

    def learn(self, steps: Iterable[Transition]) -> None:
        """Remember steps in the order in which they were taken; the same step twice counts once."""
        for one in steps:
            if (one.old in _FIRING) == (one.new in _FIRING):
                continue
            known = self._at.setdefault(one.fingerprint, [])
            if not known or known[-1] < one.at:
                known.append(one.at)

    def percent(self, fingerprint: str, now: datetime, every: timedelta, noise: Flapping) -> float:
        """How many percent of the newest evaluations changed whether the alert fires."""
        since = now - min(every * noise.evaluations, MEMORY)
        changed = sum(since < at <= now for at in self._at.get(fingerprint, ()))
        return min(100.0, 100.0 * changed / (noise.evaluations - 1))

    def forget(self, now: datetime) -> None:
        """Drop what lies further back than anybody looks."""
        for mark, known in list(self._at.items()):
            kept = [at for at in known if at > now - MEMORY]
            if kept:
                self._at[mark] = kept
            else:
                del self._at[mark]


def judged(case: Case, share: float, noise: Flapping, now: datetime) -> Case:
    """The case with its share while it flaps, 0 when it does not: it begins at `enter` and ends below `leave`.

    While it flaps it does not close by itself.
    """
    flaps = share >= (noise.leave if case.flapping else noise.enter)
    if not flaps and not case.flapping:
        return case
    due = case.due if case.handling is not Handling.NEW else None if flaps else closes_at(case, now)
    return replace(case, flapping=round(share, 1) if flaps else 0.0, due=due)
