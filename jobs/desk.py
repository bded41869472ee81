"""The duty desk's clock: who is told of what happened, what holds notices back, and what time alone does to cases."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.cases import timed
from alerts.engine import Change
from alerts.escalation import escalated
from alerts.flap import EVENTS, MEMORY, Flips, judged
from alerts.group import Telling, spacing_since
from alerts.inhibit import Around, held_back
from alerts.planning import Places, amended, plan, tell, turned, watched
from alerts.silences import next_turn
from alerts.storm import is_storm, since
from domain.account import Role
from domain.case import Case
from domain.city import City
from domain.incident import Incident
from domain.metric import Metric
from domain.receiver import OnDuty
from domain.silence import Silence
from duty.shifts import on_shift
from indicators.derive import needs
from store import Store
from store.desk import Planned, Saved

MINUTE = timedelta(minutes=1)
MOVES = frozenset({"alerts", "incidents"})  # changes of the store that may hold cases back or let them go


class DeskClock:
    """Plans steps and notices of cases. Used by one thread at a time.

    What is open is remembered and read again when the store says that others moved it: a person's step shows within a second.
    """

    def __init__(self, city: City, store: Store, places: Places) -> None:
        self._city, self._store, self._places = city, store, places
        self._feeds = _feeds(city)
        self._flips = Flips()
        self._open: dict[str, Case] = {}
        self._silences: Sequence[Silence] = ()
        self._version = 0
        self._next: datetime | None = None

    def warm(self, now: datetime) -> None:
        """Learn what is open and what the alerts did of late. Called at start."""
        self._look(now)
        self._flips.learn(self._store.transitions(now - MEMORY, now))

    def planned(self, changes: Sequence[Change], now: datetime) -> Planned:
        """Steps and notices that changes make necessary, on the newest cases."""
        known = self._store.desk.newest({change.alert.fingerprint for change in changes})
        base = plan(changes, known, self._places.of)
        if not base.steps:
            return base
        self._flips.learn(change.transition for change in changes)
        settled = amended(base, lambda case: self._flapping(case, now))
        hidden = self._hidden({step.case.fingerprint: step.case for step in settled.steps}, now)
        whole = amended(settled, lambda case: _marked(case, hidden))
        return self._told(whole, known, now)

    def kept(self, saved: Saved) -> None:
        """Remember what was written."""
        for case in saved.cases:
            if case.over:
                self._open.pop(case.fingerprint, None)
            else:
                self._open[case.fingerprint] = case

    def due(self, now: datetime) -> None:
        """Let time close and wake cases, and silences, windows and inhibitions begin and end."""
        due = self._store.desk.due(now)
        steps = [step for case in due if (step := timed(case, now)) is not None]
        self._write(Planned(steps=steps), {case.fingerprint: case for case in due}, now)
        late = self._store.desk.escalating(now)
        climbed = [step for case in late if (step := escalated(case, self._city.noise, now)) is not None]
        self._write(Planned(steps=climbed), {case.fingerprint: case for case in late}, now)
        if self._stirred(now):
            self._sweep(now)

    def _look(self, now: datetime) -> None:
        self._open = {case.fingerprint: case for case in self._store.desk.open_cases()}
        self._silences = self._store.desk.silences(now)

    def _sweep(self, now: datetime) -> None:
        self._look(now)
        hidden = self._hidden({}, now)
        planned = turned(self._open.values(), lambda case: _marked(self._flapping(case, now), hidden), now)
        turns = (next_turn(one, now, self._city.zone) for one in self._silences)
        self._next = min([now + MINUTE, *(at for at in turns if at is not None)])
        self._write(planned, dict(self._open), now)
        self._flips.forget(now)

    def _stirred(self, now: datetime) -> bool:
        """Whether anything moved that could hold cases back or let them go."""
        if self._next is None or self._next <= now:
            self._version = self._store.version()
            return True
        moved = self._store.changes(self._version)
        self._version = moved.version
        return not moved.complete or bool(moved.kinds & MOVES)

    def _write(self, planned: Planned, before: Mapping[str, Case], now: datetime) -> None:
        """Write steps; when a person moved one of the cases meanwhile they are planned again at the next turn."""
        if not planned.steps:
            return
        saved = self._store.desk.save((), (), self._told(planned, before, now), now)
        self.kept(saved)
        if saved.lost:
            self._next = None

    def _flapping(self, case: Case, now: datetime) -> Case:
        metric = self._city.metrics.get(case.metric)
        every = metric.every if metric else EVENTS
        noise = self._city.noise.flapping
        return judged(case, self._flips.percent(case.fingerprint, now, every, noise), noise, now)

    def _hidden(self, changed: Mapping[str, Case], now: datetime) -> dict[str, str]:
        around = Around(
            now, self._city.zone, self._city.noise.inhibit, self._silences, self._incidents(now), self._feeds
        )
        return held_back(list({**self._open, **changed}.values()), around)

    def _incidents(self, now: datetime) -> Sequence[Incident]:
        wanted = any(one.incidents is not None for one in self._city.noise.inhibit.values())
        return self._store.incidents(now, now) if wanted else ()

    def _told(self, planned: Planned, before: Mapping[str, Case], now: datetime) -> Planned:
        """The plan with its notices. before: cases by fingerprint as they were read."""
        noise, desk = self._city.noise, self._store.desk
        planned = watched(planned, before, noise, now)
        if not planned.steps or not self._city.receivers:
            return planned
        fresh = sum(step.verb in ("open", "reopen") for step in planned.steps)
        recent = desk.count_opened(since(noise, now)) if fresh else 0
        receivers = tuple(self._city.receivers.values())
        told = desk.told(spacing_since(noise, now))
        storm = fresh > 0 and is_storm(fresh + recent, noise)
        return tell(planned, before, Telling(now, self._city.zone, noise, receivers, told, storm, self._duty(now)))

    def _duty(self, now: datetime) -> OnDuty | None:
        """Who is on duty, asked only when some receiver's news depend on it; None when no shift is open."""
        if not any(one.on_shift for one in self._city.receivers.values()):
            return None
        found = on_shift(self._store, now)
        roles = frozenset(role for role in Role if found.of(role))
        return OnDuty(found.logins, roles) if found.shifts else None


def _marked(case: Case, hidden: Mapping[str, str]) -> Case:
    return replace(case, hidden=hidden.get(case.fingerprint, ""))


def _feeds(city: City) -> dict[str, frozenset[str]]:
    """The sources that each metric comes from; a computed one's are those of its inputs."""
    fed: dict[str, set[str]] = {key: set() for key in city.metrics}
    for key, spec in city.sources.items():
        for name in spec.metrics:
            fed.setdefault(name, set()).add(key)
    return {key: frozenset(sources | _inputs(city.metrics.get(key), fed)) for key, sources in fed.items()}


def _inputs(metric: Metric | None, fed: Mapping[str, set[str]]) -> set[str]:
    return {source for name in (needs(metric) if metric else ()) for source in fed.get(name, ())}
