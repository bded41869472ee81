"""Which screen stands at a path: those of the city's folder, and the pages that one template makes for each topic, district and metric."""

from collections.abc import Iterator

from domain.city import City
from domain.screen import Screen
from domain.topic import DISTRICT
from layouts import links
from layouts.topics import district_screen, indicator_screen, topic_screen


def screen(city: City, key: str) -> Screen | None:
    """A screen by its key: "overview", "topic/service", "district", "indicator/air.aqi"; None for one that does not exist."""
    if key in city.screens:
        return city.screens[key]
    family, _, name = key.partition("/")
    if family == "topic" and name in city.topics and name != DISTRICT:
        return topic_screen.made(city, city.topics[name])
    if family == "indicator" and name in city.metrics:
        return indicator_screen.made(city, city.metrics[name])
    if key == DISTRICT and DISTRICT in city.topics:
        return district_screen.made(city, city.topics[DISTRICT])
    return None


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
    yield from (f"{links.TOPIC}{key}" for key in city.topics if key != DISTRICT)
    if DISTRICT in city.topics:
        yield from (f"{links.DISTRICT}{code}" for code in city.districts)
    yield from (f"{links.INDICATOR}{key}" for key in city.metrics)


def screens(city: City) -> Iterator[Screen]:
    """Every kind of page once, as far as what panels they have goes: for what must be known before anybody asks."""
    yield from city.screens.values()
    yield from (topic_screen.made(city, topic) for key, topic in city.topics.items() if key != DISTRICT)
    if DISTRICT in city.topics:
        yield district_screen.made(city, city.topics[DISTRICT])
    yield from (indicator_screen.made(city, metric) for metric in city.metrics.values())
