from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

import store.closing as closing
from domain.observation import Quality, SeriesKey
from store import Store, open_store
from tests.store.conftest import Address
from tests.store.values import HOUR, MINUTE, NOW, batch, columns, naive, seen, told

DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 11, 23, 16, tzinfo=UTC)  # in Shanghai


def test_closed_hours_and_days_hold_every_value_that_counts(store: Store) -> None:
    store.write(batch(*(seen(float(i), MIDNIGHT + i * 7 * MINUTE, site) for i in range(300) for site in "ab")))
    store.close_buckets(MIDNIGHT + 2 * DAY)
    assert told(store, store.hours(MIDNIGHT, MIDNIGHT + 2 * DAY)) == naive(store, "Asia/Shanghai", "hour")
    days = store.days(MIDNIGHT, MIDNIGHT + 2 * DAY)
    assert told(store, days) == naive(store, "Asia/Shanghai", "day")
    assert sorted(set(days.bucket.tolist())) == [_ms(MIDNIGHT), _ms(MIDNIGHT + DAY)]


def test_missing_and_invalid_values_are_kept_and_never_count(store: Store) -> None:
    values = [
        (1.0, Quality.GOOD),
        (2.0, Quality.SUSPECT),
        (99.0, Quality.INVALID),
        (None, Quality.MISSING),
        (None, Quality.GOOD),
    ]
    store.write(batch(*(seen(v, MIDNIGHT + i * MINUTE, quality=q) for i, (v, q) in enumerate(values))))
    store.close_buckets(MIDNIGHT + HOUR)
    hours = store.hours(MIDNIGHT, MIDNIGHT + HOUR)
    assert (hours.n.tolist(), hours.sum.tolist(), hours.last.tolist()) == ([2], [3.0], [2.0])
    assert len(store.window(MIDNIGHT, MIDNIGHT + HOUR)) == 5


def test_closing_again_writes_nothing(store: Store) -> None:
    store.write(batch(seen(1, MIDNIGHT)))
    assert store.close_buckets(MIDNIGHT + DAY).rows == 2
    assert store.close_buckets(MIDNIGHT + DAY) == closing.Closed()


def test_a_late_value_repairs_its_hour_and_its_day(store: Store) -> None:
    store.write(batch(seen(10, MIDNIGHT), seen(10, MIDNIGHT, "b")))
    store.close_buckets(MIDNIGHT + DAY)
    store.write(batch(seen(20, MIDNIGHT + MINUTE, received=MIDNIGHT + DAY)))
    assert store.close_buckets(MIDNIGHT + DAY).repaired == 1
    for rollups in (store.hours(MIDNIGHT, MIDNIGHT + HOUR), store.days(MIDNIGHT, MIDNIGHT + DAY)):
        assert rollups.sum.tolist() == [30.0, 10.0]
        assert rollups.n.tolist() == [2, 1]


def test_a_late_value_is_in_every_answer_before_it_is_repaired(store: Store) -> None:
    store.write(batch(seen(10, MIDNIGHT), seen(10, MIDNIGHT, "b")))
    store.close_buckets(MIDNIGHT + DAY)
    store.write(batch(seen(20, MIDNIGHT + MINUTE, received=MIDNIGHT + DAY)))
    assert store.hours(MIDNIGHT, MIDNIGHT + HOUR).sum.tolist() == [30.0, 10.0]
    assert store.days(MIDNIGHT, MIDNIGHT + DAY).sum.tolist() == [30.0, 10.0]
    other = [number for number, key in store.series().items() if key.site == "b"]
    assert store.hours(MIDNIGHT, MIDNIGHT + HOUR, other).sum.tolist() == [10.0]
    assert store.days(MIDNIGHT, MIDNIGHT + DAY, other).sum.tolist() == [10.0]


def test_a_value_corrected_to_invalid_leaves_no_bucket(store: Store) -> None:
    store.write(batch(seen(10, MIDNIGHT)))
    store.close_buckets(MIDNIGHT + DAY)
    store.write(batch(seen(10, MIDNIGHT, received=NOW + DAY, quality=Quality.INVALID)))
    store.close_buckets(MIDNIGHT + DAY)
    assert len(store.hours(MIDNIGHT, MIDNIGHT + DAY)) == 0
    assert len(store.days(MIDNIGHT, MIDNIGHT + DAY)) == 0


def test_history_that_comes_after_closing_is_repaired_by_whole_hours(store: Store) -> None:
    store.close_buckets(NOW)
    keys = {
        SeriesKey("air.pm25", f"s{i}", "air"): [(MIDNIGHT - k * 20 * MINUTE, float(i + k)) for k in range(200)]
        for i in range(80)
    }
    store.write_columns("air", columns(keys), NOW)
    assert store.close_buckets(NOW).repaired == 3  # 67 hours, at most a day at once
    start = MIDNIGHT - 4 * DAY
    assert told(store, store.hours(start, NOW)) == naive(store, "Asia/Shanghai", "hour")
    assert told(store, store.days(start, NOW)) == naive(store, "Asia/Shanghai", "day")


def test_a_day_is_closed_though_nothing_was_measured_at_its_end(store: Store) -> None:
    store.write(batch(seen(10, MIDNIGHT + HOUR)))
    store.close_buckets(MIDNIGHT + 3 * HOUR)
    assert store.close_buckets(MIDNIGHT + 5 * DAY).rows == 1
    assert store.days(MIDNIGHT, MIDNIGHT + DAY).sum.tolist() == [10.0]


def test_many_rows_are_closed_in_steps(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "STEP_ROWS", 10)
    store.write(batch(*(seen(float(i), MIDNIGHT + i * 10 * MINUTE) for i in range(100))))
    store.close_buckets(MIDNIGHT + DAY)
    assert told(store, store.hours(MIDNIGHT, MIDNIGHT + DAY)) == naive(store, "Asia/Shanghai", "hour")


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/Los_Angeles", "UTC"])
def test_days_are_the_citys_own_whatever_its_zone(zone: str, empty_address: Address) -> None:
    """Half-hour zones, and days of 23 and 25 hours."""
    start = datetime(2026, 3, 6, 3, tzinfo=UTC)
    with open_store(empty_address("sqlite"), zone=zone) as store:
        for first in (start, datetime(2026, 10, 30, 3, tzinfo=UTC)):
            store.write(batch(*(seen(float(i), first + i * 13 * MINUTE) for i in range(500))))
        end = datetime(2026, 12, 1, tzinfo=UTC)
        store.close_buckets(end)
        assert told(store, store.hours(start, end)) == naive(store, zone, "hour")
        assert told(store, store.days(start, end)) == naive(store, zone, "day")
        assert {3_600_000 * n for n in ((23, 24, 25) if "Los" in zone else (24,))} == set(
            store.days(start, end).length.tolist()
        )


def _ms(moment: datetime) -> int:
    return int(moment.astimezone(ZoneInfo("UTC")).timestamp() * 1000)
