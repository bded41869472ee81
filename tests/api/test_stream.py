import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest

from access.memory import RECALLED
from access.opening import open_access
from api.arrival import SESSION_COOKIE
from api.stream import accepts_gzip
from api.watch import EVERY
from domain.batch import Batch
from domain.errors import StoreError
from snapshot.channel import DEPTH
from tests.api.conftest import Web
from tests.cities import EAST, NOW, observed

URL = "/stream?screen=overview"


class Reader:
    """A browser's side of one stream, spoken straight to the ASGI app: httpx would wait for the end of the answer."""

    def __init__(self) -> None:
        self.start: dict[str, Any] = {}
        self.parts: asyncio.Queue[bytes] = asyncio.Queue()
        self.gone = asyncio.Event()
        self.stuck = asyncio.Event()
        self.stuck.set()
        self.text = b""
        self._decoder: Any = None

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        await self.stuck.wait()
        if message["type"] == "http.response.start":
            self.start = {k.decode(): v.decode() for k, v in message["headers"]} | {"status": message["status"]}
        else:
            await self.parts.put(message["body"])

    async def event(self) -> dict[str, Any]:
        """The next event: its name, id and data."""
        while b"\n\n" not in self.text:
            body = await asyncio.wait_for(self.parts.get(), 10)
            if self.start.get("content-encoding") == "gzip":
                self._decoder = self._decoder or zlib.decompressobj(16 + zlib.MAX_WBITS)
                body = self._decoder.decompress(body)
            self.text += body
        head, _, self.text = self.text.partition(b"\n\n")
        fields = dict(line.split(b": ", 1) for line in head.split(b"\n"))
        return {
            "event": fields.get(b"event", b"message").decode(),
            "id": fields.get(b"id", b"").decode(),
            "retry": fields.get(b"retry", b"").decode(),
            "data": orjson.loads(fields[b"data"]),
        }


@asynccontextmanager
async def connected(web: Web, url: str = URL, **headers: str) -> AsyncIterator[Reader]:
    reader = Reader()
    headers.setdefault("cookie", f"{SESSION_COOKIE}={web.sign_in()[0]}")
    path, _, query = url.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("cockpit", 80),
        "state": {},
    }
    task = asyncio.create_task(web.server(scope, reader.receive, reader.send))
    try:
        yield reader
    finally:
        reader.gone.set()
        reader.stuck.set()
        await asyncio.wait_for(task, 10)


def write(web: Web, value: float) -> None:
    web.services.store.write(
        Batch("hydro", web.clock[0], (observed("hydro.level", "gauge-1", value, web.clock[0], "hydro"),))
    )


async def test_hello_then_the_whole_screen_then_changes(web: Web) -> None:
    write(web, 1)
    await web.tick()
    async with connected(web) as reader:
        hello = await reader.event()
        assert reader.start["content-type"] == "text/event-stream; charset=utf-8"
        assert "content-encoding" not in reader.start
        assert "content-length" not in reader.start
        assert (hello["event"], hello["data"]) == ("hello", {"build": "build-1", "now": "2026-11-24T06:32:01Z"})
        assert int(hello["retry"]) > 0
        whole = await reader.event()
        assert (whole["event"], whole["data"]["full"]) == ("message", True)
        assert [{"panel": "level", "part": "value"}, {"children": 1.0}] in whole["data"]["set"]
        assert whole["id"] == str(whole["data"]["v"])
        write(web, 2)
        await web.tick()
        change = await reader.event()
        assert change["data"]["set"] == [[{"panel": "level", "part": "value"}, {"children": 2.0}]]
        web.services.hub.beat(NOW)
        beat = await reader.event()
        assert (beat["event"], beat["data"]["v"]) == ("heartbeat", change["data"]["v"])
        assert web.services.hub.viewers == 1
    assert web.services.hub.viewers == 0


async def test_gzip_only_for_those_who_take_it_and_the_same_words(web: Web) -> None:
    await web.tick()
    async with connected(web, accept_encoding="gzip, br") as packed, connected(web) as plain:
        for _ in range(2):
            assert await packed.event() == await plain.event()
        assert packed.start["content-encoding"] == "gzip"
        write(web, 5)
        await web.tick()
        assert await packed.event() == await plain.event()


async def test_a_place_and_a_language_are_topics_of_their_own(web: Web) -> None:
    await web.tick()
    async with connected(web, f"{URL}&place={EAST}&lang=en") as reader:
        await reader.event()
        assert ["place", {"children": EAST + "en"}] in (await reader.event())["data"]["set"]
    async with connected(web, f"{URL}&place=441800") as reader:
        await reader.event()
        assert ["place", {"children": "zh"}] in (await reader.event())["data"]["set"]


