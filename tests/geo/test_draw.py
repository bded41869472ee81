"""Drawing by hand: curves, cuts, and compact files."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon

from geo.draw import between, cut, feature, rounded, smooth, write_layer


def test_a_curve_passes_through_every_point() -> None:
    points = [(113.0, 24.0), (113.1, 24.1), (113.2, 24.0), (113.3, 24.1)]
    curve = smooth(points)
    assert all(curve.distance(Point(p)) < 1e-12 for p in points)
    assert len(curve.coords) > len(points)
    assert smooth(points[:2]).coords[:] == points[:2]


def test_a_cut_runs_from_the_first_place_to_the_second() -> None:
    line = LineString([(0, 0), (10, 0)])
    assert between(line, (2, 1), (7, -1)).coords[:] == [(2, 0), (7, 0)]
    assert between(line, (7, 0), (2, 0)).coords[:] == [(7, 0), (2, 0)]
    assert cut(line, 3, 3).length == 0


def test_a_feature_is_small_and_wound_as_the_standard_asks() -> None:
    clockwise = Polygon([(0, 0), (0, 1), (1.1234567, 1), (1, 0)])
    made = feature(clockwise, {"name": "甲", "name_en": "", "nothing": None, "zero": 0}, digits=3)
    assert made["properties"] == {"name": "甲", "zero": 0}
    assert Polygon(made["geometry"]["coordinates"][0]).exterior.is_ccw
    assert [1.123, 1.0] in made["geometry"]["coordinates"][0]


@given(st.floats(-180, 180), st.integers(0, 6))
def test_rounding_reaches_every_depth(value: float, digits: int) -> None:
    assert rounded([[value, (value,)]], digits) == [[round(value, digits), [round(value, digits)]]]


def test_a_layer_file_has_one_feature_a_line(tmp_path: Path) -> None:
    path = tmp_path / "towns.geojson"
    size = write_layer(path, [feature(Point(1, 2), {"name": "甲"}), feature(Point(3, 4), {})], {"licence": "x"})
    assert size == path.stat().st_size
    assert len(path.read_text(encoding="utf-8").splitlines()) == 4
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["name"] == "towns"
    assert document["metadata"] == {"licence": "x"}
    assert [f["geometry"]["coordinates"] for f in document["features"]] == [[1.0, 2.0], [3.0, 4.0]]
