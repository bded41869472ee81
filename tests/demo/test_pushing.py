import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI

from access.viewer import CURRENT
from api import errors
from api.services import Services
from api.v1 import push
from demo.present import Present, switch
from demo.pushing import SOURCE, Platform
from domain.account import Right, Role, Viewer
from domain.city import City
from store import Store, open_store
from tests.demo.conftest import Clock

TOKEN = Viewer("demo", "", Role.ADMIN, frozenset({Right.PUSH}), sources=frozenset({SOURCE}))


class Cockpit:
    """What the platform talks to: it answers as it is told, and remembers."""

    def __init__(self) -> None:
        self.status = 200
        self.requests: list[httpx.Request] = []
        self.client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer), base_url="http://cockpit")

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if not self.status:
            raise httpx.ConnectError("refused")
        return httpx.Response(self.status, json={})

    @property
    def records(self) -> list[dict[str, Any]]:
        return [row for request in self.requests for row in json.loads(request.content)]


async def test_each_record_is_sent_once_as_it_is_published(present: Present, clock: Clock) -> None:
    cockpit = Cockpit()
    platform = Platform(present, cockpit.client, "cc_secret")
    assert await platform.update() > 0
    assert await platform.update() == 0
    clock.now += timedelta(minutes=5)
    assert await platform.update() > 0
    numbers = [row["seq"] for row in cockpit.records]
    assert numbers == sorted(set(numbers))
    assert cockpit.requests[0].headers["authorization"] == "Bearer cc_secret"


async def test_what_was_not_acknowledged_is_sent_again_under_the_same_key(
    present: Present, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "demo")
    cockpit = Cockpit()
    platform = Platform(present, cockpit.client, "t")
    for status in (503, 0, 429):
        cockpit.status = status
        assert await platform.update() == 0
    cockpit.status = 200
    assert await platform.update() > 0
    assert len({request.headers["idempotency-key"] for request in cockpit.requests}) == 1
    assert len({request.content for request in cockpit.requests}) == 1
    told = [one.getMessage() for one in caplog.records if "pushed" in one.getMessage()]
    assert len(told) == 2


async def test_it_goes_on_after_a_restart(present: Present, clock: Clock, city: City, tmp_path: Path) -> None:
    cockpit = Cockpit()
    await Platform(present, cockpit.client, "t").update()
    newest = cockpit.records[-1]["seq"]
    clock.now += timedelta(minutes=10)
    await Platform(Present(city, tmp_path, clock), cockpit.client, "t").update()
    assert all(row["seq"] > newest for row in json.loads(cockpit.requests[-1].content))
    (tmp_path / "pushed.json").write_text("broken")
    assert await Platform(present, cockpit.client, "t").update() > 0


async def test_an_outage_is_made_up_for(present: Present, clock: Clock, tmp_path: Path) -> None:
    cockpit = Cockpit()
    platform = Platform(present, cockpit.client, "t")
    await platform.update()
    switch(tmp_path, "feed_outage", clock.now)
    clock.now += timedelta(minutes=20)
    present.refresh()
    assert await platform.update() == 0
    switch(tmp_path, "normal", clock.now)
    clock.now += timedelta(minutes=1)
    present.refresh()
    assert await platform.update() > 0
    seen = sorted({row["seq"] // 10_000 for row in cockpit.records})
    assert max(later - earlier for earlier, later in pairwise(seen)) < 300


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'city.db'}", synchronous="OFF") as opened:
        yield opened


async def test_the_cockpit_takes_what_the_platform_sends(
    present: Present, clock: Clock, city: City, store: Store
) -> None:
    services = SimpleNamespace(store=store, city=city, live=SimpleNamespace(snapshot=None), now=clock)
    server = FastAPI()
    errors.register(server)
    server.include_router(push.router(cast(Services, services)), prefix="/api/v1")
    reset = CURRENT.set(TOKEN)
    try:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(server), base_url="http://cockpit")
        sent = await Platform(present, client, "t").update()
    finally:
        CURRENT.reset(reset)
    (run,) = store.runs(source=SOURCE)
    assert run.ok
    assert run.read == sent
    assert run.rejected < sent / 10
    buses = {site.id for site in city.sites.values() if site.kind == "bus"}
    assert {one.key.site for one in store.latest(["bus.passengers"])} == buses
