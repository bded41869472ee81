"""Coordinate systems of Chinese feeds, each to WGS-84: GCJ-02, BD-09, and CGCS2000 in degrees or in a Gauss-Kruger zone.

All points are (x east, y north): longitude first, easting first, whatever order the authority's definition prefers.
CGCS2000 and WGS-84 differ by less than a metre and are treated as one, as PROJ does.
"""

import math
from collections.abc import Callable
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from pyproj import Transformer

Point = tuple[float, float]

# GCJ-02 perturbs WGS-84 on the Krassovsky 1940 ellipsoid: semi-major axis in metres, first eccentricity squared.
_A: Final = 6378245.0
_EE: Final = 0.00669342162296594323
_ORIGIN: Final = (105.0, 35.0)
# Outside this box GCJ-02 is WGS-84 itself.
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_BD_TURN: Final = math.pi * 3000.0 / 180.0

_GEOGRAPHIC: Final = {
    "wgs84": "wgs84",
    "epsg:4326": "wgs84",
    "crs84": "wgs84",
    "cgcs2000": "wgs84",
    "epsg:4490": "wgs84",
}
_OFFSET: Final = {"gcj02": "gcj02", "gcj-02": "gcj02", "bd09": "bd09", "bd-09": "bd09", "bd09ll": "bd09"}


def _zone_names() -> dict[str, int]:
    """Names of the projected CGCS2000 systems -> EPSG code (EPSG 4491-4554)."""
    names = {f"epsg:{code}": code for code in range(4491, 4555)}
    names |= {f"cgcs2000:{zone}": 4491 + zone - 13 for zone in range(13, 24)}  # 6° zones, easting with the zone prefix
    names |= {f"cgcs2000:{zone}": 4513 + zone - 25 for zone in range(25, 46)}  # 3° zones, easting with the zone prefix
    names |= {f"cgcs2000:{75 + 6 * i}e/6": 4502 + i for i in range(11)}  # 6° by central meridian, no prefix
    names |= {f"cgcs2000:{75 + 3 * i}e": 4534 + i for i in range(21)}  # 3° by central meridian, no prefix
    return names


_ZONES: Final = _zone_names()


def known() -> tuple[str, ...]:
    """Every name `to_wgs84` understands, for messages and for the config checker."""
    return (*_GEOGRAPHIC, *_OFFSET, *_ZONES)


def canonical(name: str) -> str:
    """The one spelling of a coordinate system: wgs84, gcj02, bd09 or "epsg:<code>" for a CGCS2000 zone.

    ValueError names the nearest right name when the given one is unknown.
    """
    text = name.strip().lower().replace("_", "-").replace(" ", "")
    if text in _GEOGRAPHIC:
        return _GEOGRAPHIC[text]
    if text in _OFFSET:
        return _OFFSET[text]
    if text in _ZONES:
        return f"epsg:{_ZONES[text]}"
    raise ValueError(f"{name!r} is not a known coordinate system; {_hint(text)}")


def to_wgs84(crs: str, x: float, y: float) -> Point:
    """Longitude and latitude in WGS-84 of a point (x east, y north) in the named system.

    ValueError for an unknown system, a coordinate that is not finite, degrees out of range, or an easting that lacks
    (or wrongly carries) the zone number its system asks for.
    """
    name = canonical(crs)
    if not (math.isfinite(x) and math.isfinite(y)):
        raise ValueError(f"({x}, {y}) is not a coordinate")
    if name.startswith("epsg:"):
        _check_easting(int(name[5:]), x, y)
        return _projected(int(name[5:]), inverse=True)(x, y)
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        raise ValueError(f"({x}, {y}) is not (longitude, latitude) in degrees")
    return {"wgs84": _same, "gcj02": gcj02_to_wgs84, "bd09": bd09_to_wgs84}[name](x, y)


