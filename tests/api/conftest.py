"""A whole web process in one event loop: store, live loop and FastAPI server with a Dash page, without a port."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from dash import Dash, Input, Output, dcc, html
from dash.exceptions import PreventUpdate
from fastapi import FastAPI

from access.opening import Access, open_access
from access.passwords import Passwords
from access.secret import Key
from access.sessions import viewer_of
from access.tokens import Wish
from api.arrival import CSRF_COOKIE, CSRF_HEADER, SESSION_COOKIE, Arrival
from api.csrf import Csrf
from api.doors import DOORS
from api.services import Services
from api.web import Rules, guard, mount
from domain.account import Account, Reach, Right, Role, Viewer
from domain.city import City, MapSpec
from domain.deed import Deed
from domain.screen import PanelSpec, Screen
from domain.session import Scope, Visit
from snapshot.builder import Builder
from snapshot.hub import Hub, Topic
from snapshot.live import Live
from store import Store, open_store
from tests.cities import NOW, tiny_city

BUILD = "build-1"
FAST = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
NOBODYS = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}


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
    access: Access
    clock: list[datetime] = field(default_factory=lambda: [NOW])

    def stranger(self, **headers: str) -> httpx.AsyncClient:
        """A browser that nobody has signed in with."""
        transport = httpx.ASGITransport(self.server, client=("10.0.0.7", 1))
        return httpx.AsyncClient(transport=transport, base_url="http://cockpit", headers=headers)

    def client(self, role: Role = Role.SHIFT, reach: Reach | None = None) -> httpx.AsyncClient:
        """A browser in which somebody with a role is signed in; it sends the proof as Dash does."""
        cookie, viewer = self.sign_in(role, reach)
        client = self.stranger(**{CSRF_HEADER: self.proof(viewer)})
        client.cookies.set(SESSION_COOKIE, cookie)
        client.cookies.set(CSRF_COOKIE, self.proof(viewer))
        return client

    def program(self, role: Role, *scopes: Scope, sources: frozenset[str] = frozenset()) -> httpx.AsyncClient:
        """A program with a token of an account with a role."""
        account = self.account(role)
        wish = Wish(account.login, "a program", frozenset(scopes), self.clock[0] + timedelta(days=9), sources)
        _, secret = self.access.tokens.issue(wish, viewer_of(account, "s", ""), self.clock[0])
        return self.stranger(Authorization=f"Bearer {secret}")

    def account(self, role: Role, reach: Reach | None = None, **facts: Any) -> Account:
        """An account with a role, made where missing. Its password is the login with "-password"."""
        account = Account(f"t.{role.value}", role.value, role, reach or Reach(), "测试局", **facts)
        password = FAST.hash(f"{account.login}-password")
        self.services.store.people.add(account, password, Deed(self.clock[0], "system", "account.add"))
        return account

    def sign_in(self, role: Role = Role.SHIFT, reach: Reach | None = None) -> tuple[str, Viewer]:
        """The cookie and the viewer of a new session."""
        entered = self.access.sessions.open(self.account(role, reach), Visit(self.clock[0], "10.0.0.7", "test"))
        return entered.cookie, entered.viewer

    def proof(self, viewer: Viewer) -> str:
        return Csrf(self.access.key).proof(Arrival.of(NOBODYS), viewer)

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
    access = open_access(store, Key(b"k" * 32), demo=True, passwords=FAST)
    guard(server, services, access, Rules(DOORS, {"answer.children": Right.VIEW, "secret.children": Right.AUDIT}))
    async with server.router.lifespan_context(server):
        yield Web(server, services, access, clock)
    hub.close()
    await asyncio.sleep(0)


def page(server: FastAPI, folder: Path) -> Dash:
    """A Dash page with one good, one idle and one broken callback."""
    assets = folder / "assets"
    assets.mkdir()
    (assets / "page.js").write_text("// a script\n" * 200)
    (assets / "dot.png").write_bytes(bytes(range(256)) * 4)
    app = Dash(server=server, assets_folder=str(assets), suppress_callback_exceptions=True)
    app.layout = html.Div([dcc.Input(id="ask"), html.Div(id="answer"), html.Div(id="secret"), html.Div(id="forgotten")])

    @app.callback(Output("answer", "children"), Input("ask", "value"))
    async def answer(asked: str) -> str:
        if asked == "nothing":
            raise PreventUpdate
        if asked == "break":
            raise ZeroDivisionError("strange")
        return f"answer to {asked}"

    @app.callback(Output("secret", "children"), Input("ask", "value"))
    async def secret(asked: str) -> str:
        return f"secret {asked}"

    @app.callback(Output("forgotten", "children"), Input("ask", "value"))
    async def forgotten(asked: str) -> str:
        return f"declared by nobody {asked}"

    return app


def call(asked: str, output: str = "answer") -> dict[str, object]:
    """The body the browser posts for one of the page's callbacks."""
    return {
        "output": f"{output}.children",
        "outputs": {"id": output, "property": "children"},
        "inputs": [{"id": "ask", "property": "value", "value": asked}],
        "changedPropIds": ["ask.value"],
        "state": [],
    }
