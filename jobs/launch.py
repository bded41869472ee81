"""Starting and stopping: the processes of `run`, the address they answer at, and the signals that end them."""

import asyncio
import math
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.progress import Progress

from domain.errors import CockpitError
from jobs.settings import Settings
from jobs.supervisor import Child, Supervisor

FIRST_ANSWER = 20.0  # seconds the screen gets for itself before the others are started all the same
# glibc keeps a heap for each of a process's threads and gives little of them back; one heap takes a tenth less memory, and
# Python's threads take turns at it anyway.
LEAN = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "262144"}
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Plan:
    """What `run` starts once everything is checked. `env` is asked after the web process has its port."""

    title: str
    others: Sequence[str]
    env: Callable[[], Mapping[str, str]]


Prepare = Callable[[Progress, Callable[[], bool]], Plan]


async def supervise(progress: Progress, settings: Settings, prepare: Prepare) -> None:
    """Start the web process, check and fill meanwhile, then let it go on, start the others and stay until told to stop.

    prepare: works in a thread and is given a question, whether it is to stop early; its CockpitError ends everything.
    The screen comes first and shows what the store holds; on a small machine the others would only slow it down.
    """
    stop = told_to_stop()
    web = _child("web", settings)
    web.held = True
    supervisor = Supervisor([web])
    try:
        await supervisor.start()
        plan = await asyncio.to_thread(prepare, progress, stop.is_set)
        if not stop.is_set():
            await _all(progress, settings, supervisor, plan, stop)
            await stop.wait()
        progress.console.print("stopping")
    finally:
        await supervisor.stop()


async def _all(progress: Progress, settings: Settings, supervisor: Supervisor, plan: Plan, stop: asyncio.Event) -> None:
    """Bring everything up, one after the other, and say where to look."""
    bar = progress.add_task("starting web, " + ", ".join(plan.others), total=1)
    supervisor.release("web")
    more = await asyncio.to_thread(plan.env)
    for name in plan.others:
        supervisor.add(_child(name, settings, more))
    await supervisor.start("demo")
    answered = await _answers(settings.address + "healthz", stop, FIRST_ANSWER)
    await _listening([int(port) for name, port in more.items() if name.startswith("DEMO_PORT_")], stop)
    await supervisor.start()
    answered = answered or await _answers(settings.address + "healthz", stop)
    progress.update(bar, completed=1)
    progress.stop()
    if answered:
        progress.console.print(f"\n{plan.title}: [bold]{settings.address}[/bold]")
        progress.console.print(f"Ctrl-C stops everything; logs are in {settings.var / 'logs'}\n", markup=False)


def _child(name: str, settings: Settings, more: Mapping[str, str] | None = None) -> Child:
    command = [sys.executable, str(ROOT / "app.py"), "--with-parent", name]
    lean = {key: value for key, value in LEAN.items() if key not in os.environ}
    return Child(name, command, env=lean | settings.as_env() | dict(more or {}))


async def _answers(url: str, stop: asyncio.Event, within: float = math.inf) -> bool:
    """Wait until the address answers 200; False when told to stop before, or not `within` so many seconds."""
    until = asyncio.get_running_loop().time() + within
    async with httpx.AsyncClient(timeout=5) as client:
        while not stop.is_set() and asyncio.get_running_loop().time() < until:
            with suppress(httpx.HTTPError):
                if (await client.get(url)).is_success:
                    return True
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 0.2)
    return False


async def _listening(ports: Sequence[int], stop: asyncio.Event) -> None:
    """Wait until the departments take calls, so that the first polls are not told as outages; not for ever."""
    until = asyncio.get_running_loop().time() + FIRST_ANSWER
    for port in ports:
        while not stop.is_set() and asyncio.get_running_loop().time() < until:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                break


def told_to_stop() -> asyncio.Event:
    """An event that SIGINT and SIGTERM set."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def until_told(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run a process's work with the event that tells it to stop."""
    await work(told_to_stop())


async def cancelled_at(stop: asyncio.Event, work: Coroutine[object, object, None]) -> None:
    """Do the work until it ends or `stop` is set; what it raises is raised."""
    doing, told = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({doing, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if stop.is_set():
        doing.cancel()
    with suppress(asyncio.CancelledError):
        await doing


def free_port(host: str, port: int) -> None:
    """CockpitError when the port is taken or the host is not this machine's."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CockpitError(
                f"{host}:{port} cannot be used ({error.strerror}); set PORT or HOST to another", permanent=True
            ) from error
