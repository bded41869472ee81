"""The maps, flat and raised: every change of their data goes to the browser's own code (assets/map.js, assets/twin.js)."""

from collections.abc import Iterable

import dash_leaflet  # noqa: F401  its import is what puts Leaflet's script on the page
from dash import ClientsideFunction, Dash, Input, State

from domain.account import Right
from domain.screen import Screen
from layouts.tags import part_id

KINDS = ("map", "twin")
ACCESS: dict[str, Right] = {}


def register(app: Dash, screens: Iterable[Screen]) -> None:
    """One clientside callback for each panel; nothing comes back to the server."""
    panels = {(panel.kind, panel.key) for screen in screens for panel in screen.panels if panel.kind in KINDS}
    for kind, key in sorted(panels):
        app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it untyped
            ClientsideFunction("cockpit", kind),
            # Optional: a screen without a map has the address all the same.
            Input(part_id(key, "data"), "data", allow_optional=True),
            Input("url", "search"),
            State(part_id(key, "config"), "data", allow_optional=True),
        )
