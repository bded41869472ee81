"""Arrays against the same arithmetic written out by hand."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.observation import SeriesKey
from snapshot.course import Course, Newest
from snapshot.loading import NO_POINTS
from snapshot.rows import NOTHING, Rows, gather, joined, raw_rows

SPAN = 10
moments = st.integers(0, 99)
values = st.integers(-50, 50).map(float) | st.just(math.nan)
rows = st.lists(st.tuples(st.integers(0, 2), moments, values), max_size=40, unique_by=lambda r: r[:2])
edges = st.lists(st.integers(0, 100), min_size=2, max_size=6, unique=True).map(sorted)


def made(found: list[tuple[int, int, float]]) -> Rows:
    series, at, value = ([r[i] for r in found] for i in range(3))
    return raw_rows(np.array(series, np.int64), np.array(at, np.int64), np.array(value, np.float64), SPAN)


@given(rows, edges)
def test_each_cell_holds_what_lies_between_its_edges(found, marks) -> None:
    grid = gather(made(found), 3, np.array(marks, np.int64))
    for series in range(3):
        for bucket, (start, end) in enumerate(pairwise(marks)):
            inside = sorted((at, v) for s, at, v in found if s == series and start <= at < end and not math.isnan(v))
            told = [v for _, v in inside]
            if not told:
                assert all(
                    math.isnan(grid.reduced(how)[series, bucket]) for how in ("mean", "sum", "max", "min", "last")
                )
                assert (grid.span[series, bucket], grid.newest[series, bucket]) == (0, -1)
                continue
            assert grid.total[series, bucket] == sum(told)
            assert grid.mean[series, bucket] == pytest.approx(sum(told) / len(told))
            assert (grid.low[series, bucket], grid.high[series, bucket]) == (min(told), max(told))
            assert (grid.newest[series, bucket], grid.last[series, bucket]) == inside[-1]
            assert grid.span[series, bucket] == SPAN * len(told)


@given(rows, moments)
def test_cutting_a_span_in_two_loses_nothing(found, cut) -> None:
    whole = made(found)
    parts = joined(whole.between(0, cut), NOTHING, whole.between(cut, 100))
    assert all(np.array_equal(a, b) for a, b in zip(whole.columns(), parts.columns(), strict=True))


@given(st.lists(st.lists(st.tuples(st.integers(1, 3), moments, values), max_size=10), max_size=5), moments)
def test_the_newest_word_on_a_value_wins(batches, start) -> None:
    held: dict[tuple[int, int], float] = {}
    points = NO_POINTS
    for batch in batches:
        keys = np.array([series << 42 | at for series, at, _ in batch], np.int64)
        points = points.merged(keys, np.array([v for *_, v in batch], np.float64), start)
        held |= {(series, at): v for series, at, v in batch}
    expected = {key: v for key, v in held.items() if key[1] >= start and not math.isnan(v)}
    told = points.rows((1, 2, 3), SPAN)
    assert (
        dict(zip(zip((told.series + 1).tolist(), told.at.tolist(), strict=True), told.last.tolist(), strict=True))
        == expected
    )


@given(rows)
def test_a_site_measured_twice_is_counted_once(found) -> None:
    """Series 0 and 1 are of site a (1 has the newer value), series 2 of site b."""
    keys = (SeriesKey("m", "a", "x"), SeriesKey("m", "a", "y"), SeriesKey("m", "b", "x"))
    newest = (Newest(100, 100, 1.0, 0), Newest(200, 200, 1.0, 0), None)  # type: ignore[arg-type]
    course = Course((7, 8, 9), keys, newest)
    told = course.of_sites(made(found), ["b", "a"])
    real = [(s, at, v) for s, at, v in found if not math.isnan(v)]
    first = min((at for s, at, _ in real if s == 1), default=math.inf)
    expected = [(0, at, v) for s, at, v in real if s == 2]
    expected += [(1, at, v) for s, at, v in real if s == 1 or (s == 0 and at < first)]
    assert sorted(zip(told.series.tolist(), told.at.tolist(), told.last.tolist(), strict=True)) == sorted(expected)


def test_a_mean_weighs_by_the_time_a_value_stands_for() -> None:
    fine = raw_rows(np.zeros(12, np.int64), np.arange(12), np.full(12, 10.0), 5)
    coarse = raw_rows(np.zeros(1, np.int64), np.array([50]), np.array([40.0]), 60)
    grid = gather(joined(fine, coarse), 1, np.array([0, 100]))
    assert grid.mean[0, 0] == 25
