"""The command map in a real browser: what one looks for is found, measured, sent on, and stays where it is."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Cockpit, Visit

READY = ".map-over[data-drawing]"
TOWN = (113.08537, 23.6841)


def test_the_map_finds_measures_and_keeps_its_view_in_the_address(visit: Visit, cockpit: Cockpit) -> None:
    """One walk, because a browser is dear."""
    page = visit.page
    page.goto(cockpit.url + "map?layers=index,resources,towns")
    page.wait_for_selector(READY)
    choose(page)
    kept = search(page)
    page.reload()
    page.wait_for_selector(READY)
    expect(page.locator(".map-ring")).to_be_attached()
    measure(page)
    page.evaluate("() => { const map = cockpit.maps.get('map'); map.update({ ...map.data }); }")
    assert kept in page.url, "a live tick moved the view"
    assert (visit.outside, visit.failed, visit.errors) == ([], [], [])


def choose(page: Page) -> None:
    """A layer by its chip, and another metric for the districts: both are told in the legend."""
    legend = page.locator(".map-legend")
    expect(legend).to_contain_text("应急资源")
    page.locator('[data-layer="vehicles"]').click()
    expect(legend).to_contain_text("按车队汇总，不含单车")
    page.locator("[data-shade]").click()
    page.locator(".map-picker input").fill("12345 接通率")
    expect(page.locator(".map-row").first).to_contain_text("接通率")
    page.keyboard.press("Enter")
    expect(page.locator("[data-shade]")).to_contain_text("接通率")
    assert "shade=hotline.connect_rate" in page.url


def search(page: Page) -> str:
    """By keyboard alone: the map jumps there, tells of it, and the address keeps where it looks; that part of it."""
    page.keyboard.press("/")
    page.keyboard.type("洲心街道")
    expect(page.locator(".map-row").first).to_contain_text("洲心街道")
    page.keyboard.press("Enter")
    expect(page.locator(".map-card")).to_contain_text("洲心街道")
    expect(page).to_have_url(re.compile("view="))
    found = re.search(r"view=([\d.]+),([\d.]+),([\d.]+)", page.url)
    assert found is not None
    assert abs(float(found[1]) - TOWN[0]) < 0.02
    assert abs(float(found[2]) - TOWN[1]) < 0.02
    assert float(found[3]) >= 11
    return found[0]


def measure(page: Page) -> None:
    """Three points about the town, which the address has brought back to the middle; nothing opens under the pointer."""
    x, y = page.evaluate("(at) => cockpit.maps.get('map').drawing.project(at)", list(TOWN))
    box = page.locator(".map-over").bounding_box()
    assert box is not None
    assert max(abs(x - box["width"] / 2), abs(y - box["height"] / 2)) < 40
    page.get_by_label("测量距离与面积").click()
    told = page.locator(".map-measured")
    expect(told).to_be_visible()
    for dx, dy in ((-200, -100), (200, -100), (200, 150)):
        page.mouse.click(box["x"] + x + dx, box["y"] + y + dy)
    expect(told).to_contain_text(re.compile(r"长度 [\d.]+ km · 面积 [\d.,]+ km²"))
    assert not page.locator(".has-drawer").count()
    page.keyboard.press("Escape")
    expect(told).to_be_hidden()


def test_places_and_lengths_are_those_of_the_server(visit: Visit, cockpit: Cockpit) -> None:
    """The browser's own GCJ-02 and geodesics against the server's (geo/crs.py, PROJ)."""
    from pyproj import Geod

    from geo import crs

    page = visit.page
    page.goto(cockpit.url + "map")
    page.wait_for_selector(READY)
    for lon, lat in ((113.08, 23.68), (112.0, 25.1), (119.6, 39.9), (2.35, 48.85)):
        shifted = page.evaluate("(at) => cockpit.gcj02.out(at)", [lon, lat])
        back = page.evaluate("(at) => cockpit.gcj02.back(at)", shifted)
        assert max(abs(a - b) for a, b in zip(crs.to_wgs84("gcj02", *shifted), (lon, lat), strict=True)) < 1e-6
        assert max(abs(a - b) for a, b in zip(back, (lon, lat), strict=True)) < 1e-8
    ring = [[112.9, 23.6], [113.4, 23.7], [113.2, 24.1]]
    page.get_by_label("测量距离与面积").click()
    expect(page.locator(".map-measured")).to_be_visible()
    told = page.evaluate("(ring) => cockpit.measured(window.geodesic, ring)", ring)
    earth = Geod(ellps="WGS84")
    area, _ = earth.polygon_area_perimeter(*zip(*ring, strict=True))
    assert abs(told["length"] - earth.line_length(*zip(*ring, strict=True))) < 0.01
    assert abs(told["area"] - abs(area)) < 1
