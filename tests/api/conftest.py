"""A whole web process in one event loop: store, live loop and FastAPI server with a Dash page, without a port."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from dash import Dash, Input, Output, dcc, html
from dash.exceptions import PreventUpdate
from fastapi import FastAPI

from api.services import Services
from api.web import mount
from domain.city import City, MapSpec
from domain.screen import PanelSpec, Screen
from snapshot.builder import Builder
from snapshot.hub import Hub, Topic
from snapshot.live import Live
from store import Store, open_store
from tests.cities import NOW, tiny_city

BUILD = "build-1"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'city.db'}", synchronous="OFF") as opened:
        yield opened


@pytest.fixture
def city(tmp_path: Path) -> City:
    layers = tmp_path / "city" / "layers"
    layers.mkdir(parents=True)
    feature = {
        "type": "Feature",
        "properties": {"name": "清城区"},
        "geometry": {"type": "Point", "coordinates": [113, 24]},
    }
    body = {
        "type": "FeatureCollection",
        "metadata": {"licence": "CC0", "attribution": "us"},
        "features": [feature] * 30,
    }
    (layers / "districts.geojson").write_text(json.dumps(body, ensure_ascii=False), "utf-8")
    screen = Screen(
        key="overview",
        title="总览",
        grid=("a",),
        columns="1fr",
        rows="1fr",
        panels=(PanelSpec(key="level", kind="number", area="a"),),
    )
    spec = tiny_city().spec.model_copy(
        update={"map": MapSpec(center=(112.7, 24.3), layers={"districts": "districts.geojson"})}
    )
    return tiny_city(tmp_path / "city", spec=spec, screens={"overview": screen})


@dataclass
class Web:
    """The process under test; `clock` is its time."""

    server: FastAPI
    services: Services
    clock: list[datetime] = field(default_factory=lambda: [NOW])

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.server), base_url="http://cockpit")

    async def tick(self, seconds: float = 1) -> None:
        """Take in what was written and publish."""
        self.clock[0] += timedelta(seconds=seconds)
        await self.services.live.first()


def panels(topic: Topic):  # type: ignore[no-untyped-def]
    def level(snapshot):  # type: ignore[no-untyped-def]
        return {'{"panel":"level","part":"value"}': {"children": snapshot.reading("hydro.level", "gauge-1").value}}

    return {"level": level, "place": lambda _: {"place": {"children": topic.place + topic.lang}}}


@pytest.fixture
async def web(city: City, store: Store, tmp_path: Path) -> AsyncIterator[Web]:
    clock = [NOW]
    builder = Builder(city, store)
    hub = Hub(panels, Topic("overview"))
    live = Live(builder, hub, store, lambda: clock[0])
    server = FastAPI(docs_url=None, redoc_url=None)
    dash_app: list[Dash] = []
    services = Services(
        city=city,
        store=store,
        builder=builder,
        hub=hub,
        live=live,
        build=BUILD,
        cache=tmp_path / "static",
        now=lambda: clock[0],
        csp_hashes=lambda: dash_app[0].csp_hashes(),  # noqa: PLW0108  # the page is made later
    )
    mount(server, services)
    dash_app.append(page(server, tmp_path))
    async with server.router.lifespan_context(server):
        yield Web(server, services, clock)
    hub.close()
    await asyncio.sleep(0)


def page(server: FastAPI, folder: Path) -> Dash:
    """A Dash page with one good, one idle and one broken callback."""
    assets = folder / "assets"
    assets.mkdir()
    (assets / "page.js").write_text("// a script\n" * 200)
    (assets / "dot.png").write_bytes(bytes(range(256)) * 4)
    app = Dash(server=server, assets_folder=str(assets), suppress_callback_exceptions=True)
    app.layout = html.Div([dcc.Input(id="ask"), html.Div(id="answer")])

    @app.callback(Output("answer", "children"), Input("ask", "value"))
    async def answer(asked: str) -> str:
        if asked == "nothing":
            raise PreventUpdate
        if asked == "break":
            raise ZeroDivisionError("strange")
        return f"answer to {asked}"

    return app


def call(asked: str) -> dict[str, object]:
    """The body the browser posts for the page's callback."""
    return {
        "output": "answer.children",
        "outputs": {"id": "answer", "property": "children"},
        "inputs": [{"id": "ask", "property": "value", "value": asked}],
        "changedPropIds": ["ask.value"],
        "state": [],
    }
