"""The nearest threshold of every series as arrays, so that a whole batch is tested at once, whatever the number of rules.

Only a value beyond the nearest threshold of its series, or of a series with an open alert, is looked at rule by rule.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from alerts.rule import Limits, fact_names
from alerts.scope import anywhere
from alerts.signals.base import usable
from domain.metric import Metric
from domain.observation import Observation, Quality
from domain.rule import Rule

AHEAD = timedelta(minutes=5)  # departments' clocks differ; a time further ahead would shut out every later value
_LONG_AGO = int(np.iinfo(np.int64).min)
_UNWATCHED = -1
_INTEGERS = np.int64
_WORST = Quality.SUSPECT
_SERIES = attrgetter("metric", "site")
_AT = attrgetter("at")
__all__ = ["AHEAD", "Board", "Test", "usable"]
Limiter = Callable[[Rule, str], Limits | None]


class Test(NamedTuple):
    """One rule's first threshold at a site: reached when sign x value >= entry."""

    rule: str
    sign: int
    entry: float


class Board:
    """The series seen so far, each in one slot of the arrays. Owned by one engine, used by one thread at a time."""

    def __init__(self, rules: Iterable[Rule], metrics: Mapping[str, Metric], limiter: Limiter) -> None:
        self._limiter = limiter
        self._metrics = metrics
        self._by_metric: dict[str, list[Rule]] = {}
        for rule in rules:
            self._by_metric.setdefault(rule.when.metric, []).append(rule)
        self._shared = {metric: self._tests(rules, "") for metric, rules in self._plain().items()}
        self._slots: dict[tuple[str, str], int] = {}
        self._slot_tests: list[tuple[Test, ...]] = []
        self._high = np.empty(0)
        self._low = np.empty(0)
        self._open = np.empty(0, dtype=_INTEGERS)
        self._newest = np.empty(0, dtype=_INTEGERS)
        self._missing = np.empty(0, dtype=_INTEGERS)
        self._ahead = np.empty(0, dtype=_INTEGERS)

    @property
    def metrics(self) -> frozenset[str]:
        """The metrics that some rule watches."""
        return frozenset(self._by_metric)

    def mark(self, metric: str, site: str, step: int) -> None:
        """Count open alerts of a series (+1 opened, -1 closed), so that its values are always looked at."""
        if (metric, site) not in self._slots:
            self._grow([(metric, site)])
        self._open[self._slots[metric, site]] += step

    def seed(self, newest: Mapping[tuple[str, str], datetime]) -> None:
        """Learn the newest time of (metric, site) series from before a restart, so that older values stay late."""
        watched = {key: at for key, at in newest.items() if key[0] in self._by_metric}
        self._grow([key for key in watched if key not in self._slots])
        for key, at in watched.items():
            slot = self._slots[key]
            self._newest[slot] = max(int(self._newest[slot]), round(at.timestamp() * 1000))

    def newest(self, metric: str, site: str) -> datetime | None:
        """The time of the newest value of a series, to the millisecond; None when there was none yet."""
        return self._when(self._newest, metric, site)

    def missing(self, metric: str, site: str) -> datetime | None:
        """The time of the newest missing value of a series; None when there was none. What it hides is not held against it."""
        return self._when(self._missing, metric, site)

    def _when(self, times: npt.NDArray[np.int64], metric: str, site: str) -> datetime | None:
        slot = self._slots.get((metric, site), _UNWATCHED)
        at = _LONG_AGO if slot == _UNWATCHED else int(times[slot])
        return None if at == _LONG_AGO else datetime.fromtimestamp(at / 1000, UTC)

    def touched(
        self, observations: Sequence[Observation], now: datetime
    ) -> Iterator[tuple[Observation, tuple[Test, ...]]]:
        """Observations that may move an alert, oldest first, with their series' tests; remembers the newest times.

        Left out: unwatched metrics, values older than the newest of their series, and times in the future.
        """
        watched, slots = self._located(observations)
        if not watched:
            return
        times = _milliseconds(watched)
        # What `usable` says, inline: ten thousand calls would cost a third of the batch. None is NaN and reaches nothing.
        values = np.array([o.value if o.quality <= _WORST else None for o in watched], dtype=np.float64)
        fresh = (times >= self._newest[slots]) & (times <= round(now.timestamp() * 1000) + self._ahead[slots])
        hot = (values >= self._high[slots]) | (values <= self._low[slots]) | (self._open[slots] > 0)
        hits = np.flatnonzero(self._of_same_series(hot & fresh, slots) & fresh)
        counted = fresh & ~np.isnan(values)
        np.maximum.at(self._newest, slots[counted], times[counted])
        gone = fresh & np.isnan(values)
        if gone.any():
            np.maximum.at(self._missing, slots[gone], times[gone])
        for index in hits[np.argsort(times[hits], kind="stable")].tolist():
            yield watched[index], self._slot_tests[slots[index]]

    def _located(self, observations: Sequence[Observation]) -> tuple[Sequence[Observation], npt.NDArray[np.int64]]:
        """The watched observations and their slots; series not seen before get one."""
        series = list(map(_SERIES, observations))
        located = list(map(self._slots.get, series))
        if None in located:
            self._grow([key for key in dict.fromkeys(series) if key not in self._slots])
            located = list(map(self._slots.get, series))
        slots = np.array(located, dtype=_INTEGERS)
        if _UNWATCHED in located:
            observations = [o for o, slot in zip(observations, located, strict=True) if slot != _UNWATCHED]
            slots = slots[slots != _UNWATCHED]
        return observations, slots

    def _of_same_series(self, hot: npt.NDArray[np.bool_], slots: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """When one value of a series is looked at, so are its others in the batch: they may close what it opened."""
        series = np.zeros(len(self._slot_tests), dtype=bool)
        series[slots[hot]] = True
        return series[slots]

    def _plain(self) -> dict[str, list[Rule]]:
        """The rules that are the same at every site."""
        return {metric: [rule for rule in rules if not _differs(rule)] for metric, rules in self._by_metric.items()}

    def _tests(self, rules: Iterable[Rule], site: str) -> tuple[Test, ...]:
        found = ((rule.key, self._limiter(rule, site)) for rule in rules)
        return tuple(Test(key, levels.sign, levels.entry) for key, levels in found if levels is not None)

    def _grow(self, series: Sequence[tuple[str, str]]) -> None:
        """Give new series their slots; those of unwatched metrics are remembered as such."""
        added: list[tuple[Test, ...]] = []
        ahead: list[timedelta] = []
        for metric, site in series:
            if metric not in self._by_metric:
                self._slots[metric, site] = _UNWATCHED
                continue
            self._slots[metric, site] = len(self._slot_tests) + len(added)
            own = self._tests((rule for rule in self._by_metric[metric] if _differs(rule)), site)
            added.append(self._shared[metric] + own)
            ahead.append(max(AHEAD, self._metrics[metric].every))
        self._slot_tests += added
        high = [min((t.entry for t in tests if t.sign > 0), default=np.inf) for tests in added]
        low = [max((-t.entry for t in tests if t.sign < 0), default=-np.inf) for tests in added]
        self._high = np.append(self._high, high)
        self._low = np.append(self._low, low)
        self._open = np.append(self._open, np.zeros(len(added), dtype=_INTEGERS))
        self._newest = np.append(self._newest, np.full(len(added), _LONG_AGO, dtype=_INTEGERS))
        self._missing = np.append(self._missing, np.full(len(added), _LONG_AGO, dtype=_INTEGERS))
        self._ahead = np.append(self._ahead, np.array([span.total_seconds() * 1000 for span in ahead], dtype=_INTEGERS))


def _differs(rule: Rule) -> bool:
    """Whether a rule's thresholds depend on the site, or whether it holds there at all."""
    return bool(fact_names(rule.when)) or not anywhere(rule.scope)


def _milliseconds(observations: Sequence[Observation]) -> npt.NDArray[np.int64]:
    seconds = np.array(list(map(datetime.timestamp, map(_AT, observations))))
    return np.round(seconds * 1000).astype(_INTEGERS)
