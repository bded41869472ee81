"""Stations of a city: the hand-placed ones, and those spread evenly around towns and along rivers. Deterministic."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shapely.geometry import LineString, Point, shape

from domain.place import Site
from geo.places import METRES_PER_DEGREE, CityPlaces, distance_m, label_point

LonLat = tuple[float, float]
Named = tuple[str, float, float]
# Turning by the golden angle with the radius growing as a root fills a disc evenly, whatever the count.
GOLDEN_ANGLE: Final = math.pi * (3 - math.sqrt(5))
STEMS: Final = "甲乙丙丁戊己庚辛壬癸"  # a number before 号 would read as a house number, which is masked
# GB 3096-2008 table 1, dB(A) by day and by night.
NOISE_LIMITS: Final = {1: (55, 45), 2: (60, 50), 3: (65, 55), 4: (70, 55)}


@dataclass(frozen=True)
class Ground:
    """What stations are placed on: who is where, the towns, the rivers by name, short names of districts, the cells."""

    places: CityPlaces
    short: Mapping[str, str]
    towns: Sequence[tuple[str, float, float, str]]
    rivers: Mapping[str, LineString]
    cells: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, places: CityPlaces, layers: Mapping[str, Mapping[str, Any]]) -> "Ground":
        """From the city's layers as read from their files."""
        districts, water = layers["districts"]["features"], layers["water"]["features"] + layers["streams"]["features"]
        return cls(
            places=places,
            short={f["properties"]["adcode"]: f["properties"]["short"] for f in districts},
            towns=[
                (p["name"], *f["geometry"]["coordinates"], p["district"])
                for f in layers["towns"]["features"]
                if (p := f["properties"]).get("name")
            ],
            rivers={
                f["properties"]["name"]: LineString(f["geometry"]["coordinates"])
                for f in water
                if "name" in f["properties"]
            },
            cells=layers["grid"]["features"],
        )

    def site(self, sid: str, name: str, kind: str, at: LonLat, **facts: Any) -> Site:
        """A point site in the district that holds it; ValueError when none does."""
        district = self.places.district_at(*at)
        if district is None:
            raise ValueError(f"{name} ({at[0]}, {at[1]}) lies outside the city")
        lon, lat = round(at[0], 5), round(at[1], 5)
        return Site(id=sid, name=name, kind=kind, district=district, lon=lon, lat=lat, facts=facts, illustrative=True)

    def on_river(self, river: str, lon: float, lat: float) -> tuple[LonLat, float]:
        """The place on a named river nearest to a point, and its distance from the river's drawn head in km."""
        line = self.rivers[river]
        along = line.project(Point(lon, lat))
        spot = line.interpolate(along)
        if distance_m((lon, lat), (spot.x, spot.y)) > 4000:
            raise ValueError(f"({lon}, {lat}) is not on {river}")
        return (spot.x, spot.y), round(along * METRES_PER_DEGREE / 1000, 1)


def stations(hand: Mapping[str, Any], ground: Ground) -> Iterator[Site]:
    """Every station, kind by kind."""
    yield from _fixed(hand, ground)
    yield from _waters(hand, ground)
    yield from _sea(hand, ground)
    yield from _weather(hand, ground)
    yield from _rain(hand["rain_gauges"], ground)
    yield from _outfalls(hand["outfalls"], ground)
    for district, centre in hand["centres"].items():
        yield from _town(district, centre, ground)
    yield from _small(hand, ground)
    yield from _cells(ground)


def _fixed(hand: Mapping[str, Any], ground: Ground) -> Iterator[Site]:
    for sid, name, lon, lat, windows in hand["halls"]:
        yield ground.site(sid, name, "hall", (lon, lat), windows=windows)
    for sid, name, lon, lat, cases in hand.get("bureaux", ()):
        yield ground.site(sid, name, "bureau", (lon, lat), cases_hour=cases)
    for i, (name, lon, lat) in enumerate(hand["air"], 1):
        yield ground.site(f"air-{i:02d}", name, "air", (lon, lat))


def _waters(hand: Mapping[str, Any], ground: Ground) -> Iterator[Site]:
    for i, (name, river, lon, lat, warning, guarantee, normal, flow) in enumerate(hand["gauges"], 1):
        at, km = ground.on_river(river, lon, lat)
        levels = {"warning_level": warning, "guarantee_level": guarantee, "normal_level": normal, "normal_flow": flow}
        yield ground.site(f"gauge-{i:02d}", name, "gauge", at, river=river, river_km=km, **levels)
    for i, (name, lon, lat, normal, limit, dead, capacity) in enumerate(hand["reservoirs"], 1):
        levels = {"normal_level": normal, "flood_limit_level": limit, "dead_level": dead, "capacity_wan_m3": capacity}
        yield ground.site(f"res-{i:02d}", name, "reservoir", (lon, lat), **levels)
    for i, (name, river, lon, lat, target) in enumerate(hand["sections"], 1):
        lake = river not in ground.rivers
        at = (lon, lat) if lake else ground.on_river(river, lon, lat)[0]
        yield ground.site(
            f"sec-{i:02d}", name, "section", at, body="lake" if lake else "river", river=river, class_target=target
        )


