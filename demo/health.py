"""How the collectors would have found the departments: every source's health, minute by minute, in the past.

The same figures as jobs/health.py records of the present, by the store's own judgement of runs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from demo.columns import Pile
from demo.feeds import FEEDS
from demo.noise import Floats, Ints, keys, uniform
from demo.outages import DEVICES, SERVERS, Outage
from demo.publication import Publisher
from demo.rhythm import DAY, HOUR, MINUTE
from demo.tally import INCIDENTS, tally
from domain.city import City
from domain.health import (
    AGE,
    LATENCY,
    MEASURED,
    QUALITY,
    RATE,
    REJECTED,
    ROWS,
    STATE,
    STATE_CODES,
    SYSTEM,
    Freshness,
    source_place,
)
from domain.metric import Aggregate, Metric
from domain.observation import SeriesKey
from domain.run import SourceRun
from store.interval import interval_of
from store.runs import State, judge

FRESH: Final = STATE_CODES[Freshness.LATE]  # up to this code a source counts as healthy
_REFUSED: Final = 3.6  # seconds that a run of four refused attempts takes, with the waits between them
_PERCENT: Final = 100.0


@dataclass(frozen=True, slots=True)
class Course:
    """One source at some minutes. rows, rejected and records: since local midnight; latency: of the newest run; age: of the newest success, s."""

    state: Ints
    rows: Ints
    rejected: Ints
    records: Ints
    latency: Floats
    age: Floats

    def told(self) -> Iterator[tuple[str, Floats]]:
        """Each figure by its metric."""
        figures = (
            (STATE, self.state),
            (ROWS, self.rows),
            (REJECTED, self.rejected),
            (LATENCY, self.latency),
            (AGE, self.age),
        )
        for metric, values in figures:
            yield metric, values.astype(np.float64)


@dataclass(frozen=True, slots=True)
class _Runs:
    """When a source answered, and what its runs come to at some minutes."""

    answered: Ints
    state: Ints
    latency: Floats
    age: Floats


class Health:
    """The health of a city's sources up to `now`, epoch seconds. `derived`: see `tally`."""

    def __init__(self, city: City, publisher: Publisher, derived: Mapping[int, int], now: int) -> None:
        self._city, self._publisher, self._derived, self._now = city, publisher, derived, now
        self._declared = {key: city.metrics[key] for key in sorted((MEASURED - {QUALITY}) & city.metrics.keys())}
        self._asked = {key: _asked(key) for key, spec in city.sources.items() if spec.kind == "http_json"}

    def add(self, pile: Pile, start: int, end: int, *, coarse: bool) -> None:
        """The figures of start <= t < end; coarse: one value an hour, what those of the hour come to.

        What is kept for some days only is not written farther back than that.
        """
        minutes = _minutes(start, min(end, self._now + 1))
        if not minutes.size or not self._declared or not self._city.sources:
            return
        if RATE in self._declared:
            fresh = np.mean([self._runs(key, minutes).state <= FRESH for key in self._city.sources], axis=0)
            self._tell(pile, RATE, self._city.adcode, (minutes, fresh * _PERCENT), coarse=coarse)
        kept = minutes[
            minutes >= min((self._oldest(key) for key in self._declared if key != RATE), default=self._now + 1)
        ]
        for key in self._city.sources if kept.size else ():
            for metric, values in self.course(key, kept).told():
                if metric in self._declared:
                    own = kept >= self._oldest(metric)
                    self._tell(pile, metric, source_place(key), (kept[own], values[own]), coarse=coarse)

    def _tell(self, pile: Pile, metric: str, place: str, told: tuple[Ints, Floats], *, coarse: bool) -> None:
        at, values = _sampled(self._declared[metric], *told, coarse=coarse)
        pile.add(SeriesKey(metric, place, SYSTEM), at * 1000, values, np.zeros(len(at), np.uint8))

    def _oldest(self, metric: str) -> int:
        """From when on a metric's single values are kept, at a whole hour."""
        kept = self._declared[metric].retention
        return 0 if kept is None else (self._now - int(kept.total_seconds())) // HOUR * HOUR

    def course(self, key: str, minutes: Ints) -> Course:
        """One source at whole minutes without a gap."""
        runs = self._runs(key, minutes)
        rows, rejected, records = self._counts(key, minutes, runs.answered)
        return Course(runs.state, rows, rejected, records, runs.latency, runs.age)

    def today(self, now: datetime) -> Iterator[SourceRun]:
        """A run a source that stands for all of today's, so that what was counted so far is counted on; none for one that is down."""
        moment = np.array([int(now.timestamp())], dtype=np.int64)
        for key in self._city.sources:
            course = self.course(key, moment)
            if int(course.state[0]) <= FRESH:
                counts = {name: int(getattr(course, name)[0]) for name in ("rows", "rejected", "records")}
                yield SourceRun(key, now, now, True, counts["records"], counts["rows"], rejected=counts["rejected"])

    def _runs(self, key: str, minutes: Ints) -> _Runs:
        """The steps: 1 the polls since midnight and a little before, 2 which of them were answered, 3 how each minute saw them."""
        every = interval_of(self._city.sources[key])
        step = int(every.total_seconds())
        midnight = int(self._midnights(minutes[:1])[0])
        outages = self._outages(key, midnight - 4 * step, int(minutes[-1]))
        first = min([midnight, *(one.start for one in outages)]) - 4 * step
        polls = np.arange(first // step, int(minutes[-1]) // step + 1, dtype=np.int64) * step
        answered, length = self._answers(key, polls, outages)
        newest = np.searchsorted(polls, minutes, side="right") - 1
        success = np.maximum.accumulate(np.where(answered, np.arange(len(polls)), 0))[newest]
        age = np.maximum(minutes - polls[success] - length[success], 0.0)
        state = _states(minutes, polls[success], newest - success, every)
        return _Runs(polls[answered], state, length[newest], age)

    def _midnights(self, t: Ints) -> Ints:
        offset = self._publisher.world.offset
        return (t + offset) // DAY * DAY - offset

    def _outages(self, key: str, first: int, last: int) -> list[Outage]:
        asked = self._asked.get(key, frozenset())  # databases, folders and who sends by himself are always there
        return [one for one in self._publisher.world.outages.between(first, last) if one.what in asked]

    def _answers(self, key: str, polls: Ints, outages: list[Outage]) -> tuple[NDArray[np.bool_], Floats]:
        """Which polls were answered, and how long each took: some tenths of a second where nothing is wrong."""
        u = uniform(keys(self._city.spec.demo_seed, [key], "latency"), polls)[0]
        answered, length = np.ones(len(polls), dtype=bool), 0.04 + 0.5 * u**4
        for outage in outages:
            struck = (polls >= outage.start) & (polls < outage.end)
            answered &= ~struck
            length[struck] = _REFUSED
        return answered, length

    def _counts(self, key: str, minutes: Ints, answered: Ints) -> tuple[Ints, Ints, Ints]:
        """Rows, rejects and records since each minute's midnight: what was told came with the next answered poll."""
        counted = tally(self._publisher, key, int(answered[0]), int(minutes[-1]), self._derived)
        place = np.searchsorted(answered, counted.told)
        came = place < len(answered)
        seen = answered[place[came]]
        begin, end = np.searchsorted(seen, self._midnights(minutes)), np.searchsorted(seen, minutes, side="right")
        sums = (np.concatenate([[0], np.cumsum(one[came])]) for one in (counted.rows, counted.rejected))
        rows, rejected = (total[end] - total[begin] for total in sums)
        return rows, rejected, end - begin


def _minutes(start: int, end: int) -> Ints:
    """The whole minutes with start <= t < end."""
    return np.arange(-(-start // MINUTE), -(-end // MINUTE), dtype=np.int64) * MINUTE


def _asked(source: str) -> frozenset[str]:
    """What must work for a source's calls to be answered."""
    names = {feed.department for feed in FEEDS if feed.source == source and feed.department in SERVERS}
    if source == INCIDENTS:
        names.add("emergency")
    return frozenset(names | ({source} & DEVICES))


def _states(minutes: Ints, success: Ints, failures: Ints, every: timedelta) -> Ints:
    """The store's judgement at each minute: live wherever the newest run was answered."""
    out = np.zeros(len(minutes), np.int64)
    for i in np.flatnonzero(failures).tolist():
        runs = State(last_success=int(success[i]) * 1000, failures=int(failures[i]))
        out[i] = STATE_CODES[judge(runs, datetime.fromtimestamp(int(minutes[i]), UTC), every)[0]]
    return out


def _sampled(metric: Metric, minutes: Ints, values: Floats, *, coarse: bool) -> tuple[Ints, Floats]:
    """At the metric's own interval; coarse: folded into hours as the store would fold them."""
    chosen = minutes % max(int(metric.every.total_seconds()), MINUTE) == 0
    at, told = minutes[chosen], values[chosen]
    if not coarse or not at.size:
        return at, told
    hours = at // HOUR * HOUR
    starts = np.flatnonzero(np.diff(hours, prepend=hours[0] - 1))
    return hours[starts], _fold(metric.aggregate, told, starts)


def _fold(how: Aggregate, values: Floats, starts: Ints) -> Floats:
    ends: Ints = np.append(starts[1:], len(values))
    if how == "last":
        last: Floats = values[ends - 1]
        return last
    folds = {"max": np.maximum, "min": np.minimum, "sum": np.add, "mean": np.add}
    folded: Floats = folds[how].reduceat(values, starts)
    return np.divide(folded, ends - starts) if how == "mean" else folded
