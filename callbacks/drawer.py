"""The drawer: filled when the address names a metric, an incident or sources, and again on the page's slow pulse."""

import asyncio
from typing import Any

from dash import Dash, Input, Output

from access.viewer import current
from callbacks.services import Services
from domain.account import Right, Viewer
from layouts import drawer, shell

ACCESS: dict[str, Right] = {f"{shell.DRAWER}.children": Right.VIEW}


def register(app: Dash, services: Services) -> None:
    """One callback: address in, children out; drawing happens in a thread."""

    def draw(search: str, viewer: Viewer | None) -> list[Any]:
        address = services.address(search, viewer)
        view = services.view(address, viewer)
        if view is None:
            return []
        return drawer.render(view, address, services.records(address.source, viewer) if address.source else None)

    @app.callback(Output(shell.DRAWER, "children"), Input(shell.URL, "search"), Input(shell.PULSE, "data"))
    async def open_drawer(search: str | None, _pulse: object) -> list[Any]:
        return await asyncio.to_thread(draw, search or "", current())
