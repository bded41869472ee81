"""`run`: starts the processes of the cockpit, restarts one that dies, and stops them all on Ctrl-C."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

log = logging.getLogger("run")

STOP_WITHIN = 10.0  # seconds a process gets to finish its transaction before it is killed
QUICK_DEATH = 10.0  # a process that lived shorter than this is restarted with growing delay
LONGEST_WAIT = 60.0
GO = b"\n"  # what a child reads when it need not wait any longer


@dataclass(slots=True)
class Child:
    """One process of the cockpit: its name and command; `deaths` counts quick deaths in a row.

    held: it may make itself ready but not touch store or port until `Supervisor.release`.
    """

    name: str
    command: Sequence[str]
    process: asyncio.subprocess.Process | None = None
    deaths: int = 0
    env: dict[str, str] = field(default_factory=dict)
    held: bool = False


class Supervisor:
    """Keeps the children running until `stop` is called. A dead child costs one log line and one restart."""

    def __init__(self, children: Sequence[Child]) -> None:
        self._children = list(children)
        self._stopping = asyncio.Event()
        self._watches: list[asyncio.Task[None]] = []

    async def start(self, *names: str) -> list[asyncio.Task[None]]:
        """Start the named children (all without a name) and the tasks that watch them; returns every watch so far."""
        for child in self._children:
            if child.process is None and (not names or child.name in names):
                await _spawn(child)
                self._watches.append(asyncio.create_task(self._watch(child), name=child.name))
        return self._watches

    def add(self, child: Child) -> None:
        """Take care of one more child; `start` starts it."""
        self._children.append(child)

    def release(self, name: str) -> None:
        """Let a held child go on."""
        for child in self._children:
            if child.name == name and child.held:
                child.held = False
                _let_go(child)

    async def stop(self) -> None:
        """Ask every child to end, wait, then end what is left."""
        self._stopping.set()
        running = [c for c in self._children if c.process is not None and c.process.returncode is None]
        for child in running:
            _signal(child, signal.SIGTERM)
        await asyncio.gather(*(_ended(child) for child in running))

    async def _watch(self, child: Child) -> None:
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            began = loop.time()
            code = await _wait(child)
            if self._stopping.is_set():
                return
            child.deaths = child.deaths + 1 if loop.time() - began < QUICK_DEATH else 1
            delay = min(LONGEST_WAIT, 2.0 ** (child.deaths - 1))
            log.error("%s ended with code %s; it is started again in %.0f s", child.name, code, delay)
            if await self._stops_within(delay):
                return
            await _spawn(child)

    async def _stops_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return False
        return True


async def _spawn(child: Child) -> None:
    # stdin is a pipe that closes when this process dies, however it dies: the child then ends too (`end_with_parent`).
    # A session of its own keeps Ctrl-C for the supervisor alone, so that the children end in order.
    child.process = await asyncio.create_subprocess_exec(
        *child.command,
        stdin=asyncio.subprocess.PIPE,
        env=os.environ | child.env,
        start_new_session=True,
    )
    if not child.held:
        _let_go(child)


def _let_go(child: Child) -> None:
    if child.process is not None and child.process.stdin is not None:
        child.process.stdin.write(GO)


async def _wait(child: Child) -> int | None:
    return await child.process.wait() if child.process is not None else None


def _signal(child: Child, number: signal.Signals) -> None:
    if child.process is not None and child.process.returncode is None:
        child.process.send_signal(number)


async def _ended(child: Child) -> None:
    try:
        await asyncio.wait_for(_wait(child), STOP_WITHIN)
    except TimeoutError:
        log.warning("%s did not end within %.0f s and is killed", child.name, STOP_WITHIN)
        _signal(child, signal.SIGKILL)
        await _wait(child)


def end_with_parent() -> threading.Event:
    """Make this process end (SIGTERM to itself) when the pipe to its supervisor closes.

    The event is set once the supervisor lets the process go on.
    """
    go = threading.Event()

    def watch() -> None:
        # Not sys.stdin: its buffer is locked while a thread reads, and the interpreter could not end.
        while os.read(0, 1024):
            go.set()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
    return go
