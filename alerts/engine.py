"""Evaluates the rules that what arrived concerns, and holds every open alert; only changes come out."""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from alerts.board import Board, usable
from alerts.health import Failures, RuleHealth
from alerts.history import History, NoHistory
from alerts.machine import OPEN, Seen, State, Watch, due, step, tick
from alerts.record import alert_of, state_of
from alerts.rule import NEVER, Levels, Limits, levels_of
from alerts.running import RETRY, Running, told_of
from alerts.scope import always, covers, holds
from alerts.signals import Sample, World
from alerts.words import Words
from domain.alert import Alert, Condition, Reason, Transition
from domain.city import City
from domain.health import STALE_AFTER, source_place
from domain.incident import Incident
from domain.observation import Observation
from domain.rule import Rule
from domain.wall import wall_place


@dataclass(frozen=True, slots=True)
class Change:
    """An alert as it now is, and a step that it took on its way there."""

    alert: Alert
    transition: Transition


Key = tuple[str, str]  # rule, place
_AT_ONCE = datetime.min.replace(tzinfo=UTC)
_UNENDING = timedelta(days=36_500)  # figures that time itself moves do not grow old


class Engine:
    """All rules of a city. Used by one thread at a time; the same input twice yields changes once.

    `newest`: (metric, site) -> time of the newest stored value, so that what is older stays late after a restart.
    """

    def __init__(
        self,
        rules: Mapping[str, Rule],
        world: World,
        open_alerts: Iterable[Alert] = (),
        newest: Mapping[tuple[str, str], datetime] | None = None,
    ) -> None:
        metrics = world.metrics
        self._rules = {key: rule for key, rule in rules.items() if rule.when.metrics <= metrics.keys()}
        self._world = world
        self._metrics = metrics
        self._words = Words(metrics, world.sites, world.areas)
        self._watches: dict[Key, Watch | None] = {}
        self._states: dict[Key, State] = {}
        self._told: dict[Key, Mapping[str, str]] = {}
        self._due: list[tuple[datetime, Key]] = []
        self._scheduled: dict[Key, datetime] = {}
        self._orphans: list[Alert] = []
        self._failures = Failures()
        signals = told_of(self._rules)
        plain = (rule for rule in self._rules.values() if rule.when.kind == "threshold")
        self._board = Board(plain, metrics, self._limits)
        self._running = Running(signals, world, self._failures)
        self._board.seed(newest or {})
        for alert in open_alerts:
            self._restore(alert)

    @classmethod
    def of(
        cls,
        city: City,
        open_alerts: Iterable[Alert] = (),
        newest: Mapping[tuple[str, str], datetime] | None = None,
        history: History | None = None,
    ) -> "Engine":
        """The engine of a city, with the alerts that were open when the process stopped.

        Evaluate the stored latest values once after it is made: what was stored but not evaluated before a crash then counts.
        """
        areas = {city.adcode: city.spec.name, **{d.adcode: d.name for d in city.spec.districts}}
        areas |= {source_place(key): spec.name or spec.department for key, spec in city.sources.items()}
        areas |= {wall_place(key): wall.name for key, wall in city.spec.walls.items()}
        return cls(
            city.rules, World(city.metrics, city.sites, areas, city.zone, history or NoHistory()), open_alerts, newest
        )

    @property
    def metrics(self) -> frozenset[str]:
        """The metrics that some rule watches."""
        return self._board.metrics | self._running.metrics

    @property
    def failed(self) -> Mapping[str, RuleHealth]:
        """The rules whose newest evaluation raised an unknown exception."""
        return self._failures.health

    def restore(self, open_alerts: Iterable[Alert]) -> None:
        """Go on from these alerts instead of the present ones: after changes could not be saved, or were refused."""
        for rule, site in list(self._states):
            self._forget((rule, site))
        self._orphans = []
        for alert in open_alerts:
            self._restore(alert)

    def evaluate(
        self, observations: Iterable[Observation], now: datetime, incidents: Sequence[Incident] = ()
    ) -> list[Change]:
        """Changes that a batch brings, in the order of time.

        An alert may take several steps in one batch: then each of its changes carries the alert as the batch left it.
        """
        seen = list(observations)
        changes = list(self._thresholds(seen, now))
        for rule, sample in (*self._running.take(seen, now), *self._running.told(incidents, now)):
            changes += self._met(rule, sample, now)
        return _as_left(changes)

    def due(self, now: datetime) -> list[Change]:
        """Changes that time alone brings: `for` and `keep` that ended, what fell silent, rules taken away."""
        changes = [_withdrawn(alert, now) for alert in self._orphans]
        self._orphans = []
        for rule, sample in self._running.due(now):
            changes += self._met(rule, sample, now)
        while self._due and self._due[0][0] <= now:
            at, key = heapq.heappop(self._due)
            if self._scheduled.get(key) == at:
                del self._scheduled[key]
                changes += self._guarded(key, None, now)
        return _as_left(changes)

    def next_due(self) -> datetime | None:
        """When `due` is next worth calling, None when nothing waits. May be early, never late."""
        if self._orphans:
            return _AT_ONCE
        waiting = [self._running.next_due(), self._due[0][0] if self._due else None]
        return min((at for at in waiting if at is not None), default=None)

    def _thresholds(self, seen: Sequence[Observation], now: datetime) -> Iterator[Change]:
        for observation, tests in self._board.touched(seen, now):
            value, site = usable(observation), observation.site
            look = Seen(observation.at, value, now)
            for rule, sign, entry in tests:
                key = (rule, site)
                if key in self._states or (value is not None and sign * value >= entry):
                    yield from self._guarded(key, look, now)

    def _met(self, rule: str, sample: Sample, now: datetime) -> Iterator[Change]:
        """A figure of a signal against its rule's levels; one that reaches none and opens nothing costs no step."""
        key = (rule, sample.place)
        watch = self._watch(key)
        if watch is None or (key not in self._states and not _reaches(watch.limits, sample.value)):
            return
        self._told[key] = sample.told
        yield from self._guarded(key, Seen(sample.at, sample.value, now), now)

    def _limits(self, rule: Rule, site: str) -> Limits | None:
        watch = self._watch((rule.key, site))
        return watch.limits if watch and isinstance(watch.limits, Limits) else None

    def _watch(self, key: Key) -> Watch | None:
        """What a rule watches at a place; None where it does not apply."""
        if key not in self._watches:
            rule, site = self._rules[key[0]], self._world.sites.get(key[1])
            metric = self._metrics.get(rule.when.metric)
            inside = covers(rule.scope, metric, key[1], site)
            levels = levels_of(rule.when, site.facts if site else {}) if inside else None
            self._watches[key] = Watch(levels, rule.hold, rule.keep, self._silent(rule)) if levels else None
        return self._watches[key]

    def _silent(self, rule: Rule) -> timedelta:
        """The age from which a figure says nothing any more."""
        if not rule.when.metrics or rule.when.kind in ("silent", "forecast"):
            return _UNENDING
        spans = (self._metrics[name] for name in rule.when.metrics)
        return max(metric.stale_after or metric.every * STALE_AFTER for metric in spans)

    def _awake(self, key: Key, watch: Watch, now: datetime) -> Watch:
        """The watch as it is at this hour: outside its rule's hours nothing is reached and nothing held."""
        scope = self._rules[key[0]].scope
        if always(scope) or holds(scope, now.astimezone(self._world.zone)):
            return watch
        return replace(watch, limits=NEVER)

    def _restore(self, alert: Alert) -> None:
        key = (alert.rule, alert.site)
        if alert.condition not in OPEN:
            return
        watch = self._watch(key) if alert.rule in self._rules else None
        if watch is None:
            self._orphans.append(alert)
        else:
            self._keep(key, state_of(alert, self._board.newest(alert.metric, alert.site)), watch)

    def _guarded(self, key: Key, seen: Seen | None, now: datetime) -> Iterator[Change]:
        """One rule's move; whatever it raises is logged, shown as the rule's health, and stops no other rule."""
        try:
            change = self._moved(key, seen, now)
        except Exception as error:  # noqa: BLE001 - the rule loop: one of the three places that catch everything
            self._failures.failed(*key, error, now)
            if seen is None:
                self._schedule(key, now + RETRY)
            return
        self._failures.worked(*key)
        if change is not None:
            yield change

    def _moved(self, key: Key, seen: Seen | None, now: datetime) -> Change | None:
        """Take one step with a value, or with time alone, and remember where it led."""
        watch = self._watch(key)
        if watch is None:
            return None
        old = self._states.get(key) or State(missing=self._board.missing(self._rules[key[0]].when.metric, key[1]))
        awake = self._awake(key, watch, now)
        new, reason = tick(old, awake, now) if seen is None else step(old, awake, seen)
        change = None if reason is None else self._change(key, watch, (old, new, reason), now)
        self._keep(key, new, watch)
        return change

    def _change(self, key: Key, watch: Watch, moved: tuple[State, State, Reason], now: datetime) -> Change:
        old, new, reason = moved
        rule = self._rules[key[0]]
        say = self._words.say(rule, key[1], new, watch, self._told.get(key, {}))
        alert = alert_of(rule.key, rule.when.metric, key[1], new, say, now)
        return Change(alert, _transition(alert, old.condition, reason, now))

    def _keep(self, key: Key, state: State, watch: Watch) -> None:
        """Open states are kept and their next due time noted; the others need no memory."""
        was_open, is_open = key in self._states, state.condition in OPEN
        if is_open:
            self._states[key] = state
            if not was_open:
                self._mark(key, 1)
        elif was_open:
            self._forget(key)
        at = due(state, watch)
        if at is not None:
            self._schedule(key, at)

    def _forget(self, key: Key) -> None:
        del self._states[key]
        self._told.pop(key, None)
        self._mark(key, -1)

    def _mark(self, key: Key, step: int) -> None:
        when = self._rules[key[0]].when
        if when.kind == "threshold":
            self._board.mark(when.metric, key[1], step)

    def _schedule(self, key: Key, at: datetime) -> None:
        """Look at an alert not later than `at`; looking too early does no harm."""
        if key not in self._scheduled or at < self._scheduled[key]:
            self._scheduled[key] = at
            heapq.heappush(self._due, (at, key))


def _reaches(levels: Levels, value: float | None) -> bool:
    return value is not None and levels.reached(value) is not None


def _as_left(changes: list[Change]) -> list[Change]:
    """Several steps of one alert are saved together, so all of them show where it ended."""
    last = {change.alert.fingerprint: change.alert for change in changes}
    if len(last) == len(changes):
        return changes
    return [Change(last[change.alert.fingerprint], change.transition) for change in changes]


def _transition(alert: Alert, old: Condition, reason: Reason, now: datetime) -> Transition:
    return Transition(alert.fingerprint, now, old, alert.condition, alert.level, alert.value, reason)


def _withdrawn(alert: Alert, now: datetime) -> Change:
    """The end of an alert whose rule or place is no longer declared."""
    gone = replace(alert, condition=Condition.CLEARED, cleared=now, updated=now)
    return Change(gone, _transition(gone, alert.condition, Reason.WITHDRAWN, now))
