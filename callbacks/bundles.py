"""Which component libraries a page loads: the grid is 1.3 MB that no cockpit shows, the map's fallback nothing that a list needs."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import dash_ag_grid  # noqa: F401  its import is what makes its script known
from dash import Dash

from layouts.accounts import menu

ABOUT_PEOPLE = frozenset(place.path for place in menu.PLACES)
WITH_MAP = frozenset({"/duty", "/map"})  # of those, the ones that have the city's map and no grid
# Library -> whether the page at a path draws with it; a library that is not named here is loaded everywhere.
WANTED: Mapping[str, Callable[[str], bool]] = {
    "dash_ag_grid": lambda path: path in ABOUT_PEOPLE - WITH_MAP,
    "dash_leaflet": lambda path: path not in ABOUT_PEOPLE - WITH_MAP,
}


def lean(scripts: str, path: str) -> str:
    """The script tags without those of libraries that the page at `path` does not draw with."""
    for library, is_wanted in WANTED.items():
        if not is_wanted(path):
            scripts = re.sub(rf'<script src="[^"]*/{library}/[^"]*"></script>\n?', "", scripts)
    return scripts


class LeanDash(Dash):
    """Dash whose pages load what they draw with."""

    def interpolate_index(self, **kwargs: Any) -> str:  # type: ignore[override]  # Dash calls it by keywords
        """The page's HTML; Dash calls it inside the request."""
        asked = self.backend.request_adapter()
        kwargs["scripts"] = lean(kwargs["scripts"], asked.path)
        page = str(super().interpolate_index(**kwargs))  # type: ignore[no-untyped-call]  # Dash leaves it untyped
        return page.replace("<html>", f'<html lang="{"en" if asked.args.get("lang") == "en" else "zh-CN"}">', 1)
