"""GET /stream: one Server-Sent Events connection for a screen, at a place, in a language."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from access.reach import placed, reach_of
from access.viewer import current
from api.errors import ApiError
from api.limits import LONGEST_NUMBER
from api.security import BARE_SEND
from api.services import Services
from api.watch import WHY
from domain.account import Viewer
from snapshot.hub import Feed, Hub, Topic
from snapshot.model import Snapshot
from snapshot.wire import GZIP_HEADER, Message, farewell, hello

LANGS = ("zh", "en")
NEWS = "alerts"  # the pseudo-screen of pages that hear of cases and show no panels
PLAIN_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx hands each event on at once
    "Vary": "Accept-Encoding",
}


class EventStream(Response):
    """Sends a feed's messages until the reader goes. The queue behind it is bounded, so a stuck reader costs nothing."""

    def __init__(self, hub: Hub, feed: Feed, first: Message, *, packed: bool) -> None:
        super().__init__(None, headers=PLAIN_HEADERS | ({"Content-Encoding": "gzip"} if packed else {}))
        del self.headers["content-length"]
        self._hub = hub
        self._feed = feed
        self._first = first
        self._packed = packed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head, then one body part for each message.

        The head passes all middleware, which then has nothing more to do; the parts go straight to the server, because five
        layers around each of a thousand viewers' messages cost as much as sending them.
        """
        watcher = asyncio.create_task(_close_when_over(receive, self._feed))
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            send = scope.get(BARE_SEND, send)
            head = GZIP_HEADER if self._packed else b""
            await self._send(send, head + self._first.bytes(packed=self._packed))
            while (message := await self._feed.take()) is not None:
                await self._send(send, message.bytes(packed=self._packed))
            if watcher.done() and watcher.result():  # the session has ended: the page keeps its picture and says so
                await self._send(send, farewell(watcher.result()).bytes(packed=self._packed))
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            watcher.cancel()
            self._hub.leave(self._feed)

    async def _send(self, send: Send, body: bytes) -> None:
        await send({"type": "http.response.body", "body": body, "more_body": True})
        self._hub.stats.sent += len(body)


async def _close_when_over(receive: Receive, feed: Feed) -> str:
    """Close the feed when the reader has left or may not read on; why, "" for one that left by itself."""
    while (message := await receive())["type"] != "http.disconnect":
        pass
    feed.close()
    return str(message.get(WHY, ""))


def router(services: Services) -> APIRouter:
    """The stream's route."""
    routes = APIRouter()

    @routes.get("/stream", summary="Live changes of a screen as Server-Sent Events", response_class=Response)
    async def stream(
        request: Request,
        screen: Annotated[str, Query(description="key of a screen")],
        place: Annotated[str, Query(description="adcode of a district; empty for the whole city")] = "",
        lang: Annotated[str, Query(description="zh or en")] = "zh",
        t: Annotated[
            datetime | None, Query(description="a moment to replay (ISO 8601 with zone): one full message")
        ] = None,
        last_event_id: Annotated[str, Header(description="the newest event the reader has")] = "",
    ) -> Response:
        topic = _topic(services, screen, place, lang, current())
        moment = None if t is None else await _moment(services, t)
        is_number = last_event_id.isdecimal() and len(last_event_id) <= LONGEST_NUMBER
        last = int(last_event_id) if is_number else None
        feed = await services.hub.subscribe(topic, last, moment)
        packed = accepts_gzip(request.headers.get("accept-encoding", ""))
        return EventStream(services.hub, feed, hello(services.build, services.now()), packed=packed)

    return routes


def _topic(services: Services, screen: str, place: str, lang: str, viewer: Viewer | None) -> Topic:
    """The topic asked for, as far as the viewer may see it; ApiError for one that does not exist.

    So topics stay as few as the city has places and its accounts have reaches. A place that may not be read becomes one
    that may, as on the page itself.
    """
    city = services.city
    reach = reach_of(viewer, city)
    if screen != NEWS and services.screen(screen, viewer) is None:
        raise ApiError(404, "unknown_screen", f"There is no screen {screen!r}.", known=sorted(city.screens))
    if place == city.adcode:
        place = ""
    if place and place not in city.districts:
        raise ApiError(
            404, "unknown_place", f"{place!r} is no district of {city.spec.name}.", known=list(city.districts)
        )
    if lang not in LANGS:
        raise ApiError(404, "unknown_language", f"There is no language {lang!r}.", known=list(LANGS))
    return Topic(screen, placed(reach, city, place), lang, reach)


async def _moment(services: Services, at: datetime) -> Snapshot:
    if at.tzinfo is None:
        raise ApiError(422, "naive_time", "t needs a zone, such as 2026-11-24T06:30:00Z.")
    if at > services.now():
        raise ApiError(422, "future_time", "t lies in the future; only the past can be replayed.")
    replay: Callable[[datetime], Snapshot] = services.builder.at
    return await asyncio.to_thread(replay, at)


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header allows gzip (RFC 9110 12.5.3)."""
    weights: dict[str, float] = {}
    for item in header.lower().split(","):
        name, _, weight = item.partition(";")
        try:
            weights[name.strip()] = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            weights[name.strip()] = 0.0
    return weights.get("gzip", weights.get("*", 0.0)) > 0
