"""The page itself: painted for the address it was opened with, so that a sent link shows what its sender saw."""

from collections.abc import Callable
from urllib.parse import urlsplit

from dash import Dash
from dash.development.base_component import Component

from access.viewer import current
from domain.account import Right, Viewer

ACCESS: dict[str, Right] = {}


def register(app: Dash, paint: Callable[[str, str, Viewer | None], Component]) -> None:
    """Make `paint` (path, query string, viewer) the layout.

    The layout is fetched by the page's script, so the page's address is the referrer's.
    """

    def layout() -> Component:
        try:
            referrer = app.backend.request_adapter().headers.get("referer", "")
        except RuntimeError:  # Dash also asks once while it is set up, outside any request
            referrer = ""
        address = urlsplit(referrer)
        return paint(address.path or "/", "?" + address.query, current())

    app.layout = layout
