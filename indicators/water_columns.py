"""Surface water classes in columns: the values of `water.classify`, a whole history at a time."""

from collections.abc import Mapping
from functools import reduce

import numpy as np

from indicators.exact import MICRO, Floats, Ints, columnwise, one_by_one
from indicators.gb3838 import ITEMS, PH, WORST, Body
from indicators.water import item_class


def classes(values: Mapping[str, Floats], body: Body) -> Floats:
    """The worst class of the evaluated items at each moment (GB 3838-2002 5.1); NaN where none was measured."""
    worst: Floats = reduce(np.fmax, (_of_item(key, column, body) for key, column in values.items()))
    return worst


def _of_item(key: str, values: Floats, body: Body) -> Floats:
    def exact(value: float) -> float:
        return float(item_class(key, value, body) or np.nan)

    if key == "ph":
        low, high = (int(edge * MICRO) for edge in PH)
        return columnwise(values, lambda v: np.where((v >= low) & (v <= high), 1.0, float(WORST)), one_by_one(exact))
    item = ITEMS[key]
    limits = [int(limit * MICRO) for limit in item.for_body(body)]
    return columnwise(values, lambda v: _failed(v, limits, item.least), one_by_one(exact))


def _failed(values: Ints, limits: list[int], least: bool) -> Floats:
    """1 + how many class limits a value fails: limits never get stricter from Ⅰ to Ⅴ."""
    failed = [values < limit if least else values > limit for limit in limits]
    found: Floats = np.sum(failed, axis=0) + 1.0
    return found
