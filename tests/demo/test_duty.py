"""The duty room's own system."""

from collections.abc import AsyncIterator
from datetime import UTC

import httpx
import pytest

from demo.duty import DutyRoom
from tests.demo.conftest import NOW


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(DutyRoom(lambda: NOW, UTC).app())
    async with httpx.AsyncClient(transport=transport, base_url="http://duty") as one:
        yield one


async def post(client: httpx.AsyncClient, key: str, text: str = "水位") -> httpx.Response:
    return await client.post("/notices", json={"cockpit": {"text": text}}, headers={"Idempotency-Key": key})


async def test_what_came_is_shown_newest_first(client: httpx.AsyncClient) -> None:
    for key in ("a", "b"):
        assert (await post(client, key, f"通知 {key}")).json()["code"] == 0
    assert [one["id"] for one in (await client.get("/notices")).json()] == ["b", "a"]
    page = (await client.get("/")).text
    assert page.index("通知 b") < page.index("通知 a")


async def test_what_came_twice_is_there_once(client: httpx.AsyncClient) -> None:
    assert not (await post(client, "a")).json()["again"]
    assert (await post(client, "a")).json()["again"]
    assert [(one["id"], one["times"]) for one in (await client.get("/notices")).json()] == [("a", 2)]


async def test_what_came_is_text_and_no_markup(client: httpx.AsyncClient) -> None:
    await post(client, "a", "<script>alert(1)</script>")
    assert "<script>" not in (await client.get("/")).text


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"{"])
async def test_what_is_no_notice_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    assert (await client.post("/notices", content=body)).status_code == 400
