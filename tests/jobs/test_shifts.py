"""The shifts' clock against a real store."""

from dataclasses import replace
from pathlib import Path

from domain.handover import Handover
from duty.shifts import current
from jobs.shifts import keeper, turned
from store import open_store
from tests.duty.rosters import ROSTER, local
from tests.layouts.accounts.people import city as plain_city


async def test_shifts_begin_and_sheets_appear_by_the_clock(tmp_path: Path) -> None:
    city = replace(plain_city(), roster=ROSTER)
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        await keeper(city, store)(local(25, 9))
        assert current(store) is not None
        assert not turned(city, store, local(25, 9, 1))
        assert turned(city, store, local(25, 16, 30))
        assert len(store.duty.dossiers(Handover)) == 1


async def test_without_a_roster_the_clock_does_nothing(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        await keeper(plain_city(), store)(local(25, 9))
        assert current(store) is None
