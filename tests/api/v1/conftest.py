"""The API alone on a server: no gate before it, so a test says who asks."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from access.rights import RIGHTS
from access.viewer import CURRENT
from api import errors
from api.layers import LayerFiles
from api.services import Services
from api.v1 import routes
from domain.account import Reach, Right, Role, Viewer
from domain.batch import Batch
from domain.city import City, MapSpec
from domain.incident import Incident
from domain.observation import Observation, Quality
from domain.place import Site
from snapshot.builder import Builder
from snapshot.hub import Hub, Topic
from snapshot.live import Live
from store import Store, open_store
from tests.cities import EAST, NOW, SITES, WEST, observed, tiny_city

HOUR = timedelta(hours=1)


def viewer(role: Role = Role.DUTY, reach: Reach | None = None, **more: Any) -> Viewer:
    """Somebody with a role's rights; with sources also a program that may push."""
    rights = RIGHTS[role] | ({Right.PUSH} if "sources" in more else frozenset())
    return Viewer("li.wei", "李伟", role, rights, reach or Reach(), **{"session": "token:1", **more})


@dataclass
class Desk:
    """The API under test: `who` asks, `clock` is its time."""

    server: FastAPI
    services: Services
    who: Viewer | None = field(default_factory=viewer)
    clock: list[datetime] = field(default_factory=lambda: [NOW])

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        token = CURRENT.set(self.who)
        try:
            transport = httpx.ASGITransport(self.server)
            async with httpx.AsyncClient(transport=transport, base_url="http://cockpit") as client:
                return await client.request(method, f"/api/v1{path}", **more)
        finally:
            CURRENT.reset(token)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.ask("GET", path, **more)

    async def data(self, path: str, **params: Any) -> list[dict[str, Any]]:
        answer = await self.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["data"])

    def write(self, *observations: Observation, incidents: tuple[Incident, ...] = ()) -> None:
        self.services.store.write(Batch("test", NOW, observations, incidents))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'city.db'}", synchronous="OFF") as opened:
        yield opened


@pytest.fixture
def city(tmp_path: Path) -> City:
    folder = tmp_path / "city"
    (folder / "layers").mkdir(parents=True)
    ring = [[112.0, 23.0], [113.5, 23.0], [113.5, 24.5], [112.0, 24.5], [112.0, 23.0]]
    west = [[x - 1.5, y] for x, y in ring]
    features = [
        {
            "type": "Feature",
            "properties": {"adcode": code, "name": name},
            "geometry": {"type": "Polygon", "coordinates": [shape]},
        }
        for code, name, shape in ((EAST, "清城区", ring), (WEST, "清新区", west))
    ]
    body = {"type": "FeatureCollection", "metadata": {"licence": "CC0", "attribution": "us"}, "features": features}
    (folder / "layers" / "districts.geojson").write_text(json.dumps(body, ensure_ascii=False), "utf-8")
    spec = tiny_city().spec.model_copy(
        update={"map": MapSpec(center=(112.7, 24.3), layers={"districts": "districts.geojson"})}
    )
    return tiny_city(folder, spec=spec)


@pytest.fixture
async def desk(city: City, store: Store, tmp_path: Path) -> AsyncIterator[Desk]:
    clock = [NOW]
    builder = Builder(city, store)
    hub = Hub(lambda _: {}, Topic("overview"))
    live = Live(builder, hub, store, lambda: clock[0])
    services = Services(city, store, builder, hub, live, "build-1", tmp_path / "cache", lambda: clock[0])
    server = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    errors.register(server)
    server.include_router(routes.router(services, LayerFiles(city, tmp_path / "cache")))
    yield Desk(server, services, clock=clock)
    hub.close()


def incident(number: str, district: str = EAST, **changes: Any) -> Incident:
    fields: dict[str, Any] = {
        "id": number, "source": "incidents", "kind": "flood", "title": "积水，联系人王小明13800138000", "at": NOW - HOUR,
        "updated": NOW - HOUR, "received": NOW - HOUR, "district": district, "lon": 113.0, "lat": 23.7,
        "detail": {"联系人": "王小明 13800138000"},
    }  # fmt: skip
    return Incident(**{**fields, **changes})


__all__ = ["HOUR", "SITES", "Desk", "Quality", "Site", "incident", "observed", "viewer"]
