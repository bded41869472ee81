"""One collector process put together: what it polls and listens to, its leases, its commands, its spool."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from alerts.engine import Engine
from datasources.collector import Collector
from datasources.context import SourceContext
from datasources.spool import DiskSpool
from domain.city import City
from domain.errors import StoreError, TransitionRefused
from domain.place import Site
from domain.run import SourceRun
from domain.source import Source
from jobs.clock import utc_now
from jobs.hearing import Hearing
from jobs.history import StoreHistory
from jobs.ingest import Ingest
from jobs.operate import Operator, Standing
from jobs.schedule import source_job
from jobs.tenancy import Tenancy, Turns
from store import Store

log = logging.getLogger("collect")


def engine_of(city: City, store: Store) -> Engine:
    """The rules as an earlier collector left them: open alerts, and told of what is newest."""
    watched = {metric for rule in city.rules.values() for metric in rule.when.metrics}
    newest = {(one.key.metric, one.key.site): one.at for one in store.latest(watched)}
    return Engine.of(city, store.open_alerts(), newest, StoreHistory(store, utc_now))


class Working:
    """The parts of a collector, wired. `scheduler` is set once the timetable is made."""

    def __init__(
        self,
        city: City,
        store: Store,
        context: SourceContext,
        build: Callable[[str], Source],
        folder: Path,
        holder: str,
    ) -> None:
        self._city, self._store = city, store
        self.scheduler: AsyncIOScheduler | None = None
        self.standing = Standing(holder, city.sources.keys())
        self.standing.leases = {}
        self.ingest = Ingest(city, store, None, lease=self.standing.lease)
        self.spool = DiskSpool(folder)
        self.collector = Collector(
            {key: build(key) for key in city.sources}, self.ingest.write, store.cursor, self._record, context=context,
            spool=self.spool, learn=self._learn, barred=self.standing.barred, drained=self.ingest.drained,
        )  # fmt: skip
        self.hearing = Hearing(lambda key: self.collector.listen(key, utc_now))
        self.operator = Operator(city, store, self.collector, self.standing, build, context, self._heard)
        turns = Turns(self.spool.fill, self.collector.idle, self._gained, self._lost, self._leads)
        self.tenancy = Tenancy(city, store, self.standing, utc_now(), turns)

    async def drain(self, _: datetime) -> None:
        """Write what waits on disk. One line tells that it waits: the run's note says so as well."""
        try:
            await self.collector.drain()
        except StoreError as error:
            log.debug("the spool waits, the store is down: %s", error)

    async def close(self) -> None:
        """Let go of everything, so that another collector may go on at once."""
        await self.collector.close()
        await self.tenancy.leave()
        self.spool.close()

    async def _record(self, run: SourceRun) -> None:
        told = self.collector.told(run.source)
        coming = self.scheduler.get_job(source_job(run.source)) if self.scheduler is not None else None
        upcoming = told.probe or (None if coming is None else coming.next_run_time)
        with suppress(TransitionRefused):  # another collector's source: its runs are that one's to tell
            lease = self.standing.lease(run.source)
            await asyncio.to_thread(self._store.record_run, run, replace(told, next_run=upcoming), lease)

    def _learn(self, sites: Iterable[Site]) -> None:
        self._city.sites.update({site.id: site for site in sites})

    async def _gained(self, keys: Collection[str]) -> None:
        for key in keys:
            self.collector.forget(key)
        await self.operator.took_over(keys, at_once=self.scheduler is not None)
        await self._heard()

    async def _lost(self, keys: Collection[str]) -> None:
        for key in keys:
            self.collector.forget(key)
        await self._heard()

    async def _leads(self, leads: bool) -> None:
        await self.ingest.lead((lambda: engine_of(self._city, self._store)) if leads else None)

    async def _heard(self) -> None:
        listens = {key for key, spec in self._city.sources.items() if spec.listens}
        await self.hearing.only({key for key in listens if not self.standing.barred(key)})
