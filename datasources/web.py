"""One careful HTTP exchange: timeouts, size limit, login, conditional requests, and errors without secrets."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from urllib.parse import urlsplit

import httpx

from datasources.auth import Auth, TokenAuth, standing_headers
from datasources.context import SourceContext
from datasources.failure import Busy
from datasources.formats.documents import parse_json
from datasources.paths import compiled
from datasources.transport import GuardedTransport
from domain.duration import format_duration
from domain.errors import SourceError

_EARLIER = 30.0  # a token is renewed this many seconds before its end, so that it does not end on the way
_LONGEST_WAIT = 3600.0  # a provider that asks for more is asked again after an hour
# One coding, and none that turns a kilobyte into a gigabyte in one piece: then the limit is seen before memory is full.
_CODINGS = ("gzip", "deflate", "identity")
_CONDITIONS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


@dataclass(frozen=True)
class Request:
    """What is asked: `marks` are the ETag and Last-Modified of the answer that is already known."""

    method: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What came back; `fresh` is false for 304 Not Modified."""

    body: bytes
    marks: dict[str, str]
    fresh: bool = True


class Web:
    """The exchange of one source; keeps the connection and the login token. Used by one run at a time."""

    def __init__(
        self,
        context: SourceContext,
        auth: Auth | None,
        headers: Mapping[str, str],
        timeout: timedelta,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._context = context
        self._auth = auth
        self._headers = {"Accept": "application/json", "Accept-Encoding": ", ".join(_CODINGS), **headers}
        self._timeout = timeout
        self._transport = transport or GuardedTransport(context.guard)
        self._client: httpx.AsyncClient | None = None
        self._token = ""
        self._token_until = float("inf")

    async def ask(self, request: Request, limit: int) -> Answer:
        """Send and read the whole answer, at most `limit` bytes unpacked; only SourceError comes out."""
        status, answer = await self._attempt(request, limit)
        if status == httpx.codes.UNAUTHORIZED and isinstance(self._auth, TokenAuth):
            self._token = ""
            status, answer = await self._attempt(request, limit)
        if status == httpx.codes.UNAUTHORIZED:
            raise SourceError(f"{_shown(request.url)} answered 401: the credentials are refused", permanent=True)
        return answer

    async def close(self) -> None:
        """Give the connections back."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _attempt(self, request: Request, limit: int) -> tuple[int, Answer]:
        headers = {**self._headers, **standing_headers(self._auth, self._context)}
        if isinstance(self._auth, TokenAuth):
            headers[self._auth.header] = self._auth.prefix + await self._login(self._auth, limit)
        headers |= {_CONDITIONS[name]: value for name, value in request.marks.items() if name in _CONDITIONS}
        async with self._sent(request, headers) as response:
            status = response.status_code
            if status == httpx.codes.UNAUTHORIZED:
                return status, Answer(b"", {}, fresh=False)
            if status == httpx.codes.NOT_MODIFIED:
                return status, Answer(b"", dict(request.marks), fresh=False)
            _refuse(response, request.url)
            marks = {name: response.headers[name] for name in _CONDITIONS if name in response.headers}
            return status, Answer(await _read(response, limit, request.url), marks)

    @asynccontextmanager
    async def _sent(
        self, request: Request, headers: Mapping[str, str], *, form: Mapping[str, str] | None = None
    ) -> AsyncIterator[httpx.Response]:
        if self._client is None:
            # trust_env off: neither proxies nor .netrc of the machine may see or change what a city's feed sends.
            self._client = httpx.AsyncClient(
                timeout=self._timeout.total_seconds(),
                transport=self._transport,
                trust_env=False,
                follow_redirects=False,  # an answer may not send our login to an address nobody declared
            )
        try:
            async with self._client.stream(
                request.method,
                request.url,
                params=request.params or None,
                json=request.body,
                data=form,
                headers=headers,
            ) as response:
                yield response
        # `from None`: the cause holds the request, whose query and headers may hold a secret.
        except httpx.TimeoutException:
            span = format_duration(self._timeout)
            raise SourceError(f"{_shown(request.url)} gave no answer within {span}") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError) as error:
            raise SourceError(f"{_shown(request.url)} cannot be read ({type(error).__name__})") from None

    async def _login(self, auth: TokenAuth, limit: int) -> str:
        if self._token and monotonic() < self._token_until:
            return self._token
        fields = {**auth.fields, **{name: self._context.secret(env) for name, env in auth.secrets.items()}}
        request = Request("POST", auth.url, body=fields if auth.send == "json" else None)
        form = fields if auth.send == "form" else None
        async with self._sent(request, self._headers, form=form) as response:
            if response.status_code == httpx.codes.UNAUTHORIZED:
                raise SourceError(f"{_shown(auth.url)} answered 401: the login is refused", permanent=True)
            _refuse(response, auth.url)
            document = parse_json(await _read(response, limit, auth.url), _shown(auth.url))
        token = compiled(auth.path)(document)
        if not isinstance(token, str) or not token:
            raise SourceError(f"{_shown(auth.url)}: no token at {auth.path!r} in the login's answer", permanent=True)
        self._context.hide(token)
        life = compiled(auth.expires)(document) if auth.expires else None
        lasting = max(life - _EARLIER, 1.0) if isinstance(life, int | float) and life > 0 else float("inf")
        self._token_until = monotonic() + lasting
        self._token = token
        return token


def same_host(one: str, other: str) -> bool:
    """Whether two addresses have scheme, host and port in common: a next link may not carry our login elsewhere."""
    a, b = urlsplit(one), urlsplit(other)
    try:
        return (a.scheme, a.hostname, a.port) == (b.scheme, b.hostname, b.port)
    except ValueError:  # a port that is no number
        return False


async def _read(response: httpx.Response, limit: int, url: str) -> bytes:
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding not in _CODINGS:
        raise SourceError(f"{_shown(url)} sent its answer packed as {coding[:40]!r}, which is not read", permanent=True)
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > limit:
            raise SourceError(f"{_shown(url)} sent more than {limit:,} bytes", permanent=True)
        parts.append(part)
    return b"".join(parts)


def _refuse(response: httpx.Response, url: str) -> None:
    """Raise what a status means: too many requests and server errors may pass, other refusals will not."""
    status = response.status_code
    if response.is_success:
        return
    sentence = f"{_shown(url)} answered {status}"
    if status in {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}:
        wait = _retry_after(response)
        if wait is not None:
            raise Busy(f"{sentence} and asks to wait {wait:.0f} s", wait)
        raise SourceError(sentence)
    if response.is_redirect:
        raise SourceError(f"{sentence}: the address has moved", permanent=True)
    passing = response.is_server_error or status in {httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_EARLY, 429}
    raise SourceError(sentence, permanent=not passing)


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds of Retry-After (RFC 9110 10.2.3); a date is read against the answer's own Date, so clocks need not agree."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), _LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
        since = parsedate_to_datetime(response.headers.get("date", ""))
        seconds = (until - since).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), _LONGEST_WAIT)


def _shown(url: str) -> str:
    """The address as an error may show it: without user, query and fragment, where secrets may stand."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"
