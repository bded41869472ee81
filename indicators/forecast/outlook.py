"""A series' outlook: the model where it beats the seasonal naive forecast on hours it did not know, otherwise that one."""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from domain.forecast import Method, Outlook, Skill, Step, Tally, Weights
from domain.observation import SeriesKey
from indicators.forecast import winters
from indicators.forecast.intervals import INSIDE80, INSIDE95, half_width, skill
from indicators.forecast.past import HOUR, Floats, Past, naive_errors, next_naive

TESTED = 7 * 24  # hours at the end of the past that the weights are not fitted on and the forecasts are tested on
SEASONS = 4  # at least, before the tested hours
FIT_EVERY = timedelta(days=7)  # weights say how a place behaves, which changes slowly; the test goes on each hour
JUDGED = 48  # hours with a known truth from which on the running score has a say
FADE = 24 * 28  # hours after which what was scored before counts half
Range = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Task:
    """What an outlook is made from. horizon: hours, at most a season. valid: the metric's range."""

    key: SeriesKey
    past: Past
    horizon: int
    valid: Range = (None, None)
    before: Outlook | None = None

    @property
    def long_enough(self) -> bool:
        """Whether there is enough past to test anything."""
        return len(self.past.values) >= TESTED + SEASONS * self.past.season

    @property
    def fitted_on(self) -> Floats:
        """The hours before the tested ones."""
        return self.past.values[:-TESTED]

    @property
    def is_constant(self) -> bool:
        """Whether it never moved: there is nothing to fit."""
        return bool(np.ptp(self.fitted_on) == 0)

    @property
    def wants_fit(self) -> bool:
        """Whether its weights are missing or a week old."""
        if not self.long_enough or self.is_constant:
            return False
        held = self.before.weights if self.before else None
        return held is None or self.past.end - held.fitted >= FIT_EVERY


def weights_of(task: Task, found: winters.Found) -> Weights:
    """Weights that were just found, dated."""
    return Weights(*found, task.past.end)


def outlook(task: Task, weights: Weights | None) -> Outlook | None:
    """The newest outlook; None when the past is too short. Without weights it is the naive forecast."""
    if not task.long_enough:
        return None
    past, horizon = task.past, task.horizon
    naive = naive_errors(past, TESTED, horizon)
    plain = _steps(task, next_naive(past, horizon), naive)
    base = Outlook(task.key, past.end, "naive", plain, skill(naive, naive))
    if weights is None:
        return base
    expected = winters.followed(past, weights, horizon)
    errors = winters.errors(past, expected, TESTED)
    steps = _steps(task, expected[-1], errors)
    tally, trial = _scored(task, steps)
    tested = skill(errors, naive)
    kept = replace(base, weights=weights, trial=trial, tally=tally)
    method, told = _chosen(tested, tally)
    return kept if method == "naive" else replace(kept, method=method, steps=steps, skill=told)


def _chosen(tested: Skill, tally: Tally) -> tuple[Method, Skill]:
    """The model when it did better in the test, and on the hours since then; with the skill to print."""
    told = tally.skill() if tally.n >= JUDGED else tested
    better = all(one.mase is not None and one.mase < 1 for one in (tested, told))
    return ("holt_winters" if better else "naive"), told


def _scored(task: Task, steps: tuple[Step, ...]) -> tuple[Tally, tuple[Step, ...]]:
    """The tally with the trial when its last hour is known, and the trial that waits from now on."""
    before = task.before
    if before is None or not before.trial:
        return (before.tally if before else Tally()), steps
    if before.trial[-1].at + HOUR > task.past.end:
        return before.tally, before.trial
    return score(before.trial, task.past, before.tally), steps


def score(trial: tuple[Step, ...], past: Past, tally: Tally) -> Tally:
    """The tally with the hours of a trial whose truth was measured, and had a value a season before."""
    for step in trial:
        hour = (step.at - past.start) // HOUR
        if past.season <= hour < len(past.values) and past.seen[hour]:
            tally = _counted(tally, step, float(past.values[hour]), float(past.values[hour - past.season]))
    return Tally(*(one / 2 for one in tally)) if tally.n > 2 * FADE else tally


def _counted(tally: Tally, step: Step, truth: float, naive: float) -> Tally:
    return Tally(
        tally.n + 1,
        tally.error + abs(truth - step.middle),
        tally.naive + abs(truth - naive),
        tally.hits80 + (step.low80 <= truth <= step.high80),
        tally.hits95 + (step.low95 <= truth <= step.high95),
    )


def _steps(task: Task, middle: Floats, errors: Floats) -> tuple[Step, ...]:
    """The forecast with its intervals, kept within what the metric can be."""
    low, high = (
        -np.inf if task.valid[0] is None else task.valid[0],
        np.inf if task.valid[1] is None else task.valid[1],
    )
    near, far = half_width(errors, INSIDE80), half_width(errors, INSIDE95)
    rows = np.stack([middle - far, middle - near, middle, middle + near, middle + far], axis=1)
    rows = np.clip(rows, low, high)
    return tuple(Step(task.past.end + i * HOUR, *row) for i, row in enumerate(rows.tolist()) if all(np.isfinite(row)))
