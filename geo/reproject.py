"""A whole table of features to WGS-84: from the system the file names, or from the one it is said to be in."""

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.exceptions import ProjError

from geo import crs as systems
from geo.refusal import Refused, few

Bounds = tuple[float, float, float, float]
AUTO: Final = "auto"
# West, south, east, north of China with its seas, degrees.
CHINA: Final = (73.0, 3.0, 136.0, 54.0)
# The datums whose degrees are WGS-84's within a metre. The shifts of Xi'an 1980 and Beijing 1954 are not public.
DATUMS: Final = ("China 2000", "World Geodetic System 1984")
_ZONES: Final = (*range(13, 24), *range(25, 46))
_KINDS: Final = "wgs84 (CGCS2000 degrees are the same), gcj02 for 高德 and 腾讯, or bd09 for 百度"


def to_wgs84(frame: gpd.GeoDataFrame, asked: str = AUTO) -> tuple[gpd.GeoDataFrame, str]:
    """The features in WGS-84 degrees, and a sentence on which system they were in.

    `asked` is a name of geo.crs, or "auto" for what the file says. Refused when there is none to go by, when the
    coordinates cannot be in it, and when they come out outside China.
    """
    own = frame.crs
    if asked == AUTO:
        moved, told = _as_the_file_says(frame, own)
    else:
        try:
            name = systems.canonical(asked)
        except ValueError as error:
            raise Refused(f"--crs: {error}") from error
        moved, told = _from(frame, name), f"{name}, as --crs says"
        if own is not None and not _same(own, name):
            told += f" (the file itself says {own.name})"
    _check_china(moved)
    return moved, told


def _as_the_file_says(frame: gpd.GeoDataFrame, own: pyproj.CRS | None) -> tuple[gpd.GeoDataFrame, str]:
    if own is None:
        raise Refused(f"the file names no coordinate system (no crs); {likely(_bounds(frame))}")
    base = own.geodetic_crs
    datum = base.datum.name if base is not None and base.datum is not None else "unknown"
    if not datum.startswith(DATUMS):
        advice = "ask for the data in CGCS2000" if base is not None else "give it with --crs"
        raise Refused(f"the coordinate system {own.name!r} has no public way to WGS-84 (datum {datum}); {advice}")
    code = own.to_epsg()
    told = f"{own.name}{f' (EPSG:{code})' if code else ''}, as the file says"
    if f"epsg:{code}" in systems.known():
        return _from(frame, systems.canonical(f"epsg:{code}")), told
    if own.is_geographic:
        return _from(frame, "wgs84"), told
    return _labelled(frame.to_crs(4490 if datum == "China 2000" else 4326)), told


def _from(frame: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    """From a system by its canonical name; Refused in geo.crs's words when the outermost corners cannot be in it."""
    west, south, east, north = _bounds(frame)
    for corner in ((west, south), (east, north)):
        try:
            systems.to_wgs84(name, *corner)
        except (ValueError, ProjError) as error:
            raise Refused(f"{error}; {likely(_bounds(frame))}") from error
    if name == "wgs84":
        return _labelled(frame)
    if name.startswith("epsg:"):
        return _labelled(frame.set_crs(name, allow_override=True).to_crs(4490))
    shapes = shapely.transform(frame.geometry.to_numpy(), lambda vertices: _unshifted(name, vertices))
    return _labelled(frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=None)))


def _labelled(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.set_crs(4326, allow_override=True)


def _unshifted(name: str, vertices: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Each vertex out of GCJ-02 or BD-09; equal vertices stay equal, so shared edges stay shared."""
    different, back = np.unique(vertices, axis=0, return_inverse=True)
    moved = np.array([systems.to_wgs84(name, float(x), float(y)) for x, y in different])
    return moved[back.reshape(-1)]


def _same(own: pyproj.CRS, name: str) -> bool:
    """Whether the file says what was asked for; a shifted map calls itself WGS-84, for it has no other name."""
    if name.startswith("epsg:"):
        return bool(own.to_epsg() == int(name[5:]))
    return bool(own.is_geographic)


def _bounds(frame: gpd.GeoDataFrame) -> Bounds:
    west, south, east, north = (float(value) for value in frame.total_bounds)
    return west, south, east, north


def likely(bounds: Bounds) -> str:
    """What the coordinates look like, as advice on --crs, --x and --y; advice only, for a datum cannot be seen."""
    west, south, east, north = bounds
    zone = _zone(west) if _zone(west) == _zone(east) else 0
    north_first = bool(_zone(south)) and _zone(south) == _zone(north)
    guesses = (
        (zone, f"they look like zone {zone}: if they are CGCS2000, add --crs cgcs2000:{zone}"),
        (north_first, "X and Y are swapped, as surveyors write them: in a list, add --x (the easting) and --y"),
        (_in_china(bounds), f"they are degrees: add --crs {_KINDS}"),
        (_swapped(bounds), "latitude and longitude are swapped: in a list, add --x (the longitude) and --y"),
        (0 < west <= east < 1_000_000 < north < 6_000_000,
         "they look like metres without a zone number: add --crs with the central meridian, such as cgcs2000:114e"),
        (True, "ask who made the file which system it is in, and add --crs"),
    )  # fmt: skip
    return next(sentence for holds, sentence in guesses if holds)


def _zone(easting: float) -> int:
    """The zone number in front of an easting, 0 when there is none."""
    return int(easting // 1_000_000) if easting // 1_000_000 in _ZONES else 0


def _inside(x: float, y: float) -> bool:
    return CHINA[0] <= x <= CHINA[2] and CHINA[1] <= y <= CHINA[3]


def _in_china(bounds: Bounds) -> bool:
    return _inside(bounds[0], bounds[1]) and _inside(bounds[2], bounds[3])


def _swapped(bounds: Bounds) -> bool:
    return _in_china((bounds[1], bounds[0], bounds[3], bounds[2]))


def _check_china(frame: gpd.GeoDataFrame) -> None:
    boxes = [(number, tuple(box)) for number, box in enumerate(frame.bounds.to_numpy().tolist(), 1)]
    outside = [(number, box) for number, box in boxes if not _in_china(box)]
    if outside:
        places = few(f"feature {number} at ({box[0]:.3f}, {box[1]:.3f})" for number, box in outside)
        bounds = _bounds(frame)
        hint = likely(bounds) if _swapped(bounds) else "is --crs the system they are in?"
        raise Refused(f"{len(outside)} of {len(frame)} features lie outside China: {places}; {hint}")
