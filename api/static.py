"""FastStatic: assets and component bundles compressed once and cached by browsers for ever.

Dash reads 4.8 MB of plotly.min.js from disk and hashes it on the event loop at every page load, and sends it uncompressed.
This layer asks the app below once for each address and keeps the answer compressed. What has a fingerprint in its address is
never asked for again; what has none (plotly.min.js is named by the renderer itself) is answered 304 from memory.
"""

import asyncio
import logging
import re
from collections.abc import Iterable
from pathlib import Path

from starlette.datastructures import Headers, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.arrival import INSIDE
from api.encoding import ASK_EACH_TIME, FOREVER, Packed, pack, respond

log = logging.getLogger(__name__)

PREFIXES = ("/assets/", "/_dash-component-suites/")
PLOTLY = "/_dash-component-suites/plotly/package_data/plotly.min.js"  # asked for by name, from no tag of the page
_FINGERPRINTED = re.compile(r"\.v[\w-]+m[0-9a-fA-F]+\.")  # dash.fingerprint.build_fingerprint
_LINKS = re.compile(r"""(?:src|href)=["']([^"']+)["']""")
_MOST = 400  # files kept; more addresses than any page has are somebody trying


class FastStatic:
    """ASGI middleware; asks the app below once for each static address."""

    def __init__(self, app: ASGIApp, cache: Path) -> None:
        self._app = app
        self._cache = cache
        self._kept: dict[str, asyncio.Task[Packed | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what is static from memory, everything else from below."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or not _is_static(scope["path"]):
            await self._app(scope, receive, send)
            return
        packed = await self._packed(scope)
        if packed is None:
            await self._app(scope, receive, send)
        else:
            control = FOREVER if _is_fingerprinted(scope) else ASK_EACH_TIME
            await respond(packed, Headers(scope=scope), control)(scope, receive, send)

    async def _packed(self, scope: Scope) -> Packed | None:
        """The file, asked for below by the first request for it; None when there is none."""
        path = scope["path"]
        if path not in self._kept:
            if len(self._kept) >= _MOST:
                return None
            self._kept[path] = asyncio.create_task(self._fetch(path, scope))
        found = await asyncio.shield(self._kept[path])
        if found is None:
            self._kept.pop(path, None)
        return found

    async def _fetch(self, path: str, scope: Scope) -> Packed | None:
        status, headers, body = await fetch(self._app, path, scope)
        if status != 200:
            return None
        media_type = headers.get("content-type", "application/octet-stream")
        return await asyncio.to_thread(pack, body, media_type, self._cache)


async def fetch(app: ASGIApp, path: str, like: Scope | None = None) -> tuple[int, Headers, bytes]:
    """Ask an ASGI app for a path and collect the answer; no header of the client's is passed on."""
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 80),
        "state": {},
        INSIDE: True,
    }
    if like is not None:
        scope.update({key: like[key] for key in ("app", "state") if key in like})
    parts: list[Message] = []
    asked = asyncio.Event()

    async def receive() -> Message:
        if asked.is_set():
            await asyncio.Event().wait()  # a client that stays connected has nothing more to say
        asked.set()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        parts.append(message)

    await app(scope, receive, send)
    start = next(part for part in parts if part["type"] == "http.response.start")
    body = b"".join(part.get("body", b"") for part in parts if part["type"] == "http.response.body")
    return start["status"], Headers(raw=start["headers"]), body


def _is_static(path: str) -> bool:
    return path.startswith(PREFIXES)


def _is_fingerprinted(scope: Scope) -> bool:
    """Whether the address changes with the content: by name (bundles), by ?m= (assets) or by ?v=."""
    query = QueryParams(scope["query_string"])
    return bool(_FINGERPRINTED.search(scope["path"]) or query.get("m") or query.get("v"))


def links(page: str) -> Iterable[str]:
    """The static addresses a page names, without their queries."""
    found = (link.partition("?")[0] for link in _LINKS.findall(page))
    return dict.fromkeys(link for link in found if _is_static(link))


async def warm(app: ASGIApp, page: str = "/") -> int:
    """Ask for everything a page needs, so that the first visitor finds it compressed; how many files that were."""
    status, _, body = await fetch(app, page)
    if status != 200:
        return 0
    found = [*links(body.decode()), PLOTLY]
    for link in found:
        await fetch(app, link)
    log.debug("%d static files are ready", len(found))
    return len(found)
