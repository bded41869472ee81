"""GET openapi.json and docs: the API described for programs and for people."""

from collections.abc import Sequence
from functools import cache

from fastapi import APIRouter
from starlette.responses import Response
from starlette.routing import BaseRoute

from api.services import Services
from api.v1.answers import dumped
from api.v1.guide import page
from api.v1.openapi import document
from api.v1.scope import reading

_KEEP = {"Cache-Control": "private, max-age=3600"}


def router(services: Services, described: Sequence[BaseRoute]) -> APIRouter:
    """Both routes; neither is part of what it describes."""
    routes = APIRouter(include_in_schema=False)

    @cache
    def body() -> bytes:
        return dumped(document(described))

    @cache
    def text() -> str:
        return page(document(described))

    @routes.get("/openapi.json")
    async def openapi() -> Response:
        reading(services)
        return Response(body(), 200, _KEEP, "application/json")

    @routes.get("/docs")
    async def docs() -> Response:
        reading(services)
        return Response(text(), 200, _KEEP, "text/html")

    return routes
