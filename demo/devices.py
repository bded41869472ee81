"""Monitors of kitchens, building sites, brooks and outfalls: real HJ 212 devices that dial in, report, wait for the answer, and repeat without one."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from datasources.formats import hj212 as wire
from datasources.formats.sm4 import enciphered, key_of
from demo.city import World
from demo.departments import ENVIRONMENT, zone_of
from demo.present import Present
from demo.publication import Record
from demo.rhythm import DAY, HOUR
from domain.city import City

log = logging.getLogger("demo")

HOST: Final = "127.0.0.1"
EVERY: Final = 5.0  # seconds between two looks at what there is to report
PATIENCE: Final = 10.0  # seconds for an answer (HJ 212-2017 table 1, mobile networks)
TRIES: Final = 3
TEST_KEY: Final = "0000000000000000"  # the key HJ 212-2025 names for tests
KEY_VARIABLE: Final = "DEMO_SM4_KEY"
ENCIPHERING: Final = frozenset({"out-07", "out-12"})  # of the edition of 2025
MODBUS: Final = frozenset({"fume-02-03"})  # computes its CRC as many a device does: wrongly
_FIRST: Final = 2 * HOUR  # without a note of what was reported
_REACH: Final = 2 * DAY  # older records are not reported any more
_PASSWORD: Final = "123456"  # noqa: S105  what devices leave the factory with


@dataclass(frozen=True, slots=True)
class Line:
    """The devices of one feed, at the sites of one kind. `period`: seconds that a record averages; `presence`: the metric that says who is connected."""

    source: str
    kind: str
    port_variable: str
    system: str
    command: str
    period: int
    factors: Mapping[str, str]
    presence: str = ""


LINES: Final = (
    Line("fume", "restaurant", "DEMO_LISTEN_FUME", "31", "2051", 600, {"fume.concentration": "a34041"}, "fume.online"),
    Line("dust", "building_site", "DEMO_LISTEN_DUST", "39", "2051", 600, {"dust.pm10": "a34002", "dust.tsp": "a34001"}),
    Line("brooks", "brook", "DEMO_LISTEN_BROOKS", "21", "2061", HOUR, {"brook.do": "w01009", "brook.nh3n": "w21003"}),
    Line(
        "outfalls",
        "outfall",
        "DEMO_LISTEN_OUTFALLS",
        "32",
        "2061",
        HOUR,
        {"outfall.cod": "w01018", "outfall.nh3n": "w21003"},
    ),
)


def mn_of(city: City, site: str) -> str:
    """A device's own name, as its maker set it."""
    return f"{city.demonstration.initials}{city.adcode}{site.upper().replace('-', '')}"


def frame_of(record: Record, line: Line, world: World, key: str = TEST_KEY) -> tuple[str, bytes]:
    """A record as its device sends it, and the number (QN) that its answer will repeat."""
    zone = zone_of(world.offset)
    begun = datetime.fromtimestamp(record.at - line.period, UTC).astimezone(zone)
    told = datetime.fromtimestamp(record.told, UTC).astimezone(zone)
    number = f"{told:%Y%m%d%H%M%S}{record.seq % 1000:03d}"
    said = ";".join([f"DataTime={begun:%Y%m%d%H%M%S}", *_items(record, line)])
    new = record.site in ENCIPHERING
    head = f"QN={number};ST={line.system};CN={line.command};PW={_PASSWORD};MN={mn_of(world.city, record.site)};Flag={9 if new else 5};CP=&&"
    plain = f"{head}{said}&&".encode()
    check = wire.CHECKS["modbus_lohi" if record.site in MODBUS else "hj212"](plain)
    content = enciphered(said.encode(), key_of(key)) if new else said.encode()
    sent = head.encode() + content + b"&&"
    return number, b"##%04d%b%04X\r\n" % (len(sent), sent, check)


