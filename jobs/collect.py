"""The collector process: polls every source on its timetable until it is told to stop."""

import asyncio
import gc
import logging
import secrets
import socket
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from alerts.notify import Means
from datasources.collector import Collector
from datasources.context import SourceContext
from datasources.guard import Guard
from datasources.kinds import KINDS
from domain.city import City
from domain.place import Places
from domain.source import Source
from jobs import duty, follow, forecast, found, health, incidents, notify, quality, shifts, sweep, tenancy
from jobs.clock import utc_now
from jobs.ingest import Ingest
from jobs.schedule import Job, build_scheduler, source_jobs
from jobs.waking import Waking
from jobs.working import Working
from store import Store

THREADS = 32  # a source that blocks its thread leaves enough for the store and the others
log = logging.getLogger("collect")


def build_sources(city: City, context: SourceContext) -> dict[str, Source]:
    """Every declared source of the city, built by its kind."""
    return {key: build_source(city, context, key) for key in city.sources}


def build_source(city: City, context: SourceContext, key: str) -> Source:
    """One declared source."""
    spec = city.sources[key]
    return KINDS[spec.kind][1](spec, context)


def holder_of(folder: Path) -> str:
    """What this collector calls itself: its machine and a part that no other has, kept beside its spool.

    Started again it finds its own leases, and need not wait until they run out: the locked spool lets no second one be it.
    """
    path = folder / "holder"
    folder.mkdir(parents=True, exist_ok=True)
    name = path.read_text("utf-8") if path.exists() else ""
    if not name:
        name = f"{socket.gethostname()}:{secrets.token_hex(4)}"
        path.write_text(name, "utf-8")
    return name


def guard_of(city: City, folder: Path, env: Mapping[str, str]) -> Guard:
    """What the city's sources may call and read. `folder` is the cockpit's own: of it only the departments' part is open."""
    recordings = env.get(city.spec.replay_env, "") if city.spec.replay_env else ""
    declared = [Path(name) for name in (*city.spec.allow_folders, recordings) if name]
    roots = (*declared, folder / "demo") if city.spec.demo else tuple(declared)
    _, _, database = env.get("DATABASE_URL", "").partition("sqlite:///")
    own = [folder / name for name in ("cockpit.sqlite", "logs", "secret.key", "spool", "cache")]
    kept = (*own, city.folder, *([Path(database)] if database else []))
    return Guard(city.spec.allow_hosts, loopback=city.spec.demo, roots=roots, kept=kept)


def timetable(
    city: City, collector: Collector, ingest: Ingest, store: Store, leads: Callable[[], bool] = lambda: True
) -> list[Job]:
    """Everything the collector does by the clock: one row a job. What is done for the whole city, only one that leads does."""

    async def close_buckets(now: datetime) -> None:
        await asyncio.to_thread(store.close_buckets, now)

    async def retain(now: datetime) -> None:
        await asyncio.to_thread(store.retain, now, city.metrics)

    return [
        *source_jobs({key: spec for key, spec in city.sources.items() if spec.polled}, collector.poll),
        *(replace(job, run=_when(leads, job.run)) for job in (
        Job("alerts:due", ingest.due, "`for`, `keep` and staleness are due times, looked at once a second", every=timedelta(seconds=1)),
        Job("push:follow", follow.follower(city, store, ingest.follow),
            "what the API took in is computed with and judged: at once by the commit, at the latest after a second", every=follow.EVERY),
        Job("sources:health", health.recorder(city, store, ingest.write),
            "a source's silence has a beginning; a minute is finer than the shortest interval", every=health.EVERY),
        Job("sources:quality", quality.recorder(city, store, ingest.write),
            "a share of what was due needs an hour of it; months are told from its days", every=quality.EVERY, at_once=True),
        Job("metrics:agree", quality.comparer(city, store, ingest.write),
            "figures that must tell the same come every few minutes", every=quality.COMPARED_EVERY),
        Job("cases:found", found.recorder(city, store, ingest.write),
            "who knew first is told by the hour; people sort cases in minutes", every=found.EVERY, at_once=True),
        Job("forecasts", forecast.forecaster(city, store),
            "each hour that is over is one more to go by; a source may tell of it some minutes after", every=forecast.EVERY),
        Job("duty:shifts", shifts.keeper(city, store), "a change of shifts is told in minutes; a few seconds are exact enough",
            every=shifts.EVERY),
        Job("duty:orders", duty.keeper(city, store), "an order's clock is told in minutes; a look is one read of an index",
            every=duty.EVERY),
        Job("duty:incidents", incidents.keeper(store), "a report's term is told in minutes; a look is one read of an index",
            every=incidents.EVERY),
        Job("store:close", close_buckets, "hours and days are rolled up when they are over, and repaired when late data came",
            every=timedelta(minutes=1)),
        Job("store:retain", retain, "what outlived its retention goes at the quietest hour", cron="30 3 * * *"),
        )),
    ]  # fmt: skip


