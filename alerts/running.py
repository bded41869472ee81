"""The conditions that need more than the newest value: who listens to what, what is due; a failing one stops no other."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from alerts.health import Failures
from alerts.signals import Sample, Signal, World, signal
from domain.incident import Incident
from domain.observation import Observation
from domain.rule import Rule

RETRY = timedelta(minutes=1)  # for a due time at which a condition failed
Found = tuple[str, Sample]


class Running:
    """One signal for each rule that needs one. Used by one thread at a time."""

    def __init__(self, rules: Iterable[Rule], world: World, failures: Failures) -> None:
        self._signals: dict[str, Signal] = {rule.key: signal(rule.when, world) for rule in rules}
        self._listening: dict[str, list[str]] = {}
        for key, one in self._signals.items():
            for metric in one.metrics:
                self._listening.setdefault(metric, []).append(key)
        self._failures = failures
        self._after: dict[str, datetime] = {}

    @property
    def metrics(self) -> frozenset[str]:
        """The metrics that some condition listens to."""
        return frozenset(self._listening)

    def take(self, observations: Sequence[Observation], now: datetime) -> Iterator[Found]:
        """The figures that a batch brings, rule by rule; nothing is done for metrics nobody listens to."""
        if not self._listening:
            return
        watched = [one for one in observations if one.metric in self._listening]
        if not watched:
            return
        watched.sort(key=lambda one: one.at)
        for key in dict.fromkeys(key for one in watched for key in self._listening[one.metric]):
            metrics = self._signals[key].metrics
            part = [one for one in watched if one.metric in metrics]
            yield from self._guarded(key, now, lambda one, part=part: one.take(part, now))  # type: ignore[misc]

    def told(self, incidents: Sequence[Incident], now: datetime) -> Iterator[Found]:
        """The figures that incidents bring."""
        if incidents:
            for key in self._signals:
                yield from self._guarded(key, now, lambda one: one.told(incidents, now))

    def due(self, now: datetime) -> Iterator[Found]:
        """The figures that time alone has brought."""
        for key in self._signals:
            at = self._next(key)
            if at is not None and at <= now:
                yield from self._guarded(key, now, lambda one: one.tick(now))

    def next_due(self) -> datetime | None:
        """When `due` is next worth calling."""
        return min((at for key in self._signals if (at := self._next(key)) is not None), default=None)

    def _next(self, key: str) -> datetime | None:
        at, after = self._signals[key].due(), self._after.get(key)
        return at if at is None or after is None else max(at, after)

    def _guarded(self, key: str, now: datetime, ask: Callable[[Signal], Iterable[Sample]]) -> list[Found]:
        try:
            found = [(key, sample) for sample in ask(self._signals[key])]
        except Exception as error:  # noqa: BLE001 - the rule loop: one of the three places that catch everything
            self._failures.failed(key, "", error, now)
            self._after[key] = now + RETRY
            return []
        self._after.pop(key, None)
        self._failures.worked(key, "")
        return found


def told_of(rules: Mapping[str, Rule]) -> list[Rule]:
    """The rules that need a signal."""
    return [rule for rule in rules.values() if rule.when.kind != "threshold"]
