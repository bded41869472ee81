"""A REST service that answers JSON."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
import pytest

from datasources.context import SourceContext
from datasources.failure import Busy
from datasources.kinds.http_json import HttpJsonSource, HttpJsonSpec
from domain.errors import SourceError
from domain.source import Ask, Page, SourceSpec

Make = Callable[..., SourceSpec]
Handler = Callable[[httpx.Request], httpx.Response]
ROW = {"time": "2026-11-24 14:00", "site": "A1", "pm": 12}


class Service:
    """A department's service: answers by `handler`, remembers what it was asked."""

    def __init__(self, handler: Handler) -> None:
        self.asked: list[httpx.Request] = []
        self._handler = handler
        self.transport = httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self._handler(request)


@pytest.fixture
def source(spec: Make, context: SourceContext) -> Callable[..., tuple[HttpJsonSource, Service]]:
    def make(handler: Handler, env: dict[str, str] | None = None, **keys: Any) -> tuple[HttpJsonSource, Service]:
        service = Service(handler)
        made = spec(kind="http_json", **keys)
        assert isinstance(made, HttpJsonSpec)
        return HttpJsonSource(made, replace(context, env=env or {}), service.transport), service

    return make


Source = Callable[..., tuple[HttpJsonSource, Service]]


async def pages(source: HttpJsonSource, now: datetime, cursor: str | None = None) -> list[Page]:
    return [page async for page in source.fetch(Ask(now, cursor))]


def rows(*records: object, **more: object) -> httpx.Response:
    return httpx.Response(200, json={"data": list(records), **more})


async def test_rows_are_found_by_their_path(source: Source, now: datetime) -> None:
    feed, service = source(lambda _: rows(ROW), rows="data", params={"area": "441800"}, headers={"X-Who": "cockpit"})
    (page,) = await pages(feed, now)
    assert page.records[0].fields == ROW
    assert page.records[0].where == "page 1 row 1"
    assert str(service.asked[0].url) == "http://dept.test/air?area=441800"
    assert service.asked[0].headers["x-who"] == "cockpit"
    await feed.close()


async def test_a_post_carries_its_parameters_in_the_body(source: Source, now: datetime) -> None:
    feed, service = source(
        lambda _: rows(ROW), rows="data", method="POST", body={"q": 1}, paging={"type": "page", "rows": 10}
    )
    await pages(feed, now)
    assert json.loads(service.asked[0].content) == {"q": 1, "page": "1", "size": "10"}


async def test_numbered_pages_are_asked_for_until_one_is_short(source: Source, now: datetime) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return rows(*[ROW] * (2 if request.url.params["page"] in {"0", "1"} else 1))

    feed, service = source(answer, rows="data", paging={"type": "page", "rows": 2, "first": 0, "size": "limit"})
    assert [len(page.records) for page in await pages(feed, now)] == [2, 2, 1]
    assert [dict(r.url.params) for r in service.asked] == [{"page": str(n), "limit": "2"} for n in range(3)]


async def test_a_next_link_is_followed_on_the_same_host_only(source: Source, now: datetime) -> None:
    links = iter(["/air?from=2", "http://dept.test/air?from=3", None])
    feed, service = source(
        lambda _: rows(ROW, next=next(links)), rows="data", params={"a": "1"}, paging={"type": "next", "path": "next"}
    )
    assert len(await pages(feed, now)) == 3
    assert [r.url.query for r in service.asked] == [b"a=1", b"from=2", b"from=3"]
    for elsewhere in (
        "http://evil.test/x",
        "https://dept.test/air",
        "http://dept.test:81/air",
        "//evil.test/x",
        "http://dept.test:x/",
    ):
        stray, _ = source(
            lambda _, to=elsewhere: rows(ROW, next=to), rows="data", paging={"type": "next", "path": "next"}
        )
        with pytest.raises(SourceError, match="another host"):
            await pages(stray, now)


async def test_a_cursor_is_handed_back(source: Source, now: datetime) -> None:
    tokens = iter(["t1", 2, ""])
    feed, service = source(
        lambda _: rows(ROW, cur=next(tokens)), rows="data", paging={"type": "cursor", "path": "cur", "param": "after"}
    )
    await pages(feed, now)
    assert [r.url.params.get("after") for r in service.asked] == [None, "t1", "2"]


async def test_endless_paging_is_stopped(source: Source, now: datetime) -> None:
    feed, _ = source(lambda _: rows(ROW, cur="x"), rows="data", max_pages=3, paging={"type": "cursor", "path": "cur"})
    with pytest.raises(SourceError, match="more than 3 pages"):
        await pages(feed, now)


