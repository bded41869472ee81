"""The map: every change of its data goes to the browser's own drawing code (assets/map.js)."""

from collections.abc import Iterable

import dash_leaflet  # noqa: F401  its import is what puts Leaflet's script on the page
from dash import ClientsideFunction, Dash, Input, State

from domain.account import Right
from domain.screen import Screen
from layouts.tags import part_id

ACCESS: dict[str, Right] = {}


def register(app: Dash, screens: Iterable[Screen]) -> None:
    """One clientside callback for each map panel; nothing comes back to the server."""
    for key in {panel.key for screen in screens for panel in screen.panels if panel.kind == "map"}:
        app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it untyped
            ClientsideFunction("cockpit", "map"),
            # Optional: a screen without a map has the address all the same.
            Input(part_id(key, "data"), "data", allow_optional=True),
            Input("url", "search"),
            State(part_id(key, "config"), "data", allow_optional=True),
        )
