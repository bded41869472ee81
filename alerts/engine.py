"""Evaluates the rules of the metrics that arrived and holds every open alert; only changes come out."""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from alerts.board import Board, usable
from alerts.health import Failures, RuleHealth
from alerts.machine import OPEN, Seen, State, Watch, due, step, tick
from alerts.record import alert_of, state_of
from alerts.rule import Limits, limits
from alerts.words import Words
from domain.alert import Alert, Condition, Reason, Transition
from domain.city import City
from domain.health import STALE_AFTER
from domain.metric import Metric
from domain.observation import Observation
from domain.place import Site
from domain.rule import Rule


@dataclass(frozen=True, slots=True)
class Change:
    """An alert as it now is, and a step that it took on its way there."""

    alert: Alert
    transition: Transition


Key = tuple[str, str]  # rule, site
RETRY = timedelta(minutes=1)  # for a due time at which the rule failed
_AT_ONCE = datetime.min.replace(tzinfo=UTC)


class Engine:
    """All rules of a city. Used by one thread at a time; the same input twice yields changes once.

    `areas` names the city and its districts by adcode, for figures that describe an area. `newest`: (metric, site) -> time
    of the newest stored value, so that what is older stays late after a restart.
    """

    def __init__(
        self,
        rules: Mapping[str, Rule],
        metrics: Mapping[str, Metric],
        sites: Mapping[str, Site],
        open_alerts: Iterable[Alert] = (),
        *,
        areas: Mapping[str, str] | None = None,
        newest: Mapping[tuple[str, str], datetime] | None = None,
    ) -> None:
        self._rules = {key: rule for key, rule in rules.items() if rule.when.metric in metrics}
        self._metrics = metrics
        self._sites = sites
        self._words = Words(metrics, sites, areas or {})
        self._watches: dict[Key, Watch | None] = {}
        self._states: dict[Key, State] = {}
        self._board = Board(self._rules.values(), metrics, self._limits)
        self._due: list[tuple[datetime, Key]] = []
        self._scheduled: dict[Key, datetime] = {}
        self._orphans: list[Alert] = []
        self._failures = Failures()
        self._board.seed(newest or {})
        for alert in open_alerts:
            self._restore(alert)

    @classmethod
    def of(
        cls,
        city: City,
        open_alerts: Iterable[Alert] = (),
        newest: Mapping[tuple[str, str], datetime] | None = None,
    ) -> "Engine":
        """The engine of a city, with the alerts that were open when the process stopped.

        Evaluate the stored latest values once after it is made: what was stored but not evaluated before a crash then counts.
        """
        areas = {city.adcode: city.spec.name, **{d.adcode: d.name for d in city.spec.districts}}
        return cls(city.rules, city.metrics, city.sites, open_alerts, areas=areas, newest=newest)

    @property
    def metrics(self) -> frozenset[str]:
        """The metrics that some rule watches."""
        return self._board.metrics

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

    def evaluate(self, observations: Iterable[Observation], now: datetime) -> list[Change]:
        """Changes that a batch brings, in the order of time.

        An alert may take several steps in one batch: then each of its changes carries the alert as the batch left it.
        """
        changes: list[Change] = []
        for observation, tests in self._board.touched(list(observations), now):
            value, site = usable(observation), observation.site
            seen = Seen(observation.at, value, now)
            for rule, sign, entry in tests:
                key = (rule, site)
                if key in self._states or (value is not None and sign * value >= entry):
                    changes += self._guarded(key, seen, now)
        return _as_left(changes)

    def due(self, now: datetime) -> list[Change]:
        """Changes that time alone brings: `for` and `keep` that ended, sources that fell silent, rules taken away."""
        changes = [_withdrawn(alert, now) for alert in self._orphans]
        self._orphans = []
        while self._due and self._due[0][0] <= now:
            at, key = heapq.heappop(self._due)
            if self._scheduled.get(key) == at:
                del self._scheduled[key]
                changes += self._guarded(key, None, now)
        return changes

    def next_due(self) -> datetime | None:
        """When `due` is next worth calling, None when nothing waits. May be early, never late."""
        if self._orphans:
            return _AT_ONCE
        return self._due[0][0] if self._due else None

    def _limits(self, rule: Rule, site: str) -> Limits | None:
        watch = self._watch((rule.key, site))
        return watch.limits if watch else None

    def _watch(self, key: Key) -> Watch | None:
        """What a rule watches at a site; None where it does not apply."""
        if key not in self._watches:
            rule = self._rules[key[0]]
            site = self._sites.get(key[1])
            levels = limits(rule.when, site.facts if site else {})
            metric = self._metrics[rule.when.metric]
            silent = metric.stale_after or metric.every * STALE_AFTER
            self._watches[key] = Watch(levels, rule.hold, rule.keep, silent) if levels else None
        return self._watches[key]

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
        old = self._states.get(key, State())
        new, reason = tick(old, watch, now) if seen is None else step(old, watch, seen)
        change = None if reason is None else self._change(key, watch, (old, new, reason), now)
        self._keep(key, new, watch)
        return change

    def _change(self, key: Key, watch: Watch, moved: tuple[State, State, Reason], now: datetime) -> Change:
        old, new, reason = moved
        rule = self._rules[key[0]]
        alert = alert_of(rule.key, rule.when.metric, key[1], new, self._words.say(rule, key[1], new, watch), now)
        return Change(alert, _transition(alert, old.condition, reason, now))

    def _keep(self, key: Key, state: State, watch: Watch) -> None:
        """Open states are kept and their next due time noted; the others need no memory."""
        was_open, is_open = key in self._states, state.condition in OPEN
        if is_open:
            self._states[key] = state
            if not was_open:
                self._board.mark(self._rules[key[0]].when.metric, key[1], 1)
        elif was_open:
            self._forget(key)
        at = due(state, watch)
        if at is not None:
            self._schedule(key, at)

    def _forget(self, key: Key) -> None:
        del self._states[key]
        self._board.mark(self._rules[key[0]].when.metric, key[1], -1)

    def _schedule(self, key: Key, at: datetime) -> None:
        """Look at an alert not later than `at`; looking too early does no harm."""
        if key not in self._scheduled or at < self._scheduled[key]:
            self._scheduled[key] = at
            heapq.heappush(self._due, (at, key))


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
