"""Imported features as they are drawn: valid, edges shared, districts measured, only named columns; and what is refused."""

from datetime import UTC, date, datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import GeometryCollection, LineString, MultiPoint, Point, Polygon, box, shape

from geo.outlines import Columns, features, plain, thin, tidy
from geo.refusal import Refused

LEFT, RIGHT = box(113.0, 24.0, 113.1, 24.1), box(113.1, 24.0, 113.2, 24.1)
CODES = {"code": ["440002", "440001"], "name": ["乙县", "甲区"]}


def table(*shapes: Any, **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=4326)


def wavy(x: float) -> list[tuple[float, float]]:
    """An edge from south to north with many small bends."""
    return [(x + 0.0004 * np.sin(i), 24.0 + i / 1000) for i in range(101)]


def neighbours() -> list[Polygon]:
    west = [(113.0, 24.1), (113.0, 24.0)]
    east = [(113.2, 24.0), (113.2, 24.1)]
    edge = wavy(113.1)
    return [Polygon([*west, *edge]), Polygon([*east, *reversed(edge)])]


def test_a_district_is_measured_named_and_sorted_by_code() -> None:
    rows, notes = features(table(RIGHT, LEFT, **CODES), Columns("code", "name"))
    assert [row["properties"]["adcode"] for row in rows] == ["440001", "440002"]
    assert rows[0]["properties"] == {"adcode": "440001", "name": "甲区", "centroid": [113.05, 24.05], "area_km2": 112.7}
    assert notes == []


def test_area_is_measured_before_anything_is_thinned() -> None:
    fine, _ = features(table(*neighbours(), **CODES), Columns("code", "name"))
    coarse, _ = features(table(*neighbours(), **CODES), Columns("code", "name"), 500)
    assert [row["properties"] for row in fine] == [row["properties"] for row in coarse]


def test_neighbours_keep_one_edge_when_they_are_thinned_and_rounded() -> None:
    rows, notes = features(table(*neighbours(), **CODES), Columns("code"), 60)
    left, right = (shape(row["geometry"]) for row in rows)
    assert notes == []
    assert shapely.coverage_is_valid([left, right])
    assert shapely.union_all([left, right]).geom_type == "Polygon"
    assert shapely.get_num_coordinates(left) < shapely.get_num_coordinates(neighbours()[0]) / 1.5
    assert left.exterior.is_ccw  # RFC 7946 3.1.6


def test_outlines_that_do_not_meet_are_told() -> None:
    overlapping = np.array([LEFT, box(113.09, 24.0, 113.2, 24.1)])
    assert thin(overlapping, 60)[1] == [
        "2 outlines overlap or do not meet their neighbours: gaps may show where they do not"
    ]


def test_a_road_is_thinned_within_its_tolerance_and_points_are_not() -> None:
    road = LineString(wavy(113.1))
    thinned, notes = thin(np.array([road]), 60)
    assert notes == []
    away = max(thinned[0].distance(Point(at)) for at in road.coords)  # due east or west, nearly
    assert away * 111_320 * np.cos(np.radians(24.05)) < 60
    assert len(thinned[0].coords) < 20
    assert thin(np.array([Point(113, 24)]), 60)[1] == ["--simplify does nothing to points"]


def test_points_are_written_to_six_decimals_and_lines_to_five() -> None:
    point, _ = features(table(Point(113.12345678, 24.12345678)), Columns())
    line, _ = features(table(LineString([(113.12345678, 24.1), (113.2, 24.2)])), Columns())
    assert point[0]["geometry"]["coordinates"] == [113.123457, 24.123457]
    assert line[0]["geometry"]["coordinates"][0] == [113.12346, 24.1]


def test_a_crossed_outline_is_repaired_and_heights_are_dropped() -> None:
    bow = Polygon([(113.0, 24.0, 5), (113.1, 24.1, 5), (113.1, 24.0, 5), (113.0, 24.1, 5)])
    frame, notes = tidy(table(bow))
    assert notes == ["repaired 1 invalid geometries"]
    assert frame.geometry[0].is_valid
    assert frame.geometry[0].geom_type == "MultiPolygon"
    assert not frame.geometry[0].has_z


