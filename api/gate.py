"""The gate: every request and websocket passes it before anything else looks at it.

For each of them: 1. find the declared door; 2. find who asks; 3. count; 4. judge (api/refusals.py); 5. read the body, no more
than the door takes; 6. ask for the proof against forgery and for the callback's own right; 7. let it in with `viewer` in the
scope and in `access.viewer.CURRENT`. What no table declares is refused.
"""

import asyncio
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from access.opening import Access
from access.viewer import CURRENT
from api import callback_body, limits, refusals
from api.arrival import CSRF_COOKIE, INSIDE, SESSION_COOKIE, Arrival, csrf_cookie
from api.callback_body import Declared
from api.csrf import Csrf
from api.doors import PUBLIC, As, By, Callbacks, Door, Doors, Pace
from api.limits import LONGEST_NUMBER, Limits
from api.refusals import Refusal
from api.watch import EVERY, Reader, Watch
from domain.account import Viewer
from domain.errors import StoreError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class House:
    """What the gate judges by. `alone`: everybody is this viewer, because sign-in is off on the operator's own machine.

    show: makes the answer of a refusal. limits None: nothing is counted. declared: what Dash knows of a callback by its output;
    None when nobody can say.
    """

    doors: Doors
    callbacks: Callbacks
    access: Access
    csrf: Csrf
    show: Callable[[Refusal, Arrival], Response]
    now: Callable[[], datetime]
    limits: Limits | None = None
    alone: Viewer | None = None
    declared: Declared | None = None

    def recalled(self, arrival: Arrival) -> Viewer | None:
        """Who asks, as far as memory knows; fit for the event loop."""
        if arrival.bearer is not None:
            return None
        if self.alone is not None:
            return self.alone if arrival.is_local else None
        cookie = arrival.cookies.get(SESSION_COOKIE)
        return self.access.sessions.recalled(cookie, arrival.address, self.now()) if cookie else None

    def viewer(self, arrival: Arrival) -> Viewer | None:
        """Who asks; a token that is named decides alone. May read the store, so not on the event loop; StoreError."""
        if arrival.bearer is not None:
            return self.access.tokens.viewer_of_token(arrival.bearer, arrival.address, self.now())
        cookie = arrival.cookies.get(SESSION_COOKIE)
        if self.alone is not None or not cookie:
            return self.recalled(arrival)
        return self.access.sessions.viewer_of_cookie(cookie, arrival.address, self.now())


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody who is let in, and by which door."""

    door: Door
    viewer: Viewer | None
    arrival: Arrival


class Refused(Exception):
    """Carries a refusal out of the checks."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class Gate:
    """ASGI middleware, outermost but for the security headers."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app, self._house = app, house
        self._watch = Watch(lambda arrival: house.viewer(arrival) is not None, EVERY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in or refuse."""
        if scope["type"] not in ("http", "websocket") or scope.get(INSIDE):
            await self._app(scope, receive, send)
            return
        arrival = Arrival.of(scope)
        try:
            entry = await self._judged(arrival)
            if scope["type"] == "http":
                receive = await self._read(entry, receive)
            await self._let_in(entry, scope, receive, send)
        except Refused as error:
            await self._refuse(error.refusal, arrival, scope, receive, send)
        except limits.Gone:
            log.debug("%s left before the end of the request", arrival.address)

    async def _judged(self, arrival: Arrival) -> Entry:
        door, methods = self._house.doors.find(arrival.method, arrival.path)
        viewer = await self._viewer(door, arrival)
        self._count(door, arrival, viewer)
        _raise(refusals.judge(door, methods, arrival, viewer))
        assert door is not None  # noqa: S101  judge refuses what has no door
        if door.of_page and viewer is not None:
            self._page(viewer, arrival)
        return Entry(door, viewer, arrival)

    async def _viewer(self, door: Door | None, arrival: Arrival) -> Viewer | None:
        if door is not None and door.pace is Pace.FREE:
            return None
        known = self._house.recalled(arrival)
        if known is not None or (arrival.bearer is None and SESSION_COOKIE not in arrival.cookies):
            return known
        try:
            return await asyncio.to_thread(self._house.viewer, arrival)
        except StoreError as error:
            log.warning("who asks cannot be looked up: %s", error)
        if door is not None and door.needs is PUBLIC:
            return None
        raise Refused(refusals.AWAY)

    def _count(self, door: Door | None, arrival: Arrival, viewer: Viewer | None) -> None:
        counted = self._house.limits
        pace = door.pace if door is not None else Pace.ORDINARY
        if counted is None or pace is Pace.FREE:
            return
        if pace is Pace.ATTEMPT:
            wait = counted.attempts.take(arrival.address)
        elif viewer is not None:
            wait = counted.viewers.take(viewer.session)
        else:
            wait = counted.strangers.take(arrival.address)
        if wait:
            raise Refused(refusals.too_many(math.ceil(wait)))

    def _page(self, viewer: Viewer, arrival: Arrival) -> None:
        """The content of a page is asked for at one address for all of them; the page itself is the referrer's."""
        path = arrival.referred
        if path is None:
            raise Refused(refusals.BAD_REFERRER)
        page, _ = self._house.doors.find("GET", path)
        if page is not None and page.needs is not PUBLIC:
            _raise(refusals.lacking(page.needs, viewer))

    async def _read(self, entry: Entry, receive: Receive) -> Receive:
        """The body, read and proved, to be received once more by the app."""
        door, headers = entry.door, entry.arrival.headers
        length = headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > LONGEST_NUMBER or int(length) > door.body:
            raise Refused(refusals.too_large(door.body))
        if not door.body and length == "0" and "transfer-encoding" not in headers:
            body = b""
        else:
            body = await _body(door, receive)
        self._prove(entry, body)
        if door.callback and entry.viewer is not None:
            self._callback(entry.viewer, body)
        return limits.replayed(body, receive)

    def _prove(self, entry: Entry, body: bytes) -> None:
        door, arrival = entry.door, entry.arrival
        is_program = door.by is By.ANY and arrival.bearer is not None  # nobody else's page can send its token
        if not door.csrf or is_program or self._house.csrf.fits(arrival, entry.viewer, body):
            return
        raise Refused(refusals.STALE_FORM if door.shows is As.PAGE else refusals.NO_PROOF)

    def _callback(self, viewer: Viewer, body: bytes) -> None:
        asked = callback_body.read(body)
        if asked is None:
            raise Refused(refusals.BAD_CALLBACK)
        declared = self._house.declared
        known = declared(asked.output) if declared is not None else None
        needs = self._house.callbacks.needs(asked.output)
        if needs is None:
            raise Refused(refusals.NO_CALLBACK)
        for right in sorted(needs):
            _raise(refusals.lacking(right, viewer))
        if declared is not None and (known is None or not callback_body.fits(asked, known)):
            raise Refused(refusals.BAD_CALLBACK)

    async def _refuse(self, refusal: Refusal, arrival: Arrival, scope: Scope, receive: Receive, send: Send) -> None:
        log.info("%s %r from %s: %s %s", arrival.method, arrival.path, arrival.address, refusal.status, refusal.code)
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4000 + refusal.status, "reason": refusal.code})
            return
        await self._house.show(refusal, arrival)(scope, receive, send)

    async def _let_in(self, entry: Entry, scope: Scope, receive: Receive, send: Send) -> None:
        scope["viewer"] = entry.viewer
        mark = CURRENT.set(entry.viewer)
        try:
            if entry.door.stream and entry.viewer is not None:
                await self._stream(entry.viewer, entry.arrival, scope, receive, send)
            else:
                await self._app(scope, receive, self._kept_private(entry, send))
        finally:
            CURRENT.reset(mark)

    async def _stream(self, viewer: Viewer, arrival: Arrival, scope: Scope, receive: Receive, send: Send) -> None:
        counted = self._house.limits
        if counted is not None and not counted.opens(viewer.session):
            raise Refused(refusals.STREAMS)
        ended = self._watch.enter(arrival)
        reader = Reader(receive, ended)
        try:
            await self._app(scope, reader, send)
        finally:
            self._watch.leave(ended)
            await reader.close()
            if counted is not None:
                counted.closes(viewer.session)

    def _kept_private(self, entry: Entry, send: Send) -> Send:
        """What needs a right stays out of shared caches; a page brings the proof that its state changes must carry."""
        if entry.door.needs is PUBLIC:
            return send
        proof = self._house.csrf.proof(entry.arrival, entry.viewer)
        is_page = entry.door.shows is As.PAGE and entry.arrival.cookies.get(CSRF_COOKIE) != proof

        async def send_private(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Cache-Control"] = headers.get("cache-control", "no-store").replace("public", "private")
                if is_page and not _sets(headers, CSRF_COOKIE):
                    headers.append("Set-Cookie", csrf_cookie(proof, secure=entry.arrival.secure))
            await send(message)

        return send_private


def _sets(headers: MutableHeaders, cookie: str) -> bool:
    return any(value.startswith(f"{cookie}=") for value in headers.getlist("set-cookie"))


async def _body(door: Door, receive: Receive) -> bytes:
    try:
        return await limits.read_body(receive, door.body)
    except limits.TooLarge:
        raise Refused(refusals.too_large(door.body)) from None
    except limits.TooSlow:
        raise Refused(refusals.TOO_SLOW) from None


def _raise(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise Refused(refusal)
