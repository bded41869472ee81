"""Frames a second of HJ 212 and JT/T 808 devices, messages a second of MQTT, connections held, against `Store.write` alone.

    python -m benchmarks.devices [--connections 2000] [--frames 20]

Each device of `--connections` sends `--frames` reports that want an answer, over its own connection, and reads the answers;
what counts is the time until the last answer: cut, checked, mapped, committed, answered. Devices and collector share one
process and its core. MQTT goes through a Mosquitto of its own: the devices hold their connections to it, the cockpit has one, and
what counts is the time until the last message is committed.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from datasources.collector import Collector
from datasources.context import SourceContext
from datasources.formats import hj212, jt808
from datasources.guard import Guard
from datasources.kinds import KINDS
from domain.batch import Batch, Written
from domain.run import SourceRun
from store import Store, open_store
from tests.cities import metric, site, tiny_city
from tests.mosquitto import Mosquitto
from tests.servers import free_port

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
_OPENING = 200  # devices that dial in at the same time


class _Nowhere:
    def to_wgs84(self, _crs: str, x: float, y: float) -> tuple[float, float]:
        return x, y

    def district_at(self, _lon: float, _lat: float) -> str | None:
        return None


def report(device: int, number: int) -> bytes:
    at = NOW - timedelta(seconds=number)
    said = f"DataTime={at + timedelta(hours=8):%Y%m%d%H%M%S};a34004-Rtd={number}.5,a34004-Flag=N"
    return hj212.frame(
        f"QN={at:%Y%m%d%H%M%S}{number:03d};ST=22;CN=2011;PW=1;MN=M{device};Flag=5;CP=&&{said}&&".encode()
    )


def position(device: int, number: int) -> bytes:
    words = b"".join(n.to_bytes(4, "big") for n in (0, 3, 23_683_000, 113_053_000))
    fix = (
        words
        + b"\x00\x1e\x02\x58\x00\x5a"
        + bytes.fromhex(f"{NOW + timedelta(hours=8, seconds=number - 60):%y%m%d%H%M%S}")
    )
    return jt808.frame(jt808.Message(jt808.POSITION, f"144{device:08d}", number, fix))


def reading(device: int, number: int) -> bytes:
    """A PUBLISH of MQTT 3.1.1 with QoS 1 (3.3)."""
    topic = f"air/s{device}".encode()
    said = f'{{"t":{int(NOW.timestamp()) - number},"pm":{number}.5}}'.encode()
    body = len(topic).to_bytes(2, "big") + topic + number.to_bytes(2, "big") + said
    return b"\x32" + bytes((len(body),)) + body


def hello(device: int) -> bytes:
    """A CONNECT of MQTT 3.1.1 with a clean session (3.1)."""
    name = f"d{device}".encode()
    body = b"\x00\x04MQTT\x04\x02\x00\x3c" + len(name).to_bytes(2, "big") + name
    return b"\x10" + bytes((len(body),)) + body


async def tell(
    port: int, device: int, count: int, gate: asyncio.Semaphore, start: asyncio.Event, ready: Callable[[], None]
) -> None:
    async with gate:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(hello(device))
        await reader.readexactly(4)  # CONNACK
    ready()
    await start.wait()
    writer.write(b"".join(reading(device, number) for number in range(1, count + 1)))
    await reader.readexactly(4 * count)  # a PUBACK each
    writer.close()


async def talk(
    port: int,
    frames: Sequence[bytes],
    end: bytes,
    gate: asyncio.Semaphore,
    start: asyncio.Event,
    ready: Callable[[], None],
) -> None:
    async with gate:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    ready()
    await start.wait()
    writer.write(b"".join(frames))
    marks = len(frames) * (2 if end == b"\x7e" else 1)  # a JT/T 808 message has one before and one behind
    while marks > 0:
        marks -= (await reader.read(65536)).count(end)
    writer.close()


async def measure(
    kind: str, make: Callable[[int, int], bytes], end: bytes, args: argparse.Namespace, folder: Path
) -> None:
    port, devices = free_port(), range(args.connections)
    listen = {"port": port, "connections": args.connections + 10, "per_address": args.connections + 10}
    shared: dict[str, Any] = {"key": "bench", "kind": kind, "department": "d", "every": "1m", "listen": listen}
    special: dict[str, Any] = (
        {"metrics": {"air.pm25": "a34004"}, "devices": {f"M{n}": f"s{n}" for n in devices}}
        if kind == "hj212" else {"metrics": {"air.pm25": "online"}, "terminals": {"144*": "s0"}}
    )  # fmt: skip
    spec = KINDS[kind][0].model_validate(shared | special)
    sites = {f"s{n}": site(f"s{n}", "air", "441802") for n in devices}
    city = tiny_city(metrics={"air.pm25": metric("air.pm25", valid=[0, 1000])}, sites=sites, sources={"bench": spec})
    context = SourceContext(city.metrics, city.sites, _Nowhere(), {}, folder, frozenset({city.adcode}))
    batches: list[Batch] = []
    with open_store(f"sqlite:///{folder / kind}.sqlite") as store:
        took = await _listened(spec, context, store, batches, make, end, args)
    compared(kind, "frames", batches, took, args, folder)


async def measure_mqtt(version: str, args: argparse.Namespace, folder: Path) -> None:
    """As `measure`, through a broker."""
    kind, devices = f"mqtt {version}", range(args.connections)
    sites = {f"s{n}": site(f"s{n}", "air", "441802") for n in devices}
    broker = Mosquitto(folder)
    declared = {
        "key": "bench", "kind": "mqtt", "department": "d", "every": "1s", "timeout": "60s", "url": f"mqtt://127.0.0.1:{broker.port}",
        "topics": ["air/+"], "version": version, "at": {"path": "t", "format": "epoch_s"}, "site": {"path": "_levels[1]"},
        "metrics": {"air.pm25": "pm"},
    }  # fmt: skip
    spec = KINDS["mqtt"][0].model_validate(declared)
    city = tiny_city(metrics={"air.pm25": metric("air.pm25", valid=[0, 1000])}, sites=sites, sources={"bench": spec})
    context = SourceContext(city.metrics, city.sites, _Nowhere(), {}, folder, frozenset({city.adcode}))
    batches: list[Batch] = []
    broker.start()
    try:
        with open_store(f"sqlite:///{folder / kind}.sqlite") as store:
            took = await _subscribed(
                spec, replace(context, guard=Guard(loopback=True)), store, batches, broker.port, args
            )
    finally:
        broker.stop()
    compared(kind, "messages", batches, took, args, folder)


async def _subscribed(
    spec: Any, context: SourceContext, store: Store, batches: list[Batch], port: int, args: argparse.Namespace
) -> float:
    collector = _collecting(spec, context, store, batches)
    await collector.poll("bench", NOW)  # the session begins
    gate, start, connected = asyncio.Semaphore(_OPENING), asyncio.Event(), asyncio.Semaphore(0)
    telling = [
        asyncio.create_task(tell(port, device, args.frames, gate, start, connected.release))
        for device in range(args.connections)
    ]
    for _ in telling:
        await connected.acquire()
    began, total = time.perf_counter(), args.connections * args.frames
    start.set()
    while sum(len(batch.observations) for batch in batches) < total:
        await collector.poll("bench", NOW, asked=True)
    took = time.perf_counter() - began
    await asyncio.gather(*telling)
    await collector.close()
    return took


def compared(kind: str, what: str, batches: list[Batch], took: float, args: argparse.Namespace, folder: Path) -> None:
    """Print it, beside what the store takes for the same commits."""
    rows = sum(len(batch.observations) for batch in batches)
    sent = args.connections * args.frames
    print(
        f"{kind}: {args.connections} connections held, {sent / took:,.0f} {what}/s, {rows} rows in {len(batches)} commits"
    )
    with open_store(f"sqlite:///{folder / kind}_again.sqlite") as store:
        began = time.perf_counter()
        for batch in batches:
            store.write(batch)
        alone = time.perf_counter() - began
    print(f"  the same commits by Store.write alone: {alone:.2f} s of {took:.2f} s")


def _collecting(spec: Any, context: SourceContext, store: Store, batches: list[Batch]) -> Collector:
    """A collector whose commits are kept."""

    async def write(batch: Batch) -> Written:
        written = await asyncio.to_thread(store.write, batch)
        batches.append(batch)
        return written

    async def record(run: SourceRun) -> None:
        if run.error:
            print("  error:", run.error)

    return Collector({"bench": KINDS[spec.kind][1](spec, context)}, write, store.cursor, record, context=context)


async def _listened(spec: Any, context: SourceContext, store: Store, batches: list[Batch], make: Callable[[int, int], bytes],
                    end: bytes, args: argparse.Namespace) -> float:  # fmt: skip
    collector = _collecting(spec, context, store, batches)
    listening = asyncio.create_task(collector.listen("bench", lambda: NOW))
    await asyncio.sleep(0.5)
    gate, start, connected = asyncio.Semaphore(_OPENING), asyncio.Event(), asyncio.Semaphore(0)

    talks = []
    for device in range(args.connections):
        frames = [make(device, number) for number in range(1, args.frames + 1)]
        talks.append(asyncio.create_task(talk(spec.listen.port, frames, end, gate, start, connected.release)))
    for _ in range(args.connections):
        await connected.acquire()
    began = time.perf_counter()
    start.set()
    await asyncio.gather(*talks)
    took = time.perf_counter() - began
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    return took


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--connections", type=int, default=2000)
    parser.add_argument("--frames", type=int, default=20)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure("hj212", report, b"\r\n", args, Path(folder)))
        asyncio.run(measure("jt808", position, b"\x7e", args, Path(folder)))
        for version in ("5", "3.1.1"):
            asyncio.run(measure_mqtt(version, args, Path(folder)))


if __name__ == "__main__":
    main()
