"""Counts what the rules do, for the page that shows how they are doing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import attrgetter

from alerts.health import RuleHealth as Failing
from domain.observation import Observation
from domain.rule import Rule
from domain.rule_health import RuleHealth

_METRIC = attrgetter("metric")


class RuleWatch:
    """Evaluations and failures by rule since the start. Used by one thread at a time."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._by_metric: dict[str, list[str]] = {}
        for key, rule in rules.items():
            for metric in rule.when.metrics:
                self._by_metric.setdefault(metric, []).append(key)
        self._counts: Counter[str] = Counter()
        self._newest: dict[str, datetime] = {}
        self._failing: Mapping[str, Failing] = {}
        self._errors: dict[str, str] = {}
        self._failed: Counter[str] = Counter()  # of failures that are over

    def seen(self, observations: Iterable[Observation], now: datetime) -> None:
        """A batch went to the rules."""
        for metric, number in Counter(map(_METRIC, observations)).items():
            for rule in self._by_metric.get(metric, ()):
                self._counts[rule] += number
                self._newest[rule] = now

    def told(self, failing: Mapping[str, Failing], now: datetime) -> list[RuleHealth]:
        """What there is to write. failing: the rules that fail now."""
        for key, old in self._failing.items():
            new = failing.get(key)
            if new is None or new.since != old.since:
                self._failed[key] += old.failures
        self._failing = failing
        self._errors |= {key: one.error for key, one in failing.items()}
        return [self._health(key, now) for key in {*self._counts, *self._errors}]

    def _health(self, key: str, now: datetime) -> RuleHealth:
        one = self._failing.get(key)
        failures = self._failed[key] + (one.failures if one else 0)
        failing = one.since if one else None
        return RuleHealth(
            key, now, self._newest.get(key), self._counts[key], failures, failing, self._errors.get(key, "")
        )
