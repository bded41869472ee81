"""One topic's state on the server and the queues of those who watch it. Everything here runs on the event loop."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from domain.account import WHOLE, Reach
from snapshot.diff import Props, diff
from snapshot.drawing import Drawing
from snapshot.model import Snapshot
from snapshot.restricted import Lens
from snapshot.wire import Message, heartbeat, tick, whole

DEPTH = 2  # messages a reader may be behind before it is resynced instead
PanelRender = Callable[[Snapshot], Props]


class Topic(NamedTuple):
    """What one stream shows; everybody on the same topic gets the same bytes. place "" is the whole city.

    reach: how far its viewers' rights go, as `access.reach.fitted` gives it, so that equal reaches share one drawing.
    """

    screen: str
    place: str = ""
    lang: str = "zh"
    reach: Reach = WHOLE


class Feed:
    """One reader's queue: two messages deep, and never more than one heartbeat.

    A reader that falls behind loses its queue and gets the whole screen next, so a stuck one costs no memory.
    """

    def __init__(self, channel: "Channel") -> None:
        self._channel = channel
        self._queue: deque[Message] = deque()
        self._beat: Message | None = None
        self._ready = asyncio.Event()
        self._lost = False
        self.closed = False

    def offer(self, message: Message) -> bool:
        """Queue a message; False when the reader has just fallen behind and will be resynced."""
        if self._lost:
            return True
        if len(self._queue) >= DEPTH:
            self.resync()
            return False
        self._queue.append(message)
        self._ready.set()
        return True

    def beat(self, message: Message) -> None:
        """Queue a heartbeat; an unsent older one is replaced."""
        self._beat = message
        self._ready.set()

    def resync(self) -> None:
        """Send the whole screen next, whatever was queued."""
        self._queue.clear()
        self._lost = True
        self._ready.set()

    def close(self) -> None:
        """Wake the reader for the last time."""
        self.closed = True
        self._ready.set()

    async def take(self) -> Message | None:
        """The next message, waiting for one; None when the feed was closed."""
        while not self.closed:
            await self._ready.wait()
            if self._lost:
                # Forget the loss before the whole screen is encoded: ticks that come meanwhile belong on top of it.
                self._lost = False
                return await self._channel.whole()
            if self._queue:
                return self._queue.popleft()
            beat, self._beat = self._beat, None
            if beat is not None:
                return beat
            if not self.closed:
                self._ready.clear()
        return None


class Channel:
    """The newest rendering of one topic, and its readers. `version` is the id of the newest message.

    Nothing outside `reach` gets into the drawing.
    """

    def __init__(self, panels: Mapping[str, PanelRender], reach: Reach = WHOLE) -> None:
        self.feeds: set[Feed] = set()
        self.lock = asyncio.Lock()
        self._drawing = Drawing(panels)
        self._lens = Lens(reach)
        self.version = 0
        self.at: datetime | None = None
        self.idle_since: datetime | None = None
        self._props: Props = {}
        self._whole: asyncio.Task[Message] | None = None
        self._beat: Message | None = None

    @property
    def failed(self) -> int:
        """How many panels could not be drawn last time."""
        return len(self._drawing.failed)

    def draw(self, snapshot: Snapshot) -> Props:
        """Everything the topic shows of a snapshot; runs in a thread, one at a time under `lock`."""
        return self._drawing.render(self._lens(snapshot))

    def advance(self, snapshot: Snapshot, props: Props) -> Message | None:
        """Take over a new rendering; the message that leads to it, or None when nothing is to be sent."""
        first, changes = self.version == 0, diff(self._props, props)
        self.at = snapshot.at
        self._props = {**self._props, **props}
        if not changes and not first:
            return None
        self.version = snapshot.version
        self._whole = None
        return None if first else tick(snapshot.version, snapshot.at, changes)

    async def whole(self) -> Message:
        """The whole screen as one message; encoded once for a version, off the event loop."""
        if self._whole is None:
            version, at, props = self.version, self.at, self._props
            if at is None:
                raise RuntimeError("the channel has nothing to show: Hub waits for its first rendering")
            self._whole = asyncio.create_task(asyncio.to_thread(whole, version, at, props))
        return await asyncio.shield(self._whole)

    def beat(self, now: datetime, at: datetime | None) -> None:
        """Offer everybody one heartbeat, encoded once. `at` is the moment of the newest snapshot."""
        shown = at or self.at
        if shown is not None and self.feeds:
            message = heartbeat(self.version, shown, now)
            for feed in self.feeds:
                feed.beat(message)
