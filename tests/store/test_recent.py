from datetime import UTC, datetime, timedelta

import pytest

import store.closing as closing
import store.recent as recent
from domain.errors import StoreError
from domain.observation import Quality
from domain.run import SourceRun
from store import Store, open_store
from tests.store.values import HOUR, MINUTE, batch, naive, seen, told

START = datetime(2026, 11, 23, 16, tzinfo=UTC)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The starts of what closing reads from the log."""
    asked: list[int] = []
    read = closing.read_counted

    def counted(*arguments: object) -> object:
        asked.append(int(arguments[2]))  # type: ignore[call-overload]
        return read(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(closing, "read_counted", counted)
    return asked


def _hour(store: Store, number: int, value: float = 1.0) -> None:
    store.write(batch(*(seen(value * i, START + number * HOUR + i * 10 * MINUTE, s) for i in range(6) for s in "ab")))


def _right(store: Store) -> bool:
    span = (START - HOUR, START + timedelta(days=3))
    days = told(store, store.days(*span)) == naive(store, "Asia/Shanghai", "day")
    return days and told(store, store.hours(*span)) == naive(store, "Asia/Shanghai", "hour")


def test_hours_that_this_process_wrote_are_closed_without_the_log(store: Store, reads: list[int]) -> None:
    for number in range(3):
        _hour(store, number)
        store.record_run(SourceRun("air", START + number * HOUR, START + number * HOUR, ok=True))
        store.write(batch(seen(50.0, START + number * HOUR, received=START + 3 * HOUR)))  # a correction
        store.write(batch(seen(9.0, START + number * HOUR + 55 * MINUTE, quality=Quality.INVALID)))
        store.close_buckets(START + (number + 1) * HOUR)
    assert reads == []
    assert _right(store)


def test_what_another_process_wrote_is_in_the_hour_too(store: Store, url: str, reads: list[int]) -> None:
    with open_store(url) as other:
        _hour(store, 0)
        other.write(batch(seen(77.0, START + MINUTE, "c")))
        store.close_buckets(START + HOUR)
        assert len(reads) == 1
        _hour(store, 1)
        other.write(batch(seen(78.0, START + HOUR + MINUTE, "c")))
        _hour(store, 2)
        store.close_buckets(START + 3 * HOUR)
        assert _right(store)
        _hour(store, 3)
        _hour(store, 4)
        store.close_buckets(START + 5 * HOUR)
    assert _right(store)


def test_after_a_restart_the_hour_under_way_is_closed_from_the_log(store: Store, url: str, reads: list[int]) -> None:
    store.write(batch(seen(5.0, START)))
    with open_store(url) as again:
        _hour(again, 0, 2.0)
        again.close_buckets(START + HOUR)
        assert len(reads) == 1
        _hour(again, 1)
        again.close_buckets(START + 2 * HOUR)
        assert len(reads) == 1
        assert _right(again)


def test_a_failed_write_is_not_remembered(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    _hour(sqlite_store, 0)
    with monkeypatch.context() as broken:
        broken.setattr(type(sqlite_store._driver), "announce", _fail)
        with pytest.raises(StoreError):
            sqlite_store.write(batch(seen(1000.0, START + 5 * MINUTE)))
    sqlite_store.close_buckets(START + HOUR)
    assert _right(sqlite_store)
    assert len(sqlite_store.window(START, START + HOUR)) == 12


def test_more_rows_than_are_kept_are_closed_from_the_log(
    store: Store, reads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "LIMIT", 15)
    _hour(store, 0)
    _hour(store, 1)
    store.close_buckets(START + 2 * HOUR)
    assert len(reads) == 1
    assert _right(store)
    _hour(store, 2)
    _hour(store, 3)
    store.close_buckets(START + 4 * HOUR)
    assert _right(store)


def _fail(*_: object) -> None:
    raise OSError("No space left on device")
