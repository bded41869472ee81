"""Making a batch durable: in the store, or on disk while the store cannot be reached; and what was durable last."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from time import monotonic

from datasources.run import Run
from datasources.spool import Spool
from domain.batch import Batch, Written
from domain.errors import StoreError
from domain.place import Site

HANGS = 1.0  # seconds a store may take to say that it cannot be reached
LEFT_ALONE = 5.0  # seconds for which one that takes longer is not tried
BEHIND = "kept in the spool, behind what waits for the store"
Write = Callable[[Batch], Awaitable[Written]]
Learn = Callable[[Iterable[Site]], None]


class Durable:
    """Batches of all sources of one collector. `write` returns only when the batch is durable; `redact` hides secrets.

    `drained` writes what comes from disk: by then the source may be another collector's.
    """

    def __init__(
        self, write: Write, cursors: Callable[[str], str | None], spool: Spool | None, learn: Learn | None,
        redact: Callable[[str], str], drained: Write | None = None,
    ) -> None:  # fmt: skip
        self._write, self._cursors, self._spool = write, cursors, spool
        self._drained = drained or write
        self._not_before = 0.0
        self._learn, self._redact = learn, redact
        self._last: dict[str, str | None] = {}
        self._spooled: set[str] = set()
        self._unsaved: dict[str, tuple[Site, ...]] = {}

    async def keep(self, batch: Batch, run: Run) -> Written | None:
        """Write after everything that waits on disk; None when the batch itself went there. StoreError: it is nowhere."""
        batch = self._taught(batch)
        written = await self._write(batch) if self._spool is None else await self._either(self._spool, batch, run)
        self._unsaved.pop(run.key, None)
        if run.window is None:  # else it says nothing of the source's progress
            (self._spooled.discard if written else self._spooled.add)(run.key)
            if batch.cursor is not None or run.key not in self._last:
                self._last[run.key] = batch.cursor or run.cursor
        return written

    async def drain(self) -> int:
        """Write what waits on disk; how many batches. Nothing is tried while the store is known to hang."""
        if self._spool is None or monotonic() < self._not_before:
            return 0
        return await self._spool.drain(self._drained)

    async def _either(self, spool: Spool, batch: Batch, run: Run) -> Written | None:
        """In the store, or behind what waits on disk. A store that hangs is not waited for by each source in its turn."""
        began = monotonic()
        if began < self._not_before or spool.behind():
            await spool.keep(batch)
            run.note = BEHIND
            return None
        try:
            await spool.drain(self._drained)
            return await self._write(batch)
        except StoreError as error:
            if monotonic() - began > HANGS:
                self._not_before = monotonic() + LEFT_ALONE
            await spool.keep(batch)
            run.note = self._redact(f"kept in the spool, the store is down: {error}")
        return None

    async def cursor(self, run: Run) -> str | None:
        """This run's progress, else what the store holds; with a spool, what this process knows while the store is down."""
        if run.cursor is None and run.key in self._spooled:
            run.cursor = self._last[run.key]
        elif run.cursor is None:
            try:
                run.cursor = await asyncio.to_thread(self._cursors, run.key)
            except StoreError:
                if self._spool is None or run.key not in self._last:
                    raise
                run.cursor = self._last[run.key]
        return run.cursor

    def forget(self, key: str) -> None:
        """Another collector may have read on: what this one knows of the source counts no longer."""
        self._last.pop(key, None)
        self._spooled.discard(key)

    def _taught(self, batch: Batch) -> Batch:
        """Make learnt sites known before the write, which computes on them; they stay with the batches until one is durable."""
        sites = (*self._unsaved.get(batch.source, ()), *batch.sites)
        if not sites:
            return batch
        self._unsaved[batch.source] = sites
        if self._learn is not None:
            self._learn(sites)
        return replace(batch, sites=sites)
