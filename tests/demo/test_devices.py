"""The demonstration's devices and vehicles against the cockpit's own listening sources, over real connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from datasources.collector import Collector
from datasources.context import SourceContext
from datasources.kinds import KINDS
from demo import devices, vehicles
from demo.present import Present, switch
from domain.batch import Batch, Written
from domain.city import City
from domain.observation import Observation
from domain.run import SourceRun
from tests.demo.conftest import NOW
from tests.servers import free_port

START = datetime.fromtimestamp(NOW, UTC)


class _Places:
    def to_wgs84(self, crs: str, x: float, y: float) -> tuple[float, float]:
        return x, y

    def district_at(self, lon: float, lat: float) -> str | None:
        return None


class Cockpit:
    def __init__(self, city: City, source: str) -> None:
        self.port = free_port()
        self.now = START
        declared = city.sources[source]
        spec = declared.model_copy(update={"listen": declared.listen.model_copy(update={"port": self.port})})  # type: ignore[attr-defined]
        env = {devices.KEY_VARIABLE: devices.TEST_KEY}
        context = SourceContext(city.metrics, city.sites, _Places(), env, Path(), frozenset({city.adcode}))
        self.batches: list[Batch] = []
        made = KINDS[spec.kind][1](spec, context)
        self.collector = Collector({source: made}, self._write, lambda _: None, self._record, context=context)
        self.source = source

    @property
    def seen(self) -> list[Observation]:
        return [one for batch in self.batches for one in batch.observations]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Cockpit"]:
        task = asyncio.create_task(self.collector.listen(self.source, lambda: self.now))
        async with asyncio.timeout(10):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    break
                except OSError:
                    await asyncio.sleep(0.02)
        writer.close()
        yield self
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _write(self, batch: Batch) -> Written:
        self.batches.append(batch)
        return Written(len(self.batches), inserted=len(batch.observations))

    async def _record(self, run: SourceRun) -> None:
        pass


@pytest.fixture
def cockpit(city: City) -> Cockpit:
    return Cockpit(city, "fume")


@pytest.fixture
def present(city: City, tmp_path: Path, cockpit: Cockpit) -> Present:
    return Present(city, tmp_path, lambda: cockpit.now)


def made(present: Present, cockpit: Cockpit, source: str = "fume") -> devices.Outstations:
    ports = dict.fromkeys([line.port_variable for line in devices.LINES], cockpit.port)
    return next(one for one in devices.outstations(present, ports) if one._line.source == source)


async def updated(those: devices.Outstations) -> int:
    try:
        return await those.update()
    finally:
        those.close()
        await asyncio.sleep(0)


@pytest.mark.parametrize("line", devices.LINES, ids=lambda line: line.source)
async def test_every_report_is_understood_but_for_planted_nonsense(
    city: City, tmp_path: Path, line: devices.Line
) -> None:
    cockpit = Cockpit(city, line.source)
    present = Present(city, tmp_path, lambda: cockpit.now)
    published = present.publisher.records(line.source, (NOW - 2 * 3600) * 10_000, NOW)
    async with cockpit.listening():
        those = made(present, cockpit, line.source)
        told = await updated(those)
        again = await updated(those)
    online = {r.site for r in published} - {site for site, one in those._stations.items() if not one.online}
    assert told == len([r for r in published if r.site in online]) > 0
    assert again == 0
    values = {(o.metric, o.site, o.at.timestamp()): o.value for o in cockpit.seen if o.metric in line.factors}
    for record in published:
        for metric in line.factors:
            key = (metric, record.site, float(record.at))
            if key in values and values[key] is not None:
                assert values[key] == pytest.approx(record.values[metric])
    rejected = sum(len(batch.rejects) for batch in cockpit.batches)
    assert rejected <= 0.02 * told + 2


async def test_what_could_not_be_reported_is_reported_later_and_nothing_twice(
    cockpit: Cockpit, present: Present
) -> None:
    assert await updated(made(present, cockpit)) == 0
    async with cockpit.listening():
        told = await updated(made(present, cockpit))
        assert told > 0
        assert await updated(made(present, cockpit)) == 0
        cockpit.now += timedelta(minutes=12)
        assert 0 < await updated(made(present, cockpit)) < told


async def test_an_outage_silences_the_monitors(cockpit: Cockpit, present: Present) -> None:
    switch(present.var, "feed_outage", cockpit.now)
    present.refresh()
    async with cockpit.listening():
        assert (
            await devices.outstations(
                present, dict.fromkeys([line.port_variable for line in devices.LINES], cockpit.port)
            )[0].update()
            == 0
        )


async def test_the_fleets_figures_are_those_the_departments_know(city: City, tmp_path: Path) -> None:
    cockpit = Cockpit(city, "fleet")
    present = Present(city, tmp_path, lambda: cockpit.now)
    known = {r.site: r.values for r in present.publisher.records("fleet", (NOW - 900) * 10_000, NOW)}
    async with cockpit.listening():
        those = vehicles.Vehicles(present, cockpit.port)
        sent = sum([await those.update() for _ in range(vehicles.TURNS)])
        cockpit.now += timedelta(seconds=90)
        await those.update()
        async with asyncio.timeout(30):
            while newest(cockpit).get(("fleet.online", "fleet-02")) != known["fleet-02"]["fleet.online"]:
                await asyncio.sleep(0.05)
        those.close()
    assert sent == sum(int(values["fleet.online"] or 0) for values in known.values())
    told = newest(cockpit)
    for site, values in known.items():
        for metric in ("fleet.online", "fleet.total", "fleet.high_risk_open"):
            assert told[metric, site] == values[metric]


def newest(cockpit: Cockpit) -> dict[tuple[str, str], float | None]:
    return {(o.metric, o.site): o.value for o in cockpit.seen}
