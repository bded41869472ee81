"""One shape for every failure: asserted over every way to fail that a client can find."""

from typing import Any

import pytest

from domain.errors import StoreError
from tests.api.conftest import Web, call

FAILURES: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("GET", "/stream", {}, 422, "invalid_request"),
    ("GET", "/stream?screen=overview&t=yesterday", {}, 422, "invalid_request"),
    ("GET", "/stream?screen=overview&t=2026-11-24T06:00:00", {}, 422, "naive_time"),
    ("GET", "/stream?screen=overview&t=2099-01-01T00:00:00Z", {}, 422, "future_time"),
    ("GET", "/stream?screen=nowhere", {}, 404, "unknown_screen"),
    ("GET", "/stream?screen=overview&place=110000", {}, 404, "unknown_place"),
    ("GET", "/stream?screen=overview&lang=xx", {}, 404, "unknown_language"),
    ("POST", "/stream?screen=overview", {}, 405, "method_not_allowed"),
    ("POST", "/healthz", {}, 405, "method_not_allowed"),
    ("GET", "/layers/roads.geojson", {}, 404, "unknown_layer"),
    ("GET", "/layers/districts.000000000000.geojson", {}, 404, "unknown_layer"),
    ("GET", "/assets/none.js", {}, 404, "not_found"),
    ("GET", "/_dash-component-suites/none/none.js", {}, 404, "not_found"),
    ("POST", "/_dash-update-component", {"json": call("break")}, 500, "internal_error"),
    ("DELETE", "/", {}, 405, "method_not_allowed"),
]


@pytest.mark.parametrize(("method", "url", "more", "status", "code"), FAILURES)
async def test_every_failure_has_the_one_shape(
    web: Web, method: str, url: str, more: dict[str, Any], status: int, code: str
) -> None:
    async with web.client() as client:
        answer = await client.request(method, url, **more)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["code"] == code
    assert error["message"]
    assert answer.headers["cache-control"] == "no-store"
    assert "content-security-policy" in answer.headers


async def test_a_refusal_names_what_is_known(web: Web) -> None:
    async with web.client() as client:
        assert (await client.get("/stream?screen=x")).json()["error"]["known"] == ["overview"]
        fields = (await client.get("/stream")).json()["error"]["fields"]
    assert fields[0]["field"] == "query.screen"


async def test_a_failure_inside_tells_the_log_and_not_the_client(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    async with web.client() as client:
        answer = await client.post("/_dash-update-component", json=call("break"))
    assert "strange" not in answer.text
    assert any(r.exc_info and "strange" in str(r.exc_info[1]) for r in caplog.records)


async def test_a_callback_that_answers_and_one_that_has_nothing_to_say_still_work(web: Web) -> None:
    async with web.client() as client:
        good = await client.post("/_dash-update-component", json=call("x"))
        idle = await client.post("/_dash-update-component", json=call("nothing"))
    assert good.json()["response"]["answer"]["children"] == "answer to x"
    assert idle.status_code == 204


async def test_a_store_that_is_away_is_a_503_with_a_hint(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: object) -> None:
        raise StoreError("The store at city.db cannot be read.")

    monkeypatch.setattr(web.services.builder, "at", gone)
    async with web.client() as client:
        answer = await client.get("/stream?screen=overview&t=2026-11-24T06:00:00Z")
    assert answer.status_code == 503
    assert answer.json()["error"] == {"code": "unavailable", "message": "The store at city.db cannot be read."}
    assert answer.headers["retry-after"] == "5"
