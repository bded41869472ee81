"""Rule evaluations per second: the engine against a naive Python loop over all rules, in one run.

`python -m benchmarks.rules`. One evaluation = one rule judged against one new value; 1 in 200 values is over a threshold.
Two loops over every rule and value: `same` runs the engine's own state machine for each (the same outcome, so the ratio to
look at); `bare` only compares numbers and keeps a dictionary: no `for`, no hysteresis, no late data, no alert, so it does a
fraction of the work and is a lower bound for Python.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np

from alerts.engine import Engine
from alerts.machine import Seen, State, Watch, step
from alerts.rule import limits
from alerts.signals import World
from domain.health import STALE_AFTER
from domain.metric import Metric
from domain.observation import Observation
from domain.rule import Rule

START = datetime(2026, 11, 24, tzinfo=UTC)
ROUNDS = 15
SHAPES = [  # name, metrics, rules a metric, sites a metric
    ("10,000 rules, one series each", 10_000, 1, 1),
    ("10,000 rules: 100 metrics x 100 rules, 10 sites", 100, 100, 10),
    ("1 rule, 1,000 series", 1, 1, 1_000),
    ("1 rule, 10,000 series", 1, 1, 10_000),
    ("1 rule, 100,000 series", 1, 1, 100_000),
    ("the city: 23 rules, 23 metrics, 100 sites", 23, 1, 100),
]


def world(metrics: int, rules: int) -> tuple[dict[str, Metric], dict[str, Rule]]:
    declared = {
        f"m.x{m}": Metric(
            key=f"m.x{m}",
            name="m",
            unit="m",
            topic="water",
            definition="bench",
            department="d",
            every=timedelta(minutes=5),
        )
        for m in range(metrics)
    }
    made = {}
    for key in declared:
        for r in range(rules):
            when = {"metric": key, "above": {"P4": 75 + r, "P3": 115 + r, "P2": 150 + r, "P1": 250 + r}, "clear": "5%"}
            tests = [{"at": "0m", "value": 0, "expect": "normal"}]
            name = f"{key}.{r}"
            made[name] = Rule.model_validate(
                {"key": name, "when": when, "for": "10m", "say": "{site} {value}", "tests": tests}
            )
    return declared, made


def batches(metrics: Sequence[str], sites: int) -> list[tuple[datetime, list[Observation]]]:
    random = np.random.default_rng(7)
    out = []
    for turn in range(ROUNDS):
        now = START + timedelta(minutes=5 * turn)
        values = np.where(
            random.random(len(metrics) * sites) < 0.005, 300.0, 20.0 + 40 * random.random(len(metrics) * sites)
        )
        places = [(metric, f"s{site}") for metric in metrics for site in range(sites)]
        out.append(
            (now, [Observation(m, s, "x", now, v, now) for (m, s), v in zip(places, values.tolist(), strict=True)])
        )
    return out


def naive(rules: Sequence[Rule]) -> Callable[[list[Observation], datetime], int]:
    by_metric: dict[str, list[Rule]] = {}
    for rule in rules:
        by_metric.setdefault(rule.when.metric, []).append(rule)
    firing: dict[tuple[str, str], str] = {}

    def evaluate(observations: list[Observation], _now: datetime) -> int:
        changes = 0
        for o in observations:
            for rule in by_metric.get(o.metric, ()):
                found = ""
                for level, threshold in rule.when.above.items():
                    if o.value is not None and o.value >= float(threshold):
                        found = max(found, level) if not found else min(found, level)
                if firing.get((rule.key, o.site), "") != found:
                    firing[rule.key, o.site] = found
                    changes += 1
        return changes

    return evaluate


def same(rules: Mapping[str, Rule], metrics: Mapping[str, Metric]) -> Callable[[list[Observation], datetime], int]:
    by_metric: dict[str, list[tuple[str, Watch]]] = {}
    for key, rule in rules.items():
        levels = limits(rule.when, {})
        assert levels is not None
        watch = Watch(levels, rule.hold, rule.keep, metrics[rule.when.metric].every * STALE_AFTER)
        by_metric.setdefault(rule.when.metric, []).append((key, watch))
    states: dict[tuple[str, str], State] = {}

    def evaluate(observations: list[Observation], now: datetime) -> int:
        changes = 0
        for o in observations:
            for key, watch in by_metric.get(o.metric, ()):
                old = states.get((key, o.site), State())
                states[key, o.site], reason = step(old, watch, Seen(o.at, o.value, now))
                changes += reason is not None
        return changes

    return evaluate


def timed(
    work: list[tuple[datetime, list[Observation]]], evaluate: Callable[[list[Observation], datetime], int]
) -> float:
    """Median CPU seconds of a round after the first three, which build what is kept."""
    spent = []
    for now, observations in work:
        began = time.process_time()
        evaluate(observations, now)
        spent.append(time.process_time() - began)
    return statistics.median(spent[3:])


def at_rest(engine: Engine, now: datetime) -> float:
    """CPU seconds of one look at the clock when no value came and nothing is due."""
    engine.due(now)
    began = time.process_time()
    for _ in range(1000):
        engine.due(now)
    return (time.process_time() - began) / 1000


def _both(engine: Engine, observations: list[Observation], now: datetime) -> int:
    return len(engine.evaluate(observations, now)) + len(engine.due(now))


def main() -> None:
    print(
        f"{'shape':<50} {'evaluations':>12} {'ms a batch':>11} {'per second':>12} {'same/ours':>10} {'bare/ours':>10} {'idle µs':>9}"
    )
    for name, metrics, rules, sites in SHAPES:
        declared, made = world(metrics, rules)
        work = batches(list(declared), sites)
        engine = Engine(made, World(declared, {}))
        ours = timed(work, partial(_both, engine))
        whole, bare = timed(work, same(made, declared)), timed(work, naive(list(made.values())))
        count = metrics * rules * sites
        idle = at_rest(engine, work[-1][0])
        print(
            f"{name:<50} {count:>12,} {ours * 1e3:>11.2f} {count / ours:>12,.0f} {whole / ours:>10.1f} {bare / ours:>10.1f} {idle * 1e6:>9.1f}"
        )


if __name__ == "__main__":
    main()
