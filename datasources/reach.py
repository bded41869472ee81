"""Which of the city's areas a described area touches: by division codes, by polygons and circles."""

from collections.abc import Iterable, Iterator
from math import cos, radians

from datasources.formats.cap import Area, Point
from domain.place import Places

_GRID = 12  # points a side laid over a shape: finer than a district is, and quick
_KM = 111.32  # one degree of latitude


def touched(areas: Iterable[Area], own: frozenset[str], places: Places) -> set[str]:
    """Adcodes of `own`; the city's own code when a code names the city or what holds it."""
    found: set[str] = set()
    for area in areas:
        by_code = {adcode for code in area.codes if (adcode := _by_code(code, own))}
        found |= by_code or {places.district_at(lon, lat) or "" for lon, lat in _points(area)} & own
    return {adcode for adcode in found if adcode}


def _by_code(code: str, own: frozenset[str]) -> str:
    """GB/T 2260 in the first six digits; a province's code covers its cities."""
    first = code.strip()[:6]
    if len(first) < 6 or not first.isdigit():
        return ""
    if first in own:
        return first
    stem = first[:4] if not first.endswith("00") else first.rstrip("0")
    cities = sorted(adcode for adcode in own if adcode.endswith("00"))
    covered = first.endswith("00") and len(stem) >= 2 and any(adcode.startswith(stem) for adcode in cities)
    return cities[0] if covered else ""


def _points(area: Area) -> Iterator[Point]:
    """Points that lie in the area: its corners, and a grid over it."""
    for polygon in area.polygons:
        yield from polygon
        yield from (point for point in _grid(polygon) if _inside(point, polygon))
    for lon, lat, km in area.circles:
        tall, wide = km / _KM, km / (_KM * max(cos(radians(lat)), 0.01))
        yield lon, lat
        corners = ((lon - wide, lat - tall), (lon + wide, lat + tall))
        yield from (
            (p for p in _grid(corners) if ((p[0] - lon) / wide) ** 2 + ((p[1] - lat) / tall) ** 2 <= 1) if km else ()
        )


def _grid(points: tuple[Point, ...]) -> Iterator[Point]:
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    for i in range(_GRID):
        for j in range(_GRID):
            yield west + (east - west) * (i + 0.5) / _GRID, south + (north - south) * (j + 0.5) / _GRID


def _inside(point: Point, polygon: tuple[Point, ...]) -> bool:
    """Even-odd rule."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside
