"""Forecasts as arithmetic: what holds for every past, and what the library says of the same recursion."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.forecast import Skill, Step, Tally, Weights
from domain.observation import SeriesKey
from indicators.forecast import winters
from indicators.forecast.intervals import half_width, skill
from indicators.forecast.outlook import JUDGED, TESTED, Task, outlook, score
from indicators.forecast.past import HOUR, Floats, Past, naive_errors, next_naive, past_of

START = datetime(2026, 10, 25, 16, tzinfo=UTC)
KEY = SeriesKey("hydro.level", "gauge-01", "hydro")
DAYS = 20
WEIGHTS = Weights(0.6, 0.05, 0.1, 0.9, START)
days = st.lists(st.lists(st.floats(-50, 50), min_size=24, max_size=24), min_size=11, max_size=14)


def _past(values: Floats) -> Past:
    found = past_of(START, values, 24)
    assert found is not None
    return found


def _wandering(seed: int = 1, hours: int = DAYS * 24) -> Floats:
    """A level with memory and a weak daily wave: what a naive forecast is bad at."""
    dice = np.random.default_rng(seed)
    return 10 + np.cumsum(dice.normal(0, 0.3, hours)) + 0.2 * np.sin(np.arange(hours) * 2 * np.pi / 24)


@given(days)
def test_intervals_nest_and_hold_the_expected_value(values: list[list[float]]) -> None:
    task = Task(KEY, _past(np.array(values).ravel()), 24)
    for weights in (None, WEIGHTS):
        made = outlook(task, weights)
        assert made is not None
        assert len(made.steps) == 24
        for step in made.steps:
            assert step.low95 <= step.low80 <= step.middle <= step.high80 <= step.high95


@given(days, st.integers(1, 24))
def test_the_naive_forecast_repeats_the_season(values: list[list[float]], horizon: int) -> None:
    past = _past(np.array(values).ravel())
    assert next_naive(past, horizon).tolist() == values[-1][:horizon]
    made = outlook(Task(KEY, past, horizon), None)
    assert made is not None
    assert [step.middle for step in made.steps] == values[-1][:horizon]
    assert made.steps[0].at == past.end


@given(st.floats(-1e6, 1e6))
def test_what_never_moves_has_intervals_without_width(value: float) -> None:
    task = Task(KEY, _past(np.full(DAYS * 24, value)), 24)
    made = outlook(task, None)
    assert made is not None
    assert not task.wants_fit
    assert all(set(step[1:]) == {value} for step in made.steps)
    assert made.skill.mase is None


def test_the_recursion_says_what_the_library_says() -> None:
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    past = _past(_wandering())
    first = past.values[: 4 * 24].reshape(-1, 24)
    season = (first - first.mean(axis=1, keepdims=True)).mean(axis=0)
    model = ExponentialSmoothing(
        past.values, trend="add", damped_trend=True, seasonal="add", seasonal_periods=24, initialization_method="known",
        initial_level=first[0].mean(), initial_trend=0.0, initial_seasonal=season,
    )  # fmt: skip
    said = model.fit(
        optimized=False, smoothing_level=0.6, smoothing_trend=0.05, smoothing_seasonal=0.1, damping_trend=0.9
    ).forecast(24)
    # For the last step of a season the library goes by the season before; ours knows the newest one.
    assert winters.followed(past, WEIGHTS, 24)[-1][:23] == pytest.approx(said[:23])


def test_errors_are_those_of_forecasts_made_without_knowing_what_came() -> None:
    values = _wandering()
    past, cut = _past(values), _past(values[:-30])
    errors = winters.errors(past, winters.followed(past, WEIGHTS, 24), TESTED)
    then = winters.followed(cut, WEIGHTS, 24)[-1]
    assert errors[-30] == pytest.approx(values[-30:-6] - then)
    assert np.isnan(errors[-1][1:]).all()
    assert naive_errors(past, TESTED, 24)[-30] == pytest.approx(values[-30:-6] - values[-54:-30])


def test_the_model_is_used_where_it_beats_the_naive_forecast_and_only_there() -> None:
    level = Task(KEY, _past(_wandering()), 6)
    better = outlook(level, winters_weights(level))
    assert better is not None
    assert better.method == "holt_winters"
    assert better.skill.mase is not None
    assert better.skill.mase < 1
    like_yesterday = np.cumsum(np.random.default_rng(2).normal(0, 5, (DAYS, 24)), axis=0).ravel()
    worse = outlook(Task(KEY, _past(like_yesterday), 24), replace_season(0.0))
    assert worse is not None
    assert worse.method == "naive"
    assert worse.skill.mase == 1
    assert worse.trial  # it goes on being tried


def test_a_model_that_loses_on_what_came_is_no_longer_used() -> None:
    task = Task(KEY, _past(_wandering()), 6)
    weights = winters_weights(task)
    good = outlook(task, weights)
    assert good is not None
    lost = replace(good, tally=Tally(JUDGED, error=20, naive=10, hits80=20, hits95=30))
    again = outlook(replace(task, before=lost), weights)
    assert again is not None
    assert again.method == "naive"


def test_a_trial_is_scored_when_its_last_hour_is_known() -> None:
    values = _wandering()
    early, late = _past(values[:-6]), _past(values)
    first = outlook(Task(KEY, early, 6), WEIGHTS)
    waiting = outlook(Task(KEY, _past(values[:-1]), 6, before=first), WEIGHTS)
    assert first is not None
    assert waiting is not None
    assert (waiting.trial, waiting.tally.n) == (first.trial, 0)
    scored = outlook(Task(KEY, late, 6, before=waiting), WEIGHTS)
    assert scored is not None
    assert scored.tally.n == 6
    assert scored.tally.error == pytest.approx(
        sum(abs(v - s.middle) for v, s in zip(values[-6:], first.trial, strict=True))
    )
    assert scored.tally.naive == pytest.approx(np.abs(values[-6:] - values[-30:-24]).sum())
    assert scored.trial[0].at == late.end


def test_hours_that_were_not_measured_are_not_scored() -> None:
    values = _wandering()
    values[-2] = np.nan
    trial = tuple(Step(START + (len(values) - 3 + i) * HOUR, 0, 0, 0, 99, 99) for i in range(3))
    assert score(trial, _past(values), Tally()).n == 2


def test_forecasts_stay_within_what_the_metric_can_be() -> None:
    values = np.abs(_wandering()) % 0.5
    made = outlook(Task(KEY, _past(values), 24, (0.0, 0.6)), WEIGHTS)
    assert made is not None
    assert min(step.low95 for step in made.steps) >= 0
    assert max(step.high95 for step in made.steps) <= 0.6


def test_holes_are_filled_but_a_past_full_of_them_is_none() -> None:
    values = np.arange(40, dtype=np.float64)
    values[[0, 5, 39]] = np.nan
    past = _past(values)
    assert past.values.tolist() == list(range(1, 39))
    assert past.seen.sum() == 37
    assert past.start == START + HOUR
    values[10:30] = np.nan
    assert past_of(START, values, 24) is None
    assert past_of(START, np.full(40, np.nan), 24) is None


def test_a_short_past_gives_no_forecast() -> None:
    task = Task(KEY, _past(_wandering(hours=10 * 24)), 24)
    assert not task.wants_fit
    assert outlook(task, None) is None


def test_weights_are_sought_again_after_a_week() -> None:
    task = Task(KEY, _past(_wandering()), 24)
    assert task.wants_fit
    fresh = outlook(task, replace_season(0.1)._replace(fitted=task.past.end - timedelta(days=6)))
    assert not replace(task, before=fresh).wants_fit
    old = outlook(task, replace_season(0.1)._replace(fitted=task.past.end - timedelta(days=7)))
    assert replace(task, before=old).wants_fit


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=60), st.floats(0.1, 0.99))
def test_a_half_width_holds_its_share_of_the_errors(errors: list[float], share: float) -> None:
    column = np.array(errors)[:, None]
    assert (np.abs(column) <= half_width(column, share)).mean() >= share or len(errors) < 1 / (1 - share)


def test_skill_sets_intervals_by_earlier_errors_and_judges_later_ones() -> None:
    errors = np.array([[1.0], [1.0], [1.0], [3.0]])
    assert skill(errors, 2 * errors) == Skill(4, 0.5, 0.5, 0.5)
    assert skill(errors, np.full_like(errors, np.nan)).mase is None


def test_forecasting_does_not_import_the_library() -> None:
    code = "import sys, indicators.forecast.outlook, jobs.forecast; sys.exit('statsmodels' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def replace_season(season: float) -> Weights:
    return Weights(0.5, 0.0, season, 0.9, START)


def winters_weights(task: Task) -> Weights:
    return Weights(*winters.fit(task.fitted_on, 24), task.past.end)
