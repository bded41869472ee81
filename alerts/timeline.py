"""A rule's own test: its `tests:` played through the state machine, step by step."""

import re
from datetime import UTC, datetime, timedelta

from alerts.machine import Seen, State, Watch, due, step, tick
from alerts.rule import Levels, Limits, levels_of
from domain.alert import AlertLevel, Condition
from domain.duration import format_duration
from domain.rule import Moment, Rule

_START = datetime(2026, 1, 1, tzinfo=UTC)
_NEVER = timedelta(days=36_500)  # a timeline tells values, not silence, so nothing goes stale in it
_EXPECT = re.compile(r"(normal|pending|firing|recovering|cleared)(?: (P[1-4]))?")


def check(rule: Rule) -> list[str]:
    """Sentences for each moment that does not hold, empty when the rule does what its tests say.

    A moment's `value` is measured and looked at in the same instant; null is a missing value. Thresholds that are site
    facts take their value from the rule's `facts:`. `expect` is a condition, with or without the level: "firing P2".
    """
    try:
        levels = levels_of(rule.when, rule.facts)
    except ValueError as error:
        return [str(error)]
    declared = len(rule.when.above or rule.when.below or rule.when.outside)
    if levels is None or (isinstance(levels, Limits) and len(levels.steps) < declared):
        return ["a threshold is a site fact; give facts: with a number for each, so that tests: can run"]
    return _unreadable(rule) or _play(rule, levels)


def _unreadable(rule: Rule) -> list[str]:
    faults = [
        f"expect: {moment.expect!r} is not readable; write normal, pending, firing, recovering or cleared, "
        "with a level where it matters (firing P2)"
        for moment in rule.tests
        if not _EXPECT.fullmatch(moment.expect)
    ]
    steps = [moment.at for moment in rule.tests]
    return faults if steps == sorted(steps) else [*faults, "tests: are not in the order of time; sort them by at:"]


def _play(rule: Rule, levels: Levels) -> list[str]:
    watch = Watch(levels, rule.hold, rule.keep, _NEVER)
    state, faults = State(), []
    for moment in rule.tests:
        now = _START + moment.at
        state = _until(state, watch, now)
        state, _ = step(state, watch, Seen(now, moment.value, now))
        faults += _compare(moment, state)
    return faults


def _until(state: State, watch: Watch, now: datetime) -> State:
    """Let time pass; each clock that ends on the way is one step."""
    while (at := due(state, watch)) is not None and at <= now:
        state, _ = tick(state, watch, at)
    return state


def _compare(moment: Moment, state: State) -> list[str]:
    match = _EXPECT.fullmatch(moment.expect)
    if match is None:
        return []
    right = state.condition is Condition(match[1]) and (match[2] is None or state.level is AlertLevel[match[2]])
    if right:
        return []
    quiet = state.condition in (Condition.NORMAL, Condition.CLEARED) or state.level is None
    got = str(state.condition) if quiet or state.level is None else f"{state.condition} {state.level.name}"
    value = "missing" if moment.value is None else f"{moment.value:g}"
    return [f"at {format_duration(moment.at)} with {value} it is {got}, not {moment.expect}; correct rule or test"]
