import asyncio
import logging
import zlib
from collections.abc import Mapping
from datetime import timedelta

import orjson
import pytest

from snapshot.channel import DEPTH, PanelRender
from snapshot.city import CitySnapshot
from snapshot.diff import Props
from snapshot.hub import KEEP, Feed, Hub, Topic
from snapshot.model import Snapshot
from snapshot.moment import Moment
from snapshot.wire import GZIP_HEADER, Message
from tests.cities import EAST, NOW, tiny_city

CITY = tiny_city()
OVERVIEW = Topic("overview")
NUMBER = '{"panel":"number","part":"value"}'


def shot(version: int, seconds: float | None = None) -> CitySnapshot:
    at = NOW + timedelta(seconds=version if seconds is None else seconds)
    return CitySnapshot(Moment(CITY, at, {}), version, live=True)


def number(snapshot: Snapshot) -> Props:
    return {NUMBER: {"children": str(snapshot.version), "title": "x" * 300}}


def panels(topic: Topic) -> Mapping[str, PanelRender]:
    return {"number": number, "place": lambda _: {"place": {"children": topic.place}}}


@pytest.fixture
def hub() -> Hub:
    return Hub(panels, OVERVIEW)


def data_of(message: Message | None) -> dict:
    assert message is not None
    line = next(line for line in message.plain.split(b"\n") if line.startswith(b"data: "))
    return orjson.loads(line.removeprefix(b"data: "))


async def taken(feed: Feed) -> dict:
    return data_of(await asyncio.wait_for(feed.take(), 5))


async def nothing_comes(feed: Feed) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(feed.take(), 0.05)


async def test_a_new_reader_gets_the_whole_screen_then_only_changes(hub: Hub) -> None:
    await hub.publish(shot(1))
    feed = await hub.subscribe(OVERVIEW)
    first = await taken(feed)
    assert (first["v"], first["full"]) == (1, True)
    assert len(first["set"]) == 2
    await hub.publish(shot(2))
    second = await taken(feed)
    assert (second["v"], second["full"]) == (2, False)
    assert second["set"] == [[{"panel": "number", "part": "value"}, {"children": "2"}]]


async def test_everybody_gets_the_very_same_bytes(hub: Hub) -> None:
    await hub.publish(shot(1))
    feeds = [await hub.subscribe(OVERVIEW) for _ in range(5)]
    whole = [await feed.take() for feed in feeds]
    await hub.publish(shot(2))
    ticks = [await feed.take() for feed in feeds]
    assert len({id(m.packed) for m in whole if m}) == 1
    assert len({id(m.packed) for m in ticks if m}) == 1
    assert hub.stats.messages == 1


async def test_what_did_not_change_is_not_sent(hub: Hub) -> None:
    quiet = Hub(lambda topic: {"still": lambda _: {"a": {"children": "same"}}}, OVERVIEW)
    await quiet.publish(shot(1))
    feed = await quiet.subscribe(OVERVIEW)
    await taken(feed)
    await quiet.publish(shot(2))
    await nothing_comes(feed)
    quiet.beat(NOW)
    beat = await taken(feed)
    assert beat["v"] == 1
    assert beat["at"] == "2026-11-24T06:32:02Z"


async def test_a_reader_that_fell_behind_is_resynced_not_buffered(hub: Hub) -> None:
    await hub.publish(shot(1))
    slow, quick = await hub.subscribe(OVERVIEW), await hub.subscribe(OVERVIEW)
    await taken(slow)
    seen = [await taken(quick)]
    for version in range(2, 50):
        await hub.publish(shot(version))
        seen.append(await taken(quick))
        assert len(slow._queue) <= DEPTH
    assert [m["v"] for m in seen] == list(range(1, 50))
    caught_up = await taken(slow)
    assert (caught_up["v"], caught_up["full"]) == (49, True)
    await hub.publish(shot(50))
    assert (await taken(slow))["full"] is False
    assert hub.stats.resyncs == 1


async def test_a_tick_that_comes_while_the_whole_is_encoded_is_not_lost(hub: Hub) -> None:
    await hub.publish(shot(1))
    feed = await hub.subscribe(OVERVIEW)
    first = asyncio.create_task(feed.take())
    await asyncio.sleep(0)
    await hub.publish(shot(2))
    assert data_of(await first)["v"] == 1
    assert (await taken(feed))["v"] == 2


