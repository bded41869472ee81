"""The one poll loop for every kind of source: retry, time limit, breaker, commit, acknowledge, one line per outage."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from random import random
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

from datasources import breaker
from datasources.context import SourceContext
from datasources.durable import Durable
from datasources.failure import Busy
from datasources.listen import Ear, Hooks
from datasources.mapping import Mapper
from datasources.run import Run
from datasources.spool import Spool
from domain.batch import Batch, Written
from domain.duration import format_duration
from domain.errors import SourceError, StoreError, TransitionRefused
from domain.operation import Breaker, Told, Window
from domain.place import Site
from domain.run import SourceRun
from domain.source import Ask, Listener, Page, Rereader, Source

log = logging.getLogger("datasources")

_WELL = Told()
_FIRST_WAIT = 0.5  # seconds before the second attempt; doubled each time
_LONGEST_WAIT = 10.0

Write = Callable[[Batch], Awaitable[Written]]


class Collector:
    """Polls sources on request of the scheduler; used from one event loop.

    A page's life: fetched, mapped, written in one transaction with its cursor, then acknowledged to the source. When the
    store is down the batch goes to the spool, which counts as durable; without a spool the page is fetched again next time.
    `write` must return only when the batch is durable; `learn` is given the sites that records taught; `pause` is how the
    loop waits between attempts. A source that fails again and again is left alone by its breaker (`datasources.breaker`).
    `drained` writes what waited on disk, `write` when it is None.
    `barred` says why a source is not this collector's to ask just now (another has it, a person paused it), "" when it is.
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
        chance: Callable[[], float] = random,
        barred: Callable[[str], str] = lambda _: "",
        drained: Write | None = None,
    ) -> None:
        self._sources = sources
        self._record_run = record_run
        self._context = context
        self._pause = pause
        self._chance = chance
        self._barred = barred
        self._durable = Durable(write, cursors, spool, learn, context.redact, drained)
        self._mappers = {key: Mapper(source.spec, context) for key, source in sources.items()}
        self._running: set[str] = set()
        self._down: dict[str, datetime] = {}
        self._not_before: dict[str, datetime] = {}
        self._told: dict[str, Told] = {}
        self._unrecorded = False

    async def poll(self, key: str, now: datetime, *, asked: bool = False) -> SourceRun:
        """One run of one source; never raises for what the source or the store does. KeyError for an unknown source.

        asked: by a person, so an open breaker does not hold it back.
        """
        source = self._sources[key]
        refused = self._refused(key, now, asked)
        if refused:
            return SourceRun(key, now, now, ok=False, error=refused, skipped=True)
        self._running.add(key)
        run = Run(key, now, monotonic())
        probe = self.told(key).breaker is not Breaker.CLOSED
        self._told[key] = breaker.tried(self.told(key))
        try:
            error = await self._guarded(self._attempts(source, run, 0 if probe else source.spec.retries), run)
        finally:
            self._running.discard(key)
        return await self._ended(run, error)

    async def reread(self, key: str, now: datetime, window: Window) -> SourceRun:
        """Read a window once more. What is stored already stays as it is, and the source's own progress is not moved."""
        source = self._sources[key]
        refused = self._refused(key, now, asked=True)
        if refused:
            return SourceRun(key, now, now, ok=False, error=refused, skipped=True)
        self._running.add(key)
        run = Run(key, now, monotonic(), window=window)
        try:
            error = await self._guarded(self._pages(source, run), run)
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

    def source(self, key: str) -> Source:
        """One of the sources."""
        return self._sources[key]

    def told(self, key: str) -> Told:
        """The state of a source's breaker."""
        return self._told.get(key, _WELL)

    def idle(self, key: str) -> bool:
        """Whether no run of a source is under way."""
        return key not in self._running

    def probes(self, now: datetime) -> list[str]:
        """The sources whose breaker is open and whose next probe is due."""
        return [
            key for key, told in self._told.items()
            if told.probe is not None and now >= told.probe and not self._barred(key) and self._sources[key].spec.polled
        ]  # fmt: skip

    def forget(self, key: str) -> None:
        """Another collector works this source from now on: what this one knows of it counts no longer."""
        self._durable.forget(key)
        self._told.pop(key, None)
        self._down.pop(key, None)
        self._not_before.pop(key, None)

    async def drain(self) -> int:
        """Write what waits on disk, if the store takes it; how many batches. StoreError when it does not."""
        return await self._durable.drain()

    async def close(self) -> None:
        """Release every source's connections."""
        for source in self._sources.values():
            await source.close()

    def _refused(self, key: str, now: datetime, asked: bool) -> str:
        if key in self._running:
            return "the previous run is still under way"
        barred = self._barred(key)
        if barred:
            return barred
        until = self._not_before.get(key)
        if until and now < until:
            return f"the provider asked to wait until {until.isoformat()}"
        told = self.told(key)
        if asked or breaker.allows(told, now):
            return ""
        return f"it failed {told.failures} times in a row and is left alone until {told.probe.isoformat() if told.probe else 'a probe ends'}"

    async def _ended(self, run: Run, error: str) -> SourceRun:
        if run.lost:
            return replace(run.finished(error), skipped=True)
        self._judge(run, error)
        self._tell(run, error)
        finished = run.finished(error)
        await self._record(finished)
        return finished

    def _judge(self, run: Run, error: str) -> None:
        """Let a run move its source's breaker. A store that is down is no failure of the source, nor is a gap of many pages."""
        if not error or run.kept_nowhere or run.read:
            self._told.pop(run.key, None)
            return
        pace = breaker.pace_of(self._sources[run.key].spec)
        self._told[run.key] = breaker.failed(self.told(run.key), run.moment(), pace, self._chance())

    async def _guarded(self, work: Awaitable[None], run: Run) -> str:
        """The run's error sentence, "" when all went well. The only place that catches what nobody foresaw."""
        try:
            await work
        except SourceError as error:
            if isinstance(error, Busy):
                self._not_before[run.key] = run.moment() + timedelta(seconds=error.after)
            return self._context.redact(str(error))
        except (StoreError, TransitionRefused) as error:
            run.kept_nowhere, run.lost = True, isinstance(error, TransitionRefused)
            return self._context.redact(f"nothing could be kept: {error}")
        except TimeoutError:
            return f"not finished within {format_duration(self._sources[run.key].spec.timeout)}"
        except Exception as error:  # noqa: BLE001 - a fault in one source may not stop the others
            if run.key not in self._down:
                log.error("source %s failed unexpectedly\n%s", run.key, self._context.redact(format_exc()))  # noqa: TRY400
            return self._context.redact(f"unexpected {type(error).__name__}: {error}")
        return ""

    async def _attempts(self, source: Source, run: Run, retries: int) -> None:
        """Try until it works, the source's retries are used up, or its time is over. Durable pages are not fetched again."""
        limit = source.spec.timeout.total_seconds()
        deadline = asyncio.get_running_loop().time() + limit
        async for attempt in AsyncRetrying(
            stop=stop_after_attempt(retries + 1) | stop_before_delay(limit),
            retry=retry_if_exception(_passing),
            wait=_wait,
            sleep=self._pause,
            reraise=True,
        ):
            with attempt:
                await self._pages(source, run, deadline)

    async def _pages(self, source: Source, run: Run, deadline: float | None = None) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + source.spec.timeout.total_seconds() if deadline is None else deadline
        async with aclosing(source.fetch(await self._ask(source, run))) as pages:
            while (page := await _within(until, pages)) is not None:
                await self._commit(source, page, run)

    async def _ask(self, source: Source, run: Run) -> Ask:
        if run.window is None:
            return Ask(run.now, await self._durable.cursor(run))
        begin = source.cursor_at(run.window.start) if isinstance(source, Rereader) else None
        return Ask(run.now, begin, run.window)

    async def _commit(self, source: Source, page: Page, run: Run) -> None:
        """Not under the time limit: a commit that has begun is seen through."""
        batch = self._context.discreet(self._mappers[run.key].batch(page, run.moment(), run.seen))
        if run.window is not None:
            batch = _inside(batch, run.window)
        written = await self._durable.keep(batch, run)
        run.read += batch.read
        run.duplicates += batch.duplicates
        run.rejected += len(batch.rejects)
        run.written += written.inserted + written.corrected + written.incidents if written else 0
        run.cursor = batch.cursor if batch.cursor is not None else run.cursor
        await source.acknowledge(page)

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


def _inside(batch: Batch, window: Window) -> Batch:
    """What of a batch lies in a window, without its cursor: progress is not moved by reading again."""
    observations = tuple(one for one in batch.observations if window.start <= one.at < window.end)
    incidents = tuple(one for one in batch.incidents if window.start <= one.at < window.end)
    return replace(batch, observations=observations, incidents=incidents, cursor=None)


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