def _sea(hand: Mapping[str, Any], ground: Ground) -> Iterator[Site]:
    """Tide gauges, buoys and bathing beaches; nothing for a city without a sea."""
    for i, (name, lon, lat, mean, tidal) in enumerate(hand.get("tides", []), 1):
        yield ground.site(f"tide-{i:02d}", name, "tide", (lon, lat), mean_level=mean, tidal_range=tidal)
    for i, (name, lon, lat) in enumerate(hand.get("buoys", []), 1):
        yield ground.site(f"buoy-{i:02d}", name, "buoy", (lon, lat))
    for i, (name, lon, lat, capacity) in enumerate(hand.get("beaches", []), 1):
        yield ground.site(f"beach-{i:02d}", name, "beach", (lon, lat), capacity=capacity)


def _weather(hand: Mapping[str, Any], ground: Ground) -> Iterator[Site]:
    """In each district the county town and the towns farthest from those taken."""
    number = 0
    for district, centre in hand["centres"].items():
        here = [(name, lon, lat) for name, lon, lat, where in ground.towns if where == district]
        taken = [(f"{ground.short[district][:2]}国家站", *centre["at"])]
        while len(taken) < hand["weather_per_district"]:
            taken.append(_farthest(here, taken))
        for name, lon, lat in taken:
            number += 1
            title = name if name.endswith("站") else f"{_plain(name)}气象站"
            yield ground.site(f"wx-{number:02d}", title, "weather", (lon, lat))


def _rain(count: Mapping[str, int], ground: Ground) -> Iterator[Site]:
    """In so many towns, each farthest from those taken, then in so many cells, each farthest from all gauges so far."""
    repeated = {name for name, n in Counter(_plain(town[0]) for town in ground.towns).items() if n > 1}
    towns = {
        (ground.short[district][:2] if _plain(name) in repeated else "") + _plain(name): (lon, lat)
        for name, lon, lat, district in reversed(ground.towns)  # of two towns of one name the first listed
    }
    named = [(name, lon, lat) for name, (lon, lat) in reversed(towns.items())]
    spots = named[:1]
    while len(spots) < min(count["towns"], len(named)):
        spots.append(_farthest(named, spots))
    centres = [(str(c["properties"]["id"]), *label_point(shape(c["geometry"]))) for c in ground.cells]
    inside = [c for c in centres if ground.places.district_at(c[1], c[2]) == c[0][:6]]
    upland: Counter[str] = Counter()
    for _ in range(count["upland"]):
        cell, lon, lat = _farthest(inside, spots)
        district = cell[:6]
        upland[district] += 1
        spots.append((f"{ground.short[district][:2]}山区{STEMS[upland[district] - 1]}", lon, lat))
    for i, (name, lon, lat) in enumerate(spots, 1):
        yield ground.site(f"rain-{i:03d}", f"{name}雨量站", "rain", (lon, lat))


def _outfalls(count: int, ground: Ground) -> Iterator[Site]:
    """At the nearest bank of a named river for the towns closest to one; limits of GB 18918-2002 grade 1-A."""
    banks = []
    for name, lon, lat, _district in ground.towns:
        spot = min(
            (line.interpolate(line.project(Point(lon, lat))) for line in ground.rivers.values()),
            key=Point(lon, lat).distance,
        )
        if ground.places.district_at(spot.x, spot.y):
            banks.append((distance_m((lon, lat), (spot.x, spot.y)), _plain(name), (spot.x, spot.y)))
    nearest: dict[str, LonLat] = {}
    for _, name, at in sorted(banks):
        nearest.setdefault(name, at)
    for i, (name, at) in enumerate(list(nearest.items())[:count], 1):
        yield ground.site(f"out-{i:02d}", f"{name}排污口", "outfall", at, limit_cod=50, limit_nh3n=5)