async def test_reconnecting_without_a_gap_sends_nothing_again(hub: Hub) -> None:
    await hub.publish(shot(1))
    feed = await hub.subscribe(OVERVIEW)
    last = (await taken(feed))["v"]
    hub.leave(feed)
    again = await hub.subscribe(OVERVIEW, last)
    await nothing_comes(again)
    await hub.publish(shot(2))
    assert (await taken(again))["full"] is False


@pytest.mark.parametrize("last", [0, 99, None])
async def test_reconnecting_after_a_gap_sends_the_whole_screen(hub: Hub, last: int | None) -> None:
    await hub.publish(shot(1))
    assert (await taken(await hub.subscribe(OVERVIEW, last)))["full"] is True


async def test_a_reader_that_comes_before_the_first_snapshot_waits_for_it(hub: Hub) -> None:
    feed = await hub.subscribe(OVERVIEW)
    await nothing_comes(feed)
    hub.beat(NOW)
    await nothing_comes(feed)
    await hub.publish(shot(1))
    assert (await taken(feed))["full"] is True


async def test_topics_are_drawn_only_while_somebody_looks(hub: Hub) -> None:
    await hub.publish(shot(1))
    feed = await hub.subscribe(Topic("overview", EAST))
    assert ["place", {"children": EAST}] in (await taken(feed))["set"]
    assert (hub.topics, hub.viewers) == (2, 1)
    hub.leave(feed)
    await hub.publish(shot(2))
    assert hub.topics == 2
    await hub.publish(shot(3, KEEP.total_seconds() + 2))
    assert (hub.topics, hub.viewers) == (1, 0)
    assert feed.closed


async def test_one_failing_panel_keeps_its_last_picture(caplog: pytest.LogCaptureFixture) -> None:
    broken = False

    def moody(snapshot: Snapshot) -> Props:
        if broken:
            raise ZeroDivisionError
        return {"moody": {"children": str(snapshot.version)}}

    hub = Hub(lambda topic: {"moody": moody, "number": number}, OVERVIEW)
    await hub.publish(shot(1))
    feed = await hub.subscribe(OVERVIEW)
    await taken(feed)
    broken = True
    with caplog.at_level(logging.ERROR):
        await hub.publish(shot(2))
        await hub.publish(shot(3))
    assert [r.message for r in caplog.records].count("panel moody cannot be drawn; it keeps what it showed last") == 1
    assert hub.stats.panel_failures == 2
    ticks = [await taken(feed), await taken(feed)]
    assert all("moody" not in str(t["set"]) for t in ticks)
    broken = False
    await hub.publish(shot(4))
    assert ["moody", {"children": "4"}] in (await taken(feed))["set"]


async def test_a_replayed_moment_is_sent_once_and_never_moves(hub: Hub) -> None:
    await hub.publish(shot(1))
    past = CitySnapshot(Moment(CITY, NOW - timedelta(hours=3), {}), 500, live=False)
    feed = await hub.subscribe(OVERVIEW, None, past)
    message = await taken(feed)
    assert (message["full"], message["at"]) == (True, "2026-11-24T03:32:00Z")
    await hub.publish(shot(2))
    await nothing_comes(feed)
    hub.beat(NOW)
    assert (await taken(feed))["at"] == "2026-11-24T03:32:00Z"
    hub.leave(feed)
    assert hub.topics == 1


async def test_an_unsent_heartbeat_is_replaced_not_queued(hub: Hub) -> None:
    await hub.publish(shot(1))
    feed = await hub.subscribe(OVERVIEW)
    await taken(feed)
    for second in range(100):
        hub.beat(NOW + timedelta(seconds=second))
    assert (await taken(feed))["now"] == "2026-11-24T06:33:39Z"
    await nothing_comes(feed)


async def test_closing_sends_every_reader_home(hub: Hub) -> None:
    await hub.publish(shot(1))
    feed = await hub.subscribe(OVERVIEW)
    await taken(feed)
    waiting = asyncio.create_task(feed.take())
    await asyncio.sleep(0)
    hub.close()
    assert await asyncio.wait_for(waiting, 5) is None


async def test_readers_who_joined_at_different_times_decode_the_same_stream(hub: Hub) -> None:
    await hub.publish(shot(1))
    decoders, feeds = [], []
    for version in range(2, 6):
        feeds.append(await hub.subscribe(OVERVIEW))
        decoders.append(zlib.decompressobj(16 + zlib.MAX_WBITS))
        decoders[-1].decompress(GZIP_HEADER)
        await hub.publish(shot(version))
        for feed, decoder in zip(feeds, decoders, strict=True):
            while feed._ready.is_set() and (feed._queue or feed._lost):
                message = await feed.take()
                assert message is not None
                assert decoder.decompress(message.packed) == message.plain