async def test_a_reader_that_has_the_newest_event_is_not_sent_it_again(web: Web) -> None:
    await web.tick()
    async with connected(web) as reader:
        await reader.event()
        last = (await reader.event())["id"]
    async with connected(web, last_event_id=last) as reader:
        await reader.event()
        write(web, 9)
        await web.tick()
        assert (await reader.event())["data"]["full"] is False
    async with connected(web, last_event_id="garbage") as reader:
        await reader.event()
        assert (await reader.event())["data"]["full"] is True


async def test_a_stuck_reader_costs_no_memory_and_is_resynced(web: Web) -> None:
    await web.tick()
    async with connected(web) as reader:
        await reader.event()
        await reader.event()
        reader.stuck.clear()
        (channel,) = web.services.hub._channels.values()
        (feed,) = channel.feeds
        for value in range(30):
            write(web, value)
            await web.tick()
            assert len(feed._queue) <= DEPTH
        reader.stuck.set()
        seen = [(await reader.event())["data"]]
        while not seen[-1]["full"]:
            seen.append((await reader.event())["data"])
        assert len(seen) <= DEPTH
        assert [{"panel": "level", "part": "value"}, {"children": 29.0}] in seen[-1]["set"]


async def test_a_replayed_moment_comes_once_and_then_only_heartbeats(web: Web) -> None:
    write(web, 1)
    web.clock[0] = NOW.replace(minute=50)
    write(web, 2)
    await web.tick()
    async with connected(web, f"{URL}&t=2026-11-24T06:40:00Z") as reader:
        await reader.event()
        past = (await reader.event())["data"]
        assert past["at"] == "2026-11-24T06:40:00Z"
        assert [{"panel": "level", "part": "value"}, {"children": 1.0}] in past["set"]
        write(web, 3)
        await web.tick()
        web.services.hub.beat(NOW)
        assert (await reader.event())["event"] == "heartbeat"


async def test_stopping_ends_every_stream(web: Web) -> None:
    await web.tick()
    async with connected(web) as reader:
        await reader.event()
        await reader.event()
        web.services.hub.close()
        assert await asyncio.wait_for(reader.parts.get(), 10) == b""


async def test_a_revoked_session_ends_its_stream_with_a_word_and_no_other(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.gate.EVERY", 0.05)
    await web.tick()
    cookie, viewer = web.sign_in()
    async with (
        connected(web, cookie=f"{SESSION_COOKIE}={cookie}", accept_encoding="gzip") as reader,
        connected(web) as other,
    ):
        for _ in range(2):
            await reader.event()
            await other.event()
        web.access.sessions.revoke(viewer.session, viewer, web.clock[0])
        assert (await reader.event())["event"] == "signed-out"
        assert await asyncio.wait_for(reader.parts.get(), 10) == b""
        web.services.hub.beat(NOW)
        assert (await other.event())["event"] == "heartbeat"
        assert web.services.hub.viewers == 1


async def test_an_ended_session_of_another_process_ends_the_stream_within_ten_seconds(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert EVERY + RECALLED.total_seconds() < 10
    monkeypatch.setattr("api.gate.EVERY", 0.05)
    await web.tick()
    cookie, viewer = web.sign_in()
    async with connected(web, cookie=f"{SESSION_COOKIE}={cookie}") as reader:
        for _ in range(2):
            await reader.event()
        elsewhere = open_access(web.services.store, web.access.key).sessions  # knows nothing of this process's memory
        elsewhere.revoke(viewer.session, viewer, web.clock[0])
        web.clock[0] += RECALLED
        assert (await reader.event())["event"] == "signed-out"


async def test_a_stream_stays_while_the_store_cannot_say_whether_the_session_holds(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.gate.EVERY", 0.02)
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def gone(*_: object) -> None:
        loop.call_soon_threadsafe(asked.set)
        raise StoreError("The store at city.db cannot be read.")

    await web.tick()
    async with connected(web) as reader:
        for _ in range(2):
            await reader.event()
        monkeypatch.setattr(web.access.sessions, "viewer_of_cookie", gone)
        await asyncio.wait_for(asked.wait(), 10)
        web.services.hub.beat(NOW)
        assert (await reader.event())["event"] == "heartbeat"


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("GZIP", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0", False),
        ("*;q=0", False),
        ("br", False),
        ("", False),
        ("gzip;q=x", False),
    ],
)
def test_what_accept_encoding_means(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted
