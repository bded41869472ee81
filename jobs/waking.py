"""Commits of any process wake what waits for them in this one: one thread watches the store for everybody."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from domain.errors import StoreError
from store import Store

log = logging.getLogger("jobs")

SLICE = 0.5  # seconds of one look; a stop waits no longer
PAUSE = 1.0  # seconds between two looks at a store that is down


class Waking:
    """`watch` runs as long as the process; whoever waits holds a bell. rings: how many commits were seen."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.rings = 0
        self._thread = ThreadPoolExecutor(1, "commits")  # of its own: it waits all the time
        self._bells: list[asyncio.Event] = []

    def bell(self) -> asyncio.Event:
        """An event that is set after each commit; who waits for it clears it. It starts set: there may be work already."""
        bell = asyncio.Event()
        bell.set()
        self._bells.append(bell)
        return bell

    async def watch(self) -> None:
        """Ring after each commit, until cancelled."""
        seen = 0
        loop = asyncio.get_running_loop()
        while True:
            try:
                newest = await loop.run_in_executor(self._thread, self._store.wait, seen, SLICE)
            except StoreError as error:
                log.debug("commits are not seen, the store is down: %s", error)
                await asyncio.sleep(PAUSE)
                continue
            if newest != seen:
                seen = newest
                self.rings += 1
                for bell in self._bells:
                    bell.set()

    def close(self) -> None:
        """End the thread; it is done within a slice."""
        self._thread.shutdown(cancel_futures=True)


async def rung(bell: asyncio.Event, within: float) -> bool:
    """Wait for a bell at most so many seconds, and clear it; whether it rang."""
    try:
        async with asyncio.timeout(within):
            await bell.wait()
    except TimeoutError:
        return False
    bell.clear()
    return True
