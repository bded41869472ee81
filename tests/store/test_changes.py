import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Event, Thread

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.batch import Batch, Reject
from domain.errors import StoreError
from domain.place import Site
from domain.run import SourceRun
from store import Store, open_store
from store.log import spans_of
from tests.store.values import HOUR, MINUTE, NOW, batch, incident, seen


def test_each_commit_that_moves_something_is_one_version(store: Store) -> None:
    assert store.version() == 0
    first = store.write(batch(seen(1))).version
    second = store.write(batch(seen(2, NOW + MINUTE, metric="air.no2"))).version
    assert second == first + 1 == store.version()
    assert store.changes(0).metrics == {"air.pm25", "air.no2"}
    assert store.changes(first).metrics == {"air.no2"}
    assert store.changes(first).kinds == {"observations"}
    assert store.changes(second) == type(store.changes(0))(second)


def test_the_feed_tells_what_kind_of_thing_moved(store: Store) -> None:
    at = store.write(Batch("incidents", NOW, incidents=(incident(),))).version
    assert store.changes(at - 1).kinds == {"incidents"}
    store.record_run(SourceRun("air", NOW, NOW + MINUTE, ok=True))
    assert store.changes(at).kinds == {"health"}
    at = store.version()
    store.write(Batch("air", NOW, rejects=(Reject("no time", "{}"),)))
    assert store.changes(at).kinds == {"health"}
    at = store.version()
    store.write(Batch("air", NOW, sites=(Site(id="x", name="X", kind="air", district="441802"),)))
    assert store.changes(at).kinds == {"sites"}


def test_a_cursor_alone_is_kept_without_a_version(store: Store) -> None:
    assert store.cursor("air") is None
    store.write(batch(cursor="page-7"))
    assert (store.cursor("air"), store.version()) == ("page-7", 0)
    store.write(batch(seen(1)))
    assert store.cursor("air") == "page-7"


def test_arrived_rows_are_those_of_the_commits_after_a_version(store: Store) -> None:
    first = store.write(batch(seen(1, NOW - 5 * HOUR), seen(2, NOW))).version
    store.write(batch(seen(3, NOW - 3 * HOUR, received=NOW), seen(9, NOW - 5 * HOUR, received=NOW + HOUR)))
    arrived = store.arrived(first, NOW - 48 * HOUR)
    assert (arrived.rows.value.tolist(), arrived.complete) == ([9.0, 3.0], True)
    assert store.arrived(first, NOW - 4 * HOUR).rows.value.tolist() == [3.0]
    assert len(store.arrived(arrived.version, NOW - 48 * HOUR).rows) == 0


def test_the_feed_says_when_it_no_longer_reaches_back(store: Store) -> None:
    for i in range(4):
        store.write(batch(seen(i, NOW + i * MINUTE), received=NOW + timedelta(days=i)))
    store.retain(NOW + timedelta(days=5), {})
    assert store.version() == 4
    assert not store.changes(1).complete
    assert not store.arrived(1, NOW).complete
    assert store.changes(3).complete
    store.retain(NOW + timedelta(days=50), {})
    assert (store.version(), store.changes(3).complete) == (4, True)
    assert store.write(batch(seen(9, NOW + HOUR))).version == 5


def test_waiting_ends_with_the_commit_of_another_process(store: Store, url: str) -> None:
    """Two open stores share nothing but the database, as two processes do."""
    committed: list[float] = []

    def write() -> None:
        with open_store(url) as other:
            time.sleep(0.3)
            other.write(batch(seen(1)))
            committed.append(time.monotonic())

    writer = Thread(target=write)
    writer.start()
    version = store.wait(0, 30)
    woken = time.monotonic()
    writer.join()
    assert version == 1
    assert woken - committed[0] < 5  # promptly: the limit is for a machine under load


def test_waiting_ends_with_a_commit_of_the_same_store(store: Store) -> None:
    with ThreadPoolExecutor() as pool:
        waits = [pool.submit(store.wait, 0, 30.0) for _ in range(3)]
        store.write(batch(seen(1)))
        assert [wait.result(timeout=20) for wait in waits] == [1, 1, 1]


def test_waiting_gives_up_after_its_time_and_does_not_wait_for_the_past(store: Store) -> None:
    assert store.wait(0, 0.05) == 0
    store.write(batch(seen(1)))
    assert store.wait(0, 30) == 1


def test_closing_the_store_ends_a_wait(store: Store, url: str) -> None:
    waiting, ended = Event(), Event()

    def wait() -> None:
        other = open_store(url)
        Thread(target=lambda: (waiting.wait(), time.sleep(0.2), other.close())).start()
        waiting.set()
        with suppress(StoreError):
            other.wait(0, 60)
        ended.set()

    Thread(target=wait, daemon=True).start()
    assert ended.wait(20)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=200), st.integers(1, 10))
def test_spans_hold_every_time_in_few_pieces(times: list[int], limit: int) -> None:
    spans = spans_of(np.array(times), limit=limit, gap_ms=1000)
    assert len(spans) <= limit
    assert all(any(start <= at <= end for start, end in spans) for at in times)
    assert all(spans[i][1] < spans[i + 1][0] for i in range(len(spans) - 1))
    assert {spans[0][0], spans[-1][1]} == {min(times), max(times)}


def test_spans_of_nothing_are_none() -> None:
    assert spans_of(np.empty(0, np.int64)) == []
