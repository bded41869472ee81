"""The sensor platform's message broker: MQTT 3.1.1 with quality of service 0 and 1 and sessions that last, for a few subscribers."""

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

log = logging.getLogger("demo")

_CONNECT, _PUBLISH, _PUBACK, _SUBSCRIBE, _PING, _BYE = 1, 3, 4, 8, 12, 14
_LEVEL: Final = 4  # MQTT 3.1.1
_WRONG_VERSION: Final = 1
_LARGEST: Final = 100_000  # bytes of a packet
_KEPT: Final = 20_000  # messages a session waits with
_NUMBERS: Final = 65_535


class _Strange(ValueError):
    """A packet that is none, or one this broker does not speak: the connection ends."""


@dataclass
class _Subscriber:
    """One client's session: its filters, and what it has not acknowledged, by packet number."""

    filters: list[str] = field(default_factory=list)
    owed: dict[int, tuple[str, bytes]] = field(default_factory=dict)
    number: int = 0
    writer: asyncio.StreamWriter | None = None

    def put(self, topic: str, payload: bytes) -> None:
        """Take a message, and send it where somebody is connected."""
        if len(self.owed) >= _KEPT:
            del self.owed[next(iter(self.owed))]
        self.number = self.number % _NUMBERS + 1
        self.owed[self.number] = (topic, payload)
        self.send(self.number, again=False)

    def send(self, number: int, *, again: bool) -> None:
        """A message as a packet; `again` marks what may have been seen (MQTT 3.1.1 3.3.1.1)."""
        if self.writer is not None:
            topic, payload = self.owed[number]
            body = _text(topic) + number.to_bytes(2, "big") + payload
            self.writer.write(_packet(_PUBLISH << 4 | 2 | (8 if again else 0), body))


class Broker:
    """Holds messages for who has subscribed, also while they are away."""

    def __init__(self) -> None:
        self._sessions: dict[str, _Subscriber] = {}

    async def serve(self, sock: socket.socket) -> None:
        """Take connections in at a bound socket until cancelled."""
        server = await asyncio.start_server(self._welcome, sock=sock, limit=_LARGEST)
        async with server:
            try:
                await server.serve_forever()
            finally:
                self.hang_up()

    def publish(self, topic: str, payload: bytes) -> int:
        """Give a message to every session that wants it; how many there are."""
        wanted = [one for one in self._sessions.values() if any(matches(f, topic) for f in one.filters)]
        for one in wanted:
            one.put(topic, payload)
        return len(wanted)

    def wanted(self, topic: str) -> bool:
        """Whether somebody has subscribed."""
        return any(matches(f, topic) for one in self._sessions.values() for f in one.filters)

    def waiting(self, topic: str = "#") -> int:
        """Messages that are not acknowledged yet."""
        return sum(matches(topic, held) for one in self._sessions.values() for held, _ in one.owed.values())

    def hang_up(self) -> None:
        """Close every connection; the sessions stay."""
        for one in self._sessions.values():
            if one.writer is not None:
                one.writer.close()
                one.writer = None

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session: _Subscriber | None = None
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                session = self._begun(*await _read(reader), writer)
                while True:
                    head, body = await _read(reader)
                    if head >> 4 == _BYE:
                        break
                    self._heard(session, head, body)
                    await writer.drain()
        except _Strange as error:
            log.info("the broker ends a connection: %s", error)
        finally:
            if session is not None and session.writer is writer:
                session.writer = None
            writer.close()

    def _begun(self, head: int, body: bytes, writer: asyncio.StreamWriter) -> _Subscriber:
        """CONNECT: the client's session, new or as it was left; what it owes is sent again."""
        if head >> 4 != _CONNECT:
            raise _Strange("the first packet is no CONNECT")
        name, rest = _cut(body)
        if name != "MQTT" or len(rest) < 4 or rest[0] != _LEVEL:
            writer.write(_packet(2 << 4, bytes((0, _WRONG_VERSION))))
            raise _Strange("only MQTT 3.1.1 is spoken")
        clean = bool(rest[1] & 2)
        client, _ = _cut(rest[4:])
        if clean:
            self._sessions.pop(client, None)
        known = client in self._sessions
        session = self._sessions.setdefault(client, _Subscriber())
        if session.writer is not None:
            session.writer.close()  # a second connection of the same client takes over (3.1.4)
        session.writer = writer
        writer.write(_packet(2 << 4, bytes((int(known), 0))))
        for number in session.owed:
            session.send(number, again=True)
        return session

    def _heard(self, session: _Subscriber, head: int, body: bytes) -> None:
        kind = head >> 4
        if kind == _PUBACK:
            session.owed.pop(int.from_bytes(body[:2], "big"), None)
        elif kind == _SUBSCRIBE:
            asked = list(_filters(body[2:]))
            session.filters = list(dict.fromkeys([*session.filters, *(topic for topic, _ in asked)]))
            self._answer(session, _packet(9 << 4, body[:2] + bytes(min(qos, 1) for _, qos in asked)))
        elif kind == _PING:
            self._answer(session, _packet(13 << 4, b""))
        elif kind == _PUBLISH:
            topic, rest = _cut(body)
            if head >> 1 & 3:
                self._answer(session, _packet(_PUBACK << 4, rest[:2]))
                rest = rest[2:]
            self.publish(topic, rest)
        else:
            raise _Strange(f"a packet of type {kind}")

    @staticmethod
    def _answer(session: _Subscriber, packet: bytes) -> None:
        if session.writer is not None:
            session.writer.write(packet)


def matches(wanted: str, topic: str) -> bool:
    """Whether a topic filter takes a topic (MQTT 3.1.1 4.7.1)."""
    parts, levels = wanted.split("/"), topic.split("/")
    for number, part in enumerate(parts):
        if part == "#":
            return True
        if number >= len(levels) or part not in {"+", levels[number]}:
            return False
    return len(parts) == len(levels)


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """A packet's first byte and its body (2.2.3: the length in up to four bytes of seven bits)."""
    head = (await reader.readexactly(1))[0]
    length = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        length |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            break
        if shift > 21:
            raise _Strange("a length of more than four bytes")
    if length > _LARGEST:
        raise _Strange(f"a packet of {length:,} bytes")
    return head, await reader.readexactly(length)


def _packet(head: int, body: bytes) -> bytes:
    length, size = bytearray(), len(body)
    while True:
        size, byte = divmod(size, 128)
        length.append(byte | (128 if size else 0))
        if not size:
            return bytes((head,)) + bytes(length) + body


def _text(text: str) -> bytes:
    raw = text.encode()
    return len(raw).to_bytes(2, "big") + raw


def _cut(body: bytes) -> tuple[str, bytes]:
    """A text at the beginning, and what follows."""
    size = int.from_bytes(body[:2], "big")
    if len(body) < 2 + size:
        raise _Strange("a text that is cut short")
    return body[2 : 2 + size].decode("utf-8", "replace"), body[2 + size :]


def _filters(body: bytes) -> Iterator[tuple[str, int]]:
    while body:
        topic, rest = _cut(body)
        if not rest:
            raise _Strange("a subscription without its quality of service")
        yield topic, rest[0]
        body = rest[1:]
