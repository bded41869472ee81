"""The questions geography answers while the city runs: which district, which sites near a point, inside reach or not.

shapely and pyproj only: geopandas is too slow and too large to import in a process that must start at once and stay small.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from pyproj import Geod
from shapely.errors import ShapelyError
from shapely.geometry import LineString, Point, shape
from shapely.geometry.base import BaseGeometry

from domain.city import City
from domain.place import Site
from geo import crs as systems

GEOD: Final = Geod(ellps="WGS84")
METRES_PER_DEGREE: Final = 111_320.0
# A generalised outline (median error 116-175 m, 95 % within 850 m) leaves true points of the edge outside.
FALLBACK_M: Final = 1000.0
# Feeds report neighbours' roads and river heads; farther than this a coordinate is a mistake, not a neighbour.
MARGIN_M: Final = 50_000.0

FeatureCollection = Mapping[str, Any]


class CityPlaces:
    """Districts and sites of one city, indexed; immutable after it is made, so safe to share between threads.

    `districts`: GeoJSON of polygons with `adcode` (the finest there is); `sites` by id. Implements domain.place.Places.
    ValueError when an outline cannot be read or there is none.
    """

    def __init__(self, districts: FeatureCollection | Path, sites: Mapping[str, Site] | None = None) -> None:
        features = _read(districts)["features"]
        if not features:
            raise ValueError("there are no districts")
        ordered = sorted(features, key=lambda feature: str(feature["properties"]["adcode"]))
        self._adcodes = [str(feature["properties"]["adcode"]) for feature in ordered]
        self._areas = [polygon(feature) for feature in ordered]
        shapely.prepare(self._areas)
        self._area_tree = shapely.STRtree(self._areas)
        self._labels = {
            str(f["properties"]["adcode"]): _label(f, area) for f, area in zip(ordered, self._areas, strict=True)
        }
        placed = [(site, _site_shape(site)) for site in (sites or {}).values()]
        self._sites = [(site, where) for site, where in placed if where is not None]
        self._site_tree = shapely.STRtree([where for _, where in self._sites])
        self._bounds = tuple(float(v) for v in shapely.total_bounds(np.array(self._areas, dtype=object)))

    @classmethod
    def of_city(cls, city: City) -> "CityPlaces":
        """The places of a city folder: its `districts_fine` layer where it has one, else `districts`.

        ValueError when the city declares neither; OSError or ValueError when the file cannot be read.
        """
        layers = city.spec.map.layers
        file = layers.get("districts_fine") or layers.get("districts")
        if file is None:
            raise ValueError("city.yaml map.layers names neither districts nor districts_fine")
        return cls(city.folder / "layers" / file, city.sites)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of all districts, degrees."""
        west, south, east, north = self._bounds
        return west, south, east, north

    @property
    def label_points(self) -> Mapping[str, tuple[float, float]]:
        """Where to write a district's name: adcode -> (lon, lat), inside its largest part."""
        return self._labels

    def to_wgs84(self, crs: str, x: float, y: float) -> tuple[float, float]:
        """Longitude and latitude in WGS-84 of a point given as (x east, y north); ValueError for an unknown crs."""
        return systems.to_wgs84(crs, x, y)

    def district_at(self, lon: float, lat: float) -> str | None:
        """The adcode of the district that holds the point, or the nearest within 1 km; None outside the city.

        A point on a shared edge belongs to the lowest adcode, so the answer never depends on the file's order.
        """
        if not (math.isfinite(lon) and math.isfinite(lat)):
            return None
        point = Point(lon, lat)
        inside = self._area_tree.query(point, predicate="intersects")
        if inside.size:
            return self._adcodes[int(inside.min())]
        near = self._area_tree.query(box_around(lon, lat, FALLBACK_M))
        distances = sorted((_metres(point, self._areas[i]), self._adcodes[i]) for i in near)
        return distances[0][1] if distances and distances[0][0] <= FALLBACK_M else None

    def in_reach(self, lon: float, lat: float, margin_m: float = MARGIN_M) -> bool:
        """Whether a coordinate can belong to this city: inside its bounding box plus a margin in metres."""
        west, south, east, north = self.bounds
        dy = margin_m / METRES_PER_DEGREE
        dx = dy / math.cos(math.radians((south + north) / 2))
        return west - dx <= lon <= east + dx and south - dy <= lat <= north + dy

    def why_out_of_reach(self, lon: float, lat: float) -> str:
        """Empty when the coordinate is in reach, else one sentence, which says so when the two numbers are swapped."""
        if self.in_reach(lon, lat):
            return ""
        swapped = "; latitude and longitude look swapped" if self.in_reach(lat, lon) else ""
        return f"({lon:.5f}, {lat:.5f}) lies more than {MARGIN_M / 1000:.0f} km outside the city{swapped}"

    def sites_within(self, lon: float, lat: float, metres: float, kind: str = "") -> list[tuple[Site, float]]:
        """Sites of a kind ("" = any) not farther than `metres` on the ellipsoid, nearest first, with the distance."""
        point = Point(lon, lat)
        candidates = (self._sites[i] for i in self._site_tree.query(box_around(lon, lat, metres)))
        measured = [(site, _metres(point, where)) for site, where in candidates if not kind or site.kind == kind]
        return sorted(((s, d) for s, d in measured if d <= metres), key=lambda pair: (pair[1], pair[0].id))

    def nearest_sites(self, lon: float, lat: float, count: int = 1, kind: str = "") -> list[tuple[Site, float]]:
        """The `count` nearest sites of a kind ("" = any), nearest first, with the distance in metres."""
        reach = 2_000.0
        found = self.sites_within(lon, lat, reach, kind)
        while len(found) < count and reach < 20_000_000:
            reach *= 4
            found = self.sites_within(lon, lat, reach, kind)
        return found[:count]


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres between two (lon, lat) points on the WGS-84 ellipsoid."""
    return float(GEOD.inv(a[0], a[1], b[0], b[1])[2])


def length_km(line: LineString) -> float:
    """Length of a line in degrees, in kilometres on the WGS-84 ellipsoid."""
    return float(GEOD.geometry_length(line)) / 1000


def label_point(area: BaseGeometry) -> tuple[float, float]:
    """A point inside the largest part of an area: its centroid when well inside, else the widest place."""
    parts = shapely.get_parts(area)
    largest = max(parts, key=lambda part: part.area)
    centre = largest.centroid
    if not largest.buffer(-0.01).contains(centre):
        centre = shapely.get_point(shapely.maximum_inscribed_circle(largest), 0)
    return round(centre.x, 5), round(centre.y, 5)


def _read(districts: FeatureCollection | Path) -> FeatureCollection:
    if isinstance(districts, Path):
        loaded: FeatureCollection = json.loads(districts.read_text(encoding="utf-8"))
        return loaded
    return districts


def polygon(feature: Mapping[str, Any]) -> BaseGeometry:
    """The area of a district's feature, made valid; ValueError when it cannot be read."""
    try:
        area = shape(feature["geometry"])
        return area if area.is_valid else shapely.make_valid(area)
    except (ShapelyError, AttributeError, ValueError, TypeError, KeyError, IndexError) as error:
        raise ValueError(f"the outline of {feature['properties']['adcode']} cannot be read: {error}") from error