async def test_after_an_outage_the_gap_is_asked_for(source: Source, now: datetime) -> None:
    times = ["2026-11-24 14:05", "2026-11-24 14:10", "2026-11-24 14:00"]
    feed, service = source(
        lambda _: rows(*[ROW | {"time": t} for t in times]), rows="data",
        since={"param": "since", "path": "time", "start": "2026-11-01"},
    )  # fmt: skip
    (page,) = await pages(feed, now)
    assert page.cursor == "2026-11-24 14:10"
    (page,) = await pages(feed, now, page.cursor)
    assert [r.url.params["since"] for r in service.asked] == ["2026-11-01", "2026-11-24 14:10"]


async def test_the_cursor_moves_only_with_the_last_page_unless_pages_ascend(source: Source, now: datetime) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["page"])
        return rows(*[ROW | {"id": 10 * number + i} for i in range(2 if number < 3 else 1)])

    keys: dict[str, Any] = {"rows": "data", "paging": {"type": "page", "rows": 2}}
    feed, _ = source(answer, since={"param": "s", "path": "id"}, **keys)
    assert [page.cursor for page in await pages(feed, now)] == [None, None, "30"]
    feed, _ = source(answer, since={"param": "s", "path": "id", "ascending": True}, **keys)
    assert [page.cursor for page in await pages(feed, now)] == ["11", "21", "30"]


async def test_numbers_order_as_numbers_and_the_future_is_not_believed(source: Source, now: datetime) -> None:
    feed, _ = source(
        lambda _: rows({"id": 9}, {"id": 10}, {"id": None}), rows="data", since={"param": "s", "path": "id"}
    )
    assert (await pages(feed, now))[0].cursor == "10"
    late = [{"time": "2026-11-24 14:00"}, {"time": "2099-01-01 00:00"}]
    feed, _ = source(lambda _: rows(*late), rows="data", since={"param": "s", "path": "time"})
    assert (await pages(feed, now))[0].cursor == "2026-11-24 14:00"


async def test_not_modified_counts_only_after_the_page_was_durable(source: Source, now: datetime) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers.get("if-none-match") == '"v1"':
            return httpx.Response(304)
        return httpx.Response(
            200, json=[ROW], headers={"ETag": '"v1"', "Last-Modified": "Tue, 24 Nov 2026 06:00:00 GMT"}
        )

    feed, service = source(answer)
    (page,) = await pages(feed, now)
    assert len(await pages(feed, now)) == 1
    await feed.acknowledge(page)
    assert await pages(feed, now) == []
    assert service.asked[-1].headers["if-modified-since"] == "Tue, 24 Nov 2026 06:00:00 GMT"


@pytest.mark.parametrize(
    ("status", "permanent"), [(400, True), (401, True), (403, True), (404, True), (302, True), (408, False), (500, False), (502, False), (429, False), (503, False)]
)  # fmt: skip
async def test_a_refusal_says_whether_trying_again_makes_sense(
    source: Source, now: datetime, status: int, permanent: bool
) -> None:
    feed, _ = source(lambda _: httpx.Response(status), params={"key": "s3cret"})
    with pytest.raises(SourceError, match=f"http://dept.test/air answered {status}") as caught:
        await pages(feed, now)
    assert caught.value.permanent is permanent
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "Tue, 24 Nov 2026 06:31:00 GMT", "Date": "Tue, 24 Nov 2026 06:30:00 GMT"}, 60.0),
        ({"Retry-After": "999999"}, 3600.0),
        ({"Retry-After": "Tue, 24 Nov 2026 06:29:00 GMT", "Date": "Tue, 24 Nov 2026 06:30:00 GMT"}, 0.0),
    ],
)
async def test_the_providers_wish_to_wait_is_heard(
    source: Source, now: datetime, headers: dict[str, str], after: float
) -> None:
    for status in (429, 503):
        feed, _ = source(lambda _, status=status: httpx.Response(status, headers=headers))
        with pytest.raises(Busy) as caught:
            await pages(feed, now)
        assert caught.value.after == after


@pytest.mark.parametrize("text", ["soon", "", "-5", "Tue, 24 Nov 2026 06:31:00 GMT"])
async def test_a_senseless_retry_after_is_an_ordinary_failure(source: Source, now: datetime, text: str) -> None:
    feed, _ = source(lambda _: httpx.Response(503, headers={"Retry-After": text}))
    with pytest.raises(SourceError) as caught:
        await pages(feed, now)
    assert not isinstance(caught.value, Busy)


async def test_an_answer_that_is_too_large_is_not_read_to_its_end(source: Source, now: datetime) -> None:
    feed, _ = source(lambda _: rows(*[ROW] * 100), max_bytes=1000)
    with pytest.raises(SourceError, match="more than 1,000 bytes"):
        await pages(feed, now)


