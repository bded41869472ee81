"""Sensors, the cloud, buses and dropped warnings: what they send is read by the cockpit's own kinds, over their own protocols."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from datasources.context import SourceContext
from datasources.delivery import JSON, entries
from datasources.guard import Guard
from datasources.kinds import KINDS
from datasources.mapping import Mapper
from datasources.pushed import PushedSpec
from demo import alertmanager, buses, sensors
from demo.broker import Broker, matches
from demo.departments import GOVERNANCE, TRAFFIC
from demo.geology import Geology
from demo.present import Present, switch
from demo.servers import app
from domain.batch import Batch
from domain.city import City
from domain.source import Ask
from tests.demo.conftest import NOW, START, Clock

MORNING = START.replace(hour=1)  # nine o'clock in China


class NoPlaces:
    def to_wgs84(self, crs: str, x: float, y: float) -> tuple[float, float]:
        return x, y

    def district_at(self, lon: float, lat: float) -> str | None:
        return "441802"


def context(city: City, var: Path) -> SourceContext:
    areas = frozenset({city.adcode, *city.districts})
    return SourceContext(city.metrics, city.sites, NoPlaces(), {}, var, areas, Guard(loopback=True))


class Reader:
    """One of the city's sources, asked when a test says so."""

    def __init__(self, city: City, var: Path, key: str, transport: Any = None, **changed: Any) -> None:
        spec = city.sources[key].model_copy(update=changed)
        self.context = context(city, var)
        more = (transport,) if transport is not None else ()
        self.source = KINDS[spec.kind][1](spec, self.context, *more)  # type: ignore[call-arg]
        self.mapper = Mapper(spec, self.context)
        self.cursor: str | None = None

    async def poll(self, now: datetime) -> Batch:
        found = Batch("x", now)
        async for page in self.source.fetch(Ask(now, self.cursor)):
            found = self.mapper.batch(page, now)
            assert found.rejects == ()
            await self.source.acknowledge(page)
            self.cursor = page.cursor or self.cursor
        return found


@asynccontextmanager
async def serving(broker: Broker) -> AsyncIterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        task = asyncio.create_task(broker.serve(sock))
        yield int(sock.getsockname()[1])
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("family", sensors.FAMILIES, ids=lambda family: family.source)
async def test_sensors_readings_come_through_the_broker_and_wait_while_the_cockpit_is_away(
    city: City, present: Present, clock: Clock, tmp_path: Path, family: sensors.Family
) -> None:
    broker = Broker()
    sending = sensors.Sensors(present, broker, family)
    assert await sending.update() == 0  # nobody has subscribed
    async with serving(broker) as port:
        url = f"mqtt://127.0.0.1:{port}"
        first = Reader(city, tmp_path, family.source, url=url)
        assert (await first.poll(START)).observations == ()
        sent = await sending.update()
        assert sent
        told = await first.poll(START)
        assert {one.key.metric for one in told.observations} == set(family.fields)
        assert all(START - timedelta(hours=3) <= one.at <= START for one in told.observations)
        await until(lambda: broker.waiting() == 0)
        await first.source.close()
        clock.now += timedelta(hours=1)
        assert await sending.update()
        after = Reader(city, tmp_path, family.source, url=url)
        assert (await after.poll(clock.now)).observations
        await after.source.close()


async def test_what_was_not_acknowledged_is_sent_again_by_the_broker() -> None:
    broker = Broker()
    async with serving(broker) as port:
        connect = b"\x10\x11\x00\x04MQTT\x04\x00\x00\x1e\x00\x05cocko"
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(connect + b"\x82\x08\x00\x01\x00\x03a/+\x01")
        assert await reader.readexactly(9) == b"\x20\x02\x00\x00\x90\x03\x00\x01\x01"
        assert broker.publish("a/b", b"1") == 1
        assert await reader.readexactly(10) == b"\x32\x08\x00\x03a/b\x00\x011"
        writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(connect)
        assert await reader.readexactly(14) == b"\x20\x02\x01\x00\x3a\x08\x00\x03a/b\x00\x011"
        writer.write(b"\x40\x02\x00\x01")
        await until(lambda: broker.waiting() == 0)
        writer.write(b"\xff\xff\xff\xff\xff")  # no packet: this connection ends, the broker does not
        assert await reader.read() == b""
        writer.close()


@pytest.mark.parametrize(
    ("wanted", "topic", "fits"),
    [("a/+", "a/b", True), ("a/+", "a/b/c", False), ("a/#", "a/b/c", True), ("#", "a", True), ("a", "a/b", False)],
)
def test_filters_take_the_levels_they_name(wanted: str, topic: str, fits: bool) -> None:
    assert matches(wanted, topic) is fits


