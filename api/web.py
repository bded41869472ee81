"""Everything HTTP beside the pages, put onto one FastAPI server."""

from fastapi import FastAPI

from api import errors, health, layers, stream
from api.layers import LayerFiles
from api.pages import PackedPages
from api.security import SecurityHeaders
from api.services import Services
from api.static import FastStatic
from api.v1 import routes as v1


def mount(server: FastAPI, services: Services) -> LayerFiles:
    """Add routes, the error shape, fast static files and security headers; the layers know their hashed addresses.

    Call it before `Dash(server=server)`: Dash adds a catch-all page when the server starts, and its middleware must lie outside
    of the one that answers failures. OSError or ValueError when a declared map layer cannot be read.
    """
    files = LayerFiles(services.city, services.cache)
    errors.register(server)
    for router in (stream.router(services), health.router(services), layers.router(files), v1.router(services, files)):
        server.include_router(router)
    server.add_middleware(PackedPages)
    server.add_middleware(FastStatic, cache=services.cache)
    server.add_middleware(SecurityHeaders, hashes=services.csp_hashes)
    return files
