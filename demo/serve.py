"""All departments of the demonstration city in one process: servers on loopback, a database and drop folders."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
import uvicorn
from starlette.applications import Starlette

from demo import alertmanager, devices, duty, sensors, vehicles
from demo.broker import Broker
from demo.departments import DEPARTMENTS, zone_of
from demo.drops import Drops
from demo.geology import Geology
from demo.hotline import HotlineDatabase
from demo.present import Clock, Present, switch
from demo.pushing import PATIENCE, SOURCE, Platform
from demo.servers import app
from domain.city import City
from domain.errors import CockpitError

log = logging.getLogger("demo")

HOST: Final = "127.0.0.1"
FIRST_PORT: Final = 8051
SERVERS: Final = len(DEPARTMENTS) + 1  # the departments that are asked, and the duty room that is told
LISTENING: Final = (
    *(line.port_variable for line in devices.LINES),
    vehicles.PORT_VARIABLE,
)  # where the cockpit listens
PORTS: Final = SERVERS + len(LISTENING) + 1  # the last is the sensors' broker
_LOOK: Final = 1.0  # seconds between two looks at the control file, the database and the reports


@dataclass(frozen=True, slots=True)
class Keys:
    """What the departments share with the cockpit: the hall's application secret, and where and with which tokens to push.

    Without a token nothing is pushed. `alerts` is the data centre's own, for its alerts.
    """

    hall: str = field(repr=False)
    cockpit: str = ""
    token: str = field(default="", repr=False)
    alerts: str = field(default="", repr=False)


def environment(first_port: int, var: Path, secret: str) -> dict[str, str]:
    """What the city's sources.yaml takes from the environment; app.py sets it for every process of a demonstration city."""
    ports = {one.port_variable: str(first_port + n) for n, one in enumerate(DEPARTMENTS)}
    ports[duty.PORT_VARIABLE] = str(first_port + len(DEPARTMENTS))
    ports |= {name: str(port) for name, port in _listening_at(first_port).items()}
    ports[sensors.PORT_VARIABLE] = str(_broker_at(first_port))
    ports[devices.KEY_VARIABLE] = devices.TEST_KEY
    return ports | {"DEMO_VAR": str(var), "DEMO_HALL_SECRET": secret}


def apps(present: Present, secret: str) -> list[Starlette]:
    """One ASGI app a department, in the order of the ports; the duty room's is the last."""
    zone = zone_of(present.publisher.world.offset)
    return [*(app(one, present, secret) for one in DEPARTMENTS), duty.DutyRoom(lambda: present.now, zone).app()]


async def main(city: City, first_port: int, var: Path, clock: Clock, shared: Keys, scenario: str = "") -> None:
    """Serve until cancelled or until a server stops. `scenario`, when given, starts now; else what was played goes on.

    `var` is the departments' own folder (var/demo); `first_port` is the hall's, the others follow. CockpitError when a
    port is taken.
    """
    if scenario:
        switch(var, scenario, clock())
    present = Present(city, var, clock)
    *sockets, at_broker = _listening(first_port)
    servers = [
        _Server(uvicorn.Config(one, log_level="warning", access_log=False, lifespan="off"))
        for one in apps(present, shared.hall)
    ]
    tasks = [asyncio.create_task(one.serve([sock])) for one, sock in zip(servers, sockets, strict=True)]
    at = _listening_at(first_port)
    broker = Broker()
    works = [
        _publish(present),
        _push(present, shared),
        vehicles.Vehicles(present, at[vehicles.PORT_VARIABLE]).run(),
        broker.serve(at_broker),
        *(sensors.Sensors(present, broker, family).run() for family in sensors.FAMILIES),
        *(line.run() for line in devices.outstations(present, at)),
    ]
    ours = [asyncio.create_task(one) for one in works]
    tasks += ours
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for one in servers:
            one.should_exit = True
        for task in ours:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _listening_at(first_port: int) -> dict[str, int]:
    """The ports, after the departments' own, at which the cockpit listens for devices."""
    return {name: first_port + SERVERS + n for n, name in enumerate(LISTENING)}


def _broker_at(first_port: int) -> int:
    return first_port + SERVERS + len(LISTENING)


def _listening(first_port: int) -> list[socket.socket]:
    """All the departments' addresses, or none of them."""
    with contextlib.ExitStack() as held:
        ports = [*(first_port + n for n in range(SERVERS)), _broker_at(first_port)]
        sockets = [held.enter_context(_bound(port)) for port in ports]
        held.pop_all()
    return sockets


def _bound(port: int) -> socket.socket:
    """A listening address of ours, so that a port in use is known before anything starts."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((HOST, port))
    except OSError as error:
        sock.close()
        raise CockpitError(
            f"port {port} of the demonstration departments is in use: {error.strerror}", permanent=True
        ) from error
    return sock


async def _publish(present: Present) -> None:
    """Once a second: take up a new scenario, add to the hotline's database, send the reports that are due."""
    database, drops, geology = HotlineDatabase(present), Drops(present), Geology(present)
    try:
        while True:
            present.refresh()
            database.update()
            drops.update()
            geology.update()
            await asyncio.sleep(_LOOK)
    finally:
        database.close()


async def _push(present: Present, shared: Keys) -> None:
    """What two systems send by themselves, as long as they have their tokens."""
    if not shared.token or not shared.alerts:
        log.info("%s and %s are not pushed: no token was given", SOURCE, alertmanager.SOURCE)
        await asyncio.Event().wait()  # the departments that are asked go on
    async with httpx.AsyncClient(base_url=shared.cockpit, timeout=PATIENCE) as client, asyncio.TaskGroup() as both:
        both.create_task(Platform(present, client, shared.token).run())
        both.create_task(alertmanager.Alertmanager(present, client, shared.alerts).run())


class _Server(uvicorn.Server):
    """Several servers share the process, so signals are the process's affair, not theirs."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signal handlers as they are."""
        yield
