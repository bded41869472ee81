"""What the gate reads of a request: address, cookies, bearer token, and whether it comes from the cockpit's own pages."""

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

SESSION_COOKIE = "cockpit_session"
CSRF_COOKIE = "cockpit_csrf"
CSRF_HEADER = "X-CSRF-Token"
INSIDE = "cockpit.inside"  # in the scope of what the server asks of itself; no client can put anything there
SAFE = frozenset({"GET", "HEAD"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SECURE = {"https", "wss"}
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_SAME = {"ws": "http", "wss": "https"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request or websocket, before anybody has judged it. method is "WS" for a websocket.

    address and secure are already the client's own when a trusted proxy stands before (uvicorn reads its headers).
    """

    method: str
    path: str
    query: str
    address: str
    secure: bool
    host: str
    headers: Headers
    cookies: dict[str, str]

    @classmethod
    def of(cls, scope: Scope) -> "Arrival":
        """Read an ASGI scope of an http request or a websocket."""
        headers = Headers(scope=scope)
        client = scope.get("client")
        return cls(
            method="WS" if scope["type"] == "websocket" else scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            address=client[0] if client else "",
            secure=scope.get("scheme", "http") in _SECURE,
            host=headers.get("host", "").lower(),
            headers=headers,
            cookies=read_cookies(headers.get("cookie", "")),
        )

    @property
    def target(self) -> str:
        """The address asked for: what a person comes back to after signing in."""
        return self.path + (f"?{self.query}" if self.query else "")

    @property
    def bearer(self) -> str | None:
        """The token of `Authorization: Bearer`; None when there is no such header."""
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() if kind.lower() == "bearer" and value.strip() else None

    @property
    def referred(self) -> str | None:
        """The path of the page that asks; "/" when it does not say, None for an address that is none."""
        try:
            return urlsplit(self.headers.get("referer", "")).path or "/"
        except ValueError:
            return None

    @property
    def wants_page(self) -> bool:
        """Whether a person's browser is going somewhere, so that a refusal should be something to read."""
        mode = self.headers.get("sec-fetch-mode")
        return mode == "navigate" if mode else "text/html" in self.headers.get("accept", "")

    @property
    def is_local(self) -> bool:
        """Whether this machine is asked by a name of its own. A page of another site that has its name point here is not."""
        try:
            name = urlsplit(f"//{self.host}").hostname or ""
        except ValueError:
            return False
        return name in LOOPBACK

    @property
    def is_foreign(self) -> bool:
        """Whether another site's page made the browser send this.

        Browsers say so in Sec-Fetch-Site (on https and loopback) or in Origin (on every state change and websocket); a program
        sends neither and has no cookie that somebody could make it use.
        """
        site = self.headers.get("sec-fetch-site")
        if site is not None and site != "same-origin" and not (site == "none" and self.method in SAFE):
            return True
        origin = self.headers.get("origin")
        if origin is None:
            return self.method == "WS"
        return not self._is_own(origin)

    def _is_own(self, origin: str) -> bool:
        scheme = "https" if self.secure else "http"
        try:
            told = urlsplit(origin)
            own = urlsplit(f"//{self.host}")
            ports = (told.port or _DEFAULT_PORTS.get(told.scheme), own.port or _DEFAULT_PORTS[scheme])
        except ValueError:
            return False
        return (_SAME.get(told.scheme, told.scheme), told.hostname, ports[0]) == (scheme, own.hostname, ports[1])


def read_cookies(header: str) -> dict[str, str]:
    """The cookies of a Cookie header. The first of a name wins: a browser sends the one of the closest path first."""
    found: dict[str, str] = {}
    for part in header.split(";"):
        name, equals, value = part.strip().partition("=")
        if name and equals and name not in found:
            found[name] = value.strip('"')
    return found


def set_cookie(
    name: str, value: str, *, secure: bool, http_only: bool, same_site: str, max_age: int | None = None
) -> str:
    """A Set-Cookie header for the whole site. max_age: seconds; None ends the cookie with the browser, 0 at once."""
    made: SimpleCookie = SimpleCookie()
    try:
        made[name] = value
    except CookieError as error:
        raise ValueError(f"{name} is no name for a cookie") from error
    morsel = made[name]
    morsel["path"] = "/"
    morsel["samesite"] = same_site
    morsel["httponly"] = http_only
    morsel["secure"] = secure
    if max_age is not None:
        morsel["max-age"] = max_age
    return morsel.OutputString()


def csrf_cookie(proof: str, *, secure: bool) -> str:
    """The cookie that the page's own scripts read the proof from."""
    return set_cookie(CSRF_COOKIE, proof, secure=secure, http_only=False, same_site="Strict")


def same_site_path(wanted: str) -> str:
    """Where to go after signing in: the wanted address when it is a path of this site, otherwise the home page."""
    fine = (
        wanted.startswith("/")
        and not wanted.startswith(("//", "/\\", "/sign-in", "/sign-out"))
        and "\\" not in wanted
        and wanted.isprintable()
        and len(wanted) <= 2000
    )
    return wanted if fine else "/"
