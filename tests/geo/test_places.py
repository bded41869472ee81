"""Which district, which sites are near, and what is out of reach."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.city import City, CitySpec, MapSpec
from domain.place import District, Site
from geo.places import CityPlaces, distance_m, label_point

ADCODES = {"441802", "441803", "441821", "441823", "441825", "441826", "441881", "441882"}


def point(sid: str, lon: float, lat: float, kind: str = "air") -> Site:
    return Site(id=sid, name=sid, kind=kind, district="440001", lon=lon, lat=lat)


def test_a_point_inside_is_in_its_district(toy: dict[str, Any]) -> None:
    places = CityPlaces(toy)
    assert places.district_at(113.05, 24.05) == "440001"
    assert places.district_at(113.15, 24.05) == "440002"


def test_a_point_on_the_shared_edge_belongs_to_the_lowest_code(toy: dict[str, Any]) -> None:
    assert CityPlaces(toy).district_at(113.1, 24.05) == "440001"
    assert CityPlaces({"features": toy["features"][::-1]}).district_at(113.1, 24.05) == "440001"


def test_a_point_just_outside_falls_back_to_the_nearest_district(toy: dict[str, Any]) -> None:
    places = CityPlaces(toy)
    assert places.district_at(113.2090, 24.05) == "440002"  # 914 m east of the edge
    assert places.district_at(113.2110, 24.05) is None  # 1,118 m
    assert places.district_at(113.08, 23.9920) == "440001"  # 886 m south
    assert places.district_at(113.08, 23.9900) is None  # 1,108 m


def test_what_is_not_a_number_is_nowhere(toy: dict[str, Any]) -> None:
    assert CityPlaces(toy).district_at(float("nan"), 24.05) is None


def test_reach_is_the_city_and_fifty_kilometres_around(toy: dict[str, Any]) -> None:
    places = CityPlaces(toy)
    assert places.in_reach(113.65, 24.0)
    assert not places.in_reach(113.75, 24.0)
    assert places.in_reach(113.1, 24.54)
    assert not places.in_reach(113.1, 24.56)


def test_the_sentence_for_a_far_coordinate_notices_swapped_numbers(toy: dict[str, Any]) -> None:
    places = CityPlaces(toy)
    assert places.why_out_of_reach(113.1, 24.05) == ""
    assert "swapped" in places.why_out_of_reach(24.05, 113.1)
    assert "swapped" not in places.why_out_of_reach(0.0, 0.0)


def test_sites_within_a_buffer_come_nearest_first_with_their_distance(toy: dict[str, Any]) -> None:
    sites = {
        s.id: s
        for s in (point("far", 113.06, 24.05), point("near", 113.051, 24.05), point("rain", 113.05, 24.0501, "rain"))
    }
    places = CityPlaces(toy, sites)
    found = places.sites_within(113.05, 24.05, 500, "air")
    assert [site.id for site, _ in found] == ["near"]
    assert found[0][1] == pytest.approx(101.71, abs=0.01)
    assert [site.id for site, _ in places.sites_within(113.05, 24.05, 2000)] == ["rain", "near", "far"]


def test_the_nearest_sites_are_found_however_far_they_are(toy: dict[str, Any]) -> None:
    places = CityPlaces(toy, {"only": point("only", 120.0, 30.0)})
    assert [site.id for site, _ in places.nearest_sites(113.05, 24.05, 3)] == ["only"]
    assert places.nearest_sites(113.05, 24.05, 3, "rain") == []


def test_a_road_is_as_near_as_its_nearest_place(toy: dict[str, Any]) -> None:
    road = Site(id="seg", name="seg", kind="segment", district="440001", line=((113.0, 24.01), (113.2, 24.01)))
    places = CityPlaces(toy, {"seg": road})
    ((_, metres),) = places.sites_within(113.1, 24.0, 2000)
    assert metres == pytest.approx(distance_m((113.1, 24.0), (113.1, 24.01)), rel=1e-6)


def test_sites_without_a_place_are_left_out(toy: dict[str, Any]) -> None:
    places = CityPlaces(toy, {"x": Site(id="x", name="x", kind="air", district="440001")})
    assert places.nearest_sites(113.05, 24.05) == []


@given(st.floats(113.0, 113.2), st.floats(24.0, 24.1), st.floats(10, 20_000))
def test_a_buffer_holds_exactly_the_sites_that_are_not_farther(lon: float, lat: float, metres: float) -> None:
    grid = [point(f"s{i}{j}", 113.0 + 0.02 * i, 24.0 + 0.02 * j) for i in range(10) for j in range(5)]
    ring = [[113.0, 24.0], [113.2, 24.0], [113.2, 24.1], [113.0, 24.1], [113.0, 24.0]]
    area = {"properties": {"adcode": "440001"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    places = CityPlaces({"features": [area]}, {s.id: s for s in grid})
    expected = {s.id for s in grid if distance_m((lon, lat), (s.lon or 0, s.lat or 0)) <= metres}
    assert {site.id for site, _ in places.sites_within(lon, lat, metres)} == expected


def test_label_points_lie_inside_their_district(city_places: CityPlaces) -> None:
    assert set(city_places.label_points) == ADCODES
    for adcode, where in city_places.label_points.items():
        assert city_places.district_at(*where) == adcode


def test_a_given_centroid_is_kept(toy: dict[str, Any]) -> None:
    toy["features"][0]["properties"]["centroid"] = [113.12, 24.02]
    assert CityPlaces(toy).label_points["440002"] == (113.12, 24.02)


def test_the_label_of_a_ring_is_not_in_its_hole() -> None:
    from shapely.geometry import Point

    ring = Point(0, 0).buffer(1).difference(Point(0, 0).buffer(0.5))
    assert ring.contains(Point(label_point(ring)))


@pytest.mark.parametrize(
    ("where", "adcode"),
    [
        ((113.0570, 23.7140), "441802"),
        ((113.0020, 23.7390), "441803"),
        ((113.5330, 23.8760), "441821"),
        ((112.6420, 24.4760), "441823"),
        ((112.0770, 24.5720), "441825"),
        ((112.2940, 24.7190), "441826"),
        ((113.4080, 24.1870), "441881"),
        ((112.3790, 24.7860), "441882"),
        ((113.2644, 23.1291), None),  # 广州
        ((116.3975, 39.9087), None),  # 北京
    ],
)
def test_county_towns_lie_in_their_districts(
    city_places: CityPlaces, where: tuple[float, float], adcode: str | None
) -> None:
    assert city_places.district_at(*where) == adcode


def test_a_gcj02_point_lands_in_the_right_place(city_places: CityPlaces) -> None:
    lon, lat = city_places.to_wgs84("gcj02", 113.06151283, 23.67930364)
    assert (lon, lat) == pytest.approx((113.056031, 23.681764), abs=1e-7)


def test_outlines_that_cannot_be_read_are_refused(toy: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="there are no districts"):
        CityPlaces({"features": []})
    for geometry in (
        None,
        {"type": "Circle", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[113, 24], [114, 24]]]},
    ):
        toy["features"][0]["geometry"] = geometry
        with pytest.raises(ValueError, match="the outline of 440002 cannot be read"):
            CityPlaces(toy)


def make_city(folder: Path, layers: dict[str, str]) -> City:
    spec = CitySpec(
        adcode="440000",
        name="示例市",
        title="示例市",
        districts=(District(adcode="440001", name="甲区"),),
        map=MapSpec(center=(113.1, 24.05), layers=layers),
    )
    return City(spec=spec, folder=folder)


def test_a_city_without_districts_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="neither districts nor districts_fine"):
        CityPlaces.of_city(make_city(tmp_path, {}))


def test_the_fine_outlines_are_preferred(tmp_path: Path, folder: Path) -> None:
    city = make_city(folder, {"districts": "missing.geojson", "districts_fine": "districts_fine.geojson"})
    assert CityPlaces.of_city(city).district_at(113.0020, 23.7390) == "441803"
