"""The one poll loop for every kind of source: retry, time limit, commit, acknowledge, and one line per outage."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from traceback import format_exc

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential_jitter,
)

from datasources.context import SourceContext
from datasources.failure import Busy
from datasources.listen import Ear, Hooks
from datasources.mapping import Mapper
from datasources.run import Run
from datasources.spool import Spool
from domain.batch import Batch, Written
from domain.duration import format_duration
from domain.errors import SourceError, StoreError
from domain.place import Site
from domain.run import SourceRun
from domain.source import Ask, Listener, Page, Source

log = logging.getLogger("datasources")

_FIRST_WAIT = 0.5  # seconds before the second attempt; doubled each time
_LONGEST_WAIT = 10.0

Write = Callable[[Batch], Awaitable[Written]]


class Collector:
    """Polls sources on request of the scheduler; used from one event loop.

    A page's life: fetched, mapped, written in one transaction with its cursor, then acknowledged to the source. When the
    store is down the batch goes to the spool, which counts as durable; without a spool the page is fetched again next time.
    `write` must return only when the batch is durable; `learn` is given the sites that records taught; `pause` is how the
    loop waits between attempts.
    """

    def __init__(  # noqa: PLR0913 - the seams between the poll loop and its process, all of them named
        self,
        sources: Mapping[str, Source],
        write: Write,
        cursors: Callable[[str], str | None],
        record_run: Callable[[SourceRun], Awaitable[None]],
        *,
        context: SourceContext,
        spool: Spool | None = None,
        learn: Callable[[Iterable[Site]], None] | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._sources = sources
        self._write = write
        self._cursors = cursors
        self._record_run = record_run
        self._context = context
        self._spool = spool
        self._learn = learn
        self._pause = pause
        self._mappers = {key: Mapper(source.spec, context) for key, source in sources.items()}
        self._running: set[str] = set()
        self._down: dict[str, datetime] = {}
        self._not_before: dict[str, datetime] = {}
        self._last: dict[str, str | None] = {}
        self._spooled: set[str] = set()
        self._unsaved: dict[str, tuple[Site, ...]] = {}
        self._unrecorded = False

    async def poll(self, key: str, now: datetime) -> SourceRun:
        """One run of one source; never raises for what the source or the store does. KeyError for an unknown source."""
        source = self._sources[key]
        refused = self._refused(key, now)
        if refused:
            return SourceRun(key, now, now, ok=False, error=refused, skipped=True)
        self._running.add(key)
        run = Run(key, now, monotonic())
        try:
            error = await self._guarded(self._attempts(source, run), run)
        finally:
            self._running.discard(key)
        return await self._ended(run, error)

    async def listen(self, key: str, clock: Callable[[], datetime]) -> None:
        """Take in what a listening source brings until cancelled, a run recorded each `every`. KeyError, TypeError: no such one."""
        source = self._sources[key]
        if not isinstance(source, Listener):
            raise TypeError(f"source {key} does not listen")
        hooks = Hooks(partial(self._commit, source), self._guarded, self._ended, clock, self._pause)
        await Ear(source, hooks).listen()

    async def close(self) -> None:
        """Release every source's connections."""
        for source in self._sources.values():
            await source.close()

    def _refused(self, key: str, now: datetime) -> str:
        if key in self._running:
            return "the previous run is still under way"
        until = self._not_before.get(key)
        return f"the provider asked to wait until {until.isoformat()}" if until and now < until else ""

    async def _ended(self, run: Run, error: str) -> SourceRun:
        self._tell(run, error)
        finished = run.finished(error)
        await self._record(finished)
        return finished

    async def _guarded(self, work: Awaitable[None], run: Run) -> str:
        """The run's error sentence, "" when all went well. The only place that catches what nobody foresaw."""
        try:
            await work
        except SourceError as error:
            if isinstance(error, Busy):
                self._not_before[run.key] = run.moment() + timedelta(seconds=error.after)
            return self._context.redact(str(error))
        except StoreError as error:
            return self._context.redact(f"nothing could be kept: {error}")
        except TimeoutError:
            return f"not finished within {format_duration(self._sources[run.key].spec.timeout)}"
        except Exception as error:  # noqa: BLE001 - a fault in one source may not stop the others
            if run.key not in self._down:
                log.error("source %s failed unexpectedly\n%s", run.key, self._context.redact(format_exc()))  # noqa: TRY400
            return self._context.redact(f"unexpected {type(error).__name__}: {error}")
        return ""

    async def _attempts(self, source: Source, run: Run) -> None:
        """Try until it works, the source's retries are used up, or its time is over. Durable pages are not fetched again."""
        limit = source.spec.timeout.total_seconds()
        deadline = asyncio.get_running_loop().time() + limit
        async for attempt in AsyncRetrying(
            stop=stop_after_attempt(source.spec.retries + 1) | stop_before_delay(limit),
            retry=retry_if_exception(_passing),
            wait=_wait,
            sleep=self._pause,
            reraise=True,
        ):
            with attempt:
                ask = Ask(run.now, await self._cursor(run))
                async with aclosing(source.fetch(ask)) as pages:
                    while (page := await _within(deadline, pages)) is not None:
                        await self._commit(source, page, run)

    async def _commit(self, source: Source, page: Page, run: Run) -> None:
        """Not under the time limit: a commit that has begun is seen through."""
        batch = self._taught(self._context.discreet(self._mappers[run.key].batch(page, run.moment(), run.seen)))
        written = await self._durable(batch, run)
        self._unsaved.pop(run.key, None)
        run.read += batch.read
        run.duplicates += batch.duplicates
        run.rejected += len(batch.rejects)
        run.written += written.inserted + written.corrected + written.incidents if written else 0
        run.cursor = batch.cursor if batch.cursor is not None else run.cursor
        await source.acknowledge(page)

    def _taught(self, batch: Batch) -> Batch:
        """Make learnt sites known before the write, which computes on them; they stay with the batches until one is durable."""
        sites = (*self._unsaved.get(batch.source, ()), *batch.sites)
        if not sites:
            return batch
        self._unsaved[batch.source] = sites
        if self._learn is not None:
            self._learn(sites)
        return replace(batch, sites=sites)

    async def _durable(self, batch: Batch, run: Run) -> Written | None:
        """Write after everything that waits in the spool; None when the batch itself went there."""
        written: Written | None = None
        try:
            if self._spool is not None:
                await self._spool.drain(self._write)
            written = await self._write(batch)
        except StoreError as error:
            if self._spool is None:
                raise
            await self._spool.keep(batch)
            run.note = self._context.redact(f"kept in the spool, the store is down: {error}")
        (self._spooled.discard if written else self._spooled.add)(run.key)
        if batch.cursor is not None or run.key not in self._last:
            self._last[run.key] = batch.cursor or run.cursor
        return written

    async def _cursor(self, run: Run) -> str | None:
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

    def _tell(self, run: Run, error: str) -> None:
        """One line when a source goes down, one when it is back."""
        if error and run.key not in self._down:
            self._down[run.key] = run.now
            log.error("source %s is down: %s", run.key, error)
        elif not error and run.key in self._down:
            lasted = run.now - self._down.pop(run.key)
            self._not_before.pop(run.key, None)
            log.info("source %s is back after %s", run.key, format_duration(lasted))

    async def _record(self, run: SourceRun) -> None:
        try:
            await self._record_run(run)
        except StoreError as error:
            if not self._unrecorded:
                log.error("runs cannot be recorded: %s", self._context.redact(str(error)))  # noqa: TRY400 - one line
            self._unrecorded = True
        else:
            self._unrecorded = False


async def _within(deadline: float, pages: AsyncGenerator[Page, None]) -> Page | None:
    """The next page, None at the end; TimeoutError at the deadline."""
    async with asyncio.timeout_at(deadline):
        return await anext(pages, None)


def _passing(error: BaseException) -> bool:
    """Whether another attempt in the same run makes sense: a provider that asks for more than the longest wait means later."""
    if isinstance(error, Busy) and error.after > _LONGEST_WAIT:
        return False
    return isinstance(error, SourceError) and not error.permanent


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    return error.after if isinstance(error, Busy) else _BACK_OFF(state)


_BACK_OFF = wait_exponential_jitter(multiplier=_FIRST_WAIT, max=_LONGEST_WAIT, jitter=_FIRST_WAIT)
