"""The city's sites and roads: where they belong, complete, and the same on every run."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from shapely.geometry import LineString, Point, shape

from domain.place import Site
from geo import build_sites, roads
from geo.places import CityPlaces, distance_m, length_km

COUNTS = {
    "hall": 9, "bureau": 10, "air": 12, "weather": 16, "rain": 56, "gauge": 24, "reservoir": 16, "section": 20, "outfall": 20,
    "restaurant": 38, "parking": 24, "bus": 24, "noise": 12, "camera": 8, "fleet": 8, "segment": 102,
    "micro": 19, "building_site": 19, "brook": 6, "datacentre": 3, "well": 8, "lamps": 16,
}  # fmt: skip


@pytest.fixture(scope="module")
def hand(folder: Path) -> list[Any]:
    path = Path(build_sites.__file__).parent / "hand" / f"{folder.name}_roads.yaml"
    return list(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_the_committed_files_are_what_the_script_makes(tmp_path: Path, folder: Path) -> None:
    copy = tmp_path / folder.name
    shutil.copytree(folder / "layers", copy / "layers")
    (copy / "layers" / "roads.geojson").unlink()
    build_sites.build(copy)
    for name in ("sites.yaml", "layers/roads.geojson"):
        assert (copy / name).read_bytes() == (folder / name).read_bytes(), name


@pytest.mark.parametrize("name", ["air-01", "441802-G001", "水位站", "no", "12", "0012", "1e3", "1-2", "a: b", "#", ""])
def test_any_name_can_be_a_key(name: str) -> None:
    site = Site(id=name, name="a", kind="air", district="440001", facts={name: 1})
    loaded = yaml.safe_load(build_sites.as_yaml([site], "# head\n"))
    assert loaded == {name: {"name": "a", "kind": "air", "district": "440001", "facts": {name: 1}}}


def test_there_are_as_many_sites_of_each_kind_as_planned(sites: dict[str, Site]) -> None:
    counted = Counter(site.kind for site in sites.values())
    assert {kind: counted[kind] for kind in COUNTS} == COUNTS
    assert set(counted) == {*COUNTS, "grid"}


def test_every_site_lies_in_the_district_it_names(sites: dict[str, Site], city_places: CityPlaces) -> None:
    for site in sites.values():
        if site.kind != "grid":  # a cell is cut from the drawn outline, which the fine one contradicts in places
            assert site.lon is not None
            assert site.lat is not None
            assert city_places.district_at(site.lon, site.lat) == site.district, site


def test_every_site_is_marked_illustrative(sites: dict[str, Site]) -> None:
    assert all(site.illustrative for site in sites.values())


def test_no_two_sites_of_a_kind_share_a_name(sites: dict[str, Site]) -> None:
    repeated = [pair for pair, n in Counter((s.kind, s.name) for s in sites.values()).items() if n > 1]
    assert repeated == []


@pytest.mark.parametrize("kind", ["gauge", "section", "outfall"])
def test_what_belongs_on_a_river_is_on_one(sites: dict[str, Site], layers: dict[str, Any], kind: str) -> None:
    rivers = [shape(f["geometry"]) for name in ("water", "streams") for f in layers[name]["features"]]
    for site in sites.values():
        if site.kind == kind and site.facts.get("body") != "lake":
            assert min(r.distance(Point(site.lon or 0, site.lat or 0)) for r in rivers) < 1e-3, site.name


def test_a_guarantee_level_is_above_the_warning_level_above_the_normal_one(sites: dict[str, Site]) -> None:
    for site in sites.values():
        if site.kind == "gauge":
            facts = site.facts
            assert facts["normal_level"] < facts["warning_level"] < facts["guarantee_level"], site.name
            assert facts["normal_flow"] > 0


def test_a_river_falls_and_grows_downstream(sites: dict[str, Site]) -> None:
    by_river: dict[str, list[Site]] = {}
    for site in sites.values():
        if site.kind == "gauge":
            by_river.setdefault(site.facts["river"], []).append(site)
    for gauges in by_river.values():
        gauges.sort(key=lambda s: s.facts["river_km"])
        levels = [s.facts["normal_level"] for s in gauges]
        flows = [s.facts["normal_flow"] for s in gauges]
        assert levels == sorted(levels, reverse=True)
        assert flows == sorted(flows)


def test_every_corridor_is_cut_into_sections_that_follow_each_other(sites: dict[str, Site], hand: list[Any]) -> None:
    for corridor in hand:
        own = [s for s in sites.values() if s.id.rpartition("-")[0] == f"seg-{corridor['key']}"]
        named = [node[0] for node in corridor["nodes"] if len(node) == 3]
        assert (own[0].facts["from"], own[-1].facts["to"]) == (named[0], named[-1])
        assert [s.facts["to"] for s in own[:-1]] == [s.facts["from"] for s in own[1:]]
        assert all(s.facts["direction"] == "双向" for s in own)


@pytest.mark.parametrize(
    ("road", "grade", "name"),
    [("京港澳高速 G4", "高速", "京港澳高速"), ("广连高速", "高速", "广连高速"), ("国道 G106", "国道", "G106"), ("人民一路", "主干路", "人民一路")],
)  # fmt: skip
def test_a_road_is_called_as_people_call_it(road: str, grade: str, name: str) -> None:
    assert roads.called({"road": road, "class": grade}) == name


def test_sections_are_spread_over_all_districts(sites: dict[str, Site]) -> None:
    counted = Counter(s.district for s in sites.values() if s.kind == "segment")
    assert len(counted) == 8
    assert min(counted.values()) >= 3


@pytest.mark.parametrize(
    ("along", "aim", "nodes"),
    [
        ((0, 10, 20), 0, [0, 1, 2]),
        ((0, 10, 20), 50, [0, 2]),
        ((0, 10, 20, 30, 40), 20, [0, 2, 4]),
        ((0, 1, 2, 39, 40), 10, [0, 2, 3, 4]),
        ((0, 19, 60), 15, [0, 1, 2]),
        ((0, 7), 1, [0, 1]),
    ],
)
def test_a_corridor_is_divided_evenly_at_its_nodes(along: tuple[float, ...], aim: float, nodes: list[int]) -> None:
    assert roads.cuts(along, aim) == nodes


def test_a_segment_is_as_long_as_its_line(sites: dict[str, Site]) -> None:
    for site in sites.values():
        if site.kind == "segment":
            drawn = length_km(LineString(site.line))
            assert site.facts["length_km"] == pytest.approx(drawn, rel=0.1, abs=0.15), site.id
            assert 0.5 < site.facts["length_km"] < 55, site.id
            assert site.facts["class"] in ("高速", "国道", "省道", "主干路")


def test_the_roads_layer_tells_the_same_as_the_sites(sites: dict[str, Site], layers: dict[str, Any]) -> None:
    features = layers["roads"]["features"]
    assert {f["properties"]["id"] for f in features} == {s.id for s in sites.values() if s.kind == "segment"}
    for feature in features:
        properties = feature["properties"]
        site = sites[properties["id"]]
        assert properties["name"] == site.name
        assert properties["illustrative"] is True
        assert [tuple(point) for point in feature["geometry"]["coordinates"]] == list(site.line)
    assert "示意" in layers["roads"]["metadata"]["note"]


def test_rain_gauges_cover_the_city(sites: dict[str, Site], layers: dict[str, Any]) -> None:
    gauges = [(s.lon or 0, s.lat or 0) for s in sites.values() if s.kind == "rain"]
    for cell in (s for s in sites.values() if s.kind == "grid"):
        assert min(distance_m((cell.lon or 0, cell.lat or 0), gauge) for gauge in gauges) < 18_000
