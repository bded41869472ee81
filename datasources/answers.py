"""A source whose poll is one question to a web service; what an answer holds is its kind's affair."""

from collections.abc import AsyncGenerator, Callable, Mapping
from datetime import timedelta
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

import httpx
from pydantic import ConfigDict, Field, field_validator

from datasources.auth import Auth, TokenAuth
from datasources.context import SourceContext
from datasources.rows import Bad
from datasources.web import Request, Web
from domain.metric import Duration
from domain.source import Ask, Page, Record, SourceSpec


class WebSpec(SourceSpec):
    """The keys of every kind that calls a web address. Secrets come only from environment variables named here."""

    model_config = ConfigDict(hide_input_in_errors=True)
    url: str = Field(description="Address, http or https, without user and password.")
    params: dict[str, str] = Field(default_factory=dict, description="Query parameters sent with every request.")
    headers: dict[str, str] = Field(default_factory=dict, description="Headers without secrets.")
    auth: Annotated[Auth, Field(discriminator="type")] | None = Field(
        None, description="How to identify: type header, basic or token."
    )
    request_timeout: Duration = Field(
        timedelta(seconds=10), description="Longest wait for one answer; `timeout` bounds the whole run."
    )
    max_bytes: int = Field(20_000_000, gt=0, description="Largest answer accepted, unpacked.")

    @field_validator("url")
    @classmethod
    def _no_password(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("url: give an http:// or https:// address")
        if parts.username or parts.password:
            raise ValueError("url: user and password do not belong into an address; use auth: {type: basic, ...}")
        return url

    def calls(self) -> dict[tuple[str, ...], str]:
        """The feed's address and the login's."""
        called: dict[tuple[str, ...], str] = {("url",): self.url}
        if isinstance(self.auth, TokenAuth):
            called["auth", "url"] = self.auth.url
        return called

    def web(self, context: SourceContext, transport: httpx.AsyncBaseTransport | None = None) -> Web:
        """The exchange of this source."""
        return Web(context, self.auth, {"Accept": "*/*", **self.headers}, self.request_timeout, transport)


class Reading(NamedTuple):
    """What one answer holds. `next_url`: the address of what follows, "" for none."""

    records: tuple[Record, ...]
    bad: tuple[Bad, ...] = ()
    cursor: str | None = None
    next_url: str = ""


Read = Callable[[bytes, Ask], Reading]
Params = Callable[[Ask], Mapping[str, str]]


class AnswerSource:
    """Polls one address and its following ones; `read` makes records of a body, `params` adds to the query."""

    def __init__(
        self,
        spec: WebSpec,
        context: SourceContext,
        read: Read,
        params: Params = lambda _: {},
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.spec: SourceSpec = spec
        self._spec = spec
        self._web = spec.web(context, transport)
        self._read = read
        self._params = params

    async def fetch(self, ask: Ask) -> AsyncGenerator[Page, None]:
        """One page an answer; the cursor counts once the last one is durable."""
        request = Request("GET", self._spec.url, {**self._spec.params, **self._params(ask)})
        while True:
            answer = await self._web.ask(request, self._spec.max_bytes)
            found = self._read(answer.body, ask)
            yield Page(found.records, None if found.next_url else found.cursor, found.bad)
            if not found.next_url:
                return
            request = Request("GET", found.next_url)

    async def acknowledge(self, page: Page) -> None:
        """Nothing is owed to a service that is only asked."""

    async def close(self) -> None:
        """Give the connections back."""
        await self._web.close()
