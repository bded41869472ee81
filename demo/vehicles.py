"""Vehicles of 两客一危: each fleet's gateway dials in and passes on what its vehicles' JT/T 808 terminals say."""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from datasources.formats import jt808 as wire
from demo.departments import TRAFFIC, zone_of
from demo.present import Present
from demo.publication import Record
from domain.place import Site

log = logging.getLogger("demo")

HOST: Final = "127.0.0.1"
SOURCE: Final = "fleet"
PORT_VARIABLE: Final = "DEMO_LISTEN_FLEET"
STEP: Final = 5.0  # seconds
TURNS: Final = 24  # steps in which every vehicle reports once: two minutes
_LOOK: Final = 6  # steps between two looks at how many are out
_RECENT: Final = 900  # seconds
_FATIGUE: Final = 1 << 2
_FIX: Final = 0b11  # ignition on, located
_SPREAD: Final = 40_000  # millionths of a degree


def terminal_of(site: str, number: int) -> str:
    """A terminal's number: made up, in no operator's range."""
    return f"144{site.removeprefix('fleet-')}{number:05d}"


def position(site: Site, number: int, at: datetime, *, alarm: bool) -> bytes:
    """A vehicle somewhere about its fleet's town, on its way."""
    stir = number * 7919 + at.minute * 61
    east, north = stir % (2 * _SPREAD) - _SPREAD, stir * 31 % (2 * _SPREAD) - _SPREAD
    lat, lon = round((site.lat or 0) * 1e6) + north, round((site.lon or 0) * 1e6) + east
    speed = 300 + stir % 500
    words = (_FATIGUE if alarm else 0, _FIX, lat, lon)
    halves = (40, speed, stir % 360)
    fix = b"".join(n.to_bytes(4, "big") for n in words) + b"".join(n.to_bytes(2, "big") for n in halves)
    return fix + bytes.fromhex(f"{at:%y%m%d%H%M%S}")


class Gateway:
    """One fleet's connection: as many vehicles report as the fleet has out, so many of them tired."""

    def __init__(self, site: Site, port: int) -> None:
        self._site = site
        self._port = port
        self._edition = 2019 if site.id.endswith(("02", "81")) else 2013
        self._writer: asyncio.StreamWriter | None = None
        self._heard: asyncio.Task[None] | None = None
        self._count = 0

    async def pass_on(self, fleet: Record, turn: int, at: datetime) -> int:
        """The reports of this turn; how many. None while the cockpit does not answer."""
        if not await self._connected() or self._writer is None:
            return 0
        frames = list(self._frames(fleet, turn, at))
        try:
            self._writer.write(b"".join(frames))
            await self._writer.drain()
        except OSError:
            self.hang_up()
            return 0
        return len(frames)

    def hang_up(self) -> None:
        """Close the connection."""
        if self._heard is not None:
            self._heard.cancel()
        if self._writer is not None:
            self._writer.close()
        self._writer = self._heard = None

    async def _connected(self) -> bool:
        if self._writer is not None and self._heard is not None and not self._heard.done():
            return True
        self.hang_up()
        with suppress(OSError):
            reader, self._writer = await asyncio.open_connection(HOST, self._port)
            self._heard = asyncio.create_task(_read(reader))
        return self._writer is not None

    def _frames(self, fleet: Record, turn: int, at: datetime) -> Iterator[bytes]:
        out = int(fleet.values.get("fleet.online") or 0)
        tired = int(fleet.values.get("fleet.high_risk_open") or 0)
        for number in range(turn % TURNS, out, TURNS):
            self._count = (self._count + 1) & 0xFFFF
            body = position(self._site, number, at, alarm=number < tired)
            told = wire.Message(wire.POSITION, terminal_of(self._site.id, number), self._count, body, self._edition)
            yield wire.frame(told)


class Vehicles:
    """All fleets."""

    def __init__(self, present: Present, port: int) -> None:
        self._present = present
        self._gateways = {s.id: Gateway(s, port) for s in present.city.sites.values() if s.kind == "fleet"}
        self._fleets: dict[str, Record] = {}
        self._turn = 0

    async def run(self) -> None:
        """Report turn after turn, until cancelled."""
        try:
            while True:
                await self.update()
                await asyncio.sleep(STEP)
        finally:
            self.close()

    async def update(self) -> int:
        """One turn; how many vehicles reported. None while an outage has struck."""
        if self._present.down(TRAFFIC.name):
            self.close()
            return 0
        if self._turn % _LOOK == 0:
            await asyncio.to_thread(self._look)
        self._turn += 1
        now = datetime.fromtimestamp(self._present.now, UTC).astimezone(zone_of(self._present.publisher.world.offset))
        told = [await self._gateways[site].pass_on(one, self._turn, now) for site, one in self._fleets.items()]
        return sum(told)

    def _look(self) -> None:
        now = self._present.now
        newest: Mapping[str, Record] = {
            one.site: one for one in self._present.publisher.records(SOURCE, (now - _RECENT) * 10_000, now)
        }
        self._fleets = {site: one for site, one in newest.items() if site in self._gateways}

    def close(self) -> None:
        """Hang up everywhere."""
        for one in self._gateways.values():
            one.hang_up()


async def _read(reader: asyncio.StreamReader) -> None:
    """The answers are taken and not looked at: a position that got lost is followed by the next."""
    with suppress(OSError):
        while await reader.read(4096):
            pass
