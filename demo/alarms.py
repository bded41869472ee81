"""What the rules would have said over the last two days, had they run: the engine itself, led through the past.

Values and incidents are shown to it when they were told, time passes in between, and what it finds goes to the store by
the very function that live findings go by.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

import numpy as np

from alerts.engine import Change, Engine
from alerts.history import Held, Point
from demo.columns import Pile
from demo.noise import Floats, Ints
from demo.publication import Block
from demo.rhythm import MINUTE
from demo.sieve import Values, moving
from domain.city import City
from domain.incident import Incident
from domain.observation import Observation, Quality, SeriesKey
from store import Store

BASELINE: Final = timedelta(days=35)  # no rule looks farther back
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Course:
    """One series as it became known; `at` in ms, `told` in epoch seconds."""

    key: SeriesKey
    at: Ints
    told: Ints
    value: Floats
    quality: np.ndarray


@dataclass
class Heard:
    """What was written of the metrics that rules watch, with the moment at which it was told."""

    metrics: frozenset[str]
    courses: list[Course] = field(default_factory=list)

    def take(self, pile: Pile, first: int, block: Block | None = None) -> None:
        """Remember a pile's series from number `first` on. Without the block they come from, each is told at its own time."""
        rows = {name: row for row, name in enumerate(block.group.names)} if block else {}
        for n in range(first, len(pile.keys)):
            key, at = pile.keys[n], pile.at[n]
            if key.metric in self.metrics:
                told = at // 1000
                if block is not None:
                    row = rows[key.site]
                    told = block.told[row][np.searchsorted(block.at[row] * 1000, at)]
                self.courses.append(Course(key, at, told, pile.value[n], pile.quality[n]))


class Past:
    """Implements `alerts.history.History` for a moment in the past: closed hours of earlier days, nothing of what was to come."""

    def __init__(self, store: Store, since: datetime, incidents: Sequence[Incident]) -> None:
        self._store, self._since, self._incidents = store, since, incidents
        self._hours: dict[str, dict[datetime, dict[str, Held]]] = {}

    def recent(self, metric: str, since: datetime) -> Iterable[tuple[str, datetime, float]]:  # noqa: ARG002
        """Nothing: what is recent has been shown."""
        return ()

    def hour(self, metric: str, hour: datetime) -> Mapping[str, Held]:
        """One bucket of the roll-ups; all of a metric's are read at the first question."""
        if metric not in self._hours:
            self._hours[metric] = self._read(metric)
        return self._hours[metric].get(hour, {})

    def incidents(self) -> Sequence[Incident]:
        """Those known when the two days began."""
        return self._incidents

    def forecasts(self, metric: str) -> Mapping[str, Sequence[Point]]:  # noqa: ARG002
        """None were made."""
        return {}

    def _read(self, metric: str) -> dict[datetime, dict[str, Held]]:
        sites = {number: key.site for number, key in self._store.series().items() if key.metric == metric}
        found = self._store.hours(self._since - BASELINE, self._since + timedelta(days=3), sites)
        out: dict[datetime, dict[str, Held]] = {}
        columns = (found.bucket.tolist(), found.series.tolist(), found.n.tolist(), found.sum.tolist())
        for bucket, number, n, total in zip(*columns, strict=True):
            out.setdefault(datetime.fromtimestamp(bucket / 1000, UTC), {})[sites[number]] = Held(n, total)
        return out


def replay(city: City, store: Store, heard: Heard, incidents: Sequence[Incident], span: tuple[int, int]) -> None:
    """Lead the rules through the span (epoch seconds) and save what they find; what was saved before is not saved again.

    The same span gives the same findings, so a run that was cut short is gone on with after the newest step in the store.
    """
    start, end = (datetime.fromtimestamp(t, UTC) for t in span)
    before = _known([one for one in incidents if one.received < start])
    engine = Engine.of(city, history=Past(store, start, before))
    saved = max((step.at for step in store.transitions(start, end + timedelta(seconds=1))), default=start - _HOUR)
    found = _steps(engine, _arrivals(city, heard, [i for i in incidents if i.received >= start]), start, end)
    for group in _groups(changes for changes in found if changes[0].transition.at > saved):
        store.save_alerts([c.alert for c in group], [c.transition for c in group])


