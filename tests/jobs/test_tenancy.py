"""Sources change hands between collectors by leases."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.batch import Batch
from domain.errors import TransitionRefused
from domain.operation import SpoolFill
from domain.source import IncidentSpec
from jobs.operate import ELSEWHERE, Standing
from jobs.tenancy import CITY, EVERY, Tenancy, Turns
from store import Store, open_store
from store.leases import TERM
from tests.cities import source, tiny_city

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
SOURCES = {
    **{key: source(key, ["air.pm25"]) for key in ("air", "rain", "river", "road")},
    "calls": source("calls", ["air.pm25"]).model_copy(update={"incident": IncidentSpec(id="id", title="t")}),
}


class Collecting:
    """One collector's leases and what it was told."""

    def __init__(self, store: Store, name: str, busy: Collection[str] = ()) -> None:
        self.told: list[tuple[str, frozenset[str] | bool]] = []
        self.standing = Standing(name, SOURCES.keys())
        self.standing.leases = {}
        turns = Turns(self.fill, lambda key: key not in busy, self.gained, self.lost, self.leads)
        self.tenancy = Tenancy(tiny_city(sources=SOURCES), store, self.standing, NOW, turns)

    async def fill(self) -> SpoolFill:
        return SpoolFill(2, 20, 100, NOW)

    async def gained(self, keys: Collection[str]) -> None:
        self.told.append(("gained", frozenset(keys)))

    async def lost(self, keys: Collection[str]) -> None:
        self.told.append(("lost", frozenset(keys)))

    async def leads(self, leads: bool) -> None:
        self.told.append(("leads", leads))

    @property
    def held(self) -> set[str]:
        return set(self.standing.leases or ())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/store.db") as opened:
        yield opened


def shared(store: Store) -> None:
    """As on a database that several collectors share; the clock stays the test's."""
    store.leases.shared = True
    store.leases._clock = lambda _, me: int(me.seen.timestamp() * 1000)  # type: ignore[method-assign]


async def test_the_only_collector_has_everything_at_once_and_after_a_death_too(store: Store) -> None:
    first = Collecting(store, "a")
    await first.tenancy.beat(NOW)
    assert first.held == SOURCES.keys()
    assert first.told == [("leads", True), ("gained", frozenset(SOURCES))]
    await first.tenancy.beat(NOW + EVERY)
    assert len(first.told) == 2
    second = Collecting(store, "b")
    await second.tenancy.beat(NOW + EVERY)
    assert second.held == SOURCES.keys()
    assert store.control.collectors(NOW)[0].spool.share == 0.2


async def test_two_share_evenly_and_a_dead_ones_sources_move_within_fifteen_seconds(store: Store) -> None:
    shared(store)
    one, two = Collecting(store, "a"), Collecting(store, "b")
    await one.tenancy.beat(NOW)
    assert one.held == SOURCES.keys()
    await two.tenancy.beat(NOW + timedelta(seconds=1))
    assert two.held == set()
    await one.tenancy.beat(NOW + EVERY)  # gives back what is more than its share
    await two.tenancy.beat(NOW + EVERY + timedelta(seconds=1))
    assert (len(one.held), len(two.held)) == (3, 2)
    assert "calls" in one.held  # incidents are with the one whose rules count them
    assert not one.held & two.held
    died, at = NOW + EVERY, NOW + EVERY + timedelta(seconds=1)
    while two.held != SOURCES.keys():
        at += EVERY
        await two.tenancy.beat(at)
    assert at - died <= timedelta(seconds=15)
    assert two.told[-2][0] == "leads"
    assert TERM >= 3 * EVERY


async def test_a_run_under_way_is_not_given_away(store: Store) -> None:
    shared(store)
    one, two = Collecting(store, "a", busy={"air", "rain", "river", "road"}), Collecting(store, "b")
    await one.tenancy.beat(NOW)
    await two.tenancy.beat(NOW)
    await one.tenancy.beat(NOW + EVERY)
    assert one.held == SOURCES.keys()


async def test_who_lost_a_source_commits_nothing_more_for_it(store: Store) -> None:
    shared(store)
    one, two = Collecting(store, "a"), Collecting(store, "b")
    await one.tenancy.beat(NOW)
    before = one.standing.lease("air")
    late = NOW + TERM + EVERY
    await two.tenancy.beat(late)
    with pytest.raises(TransitionRefused):
        store.write(Batch("air", late), before)
    await one.tenancy.beat(late)
    assert one.standing.barred("air") == ELSEWHERE
    with pytest.raises(TransitionRefused):
        store.write(Batch("air", late), one.standing.lease("air"))
    assert one.standing.lease("system") is None
    assert ("leads", False) in one.told


async def test_who_leaves_gives_everything_back_at_once(store: Store) -> None:
    shared(store)
    one, two = Collecting(store, "a"), Collecting(store, "b")
    await one.tenancy.beat(NOW)
    await one.tenancy.leave()
    await two.tenancy.beat(NOW)
    assert two.held == SOURCES.keys()
    assert CITY not in store.control.works()
