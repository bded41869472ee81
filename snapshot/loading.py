"""Rows of the store's log as the courses of metrics."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from domain.metric import Metric
from domain.observation import SeriesKey
from snapshot.past import places
from snapshot.rows import Floats, Ints, raw_rows
from snapshot.rows import Rows as CourseRows
from store import Rows

Groups = dict[str, list[tuple[int, SeriesKey]]]
_AT_BITS = 42  # milliseconds until the year 2109, beside 2 million series in one int64
_AT_MASK = (1 << _AT_BITS) - 1


@dataclass(frozen=True, slots=True)
class Points:
    """Sorted (series, at) pairs in one number each, and their values; NaN where the newest word is "no value"."""

    key: Ints
    value: Floats

    def merged(self, key: Ints, value: Floats, start: int) -> "Points":
        """With newer words added or put in place of older ones, and everything before `start` (ms) dropped."""
        both = np.concatenate([self.key, key])
        order = np.argsort(both, kind="stable")
        found = both[order]
        # Of equal keys the last one was appended last: it is the correction.
        kept = np.append(found[1:] != found[:-1], True) if found.size else np.empty(0, np.bool_)
        kept &= (found & _AT_MASK) >= start
        return Points(found[kept], np.concatenate([self.value, value])[order][kept])

    def rows(self, ids: tuple[int, ...], every: int) -> CourseRows:
        """As rows of a course, each standing for the metric's interval (ms)."""
        return raw_rows(places(ids, self.key >> _AT_BITS), self.key & _AT_MASK, self.value, every)


NO_POINTS = Points(np.empty(0, np.int64), np.empty(0))


def groups_of(series: Mapping[int, SeriesKey], metrics: Mapping[str, Metric], only: frozenset[str]) -> Groups:
    """The series of each declared metric among `only`."""
    out: Groups = {}
    for number, key in series.items():
        if key.metric in only and key.metric in metrics:
            out.setdefault(key.metric, []).append((number, key))
    return out


def split(rows: Rows, groups: Groups) -> dict[str, tuple[Ints, Floats]]:
    """Keys and values of the rows by metric, in the order they came; sorted once for all metrics."""
    numbers = rows.series.astype(np.int64)
    highest = max((number for group in groups.values() for number, _ in group), default=0)
    group_of = np.full(max(highest, int(numbers.max(initial=0))) + 1, len(groups), np.int64)
    for index, group in enumerate(groups.values()):
        group_of[[number for number, _ in group]] = index
    owner = group_of[numbers]
    order = np.argsort(owner, kind="stable")
    bounds = np.searchsorted(owner[order], np.arange(len(groups) + 1))
    keys = (numbers << _AT_BITS | rows.at)[order]
    values = np.where(rows.counts, rows.value, np.nan)[order]
    return {m: (keys[a:b], values[a:b]) for m, a, b in zip(groups, bounds[:-1], bounds[1:], strict=True)}
