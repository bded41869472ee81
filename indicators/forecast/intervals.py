"""Intervals from a forecast's own past errors, hour ahead by hour ahead, and how many truths they would have held."""

import math
import warnings

import numpy as np

from domain.forecast import Skill
from indicators.forecast.past import Floats

INSIDE80, INSIDE95 = 0.8, 0.95


def half_width(errors: Floats, share: float) -> Floats:
    """The half width by hour ahead (columns) that holds a share of the errors (rows, NaN left out).

    Split-conformal: the ceil((n + 1) * share)-th smallest absolute error, the largest one where n is small.
    """
    ordered = np.sort(np.abs(errors), axis=0)  # NaN last
    counts = np.isfinite(ordered).sum(axis=0)
    ranks = [min(n, math.ceil((n + 1) * share)) - 1 for n in counts.tolist()]
    return np.array([ordered[rank, i] if rank >= 0 else np.nan for i, rank in enumerate(ranks)])


def skill(errors: Floats, naive: Floats) -> Skill:
    """How a forecast did. The intervals are set by the earlier half of the origins and judged on the later one.

    Rows: origins, columns: hours ahead. Hours that either of both forecasts has no error of do not count.
    """
    both = np.isfinite(errors) & np.isfinite(naive)
    own, scale = np.abs(errors[both]).sum(), np.abs(naive[both]).sum()
    half = len(errors) // 2
    return Skill(
        scored=int(both.sum()),
        mase=float(own / scale) if scale > 0 else None,
        inside80=_held(errors[:half], errors[half:], INSIDE80),
        inside95=_held(errors[:half], errors[half:], INSIDE95),
    )


def _held(earlier: Floats, later: Floats, share: float) -> float:
    inside = np.where(np.isfinite(later), np.abs(later) <= half_width(earlier, share) * (1 + 1e-9), np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # nothing to judge is 0 below
        held = float(np.nanmean(inside)) if inside.size else 0.0
    return held if math.isfinite(held) else 0.0
