"""The broadcaster: draws each topic once, encodes each change once, and hands the same bytes to everybody."""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from snapshot.channel import Channel, Feed, PanelRender, Topic
from snapshot.model import Snapshot

__all__ = ["Feed", "Hub", "Stats", "Topic"]

KEEP = timedelta(seconds=60)  # a topic stays drawn this long after its last viewer left, so that a reconnect resumes
Panels = Callable[[Topic], Mapping[str, PanelRender]]


@dataclass(slots=True)
class Stats:
    """Counters since the start; bytes are before TCP and count each viewer's copy."""

    ticks: int = 0
    messages: int = 0
    resyncs: int = 0
    sent: int = 0
    render_seconds: float = 0.0
    panel_failures: int = 0


class Hub:
    """Topics and their viewers. All methods are of the event loop; drawing and encoding happen in threads.

    panels: the panels of a topic by key, each a pure function of a Snapshot that gives `{id-json: {prop: value}}`.
    default: the topic that is drawn at every tick even when nobody looks, so that the next viewer waits for nothing.
    """

    def __init__(self, panels: Panels, default: Topic) -> None:
        self.stats = Stats()
        self.snapshot: Snapshot | None = None
        # Threads of its own: people's slow questions (a replay, a drawer) must not hold up everybody's next tick.
        self._threads = ThreadPoolExecutor(2, "draw")
        self._panels = panels
        self._default = default
        self._channels: dict[Topic | tuple[Topic, datetime], Channel] = {
            default: Channel(panels(default), default.reach)
        }

    @property
    def viewers(self) -> int:
        """How many readers are connected, replays included."""
        return sum(len(channel.feeds) for channel in self._channels.values())

    @property
    def topics(self) -> int:
        """How many topics are kept drawn."""
        return len(self._channels)

    async def publish(self, snapshot: Snapshot) -> None:
        """Show a new snapshot to every live topic. A failing panel keeps its last picture and is counted."""
        self.snapshot = snapshot
        self.stats.ticks += 1
        for key, channel in list(self._channels.items()):
            if isinstance(key, Topic) and not self._forgotten(key, channel, snapshot.at):
                await self._advance(channel, snapshot)

    async def subscribe(self, topic: Topic, last: int | None = None, moment: Snapshot | None = None) -> Feed:
        """Join a topic, or one replayed moment of it. The first message is the whole screen.

        last: the newest event id the reader has; when nothing happened since, nothing is sent again.
        """
        key = topic if moment is None else (topic, moment.at)
        channel = self._channels.get(key)
        if channel is None:
            channel = self._channels.setdefault(key, Channel(self._panels(topic), topic.reach))
        feed = Feed(channel)
        channel.feeds.add(feed)
        channel.idle_since = None
        try:
            await self._greet(channel, feed, last, moment or self.snapshot)
        except BaseException:
            self.leave(feed)  # the reader went while its topic was drawn
            raise
        return feed

    def leave(self, feed: Feed) -> None:
        """Forget a reader; a replayed moment without readers is forgotten with it."""
        feed.close()
        for key, channel in list(self._channels.items()):
            channel.feeds.discard(feed)
            if not channel.feeds and not isinstance(key, Topic):
                del self._channels[key]

    def beat(self, now: datetime) -> None:
        """Offer every reader a heartbeat with the newest snapshot's moment and the server's clock."""
        newest = self.snapshot.at if self.snapshot is not None else None
        for key, channel in self._channels.items():
            channel.beat(now, newest if isinstance(key, Topic) else None)

    def close(self) -> None:
        """Send every reader home; used at stop."""
        for channel in self._channels.values():
            for feed in channel.feeds:
                feed.close()

    async def _greet(self, channel: Channel, feed: Feed, last: int | None, snapshot: Snapshot | None) -> None:
        if channel.version == 0 and snapshot is not None:
            await self._advance(channel, snapshot)
        elif channel.version and channel.version != last:
            feed.resync()

    async def _advance(self, channel: Channel, snapshot: Snapshot) -> None:
        async with channel.lock:
            if channel.version >= snapshot.version:
                return
            began = time.perf_counter()
            loop = asyncio.get_running_loop()
            props = await loop.run_in_executor(self._threads, channel.draw, snapshot)
            self.stats.render_seconds += time.perf_counter() - began
            self.stats.panel_failures += channel.failed
            first = channel.version == 0
            message = channel.advance(snapshot, props)
            if message is not None:
                self.stats.messages += 1
            for feed in channel.feeds:
                if first:
                    feed.resync()
                elif message is not None and not feed.offer(message):
                    self.stats.resyncs += 1

    def _forgotten(self, key: Topic, channel: Channel, at: datetime) -> bool:
        """Whether a topic has had no viewer for a while and was dropped."""
        if key == self._default or channel.feeds:
            return False
        channel.idle_since = channel.idle_since or at
        if at - channel.idle_since < KEEP:
            return False
        del self._channels[key]
        return True
