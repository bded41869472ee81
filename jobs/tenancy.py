"""Which sources this collector works, and whether it does what only one may do: told by leases in the store."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from domain.city import City
from domain.errors import StoreError
from domain.operation import CollectorSeen, SpoolFill
from jobs.operate import Standing
from store import Store
from store.control import DUTIES
from store.leases import Lease

log = logging.getLogger("collect")

EVERY = timedelta(seconds=3)  # a lease lasts three times as long
CITY = DUTIES + "city"  # rules, indicators across sources, shifts, roll-ups: one collector does them for all


@dataclass(frozen=True, slots=True)
class Turns:
    """What happens when sources change hands. `idle`: no run of a source is under way."""

    fill: Callable[[], Awaitable[SpoolFill]]
    idle: Callable[[str], bool]
    gained: Callable[[Collection[str]], Awaitable[None]]
    lost: Callable[[Collection[str]], Awaitable[None]]
    leads: Callable[[bool], Awaitable[None]]


class Tenancy:
    """Renews and claims. While the store is away everything stays as it is: what is collected goes to the spool.

    The collector that leads holds the sources of incidents too, for its rules count them as they come; the others are shared
    out evenly, and who has more than its share gives back what it is not just working on.
    """

    def __init__(self, city: City, store: Store, standing: Standing, started: datetime, turns: Turns) -> None:
        self._store, self._standing, self._turns = store, standing, turns
        self._started = started
        self._told = {key for key, spec in city.sources.items() if spec.incident is not None}
        self._others = city.sources.keys() - self._told
        self._turn = asyncio.Lock()

    async def beat(self, now: datetime) -> None:
        """Renew, claim, give back; and let everybody here know."""
        async with self._turn:
            try:
                await self._beat(now)
            except StoreError as error:
                log.debug("leases stay as they are, the store is down: %s", error)

    async def leave(self) -> None:
        """Give everything back, so that others need not wait until it runs out."""
        async with self._turn:
            try:
                await asyncio.to_thread(self._store.leases.leave, self._standing.holder)
            except StoreError as error:
                log.debug("the leases run out by themselves, the store is down: %s", error)

    async def _beat(self, now: datetime) -> None:
        leases, holder = self._store.leases, self._standing.holder
        me = CollectorSeen(holder, self._started, now, await self._turns.fill())
        living = await asyncio.to_thread(leases.beat, me)
        share = ceil(len(self._others) / living) if leases.shared else len(self._others)
        leads = CITY in await asyncio.to_thread(leases.claim, me, {CITY})
        held = await asyncio.to_thread(leases.claim, me, self._told) if leads else {}
        others = await asyncio.to_thread(leases.claim, me, self._others, share)
        surplus = [key for key in sorted(others) if self._turns.idle(key)][: max(len(others) - share, 0)]
        await self._changed(held | {key: lease for key, lease in others.items() if key not in surplus}, leads)
        if surplus:  # after they were let go of here
            await asyncio.to_thread(leases.release, holder, surplus)

    async def _changed(self, held: dict[str, Lease], leads: bool) -> None:
        standing = self._standing
        before, standing.leases = standing.leases or {}, held
        gained = {key for key, lease in held.items() if before.get(key) != lease}
        lost = before.keys() - held.keys()
        if gained or lost:
            log.info("this collector works %d sources (%d new, %d given up)", len(held), len(gained), len(lost))
        if leads != standing.leads:
            standing.leads = leads
            log.info("this collector %s what only one may do", "does from now on" if leads else "no longer does")
            await self._turns.leads(leads)
        if lost:
            await self._turns.lost(lost)
        if gained:
            await self._turns.gained(gained)
