"""A series' past as hours without holes, and what the seasonal naive forecast would have missed in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
HOUR = timedelta(hours=1)
ENOUGH = 0.8  # of the hours must have been measured


@dataclass(frozen=True, slots=True)
class Past:
    """Hours from `start` (aware UTC) on. `seen`: measured; the others were filled. season: hours until it repeats."""

    start: datetime
    values: Floats
    seen: Bools
    season: int

    @property
    def end(self) -> datetime:
        """The end of the last hour."""
        return self.start + len(self.values) * HOUR

    @property
    def truth(self) -> Floats:
        """The values that were measured, NaN for the others."""
        return np.where(self.seen, self.values, np.nan)


def past_of(start: datetime, values: Floats, season: int) -> Past | None:
    """The past from its first to its last measured hour, holes (NaN) filled on a straight line; None when it is too thin."""
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return None
    first, last = int(known[0]), int(known[-1]) + 1
    part = values[first:last]
    seen = np.isfinite(part)
    if seen.mean() < ENOUGH:
        return None
    hours = np.arange(len(part))
    return Past(start + first * HOUR, np.interp(hours, hours[seen], part[seen]), seen, season)


def next_naive(past: Past, horizon: int) -> Floats:
    """The last season again, for at most one season ahead."""
    return past.values[len(past.values) - past.season :][:horizon]


def ahead(values: Floats, origins: int, horizon: int) -> Floats:
    """What came after each of the last `origins` hours: a row an origin, a column an hour ahead; NaN where nothing is known yet.

    The first row's first column is values[-origins].
    """
    long = np.concatenate([values[len(values) - origins :], np.full(horizon, np.nan)])
    return np.lib.stride_tricks.sliding_window_view(long, horizon)[:origins]


def naive_errors(past: Past, origins: int, horizon: int) -> Floats:
    """Truth minus the seasonal naive forecast, from each of the last origins."""
    errors = past.truth[past.season :] - past.values[: -past.season]
    return ahead(errors, origins, horizon)
