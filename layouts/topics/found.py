"""Which screen stands at a path: those of the city's folder, and the pages that one template makes for each topic, district and metric."""

from collections.abc import Callable, Iterator, Mapping

from domain.city import City
from domain.screen import Screen
from domain.topic import DISTRICT
from domain.wall import WALL
from layouts import links
from layouts.atlas import page as atlas
from layouts.duty import desk_map
from layouts.topics import district_screen, indicator_screen, topic_screen
from layouts.wall import page as wall


def screen(city: City, key: str) -> Screen | None:
    """A screen by its key: "overview", "topic/service", "district", "indicator/air.aqi"; None for one that does not exist."""
    family, _, name = key.partition("/")
    made = FAMILIES.get(family)
    return city.screens.get(key) or (made(city, name) if made else None)


def _topic(city: City, name: str) -> Screen | None:
    return topic_screen.made(city, city.topics[name]) if name in city.topics and name != DISTRICT else None


def _indicator(city: City, name: str) -> Screen | None:
    return indicator_screen.made(city, city.metrics[name]) if name in city.metrics else None


def _district(city: City, name: str) -> Screen | None:
    contents = city.topics.get(DISTRICT)
    return district_screen.made(city, contents) if contents is not None and not name else None


FAMILIES: Mapping[str, Callable[[City, str], Screen | None]] = {
    "topic": _topic,
    "indicator": _indicator,
    DISTRICT: _district,
    desk_map.SCREEN: lambda city, name: None if name else desk_map.made(city),
    WALL: lambda city, name: None if name else wall.made(city),
    atlas.SCREEN: lambda city, name: None if name else atlas.made(city),
}
"""Pages that are not declared panel by panel, by the first word of their key."""


def at(city: City, path: str) -> tuple[Screen | None, str]:
    """The screen at a path, and the district that the path itself names ("" elsewhere)."""
    key = path.strip("/")
    code = key.removeprefix(links.DISTRICT.strip("/") + "/")
    if key != code:
        return (screen(city, DISTRICT), code) if code in city.districts else (None, "")
    return screen(city, key), ""


def paths(city: City) -> Iterator[str]:
    """Every path that has a page, so that any other address is refused."""
    yield from (f"/{key}" for key in city.screens)
    if city.scenes:
        yield f"/{WALL}"
    if atlas.made(city) is not None:
        yield links.MAP
    yield from (f"{links.TOPIC}{key}" for key in city.topics if key != DISTRICT)
    if DISTRICT in city.topics:
        yield from (f"{links.DISTRICT}{code}" for code in city.districts)
    yield from (f"{links.INDICATOR}{key}" for key in city.metrics)


def screens(city: City) -> Iterator[Screen]:
    """Every kind of page once, as far as what panels they have goes: for what must be known before anybody asks."""
    yield from city.screens.values()
    yield from filter(None, (wall.made(city), atlas.made(city)))
    yield from (topic_screen.made(city, topic) for key, topic in city.topics.items() if key != DISTRICT)
    if DISTRICT in city.topics:
        yield district_screen.made(city, city.topics[DISTRICT])
    yield from (indicator_screen.made(city, metric) for metric in city.metrics.values())
