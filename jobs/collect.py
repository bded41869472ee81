"""The collector process: polls every source on its timetable until it is told to stop."""

import asyncio
import gc
import logging
import os
import secrets
import socket
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from alerts.engine import Engine
from alerts.notify import Means
from datasources.collector import Collector
from datasources.context import SourceContext
from datasources.guard import Guard
from datasources.kinds import KINDS
from datasources.spool import DiskSpool
from domain.city import City
from domain.place import Places, Site
from domain.run import SourceRun
from domain.source import Source
from jobs import duty, follow, forecast, health, incidents, notify, shifts
from jobs.clock import utc_now
from jobs.history import StoreHistory
from jobs.ingest import Ingest
from jobs.operate import Operator, Standing
from jobs.schedule import Job, build_scheduler, source_job, source_jobs
from jobs.waking import Waking
from store import Store

log = logging.getLogger("collect")


def build_sources(city: City, context: SourceContext) -> dict[str, Source]:
    """Every declared source of the city, built by its kind."""
    return {key: build_source(city, context, key) for key in city.sources}


def build_source(city: City, context: SourceContext, key: str) -> Source:
    """One declared source."""
    spec = city.sources[key]
    return KINDS[spec.kind][1](spec, context)


def holder_name() -> str:
    """What this collector calls itself: machine, process and a part that no other has."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


def guard_of(city: City, folder: Path, env: Mapping[str, str]) -> Guard:
    """What the city's sources may call and read. `folder` is the cockpit's own: of it only the departments' part is open."""
    recordings = env.get(city.spec.replay_env, "") if city.spec.replay_env else ""
    declared = [Path(name) for name in (*city.spec.allow_folders, recordings) if name]
    roots = (*declared, folder / "demo") if city.spec.demo else tuple(declared)
    _, _, database = env.get("DATABASE_URL", "").partition("sqlite:///")
    own = [folder / name for name in ("cockpit.sqlite", "logs", "secret.key", "spool", "cache")]
    kept = (*own, city.folder, *([Path(database)] if database else []))
    return Guard(city.spec.allow_hosts, loopback=city.spec.demo, roots=roots, kept=kept)


def timetable(city: City, collector: Collector, ingest: Ingest, store: Store) -> list[Job]:
    """Everything the collector does by the clock: one row a job."""

    async def close_buckets(now: datetime) -> None:
        await asyncio.to_thread(store.close_buckets, now)

    async def retain(now: datetime) -> None:
        await asyncio.to_thread(store.retain, now, city.metrics)

    return [
        *source_jobs({key: spec for key, spec in city.sources.items() if spec.polled}, collector.poll),
        Job("alerts:due", ingest.due, "`for`, `keep` and staleness are due times, looked at once a second", every=timedelta(seconds=1)),
        Job("push:follow", follow.follower(city, store, ingest.follow),
            "what the API took in is computed with and judged: at once by the commit, at the latest after a second", every=follow.EVERY),
        Job("sources:health", health.recorder(city, store, ingest.write),
            "a source's silence has a beginning; a minute is finer than the shortest interval", every=health.EVERY),
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
    ]  # fmt: skip


def _warm_ingest(city: City, store: Store) -> Ingest:
    """The pipeline as an earlier collector left it: open alerts, held inputs, rules told of what is newest."""
    watched = {metric for rule in city.rules.values() for metric in rule.when.metrics}
    newest = {(one.key.metric, one.key.site): one.at for one in store.latest(watched)}
    engine = Engine.of(city, store.open_alerts(), newest, StoreHistory(store, utc_now))
    ingest = Ingest(city, store, engine)
    ingest.warm(utc_now())
    return ingest


async def run_collector(
    city: City, store: Store, places: Places, folder: Path, env: Mapping[str, str], stop: asyncio.Event
) -> None:
    """Collect until `stop` is set; a poll under way is finished first. `folder` holds the spool."""
    ingest = await asyncio.to_thread(_warm_ingest, city, store)
    areas = frozenset({city.adcode, *city.districts})
    context = SourceContext(city.metrics, city.sites, places, env, Path.cwd(), areas, guard_of(city, folder, env))
    sources = build_sources(city, context)

    standing = Standing(holder_name())

    async def record(run: SourceRun) -> None:
        told = collector.told(run.source)
        coming = scheduler.get_job(source_job(run.source))
        upcoming = told.probe or (None if coming is None else coming.next_run_time)
        await asyncio.to_thread(store.record_run, run, replace(told, next_run=upcoming))

    def learn(sites: Iterable[Site]) -> None:
        city.sites.update({site.id: site for site in sites})

    collector = Collector(
        sources, ingest.write, store.cursor, record, context=context, spool=DiskSpool(folder / "spool"), learn=learn,
        barred=standing.barred,
    )  # fmt: skip
    operator = Operator(city, store, collector, standing, lambda key: build_source(city, context, key), context)
    jobs = timetable(city, collector, ingest, store)
    scheduler = build_scheduler(jobs, city.spec.zone)
    scheduler.start()
    gc.freeze()  # what is there now stays, so it need not be looked at again and again
    gc.enable()
    log.info("collecting from %d sources", len(sources))
    outbox = notify.outbox(city, store, Means(context.guard, env), env)
    try:
        ears = [collector.listen(key, utc_now) for key, spec in city.sources.items() if spec.listens]
        await _beside(store, {job.key: job for job in jobs}["push:follow"], [outbox.run, operator.run], ears, stop)
    finally:
        scheduler.shutdown(wait=False)
        await outbox.close()
        await collector.close()


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