@pytest.mark.parametrize("odd", [Point(113, 24), GeometryCollection([LEFT, Point(113, 24)])])
def test_a_layer_of_mixed_kinds_is_refused(odd: Any) -> None:
    with pytest.raises(Refused, match="the features are of different kinds"):
        tidy(table(LEFT, odd))
    tidy(table(Point(113, 24), MultiPoint([(113, 24), (113.1, 24)])))


def test_only_named_columns_are_kept_under_their_new_names() -> None:
    frame = table(Point(113, 24), 路名=[" 清远大道 "], 车道=[4.0], 电话=["13800000000"], 建成=[date(2020, 5, 1)])
    rows, _ = features(frame, Columns(name="路名", keep={"车道": "lanes", "建成": "built"}))
    assert rows[0]["properties"] == {"name": "清远大道", "lanes": 4, "built": "2020-05-01"}


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (np.int64(441802), 441802),
        (441802.0, 441802),
        (1.5, 1.5),
        (float("nan"), None),
        (float("inf"), None),
        (None, None),
        (pd.NaT, None),
        (np.bool_(True), True),
        (" 北江 ", "北江"),
        (pd.Timestamp("2026-01-02"), "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4, tzinfo=UTC), "2026-01-02T03:04:00+00:00"),
        (np.array([1, 2]), [1, 2]),
    ],
)
def test_a_cell_is_written_as_json_says_it(cell: Any, said: Any) -> None:
    assert plain(cell) == said
    assert type(plain(cell)) is type(said)


@pytest.mark.parametrize(
    ("codes", "sentence"),
    [
        (["440001", "440001"], r"given more than once: 440001 \(2 times\); merge the parts"),
        (["440001", "44000"], "six digits .*column 'code' has '44000'$"),
        (["440001", "４４０００２"], "six digits"),
        (["440001000000", "440002000000"], "six digits .*; a code of 9 or 12 digits begins with them"),
        ([440001, None], "six digits .* has ''"),
    ],
)
def test_wrong_codes_are_refused(codes: list[Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        features(table(LEFT, RIGHT, code=codes), Columns("code"))


def test_codes_that_are_numbers_are_codes() -> None:
    for codes in ([440001, 440002], [440001.0, 440002.0]):
        rows, _ = features(table(LEFT, RIGHT, code=codes), Columns("code"))
        assert [row["properties"]["adcode"] for row in rows] == ["440001", "440002"]


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        (Columns("kode"), "there is no column 'kode'; did you mean 'code'"),
        (Columns(name="标题"), "there is no column '标题'; the columns are: code, name"),
        (Columns("code", keep={"name": "area_km2"}), "two columns would become area_km2"),
        (Columns(name="name", keep={"code": "name"}), "two columns would become name"),
        (Columns(keep={"name": "a", "code": "a"}), "two columns would become a; give one another name"),
    ],
)
def test_wrong_columns_are_refused(columns: Columns, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        features(table(LEFT, RIGHT, **CODES), columns)


def test_districts_must_be_areas_with_names() -> None:
    with pytest.raises(Refused, match="districts are polygons; features 1, 2 are LineString"):
        features(table(LEFT.exterior, RIGHT.exterior, **CODES).set_geometry(lines()), Columns("code"))
    with pytest.raises(Refused, match="no name in column 'name': 440001"):
        features(table(LEFT, RIGHT, code=["440001", "440002"], name=["", "乙县"]), Columns("code", "name"))


def lines() -> gpd.GeoSeries:
    return gpd.GeoSeries([LineString(area.exterior.coords) for area in (LEFT, RIGHT)], crs=4326)


def test_what_is_too_small_to_draw_is_left_out_but_never_a_district() -> None:
    dot = box(113.0, 24.0, 113.000001, 24.000001)
    rows, notes = features(table(dot, RIGHT), Columns())
    assert len(rows) == 1
    assert notes == ["left out 1 features that are too small to draw: 1"]
    with pytest.raises(Refused, match="features 1 are too small to draw"):
        features(table(dot, RIGHT, **CODES), Columns("code"))
