"""Deriving layers: what the script's own arithmetic does, and what the committed files hold. No package is needed."""

from typing import Any

import numpy as np
import pytest
from shapely import get_coordinates, get_parts
from shapely.geometry import LineString, MultiPolygon, Polygon, box, shape

from geo import wheels
from geo.build_layers import category_of, districts, fine_districts, name_rivers
from geo.cells import hexagons
from geo.places import GEOD
from geo.wheels import Area, Spot


def packed(kind: int, *polygons: list[list[tuple[float, float]]]) -> bytes:
    """Polygons as the detailed outlines are packed: uint32 kind, nested size-prefixed lists, int16 steps of 2e-6."""

    def listed(members: list[bytes]) -> bytes:
        return np.array([len(members), *map(len, members)], "<u4").tobytes() + b"".join(members)

    def ring(points: list[tuple[float, float]]) -> bytes:
        ticks = np.round((np.array(points) + np.array([180, 90])) / 2e-6).astype(np.int64)
        steps = np.diff(ticks, axis=0)
        if abs(steps).max() < 2**15:
            head, body = np.append([1], ticks[0]), steps.astype("<i2")
        else:
            head, body = np.array([0]), ticks.astype("<u4")
        return bytes(head.astype("<u4").tobytes() + body.tobytes())

    bodies = [listed([ring(points) for points in rings]) for rings in polygons]
    return np.array([kind], "<u4").tobytes() + (bodies[0] if kind == 5 else listed(bodies))


def ring(west: float, south: float, size: float) -> list[tuple[float, float]]:
    return [(west, south), (west + size, south), (west + size, south + size), (west, south + size), (west, south)]


@pytest.mark.parametrize("size", [0.01, 0.5])
def test_a_packed_polygon_with_a_hole_is_unpacked(size: float) -> None:
    hole = ring(113 + size / 4, 24 + size / 4, size / 2)
    found = wheels._unpack(packed(5, [ring(113, 24, size), hole]))
    assert found.symmetric_difference(Polygon(ring(113, 24, size), [hole])).area < 1e-9


def test_packed_islands_are_unpacked() -> None:
    found = wheels._unpack(packed(6, [ring(113, 24, 0.01)], [ring(114, 24, 0.01)]))
    expected = MultiPolygon([Polygon(ring(113, 24, 0.01)), Polygon(ring(114, 24, 0.01))])
    assert found.symmetric_difference(expected).area < 1e-12


def test_a_missing_wheel_says_which(tmp_path: Any) -> None:
    with pytest.raises(FileNotFoundError, match="no wheel of geopi"):
        wheels.open_wheel(tmp_path, "geopi")


def test_the_best_chinese_name_says_what_kind_of_town_it_is() -> None:
    assert wheels._chinese(["Yuantan", "源潭", "源潭镇", "源潭鎮"]) == "源潭镇"
    assert wheels._chinese(["Qingyuan", "清远"]) == "清远"
    assert wheels._chinese(["Nowhere"]) == ""


def test_a_river_is_named_between_two_places_and_bare_beyond() -> None:
    line = LineString([(113.0, 24.0), (114.0, 24.0)])
    wanted = [{"name": "北江", "name_en": "Bei", "from": [113.7, 24.01], "to": [113.2, 24.0]}]
    named, *bare = name_rivers([line], wanted)
    assert named[1] == {"name": "北江", "name_en": "Bei"}
    assert [named[0].coords[0][0], named[0].coords[-1][0]] == pytest.approx([113.7, 113.2])
    assert sum(g.length for g, _ in bare) == pytest.approx(0.5)
    assert all(names == {} for _, names in bare)


def test_a_river_nobody_can_find_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="no river line passes near both ends given for 连江"):
        name_rivers([LineString([(113, 24), (114, 24)])], [{"name": "连江", "from": [113, 24], "to": [113, 25]}])


@pytest.mark.parametrize(
    ("name", "fclass", "category"),
    [
        ("清远市人民医院", "hospital", "medical"),
        ("清远火车站", "building", "transport"),
        ("北江大桥", "building", ""),
        ("某某看守所", "public_building", ""),
        ("武警医院", "hospital", ""),
        ("加油站", "fuel", ""),
    ],
)
def test_points_are_sorted_and_withheld(name: str, fclass: str, category: str) -> None:
    assert category_of(Spot("osm:1", name, "", fclass, 113.0, 24.0)) == category


def test_hexagons_fill_the_area_and_do_not_overlap() -> None:
    area = box(113.0, 24.0, 113.4, 24.3)
    cells = hexagons(area, 30)
    assert 28 <= len(cells) <= 50
    assert sum(cell.area for cell in cells) == pytest.approx(area.area, rel=0.03)
    assert all(a.intersection(b).area < 1e-9 for i, a in enumerate(cells) for b in cells[:i])


def test_thinned_outlines_still_share_their_edge() -> None:
    wiggle = [(113.1 + (i % 2) * 1e-4, 24 + i * 0.001) for i in range(101)]
    west = Polygon([(113, 24), *wiggle, (113, 24.1)])
    east = Polygon([(113.2, 24), (113.2, 24.1), *reversed(wiggle)])
    areas = [Area("440001", "甲", west), Area("440002", "乙", east)]
    a, b = (shape(f["geometry"]) for f in fine_districts(areas))
    assert a.intersection(b).area < 1e-9
    assert len(get_coordinates(a)) < 40


def test_a_district_feature_carries_what_screens_need() -> None:
    (row,) = districts([Area("440001", "甲自治县", box(113, 24, 113.1, 24.1))], {"short": {"440001": "甲县"}})
    assert row["properties"] == {
        "adcode": "440001",
        "name": "甲自治县",
        "short": "甲县",
        "centroid": [113.05, 24.05],
        "area_km2": 112.7,
    }


def test_outlines_run_counter_clockwise(layers: dict[str, Any]) -> None:
    for name in ("districts", "districts_fine", "context", "grid"):
        for feature in layers[name]["features"]:
            area = shape(feature["geometry"])
            for part in get_parts(area):
                assert part.exterior.is_ccw, (name, feature["properties"])


def test_the_city_is_as_large_as_it_is(layers: dict[str, Any]) -> None:
    for name in ("districts", "districts_fine"):
        outlines = [shape(f["geometry"]) for f in layers[name]["features"]]
        total = sum(abs(GEOD.geometry_area_perimeter(g)[0]) for g in outlines) / 1e6
        assert total == pytest.approx(19_036, rel=0.01)  # 清远市, km²


def test_the_main_rivers_are_named(layers: dict[str, Any]) -> None:
    named = {f["properties"]["name"] for f in layers["water"]["features"] if "name" in f["properties"]}
    assert {"北江", "连江"} <= named
    drawn = layers["streams"]["features"]
    assert "滃江" in {f["properties"]["name"] for f in drawn}
    assert all(f["properties"]["illustrative"] for f in drawn)


def test_every_layer_says_whose_it_is(layers: dict[str, Any]) -> None:
    for name, document in layers.items():
        assert {"licence", "attribution"} <= set(document["metadata"]), name


def test_points_and_towns_name_their_district(layers: dict[str, Any]) -> None:
    adcodes = {f["properties"]["adcode"] for f in layers["districts"]["features"]}
    for name in ("poi", "towns", "grid"):
        assert {f["properties"]["district"] for f in layers[name]["features"]} <= adcodes
