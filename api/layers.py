"""GET /layers/...: the city's map layers, compressed once; an address with the file's hash may be kept for ever.

Whoever may read some districts only is given the features of these, and those that belong to no district (a river, a
neighbour); such a file has an address of its own, so that a browser never shows one person's file to another.
"""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from access.reach import reach_of
from access.viewer import current
from api.encoding import ASK_EACH_TIME, Packed, pack, respond
from api.errors import ApiError
from domain.account import WHOLE, Reach
from domain.city import City
from geo.layers import MEDIA_TYPE, Layer, catalogue

KEPT = "private, max-age=31536000, immutable"  # nobody between the server and this browser may keep it
Districts = frozenset[str] | None


class LayerFiles:
    """The layers of a city; OSError or ValueError when a declared file cannot be read."""

    def __init__(self, city: City, cache: Path) -> None:
        self._city = city
        self._layers: Mapping[str, Layer] = catalogue(city)
        self._cache = cache
        self._packed: dict[tuple[str, Districts], asyncio.Task[Packed]] = {}

    @property
    def names(self) -> list[str]:
        """Every layer's name."""
        return list(self._layers)

    @property
    def all(self) -> list[Layer]:
        """Every layer, by name."""
        return sorted(self._layers.values(), key=lambda layer: layer.name)

    def url(self, name: str, reach: Reach = WHOLE) -> str:
        """The address with the file's hash: what a screen names. A layer that is not declared keeps its plain name."""
        layer = self._layers.get(name)
        return f"/layers/{f'{name}.geojson' if layer is None else _file_name(layer, reach.districts)}"

    async def find(self, file_name: str) -> tuple[Packed, str]:
        """A file as far as the viewer of this request may see it, by any of its names, and how long it may be kept.

        ApiError when there is none.
        """
        districts = reach_of(current(), self._city).districts
        name = file_name.partition(".")[0]
        layer = self._layers.get(name)
        own = "" if layer is None else _file_name(layer, districts)
        if layer is None or file_name not in (own, layer.file_name, f"{name}.geojson"):
            raise ApiError(404, "unknown_layer", f"There is no layer file {file_name!r}.", known=self.names)
        key = (name, districts)
        if key not in self._packed:
            others = frozenset(self._city.districts) - districts if districts is not None else frozenset[str]()
            self._packed[key] = asyncio.create_task(asyncio.to_thread(_read, layer, others, self._cache))
        return await asyncio.shield(self._packed[key]), KEPT if file_name == own else ASK_EACH_TIME


def _file_name(layer: Layer, districts: Districts) -> str:
    """The name by content: of the whole file, or of the part in some districts."""
    if districts is None:
        return layer.file_name
    part = hashlib.sha256(",".join(sorted(districts)).encode()).hexdigest()[:8]
    return f"{layer.name}.{layer.digest}-{part}.geojson"


def _read(layer: Layer, others: frozenset[str], cache: Path) -> Packed:
    body = layer.path.read_bytes()
    return pack(_without(body, others) if others else body, MEDIA_TYPE, cache)


def _without(body: bytes, others: frozenset[str]) -> bytes:
    """The GeoJSON without the features of some districts: those whose `district`, or own `adcode`, is one of them."""
    document = json.loads(body)
    features = [f for f in document["features"] if _district(f.get("properties") or {}) not in others]
    return json.dumps(document | {"features": features}, ensure_ascii=False, separators=(",", ":")).encode()


def _district(properties: Mapping[str, object]) -> object:
    return properties.get("district", properties.get("adcode"))


def router(files: LayerFiles) -> APIRouter:
    """The layers' route."""
    routes = APIRouter()

    @routes.api_route(
        "/layers/{file_name}", methods=["GET", "HEAD"], summary="A map layer as GeoJSON", response_class=Response
    )
    async def layer(request: Request, file_name: str) -> Response:
        packed, control = await files.find(file_name)
        return respond(packed, request.headers, control)

    return routes
