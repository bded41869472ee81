"""The routes of /api/v1, and the document that describes them."""

from fastapi import APIRouter

from api.layers import LayerFiles
from api.services import Services
from api.v1 import catalogue, description, orders, push, values

PREFIX = "/api/v1"


def router(services: Services, files: LayerFiles) -> APIRouter:
    """Every operation, and the description of them all."""
    routes = described(services, files)
    routes.include_router(description.router(services, list(routes.routes)))
    return routes


def described(services: Services, files: LayerFiles) -> APIRouter:
    """The operations that the description describes."""
    routes = APIRouter(prefix=PREFIX)
    parts = (catalogue.router(services, files), values.router(services), orders.router(services), push.router(services))
    for part in parts:
        routes.include_router(part)
    return routes
