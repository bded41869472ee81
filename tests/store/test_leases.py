"""Collectors share sources: one holds each, and who lost one commits nothing more."""

import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.errors import StoreError, TransitionRefused
from domain.operation import CollectorSeen, SpoolFill
from domain.run import SourceRun
from store import Store, open_store
from store.leases import Lease
from tests.store.values import NOW, batch, seen

SOURCES = {"air", "rain", "river", "road"}


def one(name: str) -> CollectorSeen:
    return CollectorSeen(name, NOW, NOW, SpoolFill(3, 750, 1000, NOW))


def ran_out(store: Store, holder: str) -> None:
    """As if its leases had not been renewed for long."""
    with store._aside() as connection:
        connection.execute(text("UPDATE source_control SET until = 0 WHERE holder = :h"), {"h": holder})


def test_what_runs_out_or_is_given_back_is_taken_with_a_higher_number(store: Store) -> None:
    a = store.leases.claim(one("a"), SOURCES)
    assert a.keys() == SOURCES
    assert store.leases.claim(one("a"), SOURCES) == a
    store.leases.release("a", {"air"})
    ran_out(store, "a")
    b = store.leases.claim(one("b"), SOURCES)
    assert b["air"] == Lease("air", "b", a["air"].number + 1)
    assert b.keys() == SOURCES
    store.leases.leave("b")
    assert store.leases.claim(one("c"), {"air"})["air"].number == 3


@pytest.mark.postgres
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_each_takes_no_more_than_its_share_and_nothing_that_is_held(store: Store) -> None:
    assert store.leases.beat(one("a")) == 1
    assert store.leases.beat(one("b")) == 2
    a = store.leases.claim(one("a"), SOURCES, 2)
    b = store.leases.claim(one("b"), SOURCES)
    assert (len(a), len(b)) == (2, 2)
    assert not a.keys() & b.keys()
    assert store.leases.claim(one("c"), SOURCES) == {}


def test_without_its_lease_nothing_is_written(store: Store) -> None:
    lease = store.leases.claim(one("a"), {"air"})["air"]
    assert store.write(batch(seen(1)), lease).inserted == 1
    ran_out(store, "a")
    assert store.write(batch(seen(2, NOW + timedelta(minutes=1))), lease).inserted == 1  # nobody else has it yet
    store.leases.claim(one("b"), {"air"})
    with pytest.raises(TransitionRefused, match="another collector"):
        store.write(batch(seen(3, NOW + timedelta(minutes=2))), lease)
    with pytest.raises(TransitionRefused):
        store.record_run(SourceRun("air", NOW, NOW, ok=True), lease=lease)
    assert store.runs() == []
    assert [row.value for row in store.latest()] == [2]


@pytest.mark.postgres
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_commit_under_way_is_seen_through_and_delays_no_renewal(store: Store) -> None:
    lease = store.leases.claim(one("a"), {"air"})["air"]
    inside, out = threading.Event(), threading.Event()

    def write() -> None:
        from store.leases import hold

        with store._writing() as connection:
            hold(connection, lease)
            inside.set()
            out.wait(10)

    writer = threading.Thread(target=write)
    writer.start()
    assert inside.wait(10)
    began = time.monotonic()
    assert store.leases.claim(one("a"), {"air"}) == {"air": lease}  # renewed beside the writer
    ran_out(store, "a")
    assert store.leases.claim(one("b"), {"air"}) == {}  # not taken while the commit is under way
    assert time.monotonic() - began < 5
    out.set()
    writer.join()
    assert store.leases.claim(one("b"), {"air"})["air"].number == lease.number + 1


def test_a_file_has_one_collector(sqlite_store: Store) -> None:
    with open_store(sqlite_store.where) as other, sqlite_store.leases.alone():
        refused = pytest.raises(StoreError, match="Another collector works on")
        with refused, other.leases.alone():
            pass
    with sqlite_store.leases.alone():
        pass


def test_a_collector_tells_of_itself_and_is_forgotten_in_time(sqlite_store: Store) -> None:
    me = one("a")
    assert sqlite_store.leases.beat(me) == 1
    assert sqlite_store.control.collectors(NOW) == [me]
    assert me.spool.share == 0.75
    later = replace(one("b"), seen=NOW + timedelta(days=2))
    assert sqlite_store.leases.beat(later) == 1
    assert [found.holder for found in sqlite_store.control.collectors(later.seen)] == ["b"]
