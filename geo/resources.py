"""What is near an incident: resources in rings around it, sensitive places, how many people live there, and where a place is."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from domain.city import City
from geo.places import GEOD, box_around, distance_m, polygon

RINGS_KM: Final = (1, 3, 5)
SENSITIVE: Final = frozenset({"school", "hospital"})
_AROUND: Final = 64  # corners of a circle


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource (layer `resources`). note: its strength or stock; illustrative: made up for the demonstration."""

    id: str
    kind: str
    name: str
    district: str
    lon: float
    lat: float
    note: str = ""
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """A resource and how far it is, as the crow flies. ring: the smallest ring that holds it, km; 0 beyond all rings."""

    resource: Resource
    metres: float
    ring: int


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a place in words was found. how: town, poi or district, for the reader to judge."""

    lon: float
    lat: float
    district: str
    name: str
    how: str


class Surroundings:
    """The resources, towns and districts of one city, indexed; immutable after it is made, so safe between threads.

    A city without a resources layer has none near; nothing here fails for it.
    """

    def __init__(
        self,
        resources: Sequence[Resource],
        named: Sequence[Spot],
        areas: Mapping[str, BaseGeometry],
        people: Mapping[str, float],
    ) -> None:
        self._resources = list(resources)
        self._tree = shapely.STRtree([Point(one.lon, one.lat) for one in self._resources])
        self._named = sorted(named, key=lambda one: -len(one.name))  # the longest name is the most certain
        self._areas, self._people = dict(areas), dict(people)

    @classmethod
    def of_city(cls, city: City) -> "Surroundings":
        """What a city folder tells; OSError or ValueError when a layer cannot be read."""
        features = {name: _features(city, name) for name in ("resources", "towns", "poi", "districts")}
        areas = {str(f["properties"]["adcode"]): polygon(f) for f in features["districts"]}
        named = [_spot(f, how) for how in ("towns", "poi") for f in features[how]]
        people = {
            one.adcode: one.population / one.area_km2 for one in city.spec.districts if one.population and one.area_km2
        }
        return cls([_resource(f) for f in features["resources"]], named, areas, people)

    def nearest(self, lon: float, lat: float, kind: str, count: int = 1) -> list[Near]:
        """The nearest of a kind, nearest first, however far."""
        found = [self._near(one, lon, lat) for one in self._resources if one.kind == kind]
        return sorted(found, key=_by_distance)[:count]

    def within(self, lon: float, lat: float, km: float = RINGS_KM[-1], kinds: Collection[str] = ()) -> list[Near]:
        """Resources not farther than `km` on the ellipsoid, nearest first; kinds: only these, none = all."""
        box = self._tree.query(box_around(lon, lat, km * 1000))
        found = [self._near(self._resources[i], lon, lat) for i in box]
        return sorted(
            (n for n in found if n.metres <= km * 1000 and (not kinds or n.resource.kind in kinds)), key=_by_distance
        )

    def sensitive(self, lon: float, lat: float, km: float = RINGS_KM[-1]) -> list[Near]:
        """Schools and hospitals near by: who has to be warned first."""
        return self.within(lon, lat, km, SENSITIVE)

    def people(self, lon: float, lat: float, km: float) -> int | None:
        """About how many people live within `km`, by the mean density of the districts; None where that is not known.

        A mean knows nothing of towns and mountains: screens call it an estimate.
        """
        circle = buffer(lon, lat, km * 1000)
        found = 0.0
        for adcode, area in self._areas.items():
            shared = area.intersection(circle)
            if not shared.is_empty and adcode not in self._people:
                return None
            found += abs(GEOD.geometry_area_perimeter(shared)[0]) / 1e6 * self._people.get(adcode, 0.0)
        return round(found) if found else None

    def inside(self, lon: float, lat: float) -> str:
        """The district that holds a point, "" outside the city."""
        return next((adcode for adcode, area in sorted(self._areas.items()) if area.intersects(Point(lon, lat))), "")

    def locate(self, words: str, district: str = "") -> Spot | None:
        """Where a place in words is: the longest known name in it, in the district when one is given; else None."""
        found = [one for one in self._named if one.name in words]
        longest = [one for one in found if len(one.name) == len(found[0].name)]  # 连江口镇 is not 江口镇
        return next((one for one in longest if not district or one.district == district), None)

    def _near(self, one: Resource, lon: float, lat: float) -> Near:
        metres = distance_m((lon, lat), (one.lon, one.lat))
        return Near(one, metres, next((km for km in RINGS_KM if metres <= km * 1000), 0))


def known(city: City) -> tuple[list[Resource], list[Spot]]:
    """The resources and towns that a city's layers tell of, none where it has no such layer; OSError or ValueError when one cannot be read."""
    return [_resource(f) for f in _features(city, "resources")], [_spot(f, "town") for f in _features(city, "towns")]


def buffer(lon: float, lat: float, metres: float) -> BaseGeometry:
    """The circle of `metres` on the ellipsoid around a point, as a polygon in degrees."""
    turn = np.linspace(0.0, 360.0, _AROUND, endpoint=False)
    lons, lats, _ = GEOD.fwd(np.full(_AROUND, lon), np.full(_AROUND, lat), turn, np.full(_AROUND, metres))
    return shapely.Polygon(np.column_stack([lons, lats]))


def _by_distance(one: Near) -> tuple[float, str]:
    return one.metres, one.resource.id


def _features(city: City, layer: str) -> list[Mapping[str, Any]]:
    file = city.spec.map.layers.get(layer)
    if file is None:
        return []
    found: list[Mapping[str, Any]] = json.loads(Path(city.folder / "layers" / file).read_text(encoding="utf-8"))[
        "features"
    ]
    return found


def _resource(feature: Mapping[str, Any]) -> Resource:
    told, (lon, lat) = feature["properties"], feature["geometry"]["coordinates"][:2]
    return Resource(
        str(told["id"]), str(told["kind"]), str(told["name"]), str(told.get("district", "")), float(lon), float(lat),
        str(told.get("note", "")), bool(told.get("illustrative")),
    )  # fmt: skip


def _spot(feature: Mapping[str, Any], how: str) -> Spot:
    told, (lon, lat) = feature["properties"], feature["geometry"]["coordinates"][:2]
    return Spot(float(lon), float(lat), str(told.get("district", "")), str(told["name"]), how)
