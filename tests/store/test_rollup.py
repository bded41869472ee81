from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from store.buckets import Calendar
from store.columns import Rollups, Values
from store.moment import HOUR_MS, to_ms
from store.rollup import absent, fold_days, fold_hours

CALENDAR = Calendar(ZoneInfo("Asia/Shanghai"))
START = to_ms(datetime(2026, 11, 23, 16, tzinfo=UTC))
numbers = st.floats(-1e6, 1e6, allow_nan=False)
rows = st.dictionaries(st.tuples(st.integers(0, 72 * 60), st.integers(1, 4)), numbers, max_size=60)


def _values(values: dict[tuple[int, int], float]) -> Values:
    ordered = sorted(values.items())
    return Values(
        np.array([START + minute * 60_000 for (minute, _), _ in ordered], np.int64),
        np.array([series for (_, series), _ in ordered], np.int32),
        np.array([value for _, value in ordered], np.float64),
    )


@given(rows)
def test_folding_equals_grouping_value_by_value(values: dict[tuple[int, int], float]) -> None:
    groups: dict[tuple[int, int], list[float]] = {}
    for (minute, series), value in sorted(values.items()):
        groups.setdefault((START + minute // 60 * HOUR_MS, series), []).append(value)
    hours = fold_hours(_values(values), CALENDAR)
    assert list(zip(hours.bucket.tolist(), hours.series.tolist(), strict=True)) == sorted(groups)
    for i, key in enumerate(sorted(groups)):
        held = groups[key]
        assert (hours.n[i], hours.min[i], hours.max[i]) == (len(held), min(held), max(held))
        assert (hours.first[i], hours.last[i]) == (held[0], held[-1])
        assert np.isclose(hours.sum[i], sum(held), atol=1e-6)


@given(rows)
def test_days_folded_from_hours_count_every_value_once(values: dict[tuple[int, int], float]) -> None:
    hours = fold_hours(_values(values), CALENDAR)
    days = fold_days(hours, CALENDAR)
    assert days.n.sum() == len(values)
    assert np.isclose(days.sum.sum(), hours.sum.sum(), atol=1e-6)
    assert set(days.bucket.tolist()) <= {START + i * 24 * HOUR_MS for i in range(4)}


def test_joining_keeps_the_order_of_bucket_and_series() -> None:
    one = fold_hours(_values({(0, 2): 1.0, (61, 1): 2.0}), CALENDAR)
    other = fold_hours(_values({(0, 1): 3.0}), CALENDAR)
    joined = Rollups.joined([one, other, Rollups.empty()])
    assert joined.sum.tolist() == [3.0, 1.0, 2.0]
    assert Rollups.joined([]).n.tolist() == []


def test_absent_tells_which_keys_are_not_held() -> None:
    new = fold_hours(_values({(0, 1): 1.0, (0, 2): 1.0, (60, 1): 1.0}), CALENDAR)
    held = fold_hours(_values({(30, 2): 9.0}), CALENDAR)
    assert absent(new, held).tolist() == [True, False, True]
    assert absent(new, Rollups.empty()).all()
