"""The loop for sources whose data come by themselves: take in, commit, answer; a run is recorded at regular intervals."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from datasources.run import Run
from domain.source import Listener, Page

_FIRST_ROW = timedelta(seconds=10)  # after a start, so that a source is known to be up before its interval is over
_FIRST_WAIT = 1.0  # seconds before listening again after a failure; doubled each time
_LONGEST_WAIT = 30.0


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the collector does for a listening source. `guarded` gives the error sentence of some work, "" when all went well."""

    commit: Callable[[Page, Run], Awaitable[None]]
    guarded: Callable[[Awaitable[None], Run], Awaitable[str]]
    ended: Callable[[Run, str], Awaitable[object]]
    clock: Callable[[], datetime]
    pause: Callable[[float], Awaitable[None]]


class Ear:
    """Listens to one source until cancelled.

    A page that could not be made durable ends the listening, so that every sender finds its connection gone and sends again
    what was not acknowledged; then it listens again. While it does not, the runs say so.
    """

    def __init__(self, source: Listener, hooks: Hooks) -> None:
        self._source = source
        self._hooks = hooks
        self._run = self._begun()
        self._lock = asyncio.Lock()  # a page belongs to one run

    async def listen(self) -> None:
        """Take in what comes, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tell())
            group.create_task(self._hear())

    async def _hear(self) -> None:
        wait = _FIRST_WAIT
        while True:
            began = monotonic()
            error = await self._hooks.guarded(self._take(), self._run)
            async with self._lock:
                await self._next(error or "it stopped listening")
            wait = _FIRST_WAIT if monotonic() - began > _LONGEST_WAIT else wait
            await self._hooks.pause(wait)
            wait = min(wait * 2, _LONGEST_WAIT)

    async def _take(self) -> None:
        async with aclosing(self._source.listen(self._hooks.clock)) as pages:
            async for page in pages:
                async with self._lock:
                    await self._hooks.commit(page, self._run)
                    self._run.seen.clear()  # what is sent again later is found by the store; this would grow for hours

    async def _tell(self) -> None:
        """A row an interval, also of one in which nothing came."""
        every = self._source.spec.every or _FIRST_ROW
        await self._hooks.pause(min(every, _FIRST_ROW).total_seconds())
        while True:
            async with self._lock:
                await self._next(self._source.trouble())
            await self._hooks.pause(every.total_seconds())

    async def _next(self, error: str) -> None:
        over, self._run = self._run, self._begun()
        over.now, over.clock = self._run.now, self._run.clock  # a moment: an interval is not how long something took
        await self._hooks.ended(over, error)

    def _begun(self) -> Run:
        return Run(self._source.spec.key, self._hooks.clock(), monotonic())
