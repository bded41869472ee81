from datetime import datetime, timedelta

import numpy as np
import pytest

from domain.batch import Batch
from domain.observation import Quality, SeriesKey
from store import Store, incoming
from store.columns import Rows
from store.ingest import winners
from tests.store.values import FAR, HOUR, LONG_AGO, MINUTE, NOW, batch, columns, incident, seen, state_of


def test_new_values_are_in_the_log_and_are_the_latest(store: Store) -> None:
    written = store.write(batch(seen(35, site="a"), seen(40, site="b", quality=Quality.SUSPECT)))
    assert (written.inserted, written.corrected, written.duplicates) == (2, 0, 0)
    assert written.changed == {"air.pm25"}
    latest = {one.key.site: one for one in store.latest()}
    assert latest["a"].value == 35
    assert latest["a"].at == NOW.replace(microsecond=0)
    assert latest["b"].quality is Quality.SUSPECT
    assert len(store.window(NOW, NOW + MINUTE)) == 2


def test_the_same_batch_again_changes_nothing(store: Store) -> None:
    told = batch(seen(35), seen(None, NOW - HOUR, quality=Quality.MISSING))
    first = store.write(told)
    before = state_of(store)
    again = store.write(told)
    assert (again.inserted, again.corrected, again.duplicates) == (0, 0, 2)
    assert again.changed == frozenset()
    assert again.version == first.version == store.version()
    assert state_of(store) == before


def test_a_newer_arrival_with_another_value_corrects(store: Store) -> None:
    store.write(batch(seen(35)))
    written = store.write(batch(seen(36, received=NOW + HOUR)))
    assert (written.inserted, written.corrected) == (0, 1)
    [latest] = store.latest()
    assert (latest.value, latest.received) == (36, NOW + HOUR)
    assert store.window(LONG_AGO, FAR).value.tolist() == [36]


def test_an_older_arrival_does_not_undo_a_correction(store: Store) -> None:
    store.write(batch(seen(36, received=NOW + HOUR)))
    written = store.write(batch(seen(35)))
    assert (written.corrected, written.duplicates, written.changed) == (0, 1, frozenset())
    assert store.latest()[0].value == 36


def test_a_correction_may_take_a_value_away(store: Store) -> None:
    store.write(batch(seen(35)))
    store.write(batch(seen(None, received=NOW + HOUR, quality=Quality.INVALID)))
    [latest] = store.latest()
    assert (latest.value, latest.quality) == (None, Quality.INVALID)


def test_an_unchanged_value_told_later_keeps_its_first_arrival(store: Store) -> None:
    store.write(batch(seen(35)))
    written = store.write(batch(seen(35, received=NOW + HOUR), seen(50, NOW + MINUTE)))
    assert (written.inserted, written.duplicates) == (1, 1)
    assert store.window(NOW, NOW + timedelta(seconds=1)).received.tolist() == [store.window(NOW, FAR).received[0]]


def test_a_late_value_is_kept_and_does_not_become_the_latest(store: Store) -> None:
    store.write(batch(seen(35)))
    store.write(batch(seen(20, NOW - 3 * HOUR, received=NOW + HOUR)))
    assert store.latest()[0].value == 35
    assert store.window(LONG_AGO, FAR).value.tolist() == [20, 35]


def test_of_two_values_in_one_batch_the_newer_arrival_wins_whatever_the_order(store: Store) -> None:
    one, other = seen(1, received=NOW), seen(2, received=NOW + MINUTE)
    written = store.write(batch(other, one))
    assert (written.inserted, written.duplicates) == (1, 1)
    assert store.latest()[0].value == 2


def test_infinite_values_are_invalid_without_a_value(store: Store) -> None:
    store.write(batch(seen(float("inf"))))
    [latest] = store.latest()
    assert (latest.value, latest.quality) == (None, Quality.INVALID)


def test_one_site_of_two_sources_or_standards_is_two_series(store: Store) -> None:
    store.write(batch(seen(1, source="air"), seen(2, source="weather")))
    assert sorted(key.source for key in store.series().values()) == ["air", "weather"]


