"""Weights of many series in a process of its own: `python -m indicators.forecast.fitting`, JSON in on stdin, JSON out on stdout.

In: a list of [season, values]. Out: a list of [level, trend, season, damping], in the same order. The library's import and
memory go with the process.
"""

import json
import os
import sys

import numpy as np

from indicators.forecast.winters import Found, fit

PRIORITY = 10  # nobody waits for weights


def fitted(told: str) -> list[Found]:
    """Weights for what was asked for."""
    return [fit(np.array(values, np.float64), season) for season, values in json.loads(told)]


if __name__ == "__main__":
    os.nice(PRIORITY)
    json.dump(fitted(sys.stdin.read()), sys.stdout)