def _town(district: str, centre: Mapping[str, Any], ground: Ground) -> Iterator[Site]:
    """What a built-up area has: restaurants, parking, buses, noise stations, cameras and the supervised fleet."""
    short, code, at, radius = ground.short[district][:2], district[-2:], tuple(centre["at"]), centre["radius_m"]
    for i, spot in enumerate(around(at, radius, centre["restaurant"], turn=0.0), 1):
        yield ground.site(f"fume-{code}-{i:02d}", f"{short}餐饮{i:02d}", "restaurant", spot, limit_mg_m3=2.0)
    for i, spot in enumerate(around(at, radius, centre["parking"], turn=1.3), 1):
        yield ground.site(
            f"park-{code}-{i:02d}", f"{short}停车场{i:02d}", "parking", spot, spaces=120 + 67 * (i * 5 % 9)
        )
    for i, spot in enumerate(around(at, radius * 1.4, centre["bus"], turn=2.6), 1):
        stops = 14 + i * 7 % 17
        facts = {"vehicles": 6 + i * 5 % 11, "stops": stops, "length_km": round(stops * 0.62, 1)}
        yield ground.site(f"bus-{code}-{i:02d}", f"{short}{i}路", "bus", spot, **facts)
    for i, (spot, area) in enumerate(
        zip(around(at, radius, len(centre["noise"]), turn=0.7), centre["noise"], strict=True), 1
    ):
        day, night = NOISE_LIMITS[area]
        facts = {"area_class": area, "limit_day": day, "limit_night": night}
        yield ground.site(f"noise-{code}-{i:02d}", f"{short}噪声{i}号", "noise", spot, **facts)
    yield ground.site(f"cam-{code}", f"{short}视频监控", "camera", at, count=centre["cameras"])
    yield ground.site(f"fleet-{code}", f"{short}两客一危", "fleet", at, vehicles=centre["fleet"])


def _small(hand: Mapping[str, Any], ground: Ground) -> Iterator[Site]:
    """Small sensors in the built-up areas, stations at brooks, and where the government cloud stands."""
    for sid, word, kind, count, spread in (
        ("micro", "微站", "micro", "micro", 0.9),
        ("site", "工地", "building_site", "building", 1.2),
    ):
        for district, centre in hand["centres"].items():
            spots = around(tuple(centre["at"]), centre["radius_m"] * spread, centre[count], turn=3.9 * spread)
            for i, spot in enumerate(spots, 1):
                name = f"{ground.short[district][:2]}{word}{STEMS[i - 1]}"
                yield ground.site(f"{sid}-{district[-2:]}-{i:02d}", name, kind, spot)
    yield from _works(hand["centres"], ground)
    for i, (name, lon, lat) in enumerate(hand["brooks"], 1):
        yield ground.site(f"brook-{i:02d}", f"{name}微站", "brook", (lon, lat))
    for i, (name, lon, lat) in enumerate(hand["datacentres"], 1):
        yield ground.site(f"dc-{i:02d}", name, "datacentre", (lon, lat))


def _works(centres: Mapping[str, Any], ground: Ground) -> Iterator[Site]:
    """A groundwater well at the edge of each town, and two cabinets of street lights in it."""
    for district, centre in centres.items():
        (edge,) = around(tuple(centre["at"]), centre["radius_m"] * 1.6, 1, turn=5.1)
        yield ground.site(f"well-{district[-2:]}-01", f"{ground.short[district][:2]}地下水井", "well", edge)
    for district, centre in centres.items():
        for i, spot in enumerate(around(tuple(centre["at"]), centre["radius_m"] * 0.7, 2, turn=1.7), 1):
            name = f"{ground.short[district][:2]}路灯控制柜{STEMS[i - 1]}"
            lamps = round(centre["radius_m"] / 8)
            yield ground.site(f"lamps-{district[-2:]}-{i:02d}", name, "lamps", spot, lamps=lamps)


def _cells(ground: Ground) -> Iterator[Site]:
    """The operating cells of the grid layer, at their label points; the district is the cell's own."""
    for cell in ground.cells:
        sid, district = cell["properties"]["id"], cell["properties"]["district"]
        lon, lat = label_point(shape(cell["geometry"]))
        name = f"{ground.short[district]}网格{sid[-3:]}"
        yield Site(id=sid, name=name, kind="grid", district=district, lon=lon, lat=lat, illustrative=True)


def around(at: LonLat, radius_m: float, count: int, turn: float) -> Iterator[LonLat]:
    """`count` points filling a disc evenly; `turn` (radians) keeps two kinds from falling on the same places."""
    squeeze = math.cos(math.radians(at[1]))
    for i in range(count):
        reach = radius_m * math.sqrt((i + 0.5) / count) / METRES_PER_DEGREE
        angle = turn + i * GOLDEN_ANGLE
        yield at[0] + reach * math.cos(angle) / squeeze, at[1] + reach * math.sin(angle)


def _farthest(candidates: Sequence[Named], taken: Sequence[Named]) -> Named:
    """The candidate whose nearest taken place is farthest away."""
    return max(candidates, key=lambda c: (min(distance_m((c[1], c[2]), (t[1], t[2])) for t in taken), c[0]))


def _plain(town: str) -> str:
    """A town's name without what kind of town it is."""
    for kind in ("瑶族乡", "街道", "镇", "乡"):
        if town.endswith(kind) and len(town) > len(kind) + 1:
            return town.removesuffix(kind)
    return town
