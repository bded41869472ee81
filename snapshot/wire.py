"""One message on the stream: serialised once, deflated once, sent as the same bytes to everybody.

Data of a message (one SSE `data:` line): `{"v", "at", "full", "set": [[id, {prop: value}]], "put": [[id, prop, path, value]]}`.
An id is the component's id itself: an object for `{"panel": ..., "part": ...}`, a string for a plain one.

Compression: each message is a raw deflate block ended by a full flush, which refers to nothing before it. One gzip header
per connection goes ahead of them, so one block serves all connections whenever they began.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from snapshot.diff import Changes, Json, Put

GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # RFC 1952: deflate, no flags, no time, unknown system
RETRY_MS = 2000
_LEVEL = 6
_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


@dataclass(frozen=True, slots=True)
class Message:
    """Bytes ready to leave. `version` is the event id; `full` messages need nothing sent before them."""

    version: int
    plain: bytes
    packed: bytes
    full: bool = False

    def bytes(self, *, packed: bool) -> bytes:
        """The form a connection asked for."""
        return self.packed if packed else self.plain


def stamp(at: datetime) -> str:
    """ISO 8601 in UTC with seconds, as the browser's Date reads it."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def pack(plain: bytes) -> bytes:
    """One raw deflate block that stands on its own (full flush, RFC 1951)."""
    machine = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return machine.compress(plain) + machine.flush(zlib.Z_FULL_FLUSH)


def event(data: Json, *, name: str = "", version: int | None = None, retry: int | None = None) -> bytes:
    """An event of the `text/event-stream` format; without a name the browser calls it "message"."""
    head = f"event: {name}\n" if name else ""
    head += f"id: {version}\n" if version is not None else ""
    head += f"retry: {retry}\n" if retry is not None else ""
    return head.encode() + b"data: " + orjson.dumps(data, option=_OPTIONS) + b"\n\n"


def tick(version: int, at: datetime, changes: Changes) -> Message:
    """The changes since the version before."""
    return _message(version, at, changes.sets, changes.puts, full=False)


def whole(version: int, at: datetime, props: Mapping[str, Mapping[str, Json]]) -> Message:
    """Everything a screen shows: the first message of a connection and the answer to a lost one."""
    return _message(version, at, props, (), full=True)


def hello(build: str, now: datetime) -> Message:
    """The first event of a connection: build id (a new one tells the page to reload) and the server's time."""
    plain = event({"build": build, "now": stamp(now)}, name="hello", retry=RETRY_MS)
    return Message(0, plain, pack(plain))


def farewell(why: str) -> Message:
    """The last event of a connection that the server ends for a reason, named by it ("signed-out")."""
    plain = event({}, name=why)
    return Message(0, plain, pack(plain))


def heartbeat(version: int, at: datetime, now: datetime) -> Message:
    """`v` is the newest message of the topic, `at` the moment its snapshot shows, `now` the server's clock."""
    plain = event({"v": version, "at": stamp(at), "now": stamp(now)}, name="heartbeat")
    return Message(version, plain, pack(plain))


def _message(
    version: int, at: datetime, sets: Mapping[str, Mapping[str, Json]], puts: tuple[Put, ...], *, full: bool
) -> Message:
    data = {
        "v": version,
        "at": stamp(at),
        "full": full,
        "set": [[_id(key), values] for key, values in sets.items()],
        "put": [[_id(put.id), put.prop, put.path, put.value] for put in puts],
    }
    plain = event(data, version=version)
    return Message(version, plain, pack(plain), full)


def _id(key: str) -> Json:
    """A component id as the browser wants it: Dash's canonical JSON goes out as the object it names."""
    return orjson.Fragment(key) if key.startswith("{") else key
