"""Messages of an MQTT broker; a message is acknowledged when what it says is durable."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, field_validator

from datasources.context import SourceContext
from datasources.inbox import Envelope, Inbox, Session
from datasources.messages import records_in
from domain.errors import SourceError
from domain.metric import Duration
from domain.source import Ask, Page, Record, SourceSpec

_QUIET = 0.2  # seconds without a message that end a run


class MqttSpec(SourceSpec):
    """Topics of a broker, MQTT 5 or 3.1.1. A payload is JSON, a number or a text (then the field `value`).

    Each record gets `_topic` and `_levels`, the topic and its parts. With qos 1 a message is acknowledged after the commit
    and the session is kept by the broker, so nothing is lost while the cockpit is away.
    """

    model_config = ConfigDict(hide_input_in_errors=True)
    schemes: ClassVar[tuple[str, ...]] = ("mqtt", "mqtts")
    kind: Literal["mqtt"]
    url: str = Field(description="mqtt://host:1883 or mqtts://host:8883, without user and password.")
    topics: tuple[str, ...] = Field(min_length=1, description="Topic filters; + and # stand for levels.")
    version: Literal["5", "3.1.1"] = Field("5", description="Version of the protocol.")
    qos: Literal[0, 1] = Field(1, description="1: at least once, acknowledged after the commit; 0: at most once.")
    client: str = Field("", description="Client id, one for each cockpit; else made of the source's key.")
    session: Duration = Field(
        timedelta(days=7), description="How long the broker keeps messages for us while we are away (MQTT 5)."
    )
    user_env: str = Field("", description="Environment variable of the user's name.")
    password_env: str = Field("", description="Environment variable of the password.")
    ca: str = Field("", description="File of the certificates to trust with mqtts; else the system's.")
    carry: dict[str, str] = Field(
        default_factory=dict, description="Message-level fields copied into each record: name -> JMESPath."
    )
    keepalive: Duration = Field(timedelta(seconds=30), description="Longest silence of a connection.")
    max_bytes: int = Field(1_000_000, gt=0, description="Largest message accepted.")
    waiting: int = Field(
        5000,
        ge=1,
        le=65_535,
        description="Most messages held here before they are durable; the broker keeps the others.",
    )
    chunk: int = Field(1000, gt=0, description="Messages of one page (one transaction of the store).")

    @field_validator("url")
    @classmethod
    def _broker(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname:
            raise ValueError("url: give mqtt://host or mqtts://host")
        if parts.username or parts.password:
            raise ValueError("url: user and password do not belong into an address; use user_env: and password_env:")
        return url

    def calls(self) -> dict[tuple[str, ...], str]:
        """The broker."""
        return {("url",): self.url}

    @field_validator("topics")
    @classmethod
    def _filters(cls, topics: tuple[str, ...]) -> tuple[str, ...]:
        for topic in topics:
            levels = topic.split("/")
            if not topic or "#" in levels[:-1] or any(len(part) > 1 and set(part) & set("+#") for part in levels):
                raise ValueError(f"topics: {topic!r} is no topic filter (MQTT 5.0 4.7.1)")
        return topics


class MqttSource:
    """Each run takes what has come since the last one; the connection stays open between runs."""

    def __init__(self, spec: MqttSpec, context: SourceContext) -> None:
        self.spec: SourceSpec = spec
        self._spec = spec
        self._context = context
        self._inbox: Inbox | None = None
        self._pages = 0
        self._owed: dict[str, list[Envelope]] = {}

    async def fetch(self, ask: Ask) -> AsyncGenerator[Page, None]:  # noqa: ARG002 - the broker remembers where we are
        """Pages until the broker falls silent or half of the run's time is over."""
        self._owed.clear()  # what a failed run left unacknowledged is still held by the broker or by the inbox
        inbox = await self._connected()
        loop = asyncio.get_running_loop()
        until = loop.time() + self._spec.timeout.total_seconds() / 2
        while messages := await inbox.take(self._spec.chunk, _QUIET):
            yield self._page(messages)
            if loop.time() > until:
                return
        if sentence := inbox.fault():
            raise SourceError(self._context.redact(sentence))

    async def acknowledge(self, page: Page) -> None:
        """The page is durable: the broker may forget its messages."""
        for envelope in self._owed.pop(page.done or "", ()):
            if self._inbox is not None:
                self._inbox.acknowledge(envelope)

    async def close(self) -> None:
        """End the connection; the broker keeps the session."""
        if self._inbox is not None:
            inbox, self._inbox = self._inbox, None
            await asyncio.to_thread(inbox.close)

    async def _connected(self) -> Inbox:
        """The open connection; a new one where there is none. SourceError when the broker refuses or is away."""
        if self._inbox is not None and self._inbox.fault():
            await self.close()
        if self._inbox is None:
            self._inbox = await self._opened()
        return self._inbox

    async def _opened(self) -> Inbox:
        spec, context = self._spec, self._context
        parts = urlsplit(spec.url)
        secure = parts.scheme == "mqtts"
        host, port = parts.hostname or "", parts.port or (8883 if secure else 1883)
        try:
            addresses = await context.guard.resolve(host, port)
        except OSError:
            raise SourceError(f"the name of the broker, {host}, is not known") from None
        session = Session(
            host=host, address=addresses[0], port=port, secure=secure, ca=self._file(spec.ca), version=spec.version,
            client=spec.client or f"cockpit-{spec.key}", topics=spec.topics, qos=spec.qos,
            keep=int(spec.session.total_seconds()), keepalive=int(spec.keepalive.total_seconds()),
            waiting=spec.waiting, max_bytes=spec.max_bytes,
            user=context.secret(spec.user_env) if spec.user_env else "",
            password=context.secret(spec.password_env) if spec.password_env else "",
        )  # fmt: skip
        inbox = Inbox(session)
        try:
            await inbox.open(min(10.0, spec.timeout.total_seconds() / 2))
        except BaseException:
            await asyncio.to_thread(inbox.close)
            raise
        return inbox

    def _file(self, name: str) -> str:
        root = self._context.root
        return str(self._context.guard.inside(root / name, root)) if name else ""

    def _page(self, messages: list[Envelope]) -> Page:
        records: list[Record] = []
        bad: list[tuple[str, str, str]] = []
        for number, one in enumerate(messages, 1):
            if len(one.payload) > self._spec.max_bytes:
                bad.append(
                    (
                        one.topic,
                        f"{len(one.payload):,} bytes",
                        f"the message is larger than {self._spec.max_bytes:,} bytes",
                    )
                )
                continue
            good, refused = records_in(
                one.payload, one.topic, self._spec.rows, self._spec.carry, f"message {number} of {one.topic}"
            )
            records += good
            bad += refused
        self._pages += 1
        done = str(self._pages)
        self._owed[done] = messages
        return Page(tuple(records), bad=tuple(bad), done=done)
