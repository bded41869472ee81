"""Pushed data, stored by a web process, get here what polled data get on their way in: indicators and rules."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from domain.batch import Batch
from domain.city import City
from domain.errors import StoreError
from jobs.clock import utc_now
from jobs.waking import Waking, rung
from store import Store

log = logging.getLogger("jobs")

EVERY = timedelta(seconds=1)
QUIET = 60.0  # seconds; nothing is looked at when nothing was committed, the timetable does that
AT_ONCE = 20  # batches of one run; the rest comes a second later, so that polled data get in between


def follower(
    city: City, store: Store, follow: Callable[[Batch], Awaitable[None]]
) -> Callable[[datetime], Awaitable[None]]:
    """The job: takes what waits, oldest first. A batch is let go of only after what follows from it is stored."""
    down = False
    busy = asyncio.Lock()

    async def run(_: datetime) -> None:
        nonlocal down
        try:
            async with busy:
                await take()
        except StoreError as error:
            if not down:  # one line, not one a second
                log.error("pushed data wait, the store is down: %s", error)  # noqa: TRY400
            down = True
        else:
            down = False

    async def take() -> None:
        for waiting in await asyncio.to_thread(store.inbox.waiting, AT_ONCE):
            if any(seen.site not in city.sites for seen in waiting.batch.observations):
                await asyncio.to_thread(_learn, city, store)
            await follow(waiting.batch)
            await asyncio.to_thread(store.inbox.done, waiting.number)

    return run


async def at_once(run: Callable[[datetime], Awaitable[object]], waking: Waking) -> None:
    """Run the job after each commit too, until cancelled: what crosses a threshold is judged at once."""
    bell = waking.bell()
    while True:
        if await rung(bell, QUIET):
            await run(utc_now())


def _learn(city: City, store: Store) -> None:
    """Take over the sites that another process has learnt."""
    for site in store.sites():
        city.sites.setdefault(site.id, site)
