"""Everything HTTP beside the pages, put onto one FastAPI server."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import FastAPI

from access.opening import Access
from api import (
    attachments,
    catalogue_export,
    daily_export,
    displays,
    errors,
    exports,
    form_template,
    health,
    kept_export,
    layers,
    panel_exports,
    pictures,
    stream,
    tiles,
)  # fmt: skip
from api.callback_body import Declared
from api.csrf import Csrf
from api.doors import DOORS, Callbacks, Door, Doors
from api.gate import Gate, House
from api.layers import LayerFiles
from api.limits import Limits
from api.pages import PackedPages
from api.security import SecurityHeaders
from api.services import Services
from api.sign_in import SignIn
from api.static import FastStatic
from api.v1 import routes as v1
from domain.account import Right, Viewer
from geo import basemap, resources
from layouts.atlas.picture import Ground


def mount(server: FastAPI, services: Services) -> LayerFiles:
    """Add routes, the error shape, fast static files and security headers; the layers know their hashed addresses.

    Call it before `Dash(server=server)`: Dash adds a catch-all page when the server starts, and its middleware must lie outside
    of the one that answers failures; `guard` comes after. OSError or ValueError when a declared map layer cannot be read.
    """
    files = LayerFiles(services.city, services.cache)
    errors.register(server)
    for router in (
        stream.router(services),
        health.router(services),
        displays.router(services),
        layers.router(files),
        tiles.router(basemap.of_city(services.city)),
        pictures.router(pictures.Pictures(services, lambda: Ground(*resources.known(services.city)))),
        exports.router(services),
        panel_exports.router(services),
        catalogue_export.router(services),
        daily_export.router(services),
        form_template.router(services),
        kept_export.router(services),
        v1.router(services, files),
    ):
        server.include_router(router)
    server.add_middleware(PackedPages)
    server.add_middleware(FastStatic, cache=services.cache)
    server.add_middleware(
        SecurityHeaders, hashes=services.csp_hashes, tiles=basemap.origin(services.city.spec.map.base)
    )
    return files


@dataclass(frozen=True)
class Rules:
    """Who may come in: the doors, the callbacks' own rights, and the one viewer there is when sign-in is off.

    declared: what Dash knows of a callback by its output, so that what does not fit is refused before Dash stumbles over it.
    """

    doors: Sequence[Door] = DOORS
    callbacks: Mapping[str, Right] = field(default_factory=dict)
    alone: Viewer | None = None
    declared: Declared | None = None


def guard(server: FastAPI, services: Services, access: Access, rules: Rules) -> None:
    """Add the sign-in pages, and the gate around everything. Call it last: what is added later would lie outside the gate."""
    csrf = Csrf(access.key)
    pages = SignIn(services, access, csrf)
    server.include_router(pages.router())
    server.include_router(attachments.router(services, access.key))
    # Nobody is counted who is alone on his own machine.
    limits = Limits(time.monotonic) if rules.alone is None else None
    house = House(
        doors=Doors(rules.doors),
        callbacks=Callbacks(rules.callbacks),
        access=access,
        csrf=csrf,
        show=pages.show,
        now=services.now,
        limits=limits,
        alone=rules.alone,
        declared=rules.declared,
    )
    server.add_middleware(Gate, house=house)
    server.add_middleware(
        SecurityHeaders, hashes=services.csp_hashes, tiles=basemap.origin(services.city.spec.map.base)
    )