def _label(feature: Mapping[str, Any], area: BaseGeometry) -> tuple[float, float]:
    given = feature["properties"].get("centroid")
    return (float(given[0]), float(given[1])) if given else label_point(area)


def _site_shape(site: Site) -> BaseGeometry | None:
    if site.line:
        return LineString(site.line)
    return Point(site.lon, site.lat) if site.lon is not None and site.lat is not None else None


def box_around(lon: float, lat: float, metres: float) -> BaseGeometry:
    """A box in degrees that certainly holds the circle of `metres` around the point."""
    dy = metres / (METRES_PER_DEGREE - 1000)  # a degree of latitude is 110.57 km at the equator
    dx = dy / max(math.cos(math.radians(min(abs(lat) + dy, 89.9))), 1e-3)
    return shapely.box(lon - dx, max(lat - dy, -90.0), lon + dx, min(lat + dy, 90.0))


def _metres(point: Point, other: BaseGeometry) -> float:
    """Distance on the ellipsoid from a point to the nearest place of a shape.

    The nearest place is sought where a degree of longitude is as long as one of latitude, so it is the true one nearby.
    """
    squeeze = math.cos(math.radians(point.y)) or 1e-9
    ends = np.array([[squeeze, 1.0]])
    flat = shapely.transform(other, lambda coords: coords * ends)
    nearest = shapely.shortest_line(Point(point.x * squeeze, point.y), flat)
    x, y = shapely.get_coordinates(nearest)[1]
    return distance_m((point.x, point.y), (x / squeeze, y))