def _items(record: Record, line: Line) -> list[str]:
    items = []
    for metric, code in line.factors.items():
        if metric in record.values:
            value = record.values[metric]
            flag = "B" if value is None else "D" if record.faulty else "N"
            items.append(f"{code}-Avg={0 if value is None else value:g},{code}-Flag={flag}")
    return items


@dataclass
class Station:
    """One device's connection."""

    port: int
    waiting: deque[Record] = field(default_factory=deque)
    online: bool = True
    _pair: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def connect(self) -> bool:
        """Dial in unless connected; whether it is."""
        if self._pair is not None and not self._pair[0].at_eof():
            return True
        self.hang_up()
        with suppress(OSError):
            self._pair = await asyncio.open_connection(HOST, self.port)
        return self._pair is not None

    async def report(self, number: str, frame: bytes) -> bool:
        """Send until it is answered, at most TRIES times; whether it was."""
        for _ in range(TRIES):
            if not await self.connect() or self._pair is None:
                return False
            reader, writer = self._pair
            try:
                writer.write(frame)
                async with asyncio.timeout(PATIENCE):
                    while f"QN={number};".encode() not in await reader.readuntil(b"\r\n"):
                        pass
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                self.hang_up()
            else:
                return True
        return False

    def hang_up(self) -> None:
        """Close the connection."""
        if self._pair is not None:
            self._pair[1].close()
            self._pair = None


class Outstations:
    """All devices of one line. What a device could not report it keeps, also over a start, and reports later."""

    def __init__(self, present: Present, line: Line, port: int, sites: Iterable[str]) -> None:
        self._present = present
        self._line = line
        self._stations = {site: Station(port) for site in sites}
        self._note = present.var / f"reported_{line.source}.json"
        self._done = self._noted()
        start = (present.now - _FIRST) * 10_000
        self._looked = min((self._done.get(site, start) for site in self._stations), default=start)

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        try:
            while True:
                await self.update()
                await asyncio.sleep(EVERY)
        finally:
            self.close()

    def close(self) -> None:
        """Hang up everywhere."""
        for one in self._stations.values():
            one.hang_up()

    async def update(self) -> int:
        """Report what became known, unless an outage has struck; how many reports were answered."""
        if self._present.down(ENVIRONMENT.name) or self._present.down(self._line.source):
            self.close()
            return 0
        await asyncio.to_thread(self._take)
        told = await asyncio.gather(*[self._told(site, one) for site, one in self._stations.items()])
        if sum(told):
            self._note.write_text(json.dumps(self._done), "utf-8")
        return sum(told)

    def _take(self) -> None:
        now = self._present.now
        after = max(self._looked, (now - _REACH) * 10_000)
        for record in self._present.publisher.records(self._line.source, after, now):
            self._looked = record.seq
            station = self._stations.get(record.site)
            if station is None or record.seq <= self._done.get(record.site, 0):
                continue
            station.waiting.append(record)
            station.online = record.values.get(self._line.presence, 1) != 0

    async def _told(self, site: str, station: Station) -> int:
        if not station.online:
            station.hang_up()
            return 0
        told = 0
        if not await station.connect():
            return 0
        while station.waiting:
            record = station.waiting[0]
            number, frame = frame_of(record, self._line, self._present.publisher.world)
            if not await station.report(number, frame):
                break
            station.waiting.popleft()
            self._done[site] = record.seq
            told += 1
        return told

    def _noted(self) -> dict[str, int]:
        try:
            noted = json.loads(self._note.read_text("utf-8"))
            return {str(site): int(seq) for site, seq in noted.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}


def outstations(present: Present, ports: Mapping[str, int]) -> Sequence[Outstations]:
    """The devices of every line, at the ports the cockpit listens at."""
    sites = present.city.sites.values()
    return [
        Outstations(present, line, ports[line.port_variable], [s.id for s in sites if s.kind == line.kind])
        for line in LINES
    ]
