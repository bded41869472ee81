"""GET /layers/...: the city's map layers, compressed once; an address with the file's hash may be kept for ever."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.encoding import ASK_EACH_TIME, FOREVER, Packed, pack, respond
from api.errors import ApiError
from domain.city import City
from geo.layers import MEDIA_TYPE, Layer, catalogue


class LayerFiles:
    """The layers of a city; OSError or ValueError when a declared file cannot be read."""

    def __init__(self, city: City, cache: Path) -> None:
        self._layers: Mapping[str, Layer] = catalogue(city)
        self._cache = cache
        self._packed: dict[str, asyncio.Task[Packed]] = {}

    @property
    def names(self) -> list[str]:
        """Every layer's name."""
        return list(self._layers)

    @property
    def all(self) -> list[Layer]:
        """Every layer, by name."""
        return sorted(self._layers.values(), key=lambda layer: layer.name)

    def url(self, name: str) -> str:
        """The address with the file's hash: what a screen names. A layer that is not declared keeps its plain name."""
        layer = self._layers.get(name)
        return f"/layers/{layer.file_name if layer is not None else f'{name}.geojson'}"

    async def find(self, file_name: str) -> tuple[Packed, str]:
        """A file by either of its names, and how long it may be kept; ApiError when there is none."""
        name = file_name.partition(".")[0]
        layer = self._layers.get(name)
        if layer is None or file_name not in (layer.file_name, f"{name}.geojson"):
            raise ApiError(404, "unknown_layer", f"There is no layer file {file_name!r}.", known=self.names)
        if name not in self._packed:
            self._packed[name] = asyncio.create_task(asyncio.to_thread(_read, layer, self._cache))
        control = FOREVER if file_name == layer.file_name else ASK_EACH_TIME
        return await asyncio.shield(self._packed[name]), control


def _read(layer: Layer, cache: Path) -> Packed:
    return pack(layer.path.read_bytes(), MEDIA_TYPE, cache)


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