@dataclass
class _Arrival:
    """What became known at one moment."""

    at: datetime
    observations: list[Observation] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)


def _steps(engine: Engine, arrivals: Iterable[_Arrival], start: datetime, end: datetime) -> Iterator[list[Change]]:
    """Every move of an alert, in order of time: what time alone brings comes before what arrives at the same moment."""
    for arrival in arrivals:
        yield from _waited(engine, start, arrival.at)
        changes = engine.evaluate(arrival.observations, arrival.at, arrival.incidents)
        if changes:
            yield changes
    yield from _waited(engine, start, end)


def _waited(engine: Engine, start: datetime, until: datetime) -> Iterator[list[Change]]:
    """What time alone brings up to a moment; what was due before the start is due at the start."""
    while (due := engine.next_due()) is not None and due <= until:
        changes = engine.due(max(due, start))
        if changes:
            yield changes


def _groups(found: Iterable[list[Change]]) -> Iterator[list[Change]]:
    """Moves that can be saved together: no alert twice, and never a part of what happened at one moment.

    Where one alert moves twice at one moment, both its steps show where it ended, as in the engine's own batches.
    """
    group: list[Change] = []
    taken: set[str] = set()
    for _, same in groupby(found, key=lambda changes: changes[0].transition.at):
        moved = [change for changes in same for change in changes]
        left = {change.alert.fingerprint: change.alert for change in moved}
        if taken & left.keys():
            yield group
            group, taken = [], set()
        group += [Change(left[change.alert.fingerprint], change.transition) for change in moved]
        taken |= left.keys()
    if group:
        yield group


def _arrivals(city: City, heard: Heard, incidents: Sequence[Incident]) -> Iterator[_Arrival]:
    """What a collector that looks once a minute would have been given, minute by minute."""
    minutes: dict[int, _Arrival] = {}
    for told, one in _observations(city, heard):
        _at(minutes, told).observations.append(one)
    for incident in incidents:
        _at(minutes, int(incident.received.timestamp())).incidents.append(incident)
    return (minutes[minute] for minute in sorted(minutes))


def _at(minutes: dict[int, _Arrival], told: int) -> _Arrival:
    minute = -(-told // MINUTE)
    if minute not in minutes:
        minutes[minute] = _Arrival(datetime.fromtimestamp(minute * MINUTE, UTC))
    return minutes[minute]


def _observations(city: City, heard: Heard) -> Iterator[tuple[int, Observation]]:
    """The values that can move an alert."""
    by_metric: dict[str, dict[SeriesKey, list[Course]]] = {}
    for course in heard.courses:
        by_metric.setdefault(course.key.metric, {}).setdefault(course.key, []).append(course)
    for metric, series in by_metric.items():
        places = moving(city, metric, [_values(key, courses) for key, courses in series.items()])
        for key, courses in series.items():
            for course in courses if key.site in places else ():
                yield from _told(course)


def _values(key: SeriesKey, courses: Sequence[Course]) -> Values:
    usable = [course.quality <= Quality.SUSPECT for course in courses]
    at = np.concatenate([course.at[use] for course, use in zip(courses, usable, strict=True)])
    value = np.concatenate([course.value[use] for course, use in zip(courses, usable, strict=True)])
    return Values(key.site, at, value)


def _told(course: Course) -> Iterator[tuple[int, Observation]]:
    key = course.key
    columns = (course.at.tolist(), course.told.tolist(), course.value.tolist(), course.quality.tolist())
    for at, told, value, quality in zip(*columns, strict=True):
        known = None if value != value else value
        moment, received = (datetime.fromtimestamp(t, UTC) for t in (at / 1000, told))
        yield (
            told,
            Observation(key.metric, key.site, key.source, moment, known, received, Quality(quality), key.standard),
        )


def _known(incidents: Sequence[Incident]) -> list[Incident]:
    """The newest stage of each."""
    return list({(one.source, one.id): one for one in incidents}.values())
