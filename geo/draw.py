"""Drawing by hand: smooth lines through a few points, cutting, and writing GeoJSON compactly."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, Point, mapping
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

LonLat = tuple[float, float]


def smooth(points: Sequence[LonLat], steps: int = 6) -> LineString:
    """A centripetal-looking curve through all the points (Catmull-Rom), so a corridor bends as a road does."""
    if len(points) < 3:
        return LineString(points)
    known = np.array([points[0], *points, points[-1]], dtype=float)
    at = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = []
    for p0, p1, p2, p3 in zip(known, known[1:], known[2:], known[3:], strict=False):
        bend = (2 * p0 - 5 * p1 + 4 * p2 - p3) * at**2 + (3 * p1 - p0 - 3 * p2 + p3) * at**3
        pieces.append(0.5 * (2 * p1 + (p2 - p0) * at + bend))
    return LineString(np.vstack([*pieces, known[-1:]]))


def between(line: LineString, start: LonLat, end: LonLat) -> LineString:
    """The part of a line between the places nearest to two points, running from the first to the second."""
    return cut(line, line.project(Point(start)), line.project(Point(end)))


def cut(line: LineString, start: float, stop: float) -> LineString:
    """The part of a line between two distances along it, reversed when start > stop; two equal distances give a dot."""
    part = list(substring(line, start, stop).coords)
    return LineString(part if len(part) > 1 else part * 2)


def feature(geometry: BaseGeometry, properties: Mapping[str, Any], digits: int = 5) -> dict[str, Any]:
    """A GeoJSON feature, rings counter-clockwise outside (RFC 7946 3.1.6), coordinates rounded, empty values left out."""
    if geometry.geom_type == "Polygon" or geometry.geom_type == "MultiPolygon":
        geometry = shapely.orient_polygons(shapely.set_precision(geometry, 10**-digits))
    kept = {key: value for key, value in properties.items() if value not in (None, "")}
    drawn = mapping(geometry)
    return {
        "type": "Feature",
        "properties": kept,
        "geometry": {"type": drawn["type"], "coordinates": rounded(drawn["coordinates"], digits)},
    }


def rounded(coordinates: Any, digits: int) -> Any:
    """Coordinates of any nesting, rounded."""
    if isinstance(coordinates, float | int):
        return round(float(coordinates), digits)
    return [rounded(part, digits) for part in coordinates]


def write_layer(path: Path, features: Iterable[Mapping[str, Any]], metadata: Mapping[str, Any]) -> int:
    """Write a layer file, one feature a line so that a change is readable in a diff; returns its size in bytes.

    CRS is not written: RFC 7946 fixes it to WGS-84 longitude, latitude (OGC CRS84).
    """
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    head = json.dumps(dict(metadata), ensure_ascii=False)
    text = f'{{"type":"FeatureCollection","name":"{path.stem}","metadata":{head},"features":[\n{lines}\n]}}\n'
    path.write_text(text, encoding="utf-8")
    return len(text.encode())
