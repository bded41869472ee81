"""The web process's heart: waits for the store, builds snapshots, publishes them, and keeps readers' clocks going."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from domain.errors import StoreError
from snapshot.builder import Builder
from snapshot.city import CitySnapshot
from snapshot.hub import Hub
from store import Store

log = logging.getLogger(__name__)

SLICE = 1.0  # seconds a thread waits in the store at a time, so that a stop never waits longer


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. least: between two snapshots (bursts are taken together). tick: without a change, so that ages move on.

    beat: between heartbeats. retry: before another try when the store cannot be read, doubled up to `retry_most`.
    """

    least: float = 0.25
    tick: float = 15.0
    beat: float = 5.0
    retry: float = 0.5
    retry_most: float = 15.0


class Live:
    """Runs until cancelled. `now` is the clock (aware UTC). What goes wrong is logged once, told by `error`, and tried again."""

    def __init__(
        self, builder: Builder, hub: Hub, store: Store, now: Callable[[], datetime], pace: Pace | None = None
    ) -> None:
        self.snapshot: CitySnapshot | None = None
        self.error = ""
        # One to wait in the store, one to build: never behind somebody's slow question.
        self._threads = ThreadPoolExecutor(2, "live")
        self._builder = builder
        self._hub = hub
        self._store = store
        self._now = now
        self._pace = pace or Pace()
        self._failures = 0

    async def first(self) -> CitySnapshot:
        """Build and publish the first snapshot; StoreError when the store cannot be read."""
        return await self._publish()

    async def run(self) -> None:
        """Publish until cancelled."""
        await asyncio.gather(
            self._kept_alive("the live loop", self._follow), self._kept_alive("the heartbeat", self._beat)
        )

    async def _kept_alive(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Start the work again whenever it ends: nothing here is allowed to stop in silence."""
        while True:
            task = asyncio.ensure_future(work())
            try:
                await asyncio.wait({task})
            finally:
                task.cancel()
            self._told(name, task.exception())
            await asyncio.sleep(min(self._pace.retry * 2 ** min(self._failures - 1, 8), self._pace.retry_most))

    def _told(self, name: str, problem: BaseException | None) -> None:
        """One line when it begins to fail (with a traceback when the reason is not the store), one when it is well again."""
        self._failures += 1
        if not self.error:
            known = isinstance(problem, StoreError)
            log.error("%s stopped and is tried again: %s", name, problem, exc_info=None if known else problem)
        self.error = str(problem) or type(problem).__name__

    async def _follow(self) -> None:
        loop = asyncio.get_running_loop()
        built = loop.time()
        await self._publish()
        while True:
            moved = await self._moved_before(built + self._pace.tick)
            if moved:
                await asyncio.sleep(built + self._pace.least - loop.time())
            built = loop.time()
            await self._publish()

    async def _moved_before(self, deadline: float) -> bool:
        """Wait for a change in the store, at most until the loop's clock reads `deadline`."""
        loop = asyncio.get_running_loop()
        while (left := deadline - loop.time()) > 0:
            seen = self._builder.version
            if await loop.run_in_executor(self._threads, self._store.wait, seen, min(left, SLICE)) > seen:
                return True
        return False

    async def _publish(self) -> CitySnapshot:
        loop = asyncio.get_running_loop()
        snapshot = await loop.run_in_executor(self._threads, self._builder.live, self._now())
        self.snapshot = snapshot
        await self._hub.publish(snapshot)
        if self.error:
            log.info("the live loop goes on")
        self.error, self._failures = "", 0
        return snapshot

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._pace.beat)
            self._hub.beat(self._now())
