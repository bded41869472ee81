"""A dry run: one rule over values of the past, by the same engine. Nothing is kept and nobody is told."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Protocol

from alerts.engine import Change, Engine
from alerts.history import History
from domain.account import Reach
from domain.alert import AlertLevel, Condition
from domain.city import City
from domain.observation import Observation
from domain.rule import Kind, Rule, When

DAYS = 30
MOST_TURNS = 10_000  # of time alone between two moments of values: more is no progress
BLIND: Mapping[Kind, str] = {
    "records": "事件数量规则不能试算：事件按到达即时判断，试算只回放数值。",
    "deadline": "办理时限规则不能试算：试算不回放每一时刻的在办事件。",
    "forecast": "预测规则不能试算：当时的预测没有逐次保存。",
}
_OPEN = frozenset({Condition.FIRING, Condition.RECOVERING})


class Past(History, Protocol):
    """What is known of the past, told as of `now`."""

    now: datetime

    def values(self, since: datetime, until: datetime) -> Iterable["Stretch"]:
        """Values of the rule's metrics, stretch by stretch in the order of time; StoreError may be raised."""
        ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """Values of start <= t < end, in the order of time. real: how many of them were measured.

    coarse: they are fewer than the metric's own, and held until the next one.
    """

    start: datetime
    end: datetime
    seen: Sequence[Observation]
    real: int
    coarse: bool = False


@dataclass(frozen=True, slots=True)
class Fired:
    """A moment at which the rule would have fired at a place."""

    at: datetime
    place: str
    level: AlertLevel


@dataclass(slots=True)
class Rehearsal:
    """What a dry run found. reached: how far it came. begins: the oldest value. coarse: how much of it had coarse values.

    failed: how often the rule failed. Findings outside the person's reach are not in it, not even as a number.
    """

    since: datetime
    until: datetime
    reached: datetime
    fired: list[Fired] = field(default_factory=list)
    values: int = 0
    begins: datetime | None = None
    coarse: timedelta = timedelta(0)
    failed: int = 0


def unable(when: When) -> str:
    """Why a condition cannot be rehearsed, as a Chinese sentence; "" when it can."""
    if when.kind in BLIND:
        return BLIND[when.kind]
    return next((why for part in (*when.all, *when.any) if (why := unable(part))), "")


@dataclass(frozen=True, slots=True)
class Bounds:
    """since <= t < until; goes_on is asked between moments and stops it; reach: whose findings count."""

    since: datetime
    until: datetime
    goes_on: Callable[[], bool]
    reach: Reach


def rehearse(city: City, rule: Rule, past: Past, bounds: Bounds) -> Rehearsal:
    """Replay a rule; StoreError when the store cannot be read."""
    past.now = bounds.since
    engine = Engine.of(replace(city, rules={rule.key: rule}), history=past)
    done = Rehearsal(bounds.since, bounds.until, bounds.since)
    for stretch in past.values(bounds.since, bounds.until):
        for at, group in groupby(stretch.seen, key=lambda one: one.at):
            if not bounds.goes_on():
                return done
            seen = list(group)
            done.begins = done.begins or at
            _count(city, rule, done, bounds.reach, _until(engine, past, at))
            past.now = done.reached = at
            _count(city, rule, done, bounds.reach, engine.evaluate(seen, at))
            done.failed += len(engine.failed)
        _count(city, rule, done, bounds.reach, _until(engine, past, stretch.end))
        done.reached, done.values = stretch.end, done.values + stretch.real
        done.coarse += stretch.end - stretch.start if stretch.coarse else timedelta(0)
        if not bounds.goes_on():
            return done
    done.reached = bounds.until
    return done


def _until(engine: Engine, past: Past, end: datetime) -> Iterator[Change]:
    """Let time pass up to a moment; each due time on the way is one step."""
    for _ in range(MOST_TURNS):
        at = engine.next_due()
        if at is None or at > end:
            return
        past.now = max(past.now, at)
        yield from engine.due(past.now)


def _count(city: City, rule: Rule, done: Rehearsal, reach: Reach, changes: Iterable[Change]) -> None:
    metric = city.metrics.get(rule.when.metric)
    topic = rule.topic or (metric.topic if metric else "")
    for change in changes:
        step = change.transition
        if step.new is not Condition.FIRING or step.old in _OPEN:
            continue
        if reach.covers(topic, city.district_of(change.alert.site)):
            done.fired.append(Fired(step.at, change.alert.site, step.level))
