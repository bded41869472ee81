"""A batch's observations as columns: one pass in C, because this is the hottest path between a feed and the log."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter

import numpy as np

from domain.observation import Observation, SeriesKey
from store.columns import Columns, Int64
from store.moment import to_ms

_key = attrgetter("metric", "site", "source", "standard")
_at = attrgetter("at")
_value = attrgetter("value")
_quality = attrgetter("quality")
_received = attrgetter("received")


def columns_of(observations: Sequence[Observation]) -> tuple[Columns, Int64]:
    """The columns and the arrival (ms) of each row, in the order given. TypeError for a naive time."""
    n = len(observations)
    names = list(map(_key, observations))
    index = {name: number for number, name in enumerate(dict.fromkeys(names))}
    columns = Columns(
        keys=list(map(SeriesKey._make, index)),
        series=np.fromiter(map(index.__getitem__, names), np.int32, n),
        at=_moments(list(map(_at, observations))),
        value=np.array(list(map(_value, observations)), np.float64),  # None becomes NaN
        quality=np.fromiter(map(_quality, observations), np.uint8, n),
    )
    return columns, _moments(list(map(_received, observations)))


def _moments(moments: Sequence[datetime]) -> Int64:
    """A page has few different times, and most of them are one object: look them up instead of computing."""
    known: dict[datetime, int] = {}
    out = np.empty(len(moments), np.int64)
    previous: datetime | None = None
    ms = 0
    for i, moment in enumerate(moments):
        if moment is not previous:
            found = known.get(moment)
            ms = known[moment] = to_ms(moment) if found is None else found
            previous = moment
        out[i] = ms
    return out
