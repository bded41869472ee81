"""A REST service that answers JSON."""

from collections.abc import AsyncGenerator, Mapping
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urljoin

import httpx
from pydantic import BaseModel, Field

from datasources.answers import WebSpec
from datasources.auth import CLOSED
from datasources.context import SourceContext
from datasources.formats.documents import parse_json
from datasources.paths import compiled
from datasources.rows import records_of
from datasources.times import TimeReader
from datasources.web import Request, Web, same_host
from domain.errors import SourceError
from domain.source import Ask, Page, Record, SourceSpec


class PagePaging(BaseModel):
    """Numbered pages: asked for until a page has fewer than `rows` records."""

    model_config = CLOSED
    type: Literal["page"]
    page: str = Field("page", description="Query parameter of the page's number.")
    size: str = Field("size", description="Query parameter of the page's size; empty: not sent.")
    rows: int = Field(200, gt=0, description="Records asked for in one page.")
    first: int = Field(1, description="Number of the first page.")


class NextPaging(BaseModel):
    """Each answer holds the address of the next one; it must lead to the same host."""

    model_config = CLOSED
    type: Literal["next"]
    path: str = Field(description="JMESPath of the next address; null or empty ends.")


class CursorPaging(BaseModel):
    """Each answer holds a token for the next request."""

    model_config = CLOSED
    type: Literal["cursor"]
    path: str = Field(description="JMESPath of the token; null or empty ends.")
    param: str = Field("cursor", description="Query parameter that carries it.")


class Since(BaseModel):
    """Ask only for what is new: `param` carries the largest value of `path` seen in durable records, so gaps are fetched."""

    model_config = CLOSED
    param: str = Field(description="Query parameter.")
    path: str = Field(description="JMESPath of the record's field that grows (a time or a number).")
    start: str = Field("", description="Value of the very first request; empty: the parameter is not sent.")
    ascending: bool = Field(
        False, description="The provider answers oldest first: progress is kept page by page, not only at the end."
    )


class HttpJsonSpec(WebSpec):
    """A REST/JSON feed. Secrets come only from environment variables named here; `url` may not hold a password."""

    kind: Literal["http_json"]
    method: Literal["GET", "POST"] = Field("GET", description="HTTP method.")
    body: dict[str, str | int | float | bool] = Field(
        default_factory=dict, description="JSON body of a POST request; paging parameters are put into it."
    )
    paging: Annotated[PagePaging | NextPaging | CursorPaging, Field(discriminator="type")] | None = Field(
        None, description="How to get more pages: type page, next or cursor."
    )
    since: Since | None = Field(None, description="Incremental reading by a growing field.")
    carry: dict[str, str] = Field(
        default_factory=dict, description="Document-level fields copied into each record: name -> JMESPath."
    )
    max_pages: int = Field(1000, gt=0, description="Most pages of one run.")


class HttpJsonSource:
    """Polls the service; one page of the answer is one Page. ETag and Last-Modified count only once the page is durable."""

    def __init__(
        self, spec: HttpJsonSpec, context: SourceContext, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.spec: SourceSpec = spec
        self._spec = spec
        self._web = Web(context, spec.auth, spec.headers, spec.request_timeout, transport)
        self._time = TimeReader(spec.at, spec.clock.ahead)
        self._marks: dict[str, dict[str, str]] = {}

    async def fetch(self, ask: Ask) -> AsyncGenerator[Page, None]:
        """Ask page after page until the provider has no more."""
        request = self._first(ask)
        newest = ask.cursor
        for number in range(1, self._spec.max_pages + 1):
            answer = await self._web.ask(request, self._spec.max_bytes)
            if not answer.fresh:
                return
            document = parse_json(answer.body, f"page {number}")
            records, bad = records_of(document, self._spec.rows, self._spec.carry, f"page {number}")
            newest = self._newest(newest, records, ask.now)
            following = self._following(request, document, len(records) + len(bad), number)
            finished = following is None or (self._spec.since is not None and self._spec.since.ascending)
            yield Page(records, newest if finished else None, bad, info=self._info(request, answer.marks))
            if following is None:
                return
            request = following
        raise SourceError(f"more than {self._spec.max_pages} pages; raise max_pages or ask for less")

    async def acknowledge(self, page: Page) -> None:
        """The answer is durable: from now on "not modified" is an answer we can live with."""
        url = page.info.get("url")
        if url is not None:
            self._marks = {url: {name: value for name, value in page.info.items() if name != "url"}}

    async def close(self) -> None:
        """Give the connections back."""
        await self._web.close()

    def _first(self, ask: Ask) -> Request:
        spec = self._spec
        params = dict(spec.params)
        if spec.since is not None and (ask.cursor or spec.since.start):
            params[spec.since.param] = ask.cursor or spec.since.start
        if isinstance(spec.paging, PagePaging):
            params[spec.paging.page] = str(spec.paging.first)
            params |= {spec.paging.size: str(spec.paging.rows)} if spec.paging.size else {}
        return self._request(spec.url, params)

    def _request(self, url: str, params: Mapping[str, str]) -> Request:
        """POST carries the parameters in its body, GET in the query."""
        if self._spec.method == "POST":
            return Request("POST", url, body={**self._spec.body, **params})
        marks = self._marks.get(_address(url, params), {})
        return Request("GET", url, params, marks=marks)

    def _following(self, request: Request, document: object, rows: int, number: int) -> Request | None:
        """The request of the next page, None after the last."""
        paging = self._spec.paging
        params = {**(request.body or {}), **request.params}
        if isinstance(paging, PagePaging):
            following = {**params, paging.page: str(paging.first + number)}
            return self._request(request.url, _texts(following)) if rows >= paging.rows else None
        if paging is None:
            return None
        token = compiled(paging.path)(document)
        if not token or not isinstance(token, str | int):
            return None
        if isinstance(paging, CursorPaging):
            return self._request(request.url, _texts({**params, paging.param: token}))
        url = urljoin(request.url, str(token))
        if not same_host(self._spec.url, url):
            raise SourceError("the next page's address leads to another host: not followed", permanent=True)
        return self._request(url, {})

    def _newest(self, newest: str | None, records: tuple[Record, ...], now: datetime) -> str | None:
        """The largest value of `since.path` so far. A time in the future is not believed: it would end the feed."""
        since = self._spec.since
        if since is None:
            return None
        read = compiled(since.path)
        timed = since.path in {self._spec.at.path, self._spec.incident.updated if self._spec.incident else ""}
        for record in records:
            value = read(record.fields)
            if not isinstance(value, str | int | float) or value == "":
                continue
            if not (timed and self._time.in_future(value, now)):
                newest = _larger(newest, str(value))
        return newest

    def _info(self, request: Request, marks: Mapping[str, str]) -> dict[str, str]:
        """What `acknowledge` needs. With paging the first page alone says nothing of the others, so no mark is kept."""
        if self._spec.paging is not None or request.method != "GET":
            return {}
        return {**marks, "url": _address(request.url, request.params)}


def _address(url: str, params: Mapping[str, str]) -> str:
    return f"{url} {sorted(params.items())}"


def _texts(params: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}


def _larger(one: str | None, other: str) -> str:
    """The larger of two cursor values: as numbers when both are, as text otherwise (ISO times order as text)."""
    if one is None:
        return other
    try:
        return max(one, other, key=float)
    except ValueError:
        return max(one, other)
