"""A TCP server for devices: many connections, one bounded queue, answers only for what is durable."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from datasources.rows import Bad
from domain.errors import SourceError
from domain.metric import Duration
from domain.source import Page, Record

log = logging.getLogger("datasources")

_CHUNK = 16_384  # bytes of one read
_LINGER = 0.2  # seconds: a commit costs the same for one record as for hundreds
_LOOK = 5.0  # seconds between two looks for silent connections
_SLOW = 65_536  # bytes of answers that a device may leave unread
_BACKLOG = 1024
_STRANGE = 20  # pieces in a row that cannot be understood, after which a connection is closed
_UNKNOWN = 60.0  # seconds for a connection's first message that is understood


class TcpSpec(BaseModel):
    """Where devices connect to, and how many of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    host: str = Field("127.0.0.1", description="Address of this machine that devices reach; 0.0.0.0: all of them.")
    port: int = Field(ge=1, le=65_535, description="TCP port.")
    connections: int = Field(5000, ge=1, le=60_000, description="Most connections at a time; more are turned away.")
    per_address: int = Field(1000, ge=1, description="Most connections of one address: gateways carry many devices.")
    idle: Duration = Field(timedelta(minutes=15), description="A connection silent for so long is closed.")
    page: int = Field(500, ge=1, le=10_000, description="Most messages of one commit; twice as many wait at most.")


@dataclass(frozen=True, slots=True)
class Heard:
    """What was understood of a piece. `at_once` is answered as it comes, `after` once the records are durable."""

    records: tuple[Record, ...] = ()
    bad: tuple[Bad, ...] = ()
    at_once: bytes = b""
    after: bytes = b""


class Session(Protocol):
    """One connection's part of the protocol, without any I/O."""

    def hear(self, data: bytes) -> Iterable[Heard]:
        """Understand more bytes; never raises for what they are, and holds a bounded rest."""
        ...

    def gone(self) -> None:
        """The connection is closed."""
        ...


@dataclass(eq=False, slots=True)
class _Connection:
    writer: asyncio.StreamWriter
    address: str
    heard: float
    known: bool = False
    strange: int = 0

    def send(self, answer: bytes) -> None:
        """Answer without waiting; a device that does not read its answers loses its connection."""
        transport = self.writer.transport
        if not answer or transport.is_closing():
            return
        if transport.get_write_buffer_size() > _SLOW:
            transport.abort()
            return
        self.writer.write(answer)

    def judge(self, heard: Heard) -> None:
        """Count what cannot be understood; what can be makes good."""
        self.strange = self.strange + 1 if heard.bad else 0
        self.known = self.known or not heard.bad

    def silent(self, now: float, idle: float) -> bool:
        return now - self.heard > (idle if self.known else min(idle, _UNKNOWN))


_Waiting = tuple[_Connection, Heard]


@dataclass(slots=True)
class _Hall:
    """The connections of one stretch of listening."""

    queue: asyncio.Queue[_Waiting]
    open: dict[_Connection, asyncio.Task[Any]] = field(default_factory=dict)
    addresses: Counter[str] = field(default_factory=Counter)
    owed: dict[str, list[tuple[_Connection, bytes]]] = field(default_factory=dict)


