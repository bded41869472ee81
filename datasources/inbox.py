"""A connection to an MQTT broker: messages wait here, at most so many, until somebody takes and acknowledges them."""

import asyncio
import ssl
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from datasources.trust import distrust, trusting
from domain.errors import SourceError

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessage


_GATHER = 0.02  # seconds in which more may come: one commit for a hundred messages costs little more than for one
_HANDSHAKE = 5.0  # seconds for a connection, and as many for its TLS: somebody who says nothing is no broker


@dataclass(frozen=True)
class Session:
    """How to connect. keep: seconds for which the broker keeps the session; waiting: most messages held here."""

    host: str
    address: str
    port: int
    secure: bool
    ca: str
    version: str
    client: str
    topics: tuple[str, ...]
    qos: int
    keep: int
    keepalive: int
    waiting: int
    max_bytes: int
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message, and what its acknowledgement needs: its number on the connection that brought it."""

    topic: str
    payload: bytes
    number: int
    qos: int


class Inbox:
    """One connection's life: open, take and acknowledge, close. When it breaks it stays broken; the next one takes over.

    The broker sends again what a broken connection left unacknowledged; the store knows a value it has already.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._held: deque[Envelope] = deque()
        self._lock = threading.Lock()
        self._fault = ""
        self._closing = False
        self._lost = 0
        self._client: Client | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = asyncio.Event()
        self._came = asyncio.Event()

    async def open(self, within: float) -> None:
        """Connect and subscribe; SourceError when that fails or takes longer than `within` seconds."""
        self._loop = asyncio.get_running_loop()
        session = self._session
        try:
            trust = trusting(session.ca) if session.secure else None
        except ValueError as error:
            raise SourceError(str(error), permanent=True) from None
        client = self._made(trust)
        self._client = client
        try:
            await asyncio.to_thread(self._connect, client, trust)
        except (OSError, ValueError) as error:
            why = distrust(error, session.host) if isinstance(error, OSError) else ""
            raise SourceError(
                why or f"the broker {session.host}:{session.port} cannot be reached ({type(error).__name__})"
            ) from None
        client.loop_start()
        try:
            async with asyncio.timeout(within):
                await self._ready.wait()
        except TimeoutError:
            raise SourceError(
                f"the broker {session.host}:{session.port} did not answer within {within:.0f} s"
            ) from None
        if self._fault:
            raise SourceError(self._fault)

    async def take(self, most: int, within: float) -> list[Envelope]:
        """At most so many messages, waiting at most so many seconds for the first; [] when none came."""
        try:
            async with asyncio.timeout(within):
                while not self._held and not self._fault:
                    self._came.clear()  # set also by messages that were taken meanwhile
                    if not self._held:
                        await self._came.wait()
        except TimeoutError:
            return []
        if len(self._held) < most:
            await asyncio.sleep(_GATHER)
        with self._lock:
            return [self._held.popleft() for _ in range(min(most, len(self._held)))]

    def acknowledge(self, envelope: Envelope) -> None:
        """Tell the broker that a message is durable; nothing to tell once the connection is broken."""
        if self._client is not None and envelope.qos == 1 and not self._fault:
            self._client.ack(envelope.number, envelope.qos)

    def fault(self) -> str:
        """Why the connection is broken; "" while it holds. Messages of qos 0 that found no room are told once."""
        with self._lock:
            lost, self._lost = self._lost, 0
        return self._fault or (f"{lost:,} messages of qos 0 were lost: more came than were written" if lost else "")

    def close(self) -> None:
        """Leave the broker. Blocks for a moment: call it in a thread."""
        self._closing = True
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()
            self._client = None

    def _made(self, trust: ssl.SSLContext | None) -> "Client":
        from paho.mqtt import client as mqtt  # heavy, and only for cities that have such a source
        from paho.mqtt.enums import CallbackAPIVersion

        session = self._session
        five = session.version == "5"
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=session.client,
            clean_session=None if five else False,
            protocol=mqtt.MQTTv5 if five else mqtt.MQTTv311,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        if session.user:
            client.username_pw_set(session.user, session.password or None)
        if trust is not None:
            client.tls_set_context(trust)
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_message = self._message
        client.on_disconnect = self._disconnected
        return client

    def _connect(self, client: "Client", trust: ssl.SSLContext | None) -> None:
        """To the judged address; the certificate is the host's."""
        session = self._session
        client.connect_timeout = _HANDSHAKE
        if trust is not None:
            client._ssl_wrap_socket = self._wrapped(trust)  # type: ignore[method-assign]  # noqa: SLF001 - paho has no other seam
        extra: dict[str, Any] = {"clean_start": False, "properties": self._wishes()} if session.version == "5" else {}
        client.connect(session.address, session.port, keepalive=session.keepalive, **extra)

    def _wrapped(self, context: ssl.SSLContext) -> Any:
        def wrap(sock: Any) -> Any:
            wrapped = context.wrap_socket(sock, server_hostname=self._session.host, do_handshake_on_connect=False)
            wrapped.settimeout(_HANDSHAKE)
            try:
                wrapped.do_handshake()
            except BaseException:
                wrapped.close()  # paho does not know of it yet
                raise
            wrapped.settimeout(self._session.keepalive)
            return wrapped

        return wrap

    def _wishes(self) -> Any:
        """MQTT 5: how long to keep the session, how many messages at once, how large (3.1.2.11)."""
        from paho.mqtt.packettypes import PacketTypes
        from paho.mqtt.properties import Properties

        wishes: Any = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        wishes.SessionExpiryInterval = self._session.keep
        wishes.ReceiveMaximum = self._session.waiting
        wishes.MaximumPacketSize = self._session.max_bytes + 65_535  # the topic and the properties come on top
        return wishes

    def _connected(self, client: "Client", _data: object, _flags: object, reason: Any, _properties: object) -> None:
        if reason.is_failure:
            self._break(f"the broker refuses the connection: {reason}")
            return
        client.subscribe([(topic, self._session.qos) for topic in self._session.topics])

    def _subscribed(self, _client: object, _data: object, _mid: int, reasons: list[Any], _properties: object) -> None:
        refused = [t for t, reason in zip(self._session.topics, reasons, strict=False) if reason.is_failure]
        if refused:
            self._break(f"the broker refuses the topic {refused[0]}")
        self._tell(self._ready)

    def _message(self, _client: object, _data: object, message: "MQTTMessage") -> None:
        with self._lock:
            if message.qos == 0 and len(self._held) >= self._session.waiting:
                self._lost += 1
                return
            self._held.append(Envelope(message.topic, bytes(message.payload), message.mid, message.qos))
        self._tell(self._came)

    def _disconnected(self, _client: object, _data: object, _flags: object, reason: Any, _properties: object) -> None:
        if not self._closing:
            self._break(f"the connection to the broker broke: {reason}")

    def _break(self, sentence: str) -> None:
        with self._lock:
            self._fault = self._fault or sentence
            self._held.clear()  # the broker sends them again; an old number may not acknowledge a new message
        self._tell(self._ready)
        self._tell(self._came)

    def _tell(self, event: asyncio.Event) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(event.set)
