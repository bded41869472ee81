"""Whole tables to WGS-84: known points come back, and a system that is missing, wrong or unknown is told."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box

from geo import crs
from geo.refusal import Refused
from geo.reproject import to_wgs84

AT = (113.0361, 23.7025)
EVERY = ["wgs84", "gcj02", "bd09", "cgcs2000", "cgcs2000:38", "cgcs2000:19", "cgcs2000:114e", "cgcs2000:111e/6"]


def table(*shapes: object, says: object = None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=says)


@pytest.mark.parametrize("name", EVERY)
def test_a_point_in_any_system_comes_back_to_a_decimetre(name: str) -> None:
    moved, told = to_wgs84(table(Point(crs.from_wgs84(name, *AT))), name)
    assert (moved.geometry[0].x, moved.geometry[0].y) == pytest.approx(AT, abs=1e-6)
    assert "as --crs says" in told


@pytest.mark.parametrize("code", [4326, 4490, 4526, 4508, 4547, 32649, 3857])
def test_what_the_file_says_is_believed(code: int) -> None:
    there = table(Point(AT), says=4326).to_crs(code)
    moved, told = to_wgs84(there)
    assert (moved.geometry[0].x, moved.geometry[0].y) == pytest.approx(AT, abs=1e-6)
    assert f"(EPSG:{code}), as the file says" in told
    assert moved.crs.to_epsg() == 4326


@given(st.integers(25, 45), st.floats(-1.4, 1.4), st.floats(18, 52))
def test_every_three_degree_zone_comes_back(zone: int, off: float, lat: float) -> None:
    lon = min(max(zone * 3 + off, 73.1), 135.9)
    moved, _ = to_wgs84(table(Point(crs.from_wgs84(f"cgcs2000:{zone}", lon, lat))), f"CGCS2000:{zone}")
    assert (moved.geometry[0].x, moved.geometry[0].y) == pytest.approx((lon, lat), abs=1e-6)


@pytest.mark.parametrize("name", ["gcj02", "bd09"])
def test_edges_shared_in_a_shifted_map_stay_shared(name: str) -> None:
    left, right = box(113.0, 24.0, 113.1, 24.1), box(113.1, 24.0, 113.2, 24.1)
    moved, _ = to_wgs84(table(left, right), name)
    assert shapely.coverage_is_valid(moved.geometry.to_numpy())
    corners = {crs.to_wgs84(name, *corner) for corner in left.exterior.coords}
    assert set(moved.geometry[0].exterior.coords) == corners


def test_the_command_line_wins_over_the_file_and_says_so() -> None:
    shifted = table(Point(crs.wgs84_to_gcj02(*AT)), says=4326)
    moved, told = to_wgs84(shifted, "gcj02")
    assert (moved.geometry[0].x, moved.geometry[0].y) == pytest.approx(AT, abs=1e-6)
    assert told == "gcj02, as --crs says"
    zone = table(Point(crs.from_wgs84("cgcs2000:38", *AT)), says=4527)
    assert "the file itself says CGCS2000 / 3-degree Gauss-Kruger zone 39" in to_wgs84(zone, "cgcs2000:38")[1]


@pytest.mark.parametrize(
    ("point", "sentence"),
    [
        (crs.from_wgs84("cgcs2000:38", *AT), "zone 38: if they are CGCS2000, add --crs cgcs2000:38"),
        (crs.from_wgs84("cgcs2000:19", *AT), "zone 19: if they are CGCS2000, add --crs cgcs2000:19"),
        (crs.from_wgs84("cgcs2000:38", *AT)[::-1], "X and Y are swapped, as surveyors write them"),
        (AT, "degrees: add --crs wgs84 .*, gcj02 for 高德 and 腾讯, or bd09 for 百度"),
        (AT[::-1], "latitude and longitude are swapped"),
        (crs.from_wgs84("cgcs2000:114e", *AT), "without a zone number: .* central meridian"),
        ((7e6, 7e6), "ask who made the file"),
    ],
)
def test_no_crs_is_refused_with_advice(point: tuple[float, float], sentence: str) -> None:
    with pytest.raises(Refused, match=f"no crs.*{sentence}"):
        to_wgs84(table(Point(point)))


@pytest.mark.parametrize("code", [4610, 2362, 4214])
def test_a_datum_whose_shift_is_not_public_is_refused(code: int) -> None:
    with pytest.raises(Refused, match=r"no public way to WGS-84 .*; ask for the data in CGCS2000"):
        to_wgs84(table(Point(AT), says=code))


def test_a_drawing_without_a_datum_is_refused() -> None:
    with pytest.raises(Refused, match=r"datum unknown.*; give it with --crs"):
        to_wgs84(table(Point(AT), says='LOCAL_CS["arbitrary"]'))


@pytest.mark.parametrize(
    ("shape", "asked", "sentence"),
    [
        (Point(AT), "cgcs2001:38", "--crs: 'cgcs2001:38' is not a known coordinate system"),
        (Point(crs.from_wgs84("cgcs2000:38", *AT)), "cgcs2000:39", "zone number 39 .*they look like zone 38"),
        (Point(crs.from_wgs84("cgcs2000:38", *AT)[::-1]), "cgcs2000:38", "X and Y are swapped"),
        (
            Point(crs.from_wgs84("cgcs2000:38", *AT)),
            "wgs84",
            "not .longitude, latitude. in degrees; they look like zone 38",
        ),
        (Point(AT[::-1]), "wgs84", "latitude"),
        (Point(2.35, 48.86), "wgs84", r"1 of 1 features lie outside China: feature 1 at \(2.350, 48.860\)"),
        (Point(23.7, 48.0), "gcj02", "outside China"),
        (Point(np.inf, 24.0), "wgs84", "not a coordinate"),
        (Point(100_000, 2_650_000), "cgcs2000:75e", "outside China"),
    ],
)
def test_coordinates_that_cannot_be_so_are_refused(shape: Point, asked: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        to_wgs84(table(shape), asked)


def test_a_file_whose_coordinates_contradict_it_is_refused() -> None:
    wrong = table(Point(crs.from_wgs84("cgcs2000:38", *AT)), says=4326)
    with pytest.raises(Refused, match="add --crs cgcs2000:38"):
        to_wgs84(wrong)