def from_wgs84(crs: str, lon: float, lat: float) -> Point:
    """The point (x east, y north) in the named system of a WGS-84 longitude and latitude; inverse of `to_wgs84`."""
    name = canonical(crs)
    if name.startswith("epsg:"):
        return _projected(int(name[5:]), inverse=False)(lon, lat)
    return {"wgs84": _same, "gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09}[name](lon, lat)


def wgs84_to_gcj02(lon: float, lat: float) -> Point:
    """The published GCJ-02 perturbation, exact; the identity outside the box it is defined in."""
    if not (_WEST <= lon <= _EAST and _SOUTH <= lat <= _NORTH):
        return lon, lat
    x, y = lon - _ORIGIN[0], lat - _ORIGIN[1]
    phi = math.radians(lat)
    w = 1 - _EE * math.sin(phi) ** 2
    north = _north(x, y) / (_A * (1 - _EE) / (w * math.sqrt(w)))
    east = _east(x, y) / (_A / math.sqrt(w) * math.cos(phi))
    return lon + math.degrees(east), lat + math.degrees(north)


def gcj02_to_wgs84(lon: float, lat: float) -> Point:
    """Inverse of `wgs84_to_gcj02` by iteration, to 1e-9 degrees (0.1 mm) away from the edge of the defined box."""
    return _invert(wgs84_to_gcj02, lon, lat)


def gcj02_to_bd09(lon: float, lat: float) -> Point:
    """Baidu's BD-09 of a GCJ-02 point, exact."""
    z = math.hypot(lon, lat) + 2e-5 * math.sin(lat * _BD_TURN)
    theta = math.atan2(lat, lon) + 3e-6 * math.cos(lon * _BD_TURN)
    return z * math.cos(theta) + 0.0065, z * math.sin(theta) + 0.006


def bd09_to_gcj02(lon: float, lat: float) -> Point:
    """Inverse of `gcj02_to_bd09` by iteration, to 1e-9 degrees."""
    return _invert(gcj02_to_bd09, lon, lat)


def wgs84_to_bd09(lon: float, lat: float) -> Point:
    """BD-09 of a WGS-84 point, through GCJ-02."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: float, lat: float) -> Point:
    """WGS-84 of a BD-09 point, through GCJ-02."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _hint(text: str) -> str:
    """The nearest right name: by number where a zone or an EPSG code was given, else by spelling."""
    family, _, number = text.partition(":")
    if family in ("epsg", "cgcs2000") and number.isdigit():
        numbers = [
            int(n.partition(":")[2]) for n in known() if n.startswith(f"{family}:") and n.partition(":")[2].isdigit()
        ]
        return f"did you mean '{family}:{min(numbers, key=lambda known_one: abs(known_one - int(number)))}'?"
    near = get_close_matches(text, known(), n=1, cutoff=0.4)
    return f"did you mean {near[0]!r}?" if near else "write wgs84, gcj02, bd09, cgcs2000 or cgcs2000:39"


def _same(lon: float, lat: float) -> Point:
    return lon, lat


def _ripple(x: float) -> float:
    return 20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)


def _north(x: float, y: float) -> float:
    """Northward shift in metres at (x, y) degrees from the origin."""
    shift = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + _ripple(x) * 2 / 3
    shift += (20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    return shift + (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y / 30 * math.pi)) * 2 / 3


def _east(x: float, y: float) -> float:
    """Eastward shift in metres at (x, y) degrees from the origin."""
    shift = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + _ripple(x) * 2 / 3
    shift += (20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    return shift + (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3


def _invert(forward: Callable[[float, float], Point], lon: float, lat: float) -> Point:
    """Fixed-point iteration: the shift varies so slowly (about 1 % over its own length) that four steps reach 1e-9."""
    x, y = lon, lat
    for _ in range(12):
        fx, fy = forward(x, y)
        x, y = x + lon - fx, y + lat - fy
        if max(abs(lon - fx), abs(lat - fy)) < 1e-10:
            break
    return x, y


def _check_easting(code: int, x: float, y: float) -> None:
    """Refuse the two usual mistakes of Gauss-Kruger data: a missing zone number, northing and easting swapped."""
    zone = code - 4491 + 13 if code <= 4501 else code - 4513 + 25 if 4513 <= code <= 4533 else 0
    if zone and not zone * 1_000_000 <= x < (zone + 1) * 1_000_000:
        raise ValueError(f"easting {x:.0f} does not begin with the zone number {zone} that epsg:{code} asks for")
    if not zone and not 0 <= x < 1_000_000:
        raise ValueError(f"easting {x:.0f} is out of range for epsg:{code}, whose eastings carry no zone number")
    if not 0 <= y <= 10_000_000:
        raise ValueError(f"northing {y:.0f} is out of range; give the point as (easting, northing)")


@lru_cache(maxsize=64)
def _projected(code: int, *, inverse: bool) -> Callable[[float, float], Point]:
    """The transformation between one CGCS2000 zone and degrees; kept, because making one costs milliseconds."""
    ends = (f"EPSG:{code}", "EPSG:4490") if inverse else ("EPSG:4490", f"EPSG:{code}")
    transformer = Transformer.from_crs(*ends, always_xy=True)

    def convert(x: float, y: float) -> Point:
        east, north = transformer.transform(x, y, errcheck=True)
        return float(east), float(north)

    return convert
