from datetime import UTC, datetime, timedelta

import numpy as np

from store import Store
from tests.store.values import HOUR, MINUTE, batch, naive, seen, told

START = datetime(2026, 11, 23, 16, tzinfo=UTC)  # midnight in Shanghai


def _write(store: Store) -> None:
    store.write(batch(*(seen(float(i), START + i * 10 * MINUTE, site) for i in range(60) for site in "ab")))


def test_the_open_hour_is_read_from_the_log(store: Store) -> None:
    _write(store)
    assert told(store, store.hours(START, START + 12 * HOUR)) == naive(store, "Asia/Shanghai", "hour")
    store.close_buckets(START + 3 * HOUR)
    assert told(store, store.hours(START, START + 12 * HOUR)) == naive(store, "Asia/Shanghai", "hour")


def test_an_hour_or_day_that_the_end_cuts_holds_only_what_lies_before(store: Store) -> None:
    """So that a past moment is shown without what came after it."""
    _write(store)
    store.close_buckets(START + 48 * HOUR)
    end = START + 2 * HOUR + 25 * MINUTE
    hours = store.hours(START, end)
    assert hours.n.tolist() == [6, 6, 6, 6, 3, 3]
    assert hours.last.tolist()[-1] == 14.0
    days = store.days(START, end)
    assert (days.n.tolist(), days.last.tolist()) == ([15, 15], [14.0, 14.0])


def test_reading_starts_with_the_bucket_that_holds_the_start(store: Store) -> None:
    _write(store)
    store.close_buckets(START + 5 * HOUR)
    assert store.hours(START + 90 * MINUTE, START + 2 * HOUR).n.tolist() == [6, 6]
    assert store.days(START + 90 * MINUTE, START + 2 * HOUR).n.tolist() == [12, 12]


def test_some_series_can_be_asked_for(store: Store) -> None:
    _write(store)
    store.close_buckets(START + 5 * HOUR)
    [chosen] = [number for number, key in store.series().items() if key.site == "b"]
    for rollups in (store.hours(START, START + 9 * HOUR, [chosen]), store.days(START, START + 9 * HOUR, [chosen])):
        assert set(rollups.series.tolist()) == {chosen}
    assert len(store.window(START, START + HOUR, [chosen])) == 6
    assert len(store.hours(START, START + 9 * HOUR, [])) == 0


def test_coverage_is_the_share_of_the_expected_values(store: Store) -> None:
    _write(store)
    hours = store.hours(START, START + 10 * HOUR)
    assert np.allclose(hours.coverage(600_000), 1.0)
    assert np.allclose(hours.coverage(300_000), 0.5)
    now = int((START + 90 * MINUTE).timestamp() * 1000)
    open_hour = store.hours(START + HOUR, START + 90 * MINUTE)
    assert open_hour.coverage(600_000, now).tolist() == [1.0, 1.0]
    assert open_hour.coverage(86_400_000).tolist() == [1.0, 1.0]
    assert np.allclose(hours.mean * hours.n, hours.sum)


def test_nothing_stored_is_nothing_read(store: Store) -> None:
    end = START + timedelta(days=3)
    assert len(store.hours(START, end)) == len(store.days(START, end)) == len(store.window(START, end)) == 0


def test_few_and_many_series_or_hours_are_read_alike(store: Store) -> None:
    """Few keys are sought one by one, many are picked from a range."""
    store.write(batch(*(seen(float(i), START + i * HOUR, f"s{site}") for i in range(5) for site in range(70))))
    store.close_buckets(START + 10 * HOUR)
    far = START + timedelta(days=200)
    ids = sorted(store.series())
    whole = store.hours(START, START + 10 * HOUR)
    for chosen, end in ((ids[:3], START + 10 * HOUR), (ids[:3], far), (ids[:65], START + 10 * HOUR), (ids, far)):
        read = store.hours(START, end, chosen)
        expected = whole.take(np.isin(whole.series, chosen))
        assert (read.sum.tolist(), read.bucket.tolist()) == (expected.sum.tolist(), expected.bucket.tolist())
