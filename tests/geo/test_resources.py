"""What is near an incident, on the real city."""

from pathlib import Path

import pytest
import shapely

import config
from geo.places import GEOD, distance_m
from geo.resources import RINGS_KM, SENSITIVE, Resource, Surroundings, buffer

CITY = Path(__file__).parents[2] / "cities" / "441800"
YUANTAN = (113.19833, 23.6675)


@pytest.fixture(scope="module")
def around() -> Surroundings:
    city, problems = config.load(CITY, {})
    assert city is not None
    assert problems == []
    return Surroundings.of_city(city)


@pytest.mark.parametrize("km", RINGS_KM)
def test_a_ring_is_a_circle_on_the_ellipsoid(km: int) -> None:
    ring = buffer(*YUANTAN, km * 1000)
    radii = {round(distance_m(YUANTAN, (x, y))) for x, y in shapely.get_coordinates(ring)}
    assert radii == {km * 1000}
    assert abs(GEOD.geometry_area_perimeter(ring)[0]) / 1e6 == pytest.approx(3.1416 * km**2, rel=0.01)


def test_what_is_near_comes_nearest_first_with_the_smallest_ring_that_holds_it(around: Surroundings) -> None:
    found = around.within(*YUANTAN)
    assert {one.resource.kind for one in found} >= {"school", "team", "store", "shelter", "hospital"}
    assert [one.metres for one in found] == sorted(one.metres for one in found)
    for one in found:
        assert one.ring == next(km for km in RINGS_KM if one.metres <= km * 1000)


def test_sensitive_places_are_schools_and_hospitals(around: Surroundings) -> None:
    assert {one.resource.kind for one in around.sensitive(*YUANTAN)} == SENSITIVE


def test_the_nearest_of_a_kind_is_found_however_far(around: Surroundings) -> None:
    [far] = around.nearest(112.1, 24.3, "fire")
    assert far.ring == 0
    assert far.metres > 5000


def test_teams_stores_and_shelters_of_the_demonstration_say_so(around: Surroundings) -> None:
    found = around.within(*YUANTAN, km=300)
    made_up = {one.resource.kind for one in found if one.resource.illustrative}
    assert made_up == {"team", "store", "shelter"}
    assert all(one.resource.illustrative for one in found if one.resource.kind in made_up)


def test_more_people_live_in_a_wider_ring_and_none_outside_the_city(around: Surroundings) -> None:
    counts = [around.people(*YUANTAN, km) or 0 for km in RINGS_KM]
    assert 0 < counts[0] < counts[1] < counts[2]
    assert around.people(100.0, 30.0, 5) is None


def test_a_place_in_words_is_found_by_its_longest_name(around: Surroundings) -> None:
    spot = around.locate("英德市连江口镇某村堤段")
    assert spot is not None
    assert (spot.name, spot.district) == ("连江口镇", "441881")
    assert around.locate("某处") is None
    assert around.locate("连江口镇", "441802") is None


def test_a_point_lies_in_its_district_or_in_none(around: Surroundings) -> None:
    assert around.inside(*YUANTAN) == "441802"
    assert around.inside(100.0, 30.0) == ""


def test_a_city_without_resources_has_none_near() -> None:
    assert Surroundings((), (), {}, {}).within(*YUANTAN) == []
    alone = Surroundings([Resource("a", "team", "甲", "", *YUANTAN)], (), {}, {})
    assert [one.metres for one in alone.within(*YUANTAN)] == [0.0]