def test_bulk_columns_follow_the_same_rules_as_batches(store: Store, sqlite_store: Store) -> None:
    key = SeriesKey("air.pm25", "a", "air")
    values = [(NOW - i * HOUR, float(i)) for i in range(50)]
    written = store.write_columns("air", columns({key: values}), NOW)
    assert (written.inserted, written.changed) == (50, {"air.pm25"})
    sqlite_store.write(batch(*(seen(value, at, received=NOW) for at, value in values)))
    assert state_of(store) == state_of(sqlite_store)
    again = store.write_columns("air", columns({key: [*values, (NOW + HOUR, 7.0)]}), NOW)
    assert (again.inserted, again.duplicates) == (1, 50)


def test_nothing_written_is_nothing_told(store: Store) -> None:
    assert store.write(batch()).version == 0
    assert store.write_columns("air", columns({}), NOW).inserted == 0
    assert store.version() == 0


def test_a_naive_time_is_refused_before_anything_is_written(store: Store) -> None:
    with pytest.raises(TypeError):
        store.write(batch(seen(1, site="b"), seen(1, datetime(2026, 1, 1))))  # noqa: DTZ001 - what is refused
    assert store.latest() == []


@pytest.mark.parametrize("size", [1, 3, 7])
def test_a_batch_taken_in_by_parts_is_still_one_batch(
    store: Store, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Repeated rows, rows that are there already, new series and odd text may lie in any part."""
    before = batch(*(seen(i, NOW - i * MINUTE, f"s{i % 3}") for i in range(9)))
    told = [
        *(seen(i, NOW + i * MINUTE, f"s{i % 3}") for i in range(10)),
        seen(70, NOW + MINUTE, "s1", received=NOW + HOUR),
        seen(4, NOW + 4 * MINUTE, "s1", received=NOW + HOUR),
        seen(2, NOW - 2 * MINUTE, "s2", received=NOW + HOUR),
        seen(80, NOW - 3 * MINUTE, "s0", received=NOW + HOUR),
        *(seen(i, NOW - HOUR, f"new{i}") for i in range(3)),
        seen(float("inf"), NOW, "a\0\ud800"),
    ]
    whole = [sqlite_store.write(one) for one in (before, batch(*told))]
    monkeypatch.setattr(incoming, "PART", size)
    assert [store.write(one) for one in (before, batch(*told))] == whole
    assert (whole[1].inserted, whole[1].corrected, whole[1].duplicates) == (13, 1, 4)
    assert state_of(store) == state_of(sqlite_store)
    assert store.write(batch(*told)).duplicates == len(told)


def test_a_naive_time_in_a_later_part_leaves_nothing_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write(batch(seen(0)))
    monkeypatch.setattr(incoming, "PART", 2)
    told = [*(seen(i, NOW + i * MINUTE) for i in range(1, 6)), seen(9, datetime(2026, 1, 1), received=NOW)]  # noqa: DTZ001 - what is refused
    with pytest.raises(TypeError):
        store.write(batch(*told))
    assert [one.value for one in store.latest()] == [0]
    assert store.write(batch(*told[:-1])).inserted == 5


def test_a_failed_write_leaves_nothing_behind(store: Store) -> None:
    bad = batch(seen(1))
    store._writer.driver.announce = _fail  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        store.write(bad)
    del store._writer.driver.announce
    assert store.series() == {}
    assert store.write(bad).inserted == 1
    assert [one.value for one in store.latest()] == [1]


def test_winners_break_ties_by_quality_and_then_by_value() -> None:
    n = 4
    rows = Rows(
        np.full(n, 5, np.int64),
        np.ones(n, np.int32),
        np.array([np.nan, 9.0, 3.0, 8.0]),
        np.array([2, 1, 0, 0], np.uint8),
        np.full(n, 7, np.int64),
    )
    assert winners(rows).value.tolist() == [8.0]


def _fail(*_: object) -> None:
    raise RuntimeError("power failure")


def test_text_that_a_database_cannot_hold_does_not_stop_a_batch(store: Store) -> None:
    """Else one bad record of a department would come again with every poll and hold up all that follow it."""
    odd = "a\0\ud800"
    written = store.write(Batch("air", NOW, (seen(1, site=odd), seen(2)), (incident(title=odd, detail={"x": odd}),)))
    assert (written.inserted, written.incidents) == (2, 1)
    assert (
        store.write(Batch("air", NOW, (seen(1, site=odd),), (incident(title=odd, detail={"x": odd}),))).duplicates == 1
    )
    assert len(store.incidents(NOW, NOW)) == 1
    assert {one.key.site for one in store.latest()} == {"a", "a\ufffd?"}
