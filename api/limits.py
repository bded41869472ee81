"""How much anybody gets: requests a second, bytes of a body, open streams. Each refusal says when to come back."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.types import Message, Receive

MOST_KEYS = 20_000  # buckets kept; the ones longest unused go first, and an unused bucket is a full one
PATIENCE = 30.0  # seconds until a small body must have come: a slow sender holds no memory for longer
SLOWEST = 256 * 1024  # bytes a second that a large body must come at


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` requests at once, then `each` a second."""

    each: float
    burst: float


VIEWER = Rate(40, 240)  # a page asks some ten times when it opens; nobody clicks 40 times a second
STRANGER = Rate(20, 120)
ATTEMPT = Rate(0.5, 30)  # sign-ins of one address: a whole shift behind one gateway may come at once
LONGEST_NUMBER = 18  # digits that are read as a number at all
STREAMS = 12  # open streams of one session


class Buckets:
    """Token buckets by key. Not for several threads: the event loop's own."""

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self._rate, self._clock = rate, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Take one; 0 when there was one, otherwise the seconds until there is."""
        now = self._clock()
        left, at = self._left.pop(key, (self._rate.burst, now))
        left = min(self._rate.burst, left + (now - at) * self._rate.each)
        is_there = left >= 1
        self._left[key] = (left - 1 if is_there else left, now)
        if len(self._left) > MOST_KEYS:
            self._left.popitem(last=False)
        return 0.0 if is_there else (1 - left) / self._rate.each


@dataclass
class Limits:
    """What one web process keeps count of. Several processes each keep their own: the bounds are of the machine, not of the law."""

    clock: Callable[[], float]
    streams: int = STREAMS
    viewers: Buckets = field(init=False)
    strangers: Buckets = field(init=False)
    attempts: Buckets = field(init=False)
    open_streams: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the buckets."""
        self.viewers = Buckets(VIEWER, self.clock)
        self.strangers = Buckets(STRANGER, self.clock)
        self.attempts = Buckets(ATTEMPT, self.clock)

    def opens(self, session: str) -> bool:
        """Count one more stream of a session; False when it has enough."""
        count = self.open_streams.get(session, 0)
        if count >= self.streams:
            return False
        self.open_streams[session] = count + 1
        return True

    def closes(self, session: str) -> None:
        """A stream has ended."""
        count = self.open_streams.pop(session, 0)
        if count > 1:
            self.open_streams[session] = count - 1


class TooLarge(Exception):
    """More bytes than the door takes."""


class TooSlow(Exception):
    """The body did not come in time."""


class Gone(Exception):
    """The sender left before the end; what came is not what he meant."""


async def read_body(receive: Receive, most: int, patience: float = PATIENCE) -> bytes:
    """The whole body; TooLarge, TooSlow or Gone."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(patience + most / SLOWEST):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Gone
                part = message.get("body", b"")
                size += len(part)
                if size > most:
                    raise TooLarge
                parts.append(part)
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError as error:
        raise TooSlow from error


def replayed(body: bytes, receive: Receive) -> Receive:
    """A receive that gives a body already read, then whatever comes after it."""
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
