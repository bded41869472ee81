"""/map: the city's own map as a page of its own, with every layer, search and measuring."""

from domain.city import City
from domain.screen import Screen
from layouts.panels.map import MapPanelSpec

SCREEN = "map"
PANEL = "map"


def made(city: City) -> Screen | None:
    """The page; None in a city without a map. Its map is the one of the first screen that has one, all layers added."""
    for screen in sorted(city.screens.values(), key=lambda one: one.order):
        for one in screen.panels:
            if isinstance(one, MapPanelSpec):
                return _screen(one)
    return None


def _screen(own: MapPanelSpec) -> Screen:
    layers = (
        "index", "alerts", "warnings", "roads", *(layer for layer in own.places), "resources", "cameras", "complaints", "vehicles",
        "towns", "rivers",
    )  # fmt: skip
    shown = (*(layer for layer in own.shown if layer in layers), "warnings", "rivers")
    panel = own.model_copy(
        update={
            "key": PANEL, "area": "map", "title": "", "title_en": "", "layers": layers, "shown": shown, "command": True,
            "callouts": 8,
        }
    )  # fmt: skip
    return Screen(
        key=SCREEN, title="指挥地图", title_en="Command map", columns="minmax(0, 1fr)", rows="minmax(0, 1fr)", grid=("map",), panels=(panel,)
    )  # fmt: skip
