"""The page itself: painted for the address it was opened with, so that a sent link shows what its sender saw."""

from collections.abc import Callable
from urllib.parse import urlsplit

from dash import Dash
from dash.development.base_component import Component


def register(app: Dash, paint: Callable[[str], Component]) -> None:
    """Make `paint` the layout. The layout is fetched by the page's script, so the page's address is the referrer's."""

    def layout() -> Component:
        try:
            referrer = app.backend.request_adapter().headers.get("referer", "")
        except RuntimeError:  # Dash also asks once while it is set up, outside any request
            referrer = ""
        return paint("?" + urlsplit(referrer).query)

    app.layout = layout
