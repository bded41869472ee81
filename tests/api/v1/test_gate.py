"""The API behind the gate: real tokens, real sessions, the declared doors."""

import json

import httpx
import pytest

from datasources.kinds.push import PushSpec
from domain.account import Reach, Role
from domain.city import City
from domain.session import Scope
from tests.api.conftest import Web
from tests.api.v1.test_push import SPEC, row
from tests.cities import EAST


@pytest.fixture
def city(city: City) -> City:
    spec = PushSpec.model_validate(SPEC)
    city.sources[spec.key] = spec
    return city


async def send(client: httpx.AsyncClient) -> httpx.Response:
    body = json.dumps([row()])
    return await client.post("/api/v1/observations", content=body, headers={"Content-Type": "application/json"})


async def test_a_token_pushes_what_it_names_and_reads_nothing(web: Web) -> None:
    async with web.program(Role.CLERK, Scope.PUSH, sources=frozenset({"radar"})) as program:
        assert (await send(program)).json()["accepted"] == 1
        assert (await program.get("/api/v1/latest")).json()["error"]["code"] == "forbidden"
    async with web.program(Role.CLERK, Scope.PUSH, sources=frozenset({"other"})) as program:
        assert (await send(program)).json()["error"]["code"] == "unknown_source"


async def test_a_token_that_reads_does_not_push(web: Web) -> None:
    async with web.program(Role.DUTY, Scope.READ) as program:
        assert (await program.get("/api/v1/metrics")).status_code == 200
        assert (await send(program)).status_code == 403


async def test_a_session_reads_and_never_pushes(web: Web) -> None:
    async with web.client(Role.CLERK, Reach(districts=frozenset({EAST}))) as browser:
        sites = (await browser.get("/api/v1/sites")).json()["data"]
        assert {site["district"] for site in sites} == {EAST}
        assert (await send(browser)).status_code == 403


async def test_a_stranger_is_told_to_sign_in(web: Web) -> None:
    async with web.stranger() as nobody:
        for path in (
            "metrics",
            "sites",
            "series",
            "series/1",
            "latest",
            "incidents",
            "layers",
            "layers/districts",
            "openapi.json",
            "docs",
        ):
            answer = await nobody.get(f"/api/v1/{path}")
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "signed_out"), path
        assert (await send(nobody)).status_code == 401
    async with web.stranger(Authorization="Bearer cc_nonsense") as nobody:
        assert (await nobody.get("/api/v1/metrics")).status_code == 401


async def test_a_pushed_value_is_on_the_screen_with_the_next_snapshot(web: Web) -> None:
    async with web.program(Role.CLERK, Scope.PUSH, sources=frozenset({"radar"})) as program:
        await send(program)
    await web.tick()
    assert web.services.live.snapshot is not None
    assert web.services.live.snapshot.reading("air.pm25", "air-1").value == 12.0
