"""GET metrics, sites, series and layers: what there is to ask for."""

import asyncio
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.encoding import ASK_EACH_TIME
from api.encoding import respond as respond_packed
from api.layers import LayerFiles
from api.services import Services
from api.v1 import rows
from api.v1.answers import Listing, respond
from api.v1.describe import document, listed, located
from api.v1.models import LayerPage, MetricPage, SeriesPage, SitePage
from api.v1.paging import Key, paged
from api.v1.queries import MetricQuery, Paged, SeriesQuery, SiteQuery
from api.v1.scope import Scope, reading
from domain.observation import SeriesKey


def router(services: Services, files: LayerFiles) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["catalogue"])

    @routes.get("/metrics", **listed(MetricPage, "Metrics of the city", "metrics"))
    async def metrics(request: Request, asked: Annotated[MetricQuery, Query()]) -> Response:
        """What is measured: unit, definition, department, and how values combine over time and places."""
        found = [one for one in reading(services).metrics().values() if asked.topic in (None, one.topic)]
        part = paged(sorted(found, key=lambda m: m.key), lambda m: (m.key,), asked.limit, asked.cursor)
        return respond(request, Listing(rows.METRIC, [rows.metric_row(m) for m in part.items], part.following))

    @routes.get("/sites", **located(SitePage, "Places measured", "sites"))
    async def sites(request: Request, asked: Annotated[SiteQuery, Query()]) -> Response:
        """Stations, sections, road segments, halls, ... Coordinates are WGS-84 degrees."""
        scope = reading(services)
        scope.known_district(asked.district)
        found = [
            site for site in scope.sites() if asked.kind in ("", site.kind) and asked.district in ("", site.district)
        ]
        part = paged(found, lambda site: (site.id,), asked.limit, asked.cursor)
        listing = Listing(rows.SITE, [rows.site_row(s) for s in part.items], part.following, placed=True)
        return respond(request, listing)

    @routes.get("/series", **listed(SeriesPage, "Series of values", "series"))
    async def series(request: Request, asked: Annotated[SeriesQuery, Query()]) -> Response:
        """Every series that holds values: a metric at a place from a source, under one edition of a standard.

        A number names a series for good; `GET /api/v1/series/{number}` gives its values.
        """
        scope = reading(services)
        found = chosen(scope, asked, await asyncio.to_thread(services.store.series))
        part = paged(sorted(found.items()), _number, asked.limit, asked.cursor)
        page = [rows.series_row(number, key, scope.city) for number, key in part.items]
        return respond(request, Listing(rows.SERIES, page, part.following))

    @routes.get("/layers", **listed(LayerPage, "Map layers", "layers"))
    async def layers(request: Request, asked: Annotated[Paged, Query()]) -> Response:
        """Outlines, roads, rivers and the like that screens draw; whose they are and under which licence."""
        reading(services)
        part = paged(files.all, lambda layer: (layer.name,), asked.limit, asked.cursor)
        return respond(request, Listing(rows.LAYER, [rows.layer_row(one) for one in part.items], part.following))

    @routes.get("/layers/{name}", **document("A map layer", "layer"))
    async def layer(request: Request, name: Annotated[str, Path(max_length=100)]) -> Response:
        """The layer's GeoJSON (RFC 7946), compressed as the client accepts."""
        reading(services)
        packed, _ = await files.find(f"{name}.geojson")
        return respond_packed(packed, request.headers, ASK_EACH_TIME)

    return routes


def chosen(scope: Scope, asked: SeriesQuery, series: Mapping[int, SeriesKey]) -> dict[int, SeriesKey]:
    """The series that may be read and are asked for."""
    city = scope.city
    metrics, places = set(scope.known_metrics(asked.metric)), set(asked.site)
    scope.known_district(asked.district)
    return {
        number: key
        for number, key in series.items()
        if (not metrics or key.metric in metrics)
        and (not places or key.site in places)
        and asked.source in ("", key.source)
        and (asked.topic is None or (key.metric in city.metrics and city.metrics[key.metric].topic == asked.topic))
        and asked.district in ("", city.district_of(key.site))
        and scope.sees(key.metric, key.site)
    }


def _number(item: tuple[int, SeriesKey]) -> Key:
    return (item[0],)
