"""GET /map/tiles/{z}/{x}/{y}: tiles of the city's own base map, where it is a PMTiles file in the city's folder."""

import asyncio

from fastapi import APIRouter
from starlette.responses import Response

from api.errors import ApiError
from geo.basemap import Tiles

KEPT = "private, max-age=86400"  # a new file of the same name is seen a day later at the latest


def router(tiles: Tiles | None) -> APIRouter:
    """The route; without a file every tile is unknown."""
    routes = APIRouter()

    @routes.get("/map/tiles/{z}/{x}/{y}", include_in_schema=False)
    async def tile(z: int, x: int, y: int) -> Response:
        if tiles is None:
            raise ApiError(404, "unknown_tile", "This city has no base map of its own.")
        found = await asyncio.to_thread(tiles.tile, z, x, y)
        if found is None:
            return Response(None, 204, {"Cache-Control": KEPT})
        headers = {"Cache-Control": KEPT} | ({"Content-Encoding": found.encoding} if found.encoding else {})
        return Response(found.body, 200, headers | {"Content-Type": found.media_type})

    return routes
