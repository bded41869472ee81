"""The collector's timetable: one row a job, so that an operator can read what runs when."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from domain.source import SourceSpec
from jobs.clock import utc_now

log = logging.getLogger("jobs")

# A run that could not start in time is still worth a minute's delay; missed runs are merged into one (coalesce).
GRACE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Job:
    """One timed thing: `every` or `cron` (in the city's zone), what it does with the moment it runs for, and why."""

    key: str
    run: Callable[[datetime], Awaitable[object]]
    because: str
    every: timedelta | None = None
    cron: str = ""
    jitter: timedelta = timedelta(0)
    at_once: bool = False


def source_job(key: str) -> str:
    """The key of the job that polls a source."""
    return f"source:{key}"


def source_jobs(sources: Mapping[str, SourceSpec], poll: Callable[[str, datetime], Awaitable[object]]) -> list[Job]:
    """One job a source, as its declaration says; every source is polled at once when the collector starts."""

    def runner(key: str) -> Callable[[datetime], Awaitable[object]]:
        async def run(now: datetime) -> object:
            return await poll(key, now)

        return run

    return [
        Job(
            key=source_job(spec.key),
            run=runner(spec.key),
            because=spec.because or f"{spec.department} publishes at this pace",
            every=spec.every,
            cron=spec.cron,
            jitter=spec.jitter,
            at_once=True,
        )
        for spec in sources.values()
    ]


def build_scheduler(jobs: list[Job], zone: str) -> AsyncIOScheduler:
    """A scheduler holding the jobs, not yet started: one run at a time each, late runs coalesced."""
    scheduler = AsyncIOScheduler(timezone=zone)
    for job in jobs:
        # None would pause the job, so the key is passed only for jobs that run at once.
        first: dict[str, Any] = {"next_run_time": utc_now()} if job.at_once else {}
        scheduler.add_job(
            _guarded(job),
            trigger=_trigger(job, zone),
            id=job.key,
            name=job.because,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=int(GRACE.total_seconds()),
            replace_existing=True,
            **first,
        )
    return scheduler


def _trigger(job: Job, zone: str) -> IntervalTrigger | CronTrigger:
    jitter = int(job.jitter.total_seconds()) or None
    if job.every is None:
        return CronTrigger.from_crontab(job.cron, timezone=zone)
    return IntervalTrigger(seconds=job.every.total_seconds(), jitter=jitter, timezone=zone)


def _guarded(job: Job) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        log.debug("%s starts", job.key)
        await job.run(utc_now())

    return run