class TcpServer:
    """Listens, and yields pages of what the sessions understood.

    When pages wait, the queue fills, connections are no longer read, and the devices' own windows close: nothing grows.
    `tick`: seconds after which a page comes even when it is empty; None: only when there is something. `linger`: seconds a
    page waits for more.
    """

    def __init__(
        self, spec: TcpSpec, session: Callable[[str], Session], tick: float | None = None, linger: float = _LINGER
    ) -> None:
        self._spec = spec
        self._linger = linger
        self._session = session
        self._tick = tick
        self._hall: _Hall | None = None
        self._pages = 0
        self.turned_away = 0

    @property
    def connections(self) -> int:
        """How many devices (or gateways) are connected."""
        return len(self._hall.open) if self._hall else 0

    def trouble(self) -> str:
        """Why nothing can come in: the server is not up, or nobody is connected."""
        if self._hall is None:
            return "not listening"
        return "" if self._hall.open else f"no device is connected to port {self._spec.port}"

    async def pages(self) -> AsyncGenerator[Page, None]:
        """Serve until closed; SourceError when the address cannot be used."""
        hall = _Hall(asyncio.Queue(self._spec.page * 2))
        try:
            server = await asyncio.start_server(
                self._welcome(hall), self._spec.host, self._spec.port, limit=_CHUNK // 2, backlog=_BACKLOG
            )
        except OSError as error:
            where = f"{self._spec.host}:{self._spec.port}"
            raise SourceError(f"cannot listen at {where}: {error.strerror or error}") from error
        self._hall = hall
        sweeping = asyncio.create_task(self._sweep(hall))
        try:
            while True:
                waiting = await self._gathered(hall.queue)
                if waiting or self._tick is not None:
                    yield self._page(hall, waiting)
        finally:
            self._hall = None
            sweeping.cancel()
            server.close()
            await _ended([*hall.open.values(), sweeping])

    def answer(self, page: Page) -> None:
        """The page is durable: send what its devices wait for. Twice is once."""
        owed = self._hall.owed.pop(page.done, []) if self._hall and page.done else []
        for connection, answer in owed:
            connection.send(answer)

    async def _gathered(self, queue: asyncio.Queue[_Waiting]) -> list[_Waiting]:
        """What has come: at least one piece, or nothing once the tick is over."""
        try:
            async with asyncio.timeout(self._tick):
                waiting = [await queue.get()]
        except TimeoutError:
            return []
        if queue.qsize() < self._spec.page:
            await asyncio.sleep(self._linger)
        while not queue.empty() and len(waiting) < self._spec.page:
            waiting.append(queue.get_nowait())
        return waiting

    def _page(self, hall: _Hall, waiting: list[_Waiting]) -> Page:
        if not waiting:
            return Page(())
        self._pages += 1
        done = str(self._pages)
        hall.owed[done] = [(connection, heard.after) for connection, heard in waiting if heard.after]
        records = tuple(record for _, heard in waiting for record in heard.records)
        return Page(records, bad=tuple(bad for _, heard in waiting for bad in heard.bad), done=done)

    def _welcome(self, hall: _Hall) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
        """Takes a connection in, in a task of ours; or turns it away."""

        def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            address = str((writer.get_extra_info("peername") or ("?",))[0])
            if len(hall.open) >= self._spec.connections or hall.addresses[address] >= self._spec.per_address:
                self.turned_away += 1
                writer.transport.abort()
                return
            connection = _Connection(writer, address, asyncio.get_running_loop().time())
            hall.addresses[address] += 1
            hall.open[connection] = task = asyncio.create_task(self._served(hall, connection, reader))
            task.add_done_callback(_told)

        return welcome

    async def _served(self, hall: _Hall, connection: _Connection, reader: asyncio.StreamReader) -> None:
        session = self._session(connection.address)
        loop = asyncio.get_running_loop()
        try:
            with suppress(ConnectionError, TimeoutError, OSError):
                while connection.strange < _STRANGE and (data := await reader.read(_CHUNK)):
                    connection.heard = loop.time()
                    await _passed_on(hall.queue, connection, session.hear(data))
                    connection.heard = loop.time()  # it may have waited long for the store
        finally:
            session.gone()
            del hall.open[connection]
            hall.addresses -= Counter({connection.address: 1})
            connection.writer.transport.abort()

    async def _sweep(self, hall: _Hall) -> None:
        """Close what has been silent for too long."""
        idle = self._spec.idle.total_seconds()
        while True:
            await asyncio.sleep(min(_LOOK, idle / 2))
            now = asyncio.get_running_loop().time()
            for connection in [one for one in hall.open if one.silent(now, idle)]:
                connection.writer.transport.abort()


def _told(task: asyncio.Task[None]) -> None:
    """A fault in one connection's handling is logged, and ends that connection only."""
    if not task.cancelled() and (fault := task.exception()) is not None:
        log.error("a connection failed unexpectedly", exc_info=fault)


async def _passed_on(queue: asyncio.Queue[_Waiting], connection: _Connection, pieces: Iterable[Heard]) -> None:
    for heard in pieces:
        if connection.strange >= _STRANGE:
            return
        connection.judge(heard)
        connection.send(heard.at_once)
        if heard.records or heard.bad or heard.after:
            await queue.put((connection, heard))


async def _ended(tasks: list[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
