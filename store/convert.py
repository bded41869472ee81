"""Observations as rows of the log: each column in one pass in C, because this is the hottest path between a feed and the log."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter

import numpy as np

from domain.observation import Observation
from store.columns import Int64, Key, Rows, within_reach
from store.moment import to_ms

_key = attrgetter("metric", "site", "source", "standard")
_at = attrgetter("at")
_value = attrgetter("value")
_quality = attrgetter("quality")
_received = attrgetter("received")


class Moments(dict[datetime, int]):
    """Times in ms. A page has few different ones: looked up they cost a fifth of being computed."""

    def __missing__(self, moment: datetime) -> int:
        ms = self[moment] = to_ms(moment)
        return ms

    def column(self, moments: Iterable[datetime], n: int) -> Int64:
        """The times as a column."""
        return np.fromiter(map(self.__getitem__, moments), np.int64, n)


def keys_of(observations: Iterable[Observation]) -> list[Key]:
    """Every series, once each."""
    return list(dict.fromkeys(map(_key, observations)))


def rows_of(observations: Sequence[Observation], ids: Mapping[Key, int], moments: Moments) -> Rows:
    """The rows in the order given. KeyError for a series that is not among `ids`, TypeError for a naive time."""
    n = len(observations)
    return Rows(
        at=within_reach(moments.column(map(_at, observations), n)),
        series=np.fromiter(map(ids.__getitem__, map(_key, observations)), np.int32, n),
        value=np.array(list(map(_value, observations)), np.float64),  # None becomes NaN
        quality=np.fromiter(map(_quality, observations), np.uint8, n),
        received=moments.column(map(_received, observations), n),
    )
