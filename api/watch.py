"""Open streams end with their session: looked at together every few seconds, in one thread, while there are any."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from starlette.types import Message, Receive

from api.arrival import Arrival
from domain.errors import StoreError

log = logging.getLogger(__name__)

EVERY = 4.0  # seconds; with the 5 s that sessions are kept in memory, a revocation ends a stream within 9
WHY = "cockpit.why"  # in the disconnect that a stream is told of: why it ends, when it was not the reader who left
ENDED = "signed-out"


class Watch:
    """`alive` says whether the session or token of a request still holds; it may read the store and is called in a thread."""

    def __init__(self, alive: Callable[[Arrival], bool], every: float) -> None:
        self._alive, self._every = alive, every
        self._open: dict[asyncio.Event, Arrival] = {}
        self._task: asyncio.Task[None] | None = None

    def enter(self, arrival: Arrival) -> asyncio.Event:
        """Watch a stream; the event is set when its session has ended."""
        ended = asyncio.Event()
        self._open[ended] = arrival
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="session watch")
        return ended

    def leave(self, ended: asyncio.Event) -> None:
        """The stream is closed."""
        self._open.pop(ended, None)
        if not self._open and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            try:
                over = await asyncio.to_thread(self._over, list(self._open.items()))
            except StoreError as error:
                log.warning("open streams stay: their sessions cannot be looked up: %s", error)
                continue
            for ended in over:
                ended.set()

    def _over(self, looked_at: list[tuple[asyncio.Event, Arrival]]) -> list[asyncio.Event]:
        return [ended for ended, arrival in looked_at if not self._alive(arrival)]


class Reader:
    """A stream's `receive` that also tells of the session's end, as a disconnect that says why."""

    def __init__(self, receive: Receive, ended: asyncio.Event) -> None:
        self._receive = receive
        self._ending = asyncio.create_task(ended.wait())
        self._next: asyncio.Future[Message] | None = None

    async def __call__(self) -> Message:
        """The next message, or the end."""
        if self._next is None:
            self._next = asyncio.ensure_future(self._receive())
        waited: set[asyncio.Future[Message] | asyncio.Task[bool]] = {self._next, self._ending}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if self._ending.done():
            return {"type": "http.disconnect", WHY: ENDED}
        message, self._next = self._next.result(), None
        return message

    async def close(self) -> None:
        """Stop waiting for either."""
        for task in (self._next, self._ending):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