async def test_the_clouds_counters_become_rates(city: City, present: Present, clock: Clock, tmp_path: Path) -> None:
    cloud = Reader(city, tmp_path, "datacentre", httpx.ASGITransport(app(GOVERNANCE, present)))
    first = await cloud.poll(clock.now)
    assert {one.key.metric for one in first.observations} == {"cloud.memory", "cloud.storage"}
    clock.now += timedelta(minutes=1)
    second = await cloud.poll(clock.now)
    rates = [one.value for one in second.observations if one.key.metric == "cloud.traffic"]
    assert len(rates) == 3
    assert all(rate is not None and 10 < rate < 5000 for rate in rates)


async def test_buses_in_service_and_punctuality_come_from_the_realtime_feed_and_lines_from_the_static_one(
    city: City, present: Present, clock: Clock, tmp_path: Path
) -> None:
    clock.now = MORNING
    reader = Reader(city, tmp_path, "buses", httpx.ASGITransport(app(TRAFFIC, present)))
    told = await reader.poll(clock.now)
    lines = {site.id for site in city.sites.values() if site.kind == "bus"}
    running = {one.key.site: one.value for one in told.observations if one.key.metric == "bus.in_service"}
    assert set(running) == lines
    assert sum(value or 0 for value in running.values()) > 50
    rates = [one.value for one in told.observations if one.key.metric == "bus.on_time_rate"]
    assert rates
    assert all(rate is not None and 0 <= rate <= 100 for rate in rates)
    clock.now = MORNING.replace(hour=18)  # two in the morning: no bus, which is a number and not silence
    told = await reader.poll(clock.now)
    assert {one.value for one in told.observations if one.key.metric == "bus.in_service"} == {0.0}


async def test_a_closed_stop_is_an_incident_at_its_place(
    city: City, present: Present, clock: Clock, tmp_path: Path
) -> None:
    found = [
        hour for hour in range(0, 24 * 30, 6)
        if list(buses.closures(present, int((START + timedelta(hours=hour)).timestamp())))
    ]  # fmt: skip
    clock.now = START + timedelta(hours=found[0])
    reader = Reader(city, tmp_path, "bus_notices", httpx.ASGITransport(app(TRAFFIC, present)))
    (one, *_) = (await reader.poll(clock.now)).incidents
    assert (one.kind, one.status, one.district) == ("transit_notice", "open", "441802")
    assert "站点" in one.detail["站点"]
    assert one.lon is not None


async def test_an_alert_fires_once_and_is_resolved(city: City, present: Present, clock: Clock) -> None:
    posted: list[bytes] = []
    answers = iter([503] + [200] * 100)

    def answer(request: httpx.Request) -> httpx.Response:
        posted.append(request.content)
        return httpx.Response(next(answers))

    world = present.publisher.world
    first = min(alertmanager.firings(world, NOW, NOW + 20 * 86_400), key=lambda one: one.start)
    clock.now = datetime.fromtimestamp(first.start + 60, UTC)
    spec = city.sources["it_alerts"]
    assert isinstance(spec, PushedSpec)
    mapper = Mapper(spec, context(city, present.var))
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://cockpit") as client:
        sender = alertmanager.Alertmanager(present, client, "t")
        assert await sender.update() == 0  # not taken: it comes again
        assert await sender.update() >= 1
        assert await sender.update() == 0
        clock.now = datetime.fromtimestamp(first.end + 60, UTC)
        assert await sender.update() >= 1
    statuses = []
    for body in posted[1:]:
        batch, _ = mapper.judged(entries(spec, JSON, body), clock.now)
        assert batch.rejects == ()
        statuses += [one.status for one in batch.incidents if city.place_name(first.site) in one.title]
    assert statuses[0] == "open"
    assert statuses[-1] == "closed"


async def test_landslide_warnings_are_dropped_as_files_and_read_once(
    city: City, present: Present, clock: Clock, tmp_path: Path
) -> None:
    switch(tmp_path, "rainstorm", START)
    present.refresh()
    clock.now = START + timedelta(hours=3)
    assert Geology(present).update() > 0
    reader = Reader(city, tmp_path, "geo_warnings", folder="drop/cap")
    told = await reader.poll(clock.now)
    assert {one.kind for one in told.incidents} == {"official_warning"}
    assert all("地质灾害" in one.title for one in told.incidents)
    assert (await reader.poll(clock.now)).incidents == ()
    bad = tmp_path / "drop" / "cap" / "half.xml"
    bad.write_text("<alert>", encoding="utf-8")
    os.utime(bad, (1, 1))
    (page,) = [page async for page in reader.source.fetch(Ask(clock.now, reader.cursor))]
    assert [where for where, _, _ in page.bad] == ["half.xml"]
