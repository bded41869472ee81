"""What people ask of sources, done by the collector: commands are taken at the commit that brings them, pauses obeyed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime

from datasources.collector import Collector
from datasources.context import SourceContext
from datasources.trial import tried
from domain.city import City
from domain.errors import SourceError, StoreError
from domain.operation import CommandVerb, SourceCommand
from domain.run import SourceRun
from domain.source import Listener, Source
from jobs.clock import utc_now
from jobs.waking import Waking, rung
from store import Store
from store.leases import VOID, Lease

log = logging.getLogger("collect")

EVERY = 1.0  # seconds between two looks at what is due, at most
PAUSED = "a person has paused it"
ELSEWHERE = "another collector has it"
UNFORESEEN = "it ended unexpectedly; the collector's log says more"
UNDONE = "the collector ended before it was done; ask again"


class Standing:
    """Which sources this collector may ask just now.

    leases: its own, None where nobody shares; paused: left alone on purpose; leads: it does what only one may do.
    """

    def __init__(self, holder: str, known: Collection[str] = ()) -> None:
        self.holder = holder
        self._known = known
        self.leases: dict[str, Lease] | None = None
        self.paused: frozenset[str] = frozenset()
        self.leads = False

    def barred(self, key: str) -> str:
        """Why a source is not to be asked, "" when it is."""
        if self.leases is not None and key not in self.leases:
            return ELSEWHERE
        return PAUSED if key in self.paused else ""

    def lease(self, key: str) -> Lease | None:
        """The lease under which to commit for a source: one that no store takes (`VOID`) when it is another's.

        None where nobody shares, and for what is no source of the city.
        """
        if self.leases is None or (key not in self.leases and key not in self._known):
            return None
        return self.leases.get(key) or Lease(key, self.holder, VOID)


async def _nobody() -> None: ...


class Operator:
    """Obeys. `paused` is called when what is paused has changed. One task a command and a probe, so that a source that hangs holds up nobody else's."""

    def __init__(  # noqa: PLR0913 - the two sides that it stands between
        self,
        city: City,
        store: Store,
        collector: Collector,
        standing: Standing,
        fresh: Callable[[str], Source],
        context: SourceContext,
        paused: Callable[[], Awaitable[None]] = _nobody,
    ) -> None:
        self._city, self._store, self._collector = city, store, collector
        self._standing, self._fresh, self._context = standing, fresh, context
        self._paused = paused
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, waking: Waking) -> None:
        """Look after each commit, and once a second for probes that are due, until cancelled."""
        bell = waking.bell()
        try:
            while True:
                woken = await rung(bell, EVERY)
                await self.look(utc_now(), woken)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def look(self, now: datetime, woken: bool = True) -> None:
        """Begin the probes that are due and, when something was committed, the commands that wait."""
        for key in self._collector.probes(now):
            self._begin(self._poll(key))
        if not woken:
            return
        try:
            paused = await asyncio.to_thread(self._store.control.paused)
            if paused != self._standing.paused:
                self._standing.paused = paused
                await self._paused()
            taken = await asyncio.to_thread(self._store.control.take, self._standing.holder, self._mine(), now)
        except StoreError as error:
            log.debug("commands wait, the store is down: %s", error)
            return
        for command in taken:
            self._begin(self._obey(command))

    async def took_over(self, sources: Collection[str], *, at_once: bool = False) -> None:
        """Sources are this collector's from now on: what another was told and never did is said to have failed."""
        try:
            await asyncio.to_thread(self._store.control.abandon, sources, UNDONE, utc_now())
        except StoreError as error:
            log.warning("commands of a collector that is gone stay open, the store is down: %s", error)
        for key in sources if at_once else ():
            if self._city.sources[key].polled:
                self._begin(self._poll(key))

    async def done(self) -> None:
        """Wait for everything begun."""
        await asyncio.gather(*self._tasks)

    def _mine(self) -> Collection[str]:
        return self._city.sources.keys() if self._standing.leases is None else self._standing.leases.keys()

    def _begin(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("what a person asked for ended unexpectedly", exc_info=error)

    async def _poll(self, key: str) -> None:
        await self._collector.poll(key, utc_now())

    async def _obey(self, command: SourceCommand) -> None:
        log.info("source %s: %s, asked by %s", command.source, command.verb, command.actor)
        ok, result = False, UNFORESEEN
        try:
            ok, result = await self._deed(command)
        except SourceError as error:
            result = self._context.redact(str(error))
        finally:
            await self._finish(command, ok, result)

    async def _finish(self, command: SourceCommand, ok: bool, result: str) -> None:
        try:
            await asyncio.to_thread(self._store.control.finish, command.id, ok, result, utc_now())
        except StoreError as error:
            log.warning("the result of command %d is lost, the store is down: %s", command.id, error)

    async def _deed(self, command: SourceCommand) -> tuple[bool, str]:
        key, now = command.source, utc_now()
        if command.verb is CommandVerb.TEST:
            return True, await self._tried(key, now)
        if not self._city.sources[key].polled:
            raise SourceError("its data come by themselves: there is nothing to ask", permanent=True)
        if command.window is not None:
            return _said(await self._collector.reread(key, now, command.window))
        return _said(await self._collector.poll(key, now, asked=True))

    async def _tried(self, key: str, now: datetime) -> str:
        source = self._fresh(key)
        if isinstance(source, Listener):
            return await tried(self._collector.source(key), self._context, now)
        try:
            return await tried(source, self._context, now)
        finally:
            await source.close()


def _said(run: SourceRun) -> tuple[bool, str]:
    counts = f"{run.read} records read, {run.written} values written, {run.duplicates} twice, {run.rejected} rejected"
    return run.ok and not run.skipped, run.error or counts
