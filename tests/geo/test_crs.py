"""Coordinate systems: known vectors, exact inverses, and refusals that name the right thing."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import crs

VECTORS = list(csv.DictReader(Path(__file__).with_name("gcj02_vectors.csv").read_text(encoding="utf-8").splitlines()))
EVERYWHERE = st.tuples(st.floats(73.1, 136.7), st.floats(1.9, 54.7))
# Where the provinces are: the shift's own formula is only ever used there.
CHINA = st.tuples(st.floats(73.5, 135.1), st.floats(3.8, 53.6))


@pytest.mark.parametrize("row", VECTORS, ids=[row["name"] for row in VECTORS])
def test_known_places_convert_as_three_libraries_do(row: dict[str, str]) -> None:
    wgs = float(row["wgs_lon"]), float(row["wgs_lat"])
    gcj = float(row["gcj_lon"]), float(row["gcj_lat"])
    bd = float(row["bd_lon"]), float(row["bd_lat"])
    assert crs.wgs84_to_gcj02(*wgs) == pytest.approx(gcj, abs=2e-8)
    assert crs.wgs84_to_bd09(*wgs) == pytest.approx(bd, abs=2e-8)
    assert crs.gcj02_to_wgs84(*gcj) == pytest.approx(wgs, abs=1e-7)
    assert crs.bd09_to_wgs84(*bd) == pytest.approx(wgs, abs=1e-7)


@given(CHINA)
def test_gcj02_comes_back_to_where_it_started(point: tuple[float, float]) -> None:
    assert crs.gcj02_to_wgs84(*crs.wgs84_to_gcj02(*point)) == pytest.approx(point, abs=1e-8)


@given(CHINA)
def test_bd09_comes_back_to_where_it_started(point: tuple[float, float]) -> None:
    assert crs.bd09_to_wgs84(*crs.wgs84_to_bd09(*point)) == pytest.approx(point, abs=1e-8)


@given(EVERYWHERE)
def test_gcj02_never_moves_a_point_more_than_about_a_kilometre(point: tuple[float, float]) -> None:
    moved = crs.wgs84_to_gcj02(*point)
    assert abs(moved[0] - point[0]) < 0.015
    assert abs(moved[1] - point[1]) < 0.015


@pytest.mark.parametrize("point", [(2.35, 48.85), (139.7, 35.7), (110.0, 60.0), (110.0, -8.0), (71.9, 40.0)])
def test_gcj02_leaves_the_rest_of_the_world_alone(point: tuple[float, float]) -> None:
    assert crs.wgs84_to_gcj02(*point) == point
    assert crs.gcj02_to_wgs84(*point) == point


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("cgcs2000:38", "epsg:4526"),
        ("cgcs2000:39", "epsg:4527"),
        ("CGCS2000:25", "epsg:4513"),
        ("cgcs2000:45", "epsg:4533"),
        ("cgcs2000:13", "epsg:4491"),
        ("cgcs2000:20", "epsg:4498"),
        ("cgcs2000:23", "epsg:4501"),
        ("cgcs2000:114e", "epsg:4547"),
        ("cgcs2000:117E", "epsg:4548"),
        ("cgcs2000:135e", "epsg:4554"),
        ("cgcs2000:117e/6", "epsg:4509"),
        ("EPSG:4545", "epsg:4545"),
        ("EPSG:4490", "wgs84"),
        ("cgcs2000", "wgs84"),
        ("WGS84", "wgs84"),
        ("GCJ-02", "gcj02"),
        ("gcj_02", "gcj02"),
        ("BD-09", "bd09"),
    ],
)
def test_names_people_write_are_understood(name: str, code: str) -> None:
    assert crs.canonical(name) == code


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("gcj2", "gcj02"),
        ("wgs48", "wgs84"),
        ("bd9", "bd09"),
        ("cgcs200", "cgcs2000"),
        ("epsg:4555", "epsg:4554"),
        ("epsg:4489", "epsg:4490"),
        ("cgcs2000:46", "cgcs2000:45"),
        ("cgcs2000:12", "cgcs2000:13"),
        ("cgcs2000:114w", "cgcs2000:114e"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest_right_one(name: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"did you mean '{meant}'"):
        crs.to_wgs84(name, 113.0, 23.7)


def test_a_name_like_no_other_is_answered_with_what_may_be_written() -> None:
    with pytest.raises(ValueError, match="write wgs84, gcj02, bd09, cgcs2000"):
        crs.canonical("%")


@pytest.mark.parametrize("code", [4491, 4501, 4502, 4512, 4513, 4526, 4533, 4534, 4547, 4554])
def test_the_central_meridian_of_a_zone_has_easting_500_km(code: int) -> None:
    if code <= 4501:
        zone, meridian = code - 4491 + 13, 6 * (code - 4491 + 13) - 3
    elif code <= 4512:
        zone, meridian = 0, 75 + 6 * (code - 4502)
    elif code <= 4533:
        zone, meridian = code - 4513 + 25, 3 * (code - 4513 + 25)
    else:
        zone, meridian = 0, 75 + 3 * (code - 4534)
    x, _ = crs.from_wgs84(f"epsg:{code}", meridian, 24.0)
    assert x == pytest.approx(zone * 1_000_000 + 500_000, abs=1e-3)


@given(st.floats(112.6, 115.4), st.floats(20.0, 26.0))
def test_a_zone_comes_back_to_where_it_started(lon: float, lat: float) -> None:
    for name in ("cgcs2000:38", "cgcs2000:114e", "cgcs2000:19", "cgcs2000:111e/6"):
        assert crs.to_wgs84(name, *crs.from_wgs84(name, lon, lat)) == pytest.approx((lon, lat), abs=1e-9)


def test_a_missing_zone_number_is_noticed() -> None:
    with pytest.raises(ValueError, match="does not begin with the zone number 38"):
        crs.to_wgs84("cgcs2000:38", 402_000, 2_620_000)
    with pytest.raises(ValueError, match="carry no zone number"):
        crs.to_wgs84("cgcs2000:114e", 38_402_000, 2_620_000)


def test_swapped_easting_and_northing_are_noticed() -> None:
    with pytest.raises(ValueError, match="easting"):
        crs.to_wgs84("cgcs2000:114e", 2_620_000, 402_000)


@pytest.mark.parametrize("point", [(float("nan"), 23.0), (113.0, float("inf")), (113.0, 123.0), (402_000.0, 23.0)])
def test_what_is_not_degrees_is_refused(point: tuple[float, float]) -> None:
    for name in ("wgs84", "gcj02", "bd09"):
        with pytest.raises(ValueError, match="is not"):
            crs.to_wgs84(name, *point)


def test_degrees_pass_through_unchanged() -> None:
    assert crs.to_wgs84("cgcs2000", 113.056, 23.6818) == (113.056, 23.6818)
    assert crs.from_wgs84("wgs84", 113.056, 23.6818) == (113.056, 23.6818)


@given(CHINA, st.sampled_from(["wgs84", "gcj02", "bd09", "cgcs2000"]))
def test_from_wgs84_undoes_to_wgs84(point: tuple[float, float], name: str) -> None:
    assert crs.from_wgs84(name, *crs.to_wgs84(name, *point)) == pytest.approx(point, abs=1e-8)
