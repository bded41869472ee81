"""Compression of what Dash makes afresh for each page: the index, the layout, callbacks' answers."""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

SMALL = 1_000  # bytes below which a packet more or less makes no difference
LEVEL = 4  # 100 kB in about 1 ms on the event loop; level 9 takes five times as long for a tenth less


class PackedPages:
    """ASGI middleware: gzip for pages and Dash's own answers, nothing around streams, files and API routes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._packed = GZipMiddleware(app, minimum_size=SMALL, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Choose by path."""
        made = scope["type"] == "http" and (scope["path"] == "/" or scope["path"].startswith("/_dash-"))
        await (self._packed if made else self._app)(scope, receive, send)
