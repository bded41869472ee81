"""The desk's stream: the cockpit's own map and the header's live parts, without any other panel."""

from typing import Any

from domain.case import Case
from domain.city import City
from domain.screen import Screen
from layouts.panels.map import MapPanelSpec

SCREEN = "duty"
PANEL = "duty_map"
RINGS = (1, 3, 5)  # km around the open case


def panel(city: City) -> MapPanelSpec | None:
    """The city's own map, as its first screen declares it; None in a city without one."""
    for screen in sorted(city.screens.values(), key=lambda one: one.order):
        for one in screen.panels:
            if isinstance(one, MapPanelSpec):
                return one.model_copy(update={"key": PANEL, "area": "map", "title": "", "title_en": "", "callouts": 8})
    return None


def made(city: City) -> Screen | None:
    """What the desk hears of the city as it changes; None in a city without a map."""
    found = panel(city)
    if found is None:
        return None
    return Screen(
        key=SCREEN, title="值班值守台", title_en="Duty desk", columns="1fr", rows="1fr", grid=("map",), panels=(found,)
    )


def spot(city: City, case: Case) -> dict[str, Any]:
    """Where a case lies: a point, the middle of a road, or a district by its code."""
    site = city.sites.get(case.site)
    at = site.spot if site is not None else None
    if at is not None:
        return {"lon": round(at[0], 5), "lat": round(at[1], 5)}
    return {"district": case.district} if case.district else {}
