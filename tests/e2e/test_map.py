"""The command map in a real browser: what one looks for is found, measured, sent on, and stays where it is."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Cockpit, Visit

READY = ".map-over[data-drawing]"


def test_the_map_finds_measures_and_keeps_its_view_in_the_address(visit: Visit, cockpit: Cockpit) -> None:
    """One walk, because a browser is dear: legend, any metric, search, click-through, ruler, resume."""
    page = visit.page
    page.goto(cockpit.url + "map?layers=index,resources,towns")
    page.wait_for_selector(READY)

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

    page.keyboard.press("/")
    page.keyboard.type("洲心街道")
    expect(page.locator(".map-row").first).to_contain_text("洲心街道")
    page.keyboard.press("Enter")
    expect(page.locator(".map-card")).to_contain_text("洲心街道")
    expect(page).to_have_url(re.compile("view="))
    kept = re.search(r"view=([\d.,]+)", page.url)
    assert kept is not None
    lon, lat, zoom = map(float, kept.group(1).split(","))
    assert abs(lon - 113.085) < 0.02
    assert abs(lat - 23.684) < 0.02
    assert zoom >= 11

    page.reload()
    page.wait_for_selector(READY)
    expect(page.locator(".map-ring")).to_be_visible()
    x, y = page.evaluate("cockpit.maps.get('map').drawing.project([113.08537, 23.6841])")
    box = page.locator(".map-over").bounding_box()
    assert box is not None
    assert abs(x - box["width"] / 2) < 40
    assert abs(y - box["height"] / 2) < 40

    page.get_by_label("测量距离与面积").click()
    for dx, dy in ((-200, -100), (200, -100), (200, 150)):
        page.mouse.click(box["x"] + x + dx, box["y"] + y + dy)
    told = page.locator(".map-measured")
    expect(told).to_contain_text(re.compile(r"长度 [\d.]+ km · 面积 [\d.,]+ km²"))
    assert not page.locator(".has-drawer").count(), "measuring opened what lies under the pointer"
    page.keyboard.press("Escape")
    expect(told).to_be_hidden()
    page.evaluate("cockpit.maps.get('map').update({...cockpit.maps.get('map').data})")
    assert kept.group(1)[:6] in page.url, "a live tick moved the view"
    assert (visit.outside, visit.failed, visit.errors) == ([], [], [])


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
