"""The life of one alert as a pure state machine: normal -> pending -> firing -> recovering -> cleared.

| from | a value that | goes to |
|---|---|---|
| normal, cleared | reaches a level | pending, or firing when the rule has no `for` |
| pending | reaches none | normal |
| pending | still reaches one after `for` | firing |
| firing | reaches a more urgent level | firing at that level, at once |
| firing | passes the clear value of its level only | firing at the lower level |
| firing | passes the clear value of every level | recovering, or cleared when the rule has no `keep` |
| recovering | comes back over a clear value | firing |
| recovering | stays beyond it for `keep` | cleared |

Time alone ends `for` and `keep` too (`tick`), but never on old or missing data: a silent source freezes the alert as it
is, marked stale, and when it speaks again `for` and `keep` start anew, for nobody knows what happened between.
A missing value moves nothing and stops the clocks until a value comes. A value older than the newest seen moves nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from alerts.rule import Levels
from domain.alert import AlertLevel, Condition, Reason

OPEN = frozenset({Condition.PENDING, Condition.FIRING, Condition.RECOVERING})


@dataclass(frozen=True, slots=True)
class Watch:
    """What one rule watches at one place. `stale_after` is the age from which a value says nothing any more."""

    limits: Levels
    hold: timedelta
    keep: timedelta
    stale_after: timedelta


class State(NamedTuple):
    """Where an alert stands. All times aware UTC.

    `since`: when the value first reached a level. `at`: time of the newest value. `missing`: time of the newest missing
    one. `clock`: the value that `for` or `keep` counts from, `entered`: the moment it became known.
    """

    condition: Condition = Condition.NORMAL
    level: AlertLevel | None = None
    since: datetime | None = None
    at: datetime | None = None
    value: float | None = None
    missing: datetime | None = None
    clock: datetime | None = None
    entered: datetime | None = None
    fired: datetime | None = None
    cleared: datetime | None = None
    peak: float | None = None
    stale: bool = False

    @property
    def blind(self) -> bool:
        """Whether the newest observation said nothing."""
        return self.missing is not None and (self.at is None or self.missing >= self.at)


class Seen(NamedTuple):
    """One observation as a rule sees it: value None when missing or invalid; `now` is when it is looked at."""

    at: datetime
    value: float | None
    now: datetime


Moved = tuple[State, Reason | None]


def step(state: State, watch: Watch, seen: Seen) -> Moved:
    """The state after an observation, and why it moved; None when only the newest value or nothing changed."""
    if seen.value is None:
        newest = seen.at if state.missing is None else max(seen.at, state.missing)
        return state._replace(missing=newest), None
    if state.at is not None and (seen.at < state.at or (seen.at == state.at and seen.value == state.value)):
        return state, None
    if seen.now - seen.at >= watch.stale_after:
        return state, None
    missing = None if state.missing is not None and state.missing < seen.at else state.missing
    fresh = state._replace(at=seen.at, value=seen.value, missing=missing, stale=False)
    if state.stale:
        fresh = fresh._replace(clock=seen.at, entered=seen.now)
    moved, reason = _FROM[state.condition](fresh, watch, seen.now)
    if moved.condition in OPEN:
        moved = moved._replace(peak=watch.limits.worse(moved.peak, seen.value))
    return moved, reason or (Reason.CAME_BACK if state.stale else None)


def tick(state: State, watch: Watch, now: datetime) -> Moved:
    """The state after time alone has passed."""
    if state.condition not in OPEN or state.stale or state.at is None:
        return state, None
    if now - state.at >= watch.stale_after:
        return state._replace(stale=True), Reason.WENT_STALE
    span = _span(state, watch)
    if span is None or state.blind or state.entered is None or now - state.entered < span:
        return state, None
    if state.condition is Condition.PENDING:
        return state._replace(condition=Condition.FIRING, fired=now), Reason.HELD
    return state._replace(condition=Condition.CLEARED, cleared=now), Reason.CLEARED


def due(state: State, watch: Watch) -> datetime | None:
    """When `tick` would next do something if no observation came; None when never."""
    if state.condition not in OPEN or state.stale or state.at is None:
        return None
    silent = state.at + watch.stale_after
    span = _span(state, watch)
    if span is None or state.blind or state.entered is None:
        return silent
    return min(silent, state.entered + span)


def _span(state: State, watch: Watch) -> timedelta | None:
    """What the running clock must reach: `for` when pending, `keep` when recovering."""
    spans = {Condition.PENDING: watch.hold, Condition.RECOVERING: watch.keep}
    return spans.get(state.condition)


def _elapsed(state: State, span: timedelta) -> bool:
    """Whether the values themselves span the time: two measurements that far apart need no waiting."""
    return state.at is not None and state.clock is not None and state.at - state.clock >= span


def _from_normal(state: State, watch: Watch, now: datetime) -> Moved:
    level = None if state.value is None else watch.limits.reached(state.value)
    if level is None:
        return state, None
    begun = State(Condition.PENDING, level, state.at, state.at, state.value, state.missing, clock=state.at, entered=now)
    if watch.hold:
        return begun, Reason.BREACHED
    return begun._replace(condition=Condition.FIRING, fired=now), Reason.BREACHED


def _from_pending(state: State, watch: Watch, now: datetime) -> Moved:
    level = None if state.value is None else watch.limits.reached(state.value)
    if level is None:
        return state._replace(condition=Condition.NORMAL), Reason.LAPSED
    moved = state._replace(level=level)
    if _elapsed(state, watch.hold):
        return moved._replace(condition=Condition.FIRING, fired=now), Reason.HELD
    return moved, _change(state.level, level)


def _from_firing(state: State, watch: Watch, now: datetime) -> Moved:
    level = _settled(state, watch)
    if level is not None:
        return state._replace(level=level), _change(state.level, level)
    if watch.keep:
        return state._replace(condition=Condition.RECOVERING, clock=state.at, entered=now), Reason.RECEDED
    return state._replace(condition=Condition.CLEARED, cleared=now), Reason.CLEARED


def _from_recovering(state: State, watch: Watch, now: datetime) -> Moved:
    level = _settled(state, watch)
    if level is not None:
        return state._replace(condition=Condition.FIRING, level=level), Reason.RELAPSED
    if _elapsed(state, watch.keep):
        return state._replace(condition=Condition.CLEARED, cleared=now), Reason.CLEARED
    return state, None


def _settled(state: State, watch: Watch) -> AlertLevel | None:
    if state.value is None or state.level is None:
        return state.level
    return watch.limits.settled(state.level, state.value)


def _change(old: AlertLevel | None, new: AlertLevel) -> Reason | None:
    if old is None or old == new:
        return None
    return Reason.ROSE if new < old else Reason.FELL


_FROM = {
    Condition.NORMAL: _from_normal,
    Condition.PENDING: _from_pending,
    Condition.FIRING: _from_firing,
    Condition.RECOVERING: _from_recovering,
    Condition.CLEARED: _from_normal,
}