def _when(
    leads: Callable[[], bool], run: Callable[[datetime], Awaitable[object]]
) -> Callable[[datetime], Awaitable[object]]:
    async def only(now: datetime) -> object:
        return await run(now) if leads() else None

    return only


def _own(working: Working, store: Store, folder: Path) -> list[Job]:
    """What every collector does for itself."""
    return [
        Job("leases", working.tenancy.beat, "a lease lasts three times as long as it takes to renew it", every=tenancy.EVERY),
        Job("spool:drain", working.drain, "what waits on disk belongs in the store as soon as it can be", every=timedelta(seconds=2)),
        Job("attachments:sweep", sweep.sweeper(store, folder), "what was uploaded and never handed in goes at the quietest hour",
            cron="45 3 * * *"),
    ]  # fmt: skip


async def run_collector(
    city: City, store: Store, places: Places, folder: Path, env: Mapping[str, str], stop: asyncio.Event
) -> None:
    """Collect until `stop` is set; a poll under way is finished first. `folder` holds the spool.

    StoreError when the store is a file and another collector works on it.
    """
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "work"))
    areas = frozenset({city.adcode, *city.districts})
    context = SourceContext(city.metrics, city.sites, places, env, Path.cwd(), areas, guard_of(city, folder, env))
    with store.leases.alone():
        working = Working(
            city,
            store,
            context,
            lambda key: build_source(city, context, key),
            folder / "spool",
            holder_of(folder / "spool"),
        )
        try:
            outbox = notify.outbox(city, store, Means(context.guard, env), env)
            await _collect(city, store, working, _own(working, store, folder), outbox, stop)
        finally:
            await working.close()


async def _collect(
    city: City, store: Store, working: Working, own: list[Job], outbox: notify.Outbox, stop: asyncio.Event
) -> None:
    await working.spool.fill()  # StoreError when another process has it
    await working.tenancy.beat(utc_now())
    jobs = [*timetable(city, working.collector, working.ingest, store, lambda: working.standing.leads), *own]
    working.scheduler = build_scheduler(jobs, city.spec.zone)
    working.scheduler.start()
    gc.freeze()  # what is there now stays, so it need not be looked at again and again
    gc.enable()
    log.info("collecting from %d sources", len(city.sources))
    pushed = {job.key: job for job in jobs}["push:follow"]
    try:
        await _beside(store, pushed, [outbox.run, working.operator.run], [working.hearing.run()], stop)
    finally:
        working.scheduler.shutdown(wait=False)
        await outbox.close()


async def _beside(
    store: Store,
    pushed: Job,
    woken: Sequence[Callable[[Waking], Coroutine[object, object, None]]],
    ears: Sequence[Coroutine[object, object, None]],
    stop: asyncio.Event,
) -> None:
    """What commits wake, and the listening sources, until `stop`. Whatever of it fails ends the process: started afresh it goes on where it was."""
    waking = Waking(store)
    works = (waking.watch(), follow.at_once(pushed.run, waking), *(work(waking) for work in woken), *ears)
    tasks: list[asyncio.Task[object]] = [asyncio.create_task(work) for work in works]
    ending = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait([ending, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in (ending, *tasks):
            task.cancel()
        await asyncio.gather(ending, *tasks, return_exceptions=True)
        waking.close()
