"""Security headers on every answer, and a content security policy that lets nothing run but the cockpit's own files."""

from collections.abc import Callable, Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BARE_SEND = (
    "cockpit.send"  # in the scope: the server's own send, for streams whose head has already gone through all layers
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def policy(hashes: Sequence[str], tiles: str = "") -> str:
    """The policy, with the hashes of the page's inline scripts ("'sha256-...'"). tiles: the origin of the city's own tile server.

    style-src has 'unsafe-inline' because React and the charts set style attributes; worker-src has blob: because the map
    library starts its workers from one (without it the map never gets ready); img-src has data: and blob: for icons and tiles.
    """
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(("'self'", *hashes)),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": f"'self' data: blob: {tiles}".strip(),
        "font-src": "'self' data:",
        "connect-src": f"'self' {tiles}".strip(),
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


class SecurityHeaders:
    """ASGI middleware. `hashes` is asked at the first request, when all callbacks are registered."""

    def __init__(self, app: ASGIApp, hashes: Callable[[], Sequence[str]], tiles: str = "") -> None:
        self._app = app
        self._tiles = tiles
        self._hashes = hashes
        self._headers: dict[str, str] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to each answer; a header that a route has set stays."""
        if scope["type"] != "http" or BARE_SEND in scope:  # another of these lies further out
            await self._app(scope, receive, send)
            return
        if self._headers is None:
            self._headers = HEADERS | {"Content-Security-Policy": policy(self._hashes(), self._tiles)}
        extra = self._headers

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in extra.items():
                    headers.setdefault(name, value)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.setdefault(
                        "Cache-Control", "no-cache"
                    )  # the page carries numbers and the build's addresses
            await send(message)

        scope[BARE_SEND] = send
        await self._app(scope, receive, send_with_headers)
