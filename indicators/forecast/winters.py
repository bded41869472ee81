"""Holt-Winters with a fading trend and an additive season: weights from statsmodels, seldom; the recursion here, often.

statsmodels takes seconds to import, so only `fit` does it, in a process of its own (`fitting`).
"""

import warnings

import numpy as np

from domain.forecast import Weights
from indicators.forecast.past import Floats, Past, ahead

Found = tuple[float, float, float, float]  # smoothing of level, trend and season, damping


def fit(values: Floats, season: int) -> Found:
    """The weights that would have followed these hours best, one hour ahead."""
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # a search that did not end has still found weights, and the back-test judges them
        model = ExponentialSmoothing(
            values,
            trend="add",
            damped_trend=True,
            seasonal="add",
            seasonal_periods=season,
            initialization_method="heuristic",
        )
        found = model.fit().params
    names = ("smoothing_level", "smoothing_trend", "smoothing_seasonal", "damping_trend")
    level, trend, seasonal, damping = (float(np.clip(np.nan_to_num(found[name]), 0.0, 1.0)) for name in names)
    return level, trend, seasonal, damping


def followed(past: Past, weights: Weights, horizon: int) -> Floats:
    """What was expected after each hour: row t holds the hours after value t; the last row is the forecast."""
    level, trend, season = _states(past, weights)
    reach = weights.damping ** np.arange(1, horizon + 1)
    after = np.lib.stride_tricks.sliding_window_view(season, horizon)[1 : len(level) + 1]
    return level[:, None] + trend[:, None] * np.cumsum(reach)[None, :] + after


def errors(past: Past, expected: Floats, origins: int) -> Floats:
    """Truth minus what was expected, from each of the last origins; the last origin is followed by one known hour."""
    truth = ahead(past.truth, origins, expected.shape[1])
    return truth - expected[-origins - 1 : -1]


def _states(past: Past, weights: Weights) -> tuple[Floats, Floats, Floats]:
    """Level and trend after each hour, and the season: entry t is what hour t was expected to differ by."""
    values, period = past.values.tolist(), past.season
    whole = past.values[: len(values) // period * period].reshape(-1, period)
    start = whole[:4]  # some seasons' mean: one alone may be an odd day
    season: list[float] = (start - start.mean(axis=1, keepdims=True)).mean(axis=0).tolist()
    level, trend = float(start[0].mean()), 0.0
    levels, trends = [], []
    for hour, value in enumerate(values):
        going = level + weights.damping * trend
        season.append(weights.season * (value - going) + (1 - weights.season) * season[hour])
        new = weights.level * (value - season[hour]) + (1 - weights.level) * going
        trend = weights.trend * (new - level) + (1 - weights.trend) * weights.damping * trend
        level = new
        levels.append(level)
        trends.append(trend)
    return np.array(levels), np.array(trends), np.array(season)
