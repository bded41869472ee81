from urllib.parse import urlsplit

from api.doors import DOORS, Doors, screens
from domain.account import Role
from domain.city import City
from layouts import drawer, screen
from layouts.address import Address
from layouts.topics import found
from layouts.view import View
from tests.layouts.fake import FakeSnapshot
from tests.layouts.topics.test_found import nodes


def test_every_number_on_every_page_leads_to_a_page_with_the_list_behind_it(city: City) -> None:
    view = View(FakeSnapshot(city=city))
    district = View(FakeSnapshot(city=city), "441881")
    numbers: set[tuple[str, str]] = set()
    for shown in found.screens(city):
        tree = screen.build(shown, district if shown.key == "district" else view).to_plotly_json()
        told = [node["props"] for node in nodes(tree) if "data-metric" in node["props"]]
        assert told or shown.key.startswith(("indicator/", "map")), shown.key  # the map's figures come with its picture
        numbers |= {(props["data-metric"], props["data-place"]) for props in told}
    assert len(numbers) > 300
    for metric, place in numbers:
        opened = nodes(drawer.render(view, Address(metric=metric, place=place)))
        ways = [node["props"]["href"] for node in opened if node["type"] == "A"]
        assert ways, metric
        reached, _ = found.at(city, urlsplit(ways[0]).path)
        assert reached is not None, ways
        assert {"list", "cases"} <= {panel.key for panel in reached.panels}, metric


def test_every_link_of_every_page_leads_somewhere(city: City) -> None:
    doors = Doors((*DOORS, *screens(found.paths(city))))
    for path in ("/", "/topic/service", "/topic/emergency", "/district/441881", "/indicator/air.aqi", "/targets"):
        shown, place = found.at(city, "/overview" if path == "/" else path)
        assert shown is not None
        tree = screen.build(shown, View(FakeSnapshot(city=city), place, "en")).to_plotly_json()
        links = [node["props"]["href"] for node in nodes(tree) if node["type"] == "A"]
        assert links
        for link in links:
            at = urlsplit(link)
            assert not at.netloc
            assert not at.path or doors.find("GET", at.path)[0] is not None, link
            assert "lang=en" in at.query or at.query == "lang=zh", link


def test_a_sites_number_leads_to_its_districts_page(city: City) -> None:
    site = next(s for s in city.sites.values() if s.kind == "air")
    opened = nodes(drawer.render(View(FakeSnapshot(city=city)), Address(metric="air.aqi", place=site.id)))
    ways = [node["props"]["href"] for node in opened if node["type"] == "A"]
    assert ways == [f"/indicator/air.aqi?district={site.district}", f"/district/{site.district}"]


def test_the_menu_keeps_district_language_and_moment(city: City) -> None:
    shown, _ = found.at(city, "/topic/service")
    assert shown is not None
    view = View(FakeSnapshot(city=city, live=False), "441881", "en")
    hrefs = [node["props"]["href"] for node in nodes(screen.build(shown, view).to_plotly_json()) if node["type"] == "A"]
    assert "/topic/traffic?lang=en&t=2026-11-23T06%3A34%3A08Z&district=441881" in hrefs


def test_a_leader_may_write_an_instruction_about_a_number_of_now(city: City) -> None:
    site = "441881"
    for role, live, is_offered in ((Role.LEADER, True, True), (Role.LEADER, False, False), (Role.DUTY, True, False)):
        view = View(FakeSnapshot(city=city, live=live), role=role)
        opened = nodes(drawer.render(view, Address(metric="air.aqi", place=site)))
        hrefs = [node["props"]["href"] for node in opened if node["type"] == "A"]
        assert (
            any(href.startswith("/instructions?about=metric%3Aair.aqi%40441881&shown=") for href in hrefs) is is_offered
        )
