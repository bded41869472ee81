"""GET /map/...: the map's layers as of now, drawn once for all of equal reach, and the metrics that districts can show.

A picture stands for PACE seconds, so that however many look, a layer is drawn at most so often.
"""

import asyncio
import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from access.reach import placed, reach_of
from access.viewer import current
from api.encoding import ASK_EACH_TIME, SMALL, Packed, respond
from api.errors import ApiError
from api.services import Services
from domain.account import Reach
from layouts.atlas import DRAWN, districts
from layouts.atlas.picture import Asked, Ground
from layouts.moments import Moments
from layouts.panels.map import MapPanelSpec
from layouts.text import LANGUAGES
from layouts.view import View

PACE = 5.0  # seconds
LONGEST = 100  # characters of a name that is asked for
_KEPT = 128
_QUICK = 5  # gzip: a picture lives for seconds
Key = tuple[str, str, str, str, str, str, Reach]


class AskedFor(BaseModel):
    """Which panel's map, in which language, as of when (None = now)."""

    screen: str = Field("map", max_length=LONGEST)
    panel: str = Field("map", max_length=LONGEST)
    metric: str = Field("", max_length=LONGEST)
    lang: str = Field("zh", max_length=LONGEST)
    t: datetime | None = None


class Pictures:
    """Draws and keeps pictures. Safe to use from several threads: a race draws twice, alike."""

    def __init__(
        self, services: Services, ground: Callable[[], Ground], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._services, self._read, self._clock = services, ground, clock
        self._moments = Moments(lambda: services.live.snapshot, services.builder.at)
        self._kept: OrderedDict[Key, tuple[float, int, Packed]] = OrderedDict()
        self._ground: Ground | None = None
        self._lock = Lock()

    def layer(self, name: str, asked: AskedFor) -> Packed:
        """A layer's picture. ApiError for an unknown layer, panel or metric, or before the first snapshot."""
        spec, view = self._spec(asked), self._view(asked)
        if name not in DRAWN:
            raise ApiError(404, "unknown_layer", f"There is no layer {name!r} to draw.", known=list(DRAWN))
        if asked.metric and asked.metric not in view.city.metrics:
            raise ApiError(404, "unknown_metric", f"There is no metric {asked.metric!r}.")
        wanted = Asked(name, spec, view, self._lie_of_the_land(), asked.metric)
        return self._packed(name, asked, view, lambda: DRAWN[name](wanted).told())

    def metrics(self, asked: AskedFor) -> Packed:
        """What districts can be coloured by."""
        view = self._view(asked)
        return self._packed("", asked, view, lambda: {"topics": districts.choices(view)})

    def _packed(self, name: str, asked: AskedFor, view: View, draw: Callable[[], Mapping[str, Any]]) -> Packed:
        at = asked.t.isoformat() if asked.t else ""
        key = (name, asked.screen, asked.panel, asked.metric, view.lang, at, view.snapshot.reach)
        now = self._clock()
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and (now - kept[0] < PACE or kept[1] == view.snapshot.version):
            return kept[2]
        packed = _pack(orjson.dumps(draw(), default=list))
        with self._lock:
            self._kept[key] = (now, view.snapshot.version, packed)
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return packed

    def _spec(self, asked: AskedFor) -> MapPanelSpec:
        shown = self._services.screen(asked.screen, current())
        panels = shown.panels if shown is not None else ()
        spec = next((p for p in panels if p.key == asked.panel and isinstance(p, MapPanelSpec)), None)
        if spec is None:
            raise ApiError(404, "unknown_panel", f"There is no map {asked.panel!r} on a screen {asked.screen!r}.")
        return spec

    def _view(self, asked: AskedFor) -> View:
        """The whole city as far as the viewer may see it, without his own rights: the picture is shared."""
        if asked.t is not None and (asked.t.tzinfo is None or asked.t > self._services.now()):
            raise ApiError(422, "invalid_time", "t is a past moment with a zone, such as 2026-11-24T06:30:00Z.")
        reach = reach_of(current(), self._services.city)
        snapshot = self._moments.shown(asked.t, reach)
        if snapshot is None:
            raise ApiError(503, "starting", "The cockpit has no picture yet; ask again in a moment.")
        lang = asked.lang if asked.lang in LANGUAGES else LANGUAGES[0]
        return View(snapshot, placed(reach, self._services.city, ""), lang)

    def _lie_of_the_land(self) -> Ground:
        if self._ground is None:
            self._ground = self._read()
        return self._ground


def _pack(body: bytes) -> Packed:
    digest = hashlib.sha256(body).hexdigest()[:24]
    packed = {"gzip": gzip.compress(body, _QUICK, mtime=0)} if len(body) >= SMALL else {}
    return Packed("application/json", digest, packed | {"": body})


def router(pictures: Pictures) -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.get("/map/layer/{name}", include_in_schema=False)
    async def layer(request: Request, name: str, asked: Annotated[AskedFor, Query()]) -> Response:
        return respond(await asyncio.to_thread(pictures.layer, name, asked), request.headers, ASK_EACH_TIME)

    @routes.get("/map/metrics", include_in_schema=False)
    async def metrics(request: Request, asked: Annotated[AskedFor, Query()]) -> Response:
        return respond(await asyncio.to_thread(pictures.metrics, asked), request.headers, ASK_EACH_TIME)

    return routes
