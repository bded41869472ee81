"""The life cycle: a table of every (state, input), and no sequence of inputs that leads out of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from alerts.machine import OPEN, Seen, State, Watch, due, step, tick
from alerts.rule import Limits, Step
from domain.alert import AlertLevel, Condition, Reason

NOW = datetime(2026, 11, 24, tzinfo=UTC)
MIN = timedelta(minutes=1)
P1, P2, P3, _ = AlertLevel
LIMITS = Limits(1, (Step(P2, 20, 18), Step(P3, 10, 8)))
WATCH = Watch(LIMITS, 5 * MIN, 5 * MIN, 30 * MIN)
AT_ONCE = Watch(LIMITS, timedelta(0), timedelta(0), 30 * MIN)
N, PEND, FIRE, REC, CLR = Condition


def state(condition: Condition, level: AlertLevel | None = P3, value: float = 12, stale: bool = False) -> State:
    """As it was left a minute ago, its clock started then."""
    then = NOW - MIN
    if condition is N:
        return State(at=then, value=0)
    return State(condition, level, then, then, value, clock=then, entered=then, fired=then, peak=value, stale=stale)


TABLE = [
    # from, watch, value, later by, to, level, reason
    (N, WATCH, 5.0, MIN, N, None, None),
    (N, WATCH, 12.0, MIN, PEND, P3, Reason.BREACHED),
    (N, AT_ONCE, 25.0, MIN, FIRE, P2, Reason.BREACHED),
    (N, WATCH, None, MIN, N, None, None),
    (N, WATCH, 12.0, -MIN, N, None, None),
    (PEND, WATCH, 12.0, MIN, PEND, P3, None),
    (PEND, WATCH, 25.0, MIN, PEND, P2, Reason.ROSE),
    (PEND, WATCH, 9.0, MIN, N, P3, Reason.LAPSED),
    (PEND, WATCH, 12.0, 5 * MIN, FIRE, P3, Reason.HELD),
    (PEND, WATCH, None, 9 * MIN, PEND, P3, None),
    (PEND, WATCH, 0.0, -MIN, PEND, P3, None),
    (FIRE, WATCH, 12.0, MIN, FIRE, P3, None),
    (FIRE, WATCH, 9.0, MIN, FIRE, P3, None),
    (FIRE, WATCH, 20.0, MIN, FIRE, P2, Reason.ROSE),
    (FIRE, WATCH, 7.0, MIN, REC, P3, Reason.RECEDED),
    (FIRE, AT_ONCE, 7.0, MIN, CLR, P3, Reason.CLEARED),
    (FIRE, WATCH, None, MIN, FIRE, P3, None),
    (FIRE, WATCH, 0.0, -MIN, FIRE, P3, None),
    (REC, WATCH, 7.0, MIN, REC, P3, None),
    (REC, WATCH, 9.0, MIN, FIRE, P3, Reason.RELAPSED),
    (REC, WATCH, 25.0, MIN, FIRE, P2, Reason.RELAPSED),
    (REC, WATCH, 7.0, 5 * MIN, CLR, P3, Reason.CLEARED),
    (REC, WATCH, None, 9 * MIN, REC, P3, None),
    (REC, WATCH, 25.0, -MIN, REC, P3, None),
    (CLR, WATCH, 7.0, MIN, CLR, P3, None),
    (CLR, WATCH, 12.0, MIN, PEND, P3, Reason.BREACHED),
    (CLR, WATCH, None, MIN, CLR, P3, None),
    (CLR, WATCH, 12.0, -MIN, CLR, P3, None),
]


@pytest.mark.parametrize(("before", "watch", "value", "later", "after", "level", "reason"), TABLE)
def test_every_state_and_input(
    before: Condition,
    watch: Watch,
    value: float | None,
    later: timedelta,
    after: Condition,
    level: AlertLevel | None,
    reason: Reason | None,
) -> None:
    old = state(before, value=7 if before in (REC, CLR) else 12)
    assert old.at is not None
    at = old.at + later
    new, why = step(old, watch, Seen(at, value, max(NOW, at)))
    assert (new.condition, new.level, why) == (after, level, reason)


def test_the_table_covers_every_state_with_value_missing_and_late() -> None:
    for condition in Condition:
        rows = [(value, later) for before, _, value, later, *_ in TABLE if before is condition]
        assert any(value is None for value, _ in rows)
        assert any(later < timedelta(0) for _, later in rows)
        assert sum(value is not None and later > timedelta(0) for value, later in rows) >= 2


@pytest.mark.parametrize(("before", "after", "reason"), [(PEND, FIRE, Reason.HELD), (REC, CLR, Reason.CLEARED)])
def test_time_alone_ends_for_and_keep(before: Condition, after: Condition, reason: Reason) -> None:
    old = state(before)
    moment = due(old, WATCH)
    assert moment == NOW + 4 * MIN
    assert tick(old, WATCH, moment - MIN) == (old, None)
    new, why = tick(old, WATCH, moment)
    assert (new.condition, why) == (after, reason)


@pytest.mark.parametrize("before", [PEND, REC])
def test_time_alone_moves_nothing_while_the_newest_observation_is_missing(before: Condition) -> None:
    blind, _ = step(state(before), WATCH, Seen(NOW, None, NOW))
    assert tick(blind, WATCH, NOW + 9 * MIN) == (blind, None)
    assert due(blind, WATCH) == NOW + 29 * MIN


@pytest.mark.parametrize("before", sorted(OPEN))
def test_a_silent_source_freezes_the_alert_and_its_return_starts_the_clocks_anew(before: Condition) -> None:
    old = state(before, value=7 if before is REC else 12)
    frozen, why = tick(old, WATCH, NOW + 30 * MIN)
    assert (frozen.condition, frozen.stale, why) == (before, True, Reason.WENT_STALE)
    assert due(frozen, WATCH) is None
    assert tick(frozen, WATCH, NOW + 900 * MIN) == (frozen, None)
    back = NOW + 60 * MIN
    value = 7.5 if before is REC else 12.0
    thawed, why = step(frozen, WATCH, Seen(back, value, back))
    assert (thawed.condition, thawed.stale, why) == (before, False, Reason.CAME_BACK)
    assert due(thawed, WATCH) == back + (30 if before is FIRE else 5) * MIN


@pytest.mark.parametrize("before", list(Condition))
def test_a_value_that_is_stale_on_arrival_moves_nothing(before: Condition) -> None:
    old = state(before)
    late = NOW + 90 * MIN
    assert step(old, WATCH, Seen(NOW, 99.0, late)) == (old, None)
    assert step(old, WATCH, Seen(NOW, 0.0, late)) == (old, None)


def test_a_corrected_value_of_the_same_moment_counts() -> None:
    old = state(FIRE)
    assert old.at is not None
    new, why = step(old, WATCH, Seen(old.at, 0.0, NOW))
    assert (new.condition, why) == (REC, Reason.RECEDED)


def test_the_peak_is_the_worst_value_of_this_alert_only() -> None:
    moving, _ = step(state(FIRE, value=25), WATCH, Seen(NOW, 12.0, NOW))
    assert moving.peak == 25
    again, _ = step(state(CLR, value=25), WATCH, Seen(NOW, 12.0, NOW))
    assert again.peak == 12


LEGAL = {
    N: {N, PEND, FIRE},
    PEND: {PEND, FIRE, N},
    FIRE: {FIRE, REC, CLR},
    REC: {REC, FIRE, CLR},
    CLR: {CLR, PEND, FIRE},
}


class Life(RuleBasedStateMachine):
    """Any values, at any times, in any order, with time passing between."""

    def __init__(self) -> None:
        super().__init__()
        self.watch = WATCH
        self.state = State()
        self.now = NOW

    @rule(watch=st.sampled_from([WATCH, AT_ONCE]))
    @precondition(lambda self: self.state == State())
    def choose(self, watch: Watch) -> None:
        self.watch = watch

    @rule(minutes=st.integers(1, 40))
    def wait(self, minutes: int) -> None:
        self.now += minutes * MIN
        while (at := due(self.state, self.watch)) is not None and at <= self.now:
            old = self.state
            new, reason = tick(old, self.watch, at)
            assert reason is not None, "what is due moves"
            self.move(new, reason)

    @rule(value=st.sampled_from([0.0, 7.9, 8.0, 9.0, 10.0, 15.0, 18.0, 19.0, 20.0, 99.0]), age=st.integers(0, 45))
    def measure(self, value: float, age: int) -> None:
        seen = Seen(self.now - age * MIN, value, self.now)
        old = self.state
        new, reason = step(old, self.watch, seen)
        if age >= 30 or (old.at is not None and seen.at < old.at):
            assert new == old, "late and stale values move nothing"
        if reason is None:
            assert (new.condition, new.level, new.stale) == (old.condition, old.level, old.stale)
        self.move(new, reason)
        assert step(new, self.watch, seen) == (new, None), "the same again changes nothing"

    @rule(age=st.integers(0, 45))
    def miss(self, age: int) -> None:
        new, reason = step(self.state, self.watch, Seen(self.now - age * MIN, None, self.now))
        assert reason is None
        assert (new.condition, new.level) == (self.state.condition, self.state.level)
        self.move(new, reason)

    def move(self, new: State, reason: Reason | None) -> None:
        assert new.condition in LEGAL[self.state.condition]
        assert self.state.at is None or (new.at is not None and new.at >= self.state.at)
        if self.state.stale and new.stale:
            assert (new.condition, new.level) == (self.state.condition, self.state.level)
        self.state = new

    @invariant()
    def whole(self) -> None:
        s = self.state
        if s.condition in OPEN:
            assert s.level is not None
            assert s.since is not None
            assert s.at is not None
            assert s.at >= s.since
            assert s.peak is not None
        if s.condition in (FIRE, REC, CLR):
            assert s.fired is not None
        assert (s.cleared is not None) == (s.condition is CLR)
        if s.condition is PEND:
            assert s.fired is None
        moment = due(s, self.watch)
        assert (moment is None) == (s.condition not in OPEN or s.stale)


Life.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestLife = Life.TestCase
