from collections.abc import Iterator
from typing import Any

import plotly.graph_objects as go
import pytest

from domain.city import City
from domain.health import Freshness
from layouts import screen
from layouts.topics import found
from layouts.view import View
from tests.layouts.fake import FakeSnapshot
from tests.layouts.test_screen import ids, texts


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every component of a tree."""
    if isinstance(tree, list):
        for child in tree:
            yield from nodes(child)
    elif isinstance(tree, dict) and "props" in tree:
        yield tree
        yield from nodes(tree["props"].get("children"))


def drawn(city: City, path: str, lang: str = "zh", **more: Any) -> Any:
    """A page as it is served for a path, in the declared city with made-up values."""
    shown, district = found.at(city, path)
    assert shown is not None, path
    return screen.build(shown, View(FakeSnapshot(city=city, **more), district, lang)).to_plotly_json()


def test_every_path_that_is_announced_has_a_page(city: City) -> None:
    for path in found.paths(city):
        shown, _ = found.at(city, "/overview" if path == "/" else path)
        assert shown is not None, path


@pytest.mark.parametrize("path", ["/topic/nothing", "/topic/district", "/district/110000", "/indicator/x.y", "/topic"])
def test_a_path_that_names_nothing_has_no_page(city: City, path: str) -> None:
    assert found.at(city, path)[0] is None


def test_every_page_gives_each_panel_an_area_of_its_own(city: City) -> None:
    for shown in (s for s in found.screens(city) if s.key.startswith(("topic/", "district", "indicator/", "targets"))):
        areas = [panel.area for panel in shown.panels]
        cells = {cell for row in shown.grid for cell in row.split()}
        assert sorted(areas) == sorted(cells), shown.key
        assert len({len(row.split()) for row in shown.grid}) == 1, shown.key
        assert len({panel.key for panel in shown.panels}) == len(areas), shown.key


PATHS = (
    "/topic/service",
    "/topic/economy",
    "/district/441881",
    "/indicator/air.aqi",
    "/indicator/city.index",
    "/targets",
)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_no_panel_of_a_page_fails(city: City, path: str, lang: str) -> None:
    for more in ({}, {"blank": True}, {"states": {"": Freshness.STALE}}):
        failed = [
            node["props"]["id"]
            for node in nodes(drawn(city, path, lang, **more))
            if "is-failed" in str(node["props"].get("className"))
        ]
        assert not failed


def test_no_metrics_page_fails(city: City) -> None:
    for key in city.metrics:
        classes = {str(node["props"].get("className")) for node in nodes(drawn(city, f"/indicator/{key}"))}
        assert not [c for c in classes if "is-failed" in c], key


@pytest.mark.parametrize("path", PATHS)
def test_every_figure_of_a_page_is_one_that_plotly_accepts(city: City, path: str) -> None:
    for node in nodes(drawn(city, path)):
        if node["type"] == "Graph":
            go.Figure(node["props"]["figure"])


def test_a_districts_page_looks_at_its_district_whatever_the_query_says(city: City) -> None:
    page = drawn(city, "/district/441881")
    facts = next(node["props"] for node in nodes(page) if node["props"].get("id") == "spoken")
    assert facts["data-fixed"] == "441881"
    assert facts["data-screen"] == "district"
    assert "英德市" in texts(page)


def test_the_ids_of_a_page_are_its_own(city: City) -> None:
    for path in PATHS:
        found_ids = ids(drawn(city, path))
        assert len(found_ids) == len(set(found_ids)), path