@pytest.mark.parametrize(
    "fault", [httpx.ConnectError("no route, key=s3cret"), httpx.ReadError("cut"), httpx.RemoteProtocolError("junk")]
)
async def test_a_broken_connection_is_an_outage_without_details(
    source: Source, now: datetime, fault: Exception
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise fault

    feed, _ = source(answer)
    with pytest.raises(SourceError, match="cannot be read") as caught:
        await pages(feed, now)
    assert "s3cret" not in str(caught.value)
    assert not caught.value.permanent
    assert caught.value.__cause__ is None


async def test_silence_is_a_timeout(source: Source, now: datetime) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=request)

    feed, _ = source(answer, request_timeout="3s")
    with pytest.raises(SourceError, match="no answer within 3s"):
        await pages(feed, now)


async def test_header_and_basic_credentials_come_from_the_environment(source: Source, now: datetime) -> None:
    env = {"KEY": "k-123", "U": "user", "P": "pass-word"}
    feed, service = source(
        lambda _: rows(ROW), env, rows="data", auth={"type": "header", "header": "X-Key", "env": "KEY"}
    )
    await pages(feed, now)
    assert service.asked[0].headers["x-key"] == "k-123"
    basic = {"type": "basic", "user_env": "U", "password_env": "P"}
    feed, service = source(lambda _: rows(ROW), env, rows="data", auth=basic)
    await pages(feed, now)
    assert service.asked[0].headers["authorization"] == "Basic dXNlcjpwYXNzLXdvcmQ="
    feed, _ = source(lambda _: rows(ROW), {}, auth=basic)
    with pytest.raises(SourceError, match="U is not set") as caught:
        await pages(feed, now)
    assert caught.value.permanent


TOKEN = {
    "type": "token", "url": "http://dept.test/login", "fields": {"grant": "client"}, "secrets": {"secret": "S"},
    "path": "data.token", "expires": "data.life",
}  # fmt: skip


async def test_a_token_is_fetched_once_and_again_when_it_is_refused(source: Source, now: datetime) -> None:
    issued: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/login":
            assert json.loads(request.content) == {"grant": "client", "secret": "s3cret"}
            issued.append(f"token-{len(issued)}")
            return httpx.Response(200, json={"data": {"token": issued[-1], "life": 7200}})
        good = request.headers.get("authorization") == f"Bearer {issued[-1]}" and len(issued) != 1
        return rows(ROW) if good or len(service.asked) == 2 else httpx.Response(401)

    feed, service = source(answer, {"S": "s3cret"}, rows="data", auth=TOKEN)
    await pages(feed, now)
    await pages(feed, now)
    await pages(feed, now)
    assert [r.url.path for r in service.asked] == ["/login", "/air", "/air", "/login", "/air", "/air"]


async def test_a_short_lived_token_is_renewed(source: Source, now: datetime) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return (
            httpx.Response(200, json={"data": {"token": "t", "life": 0.001}})
            if "login" in request.url.path
            else rows(ROW)
        )

    feed, service = source(answer, {"S": "x"}, rows="data", auth=TOKEN | {"send": "form", "expires": "data.life"})
    await pages(feed, now)
    assert service.asked[0].headers["content-type"] == "application/x-www-form-urlencoded"
    assert service.asked[0].content == b"grant=client&secret=x"


@pytest.mark.parametrize(
    ("login", "text"),
    [
        (httpx.Response(200, json={"data": None}), "no token at 'data.token'"),
        (httpx.Response(401), "the login is refused"),
        (httpx.Response(500), "login answered 500"),
        (httpx.Response(200, text="<html>"), "not a JSON document"),
    ],
)
async def test_a_failed_login_is_told_without_the_secret(
    source: Source, now: datetime, login: httpx.Response, text: str
) -> None:
    feed, _ = source(lambda _: login, {"S": "s3cret"}, auth=TOKEN)
    with pytest.raises(SourceError, match=text) as caught:
        await pages(feed, now)
    assert "s3cret" not in str(caught.value)


async def test_document_fields_are_carried_into_the_records(source: Source, now: datetime) -> None:
    feed, _ = source(lambda _: rows({"site": "A1", "pm": 1}, at="2026-11-24 14:00"), rows="data", carry={"time": "at"})
    (page,) = await pages(feed, now)
    assert page.records[0].fields["time"] == "2026-11-24 14:00"


@pytest.mark.parametrize("url", ["ftp://x/y", "dept.test/air", "http://user:hunter2@dept.test/air", "http:///x"])
def test_an_address_that_cannot_be_used_is_refused_and_not_repeated(spec: Make, url: str) -> None:
    with pytest.raises(ValueError, match="url") as caught:
        spec(kind="http_json", url=url)
    assert "hunter2" not in str(caught.value)
