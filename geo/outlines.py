"""Imported features as a layer draws them: valid, thinned with shared edges kept, rounded, only the named columns."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.draw import feature
from geo.places import GEOD, METRES_PER_DEGREE, label_point
from geo.refusal import Refused, few, require

Shapes = npt.NDArray[np.object_]
AREAS: Final = 2  # shapely.get_dimensions of polygons
LINES: Final = 1
MEASURED: Final = ("adcode", "name", "centroid", "area_km2")  # what a district's feature gets by itself
ADCODE: Final = re.compile(r"[1-9][0-9]{5}")
DIGITS: Final = {0: 6, LINES: 5, AREAS: 5}  # by dimension: a point to a decimetre, a drawn line to a metre


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns are taken: the district's code and the name ("" = none), others by column -> property."""

    adcode: str = ""
    name: str = ""
    keep: Mapping[str, str] = field(default_factory=dict)

    def check(self, frame: gpd.GeoDataFrame) -> None:
        """Refused when a column is not there or two would become the same property."""
        require([column for column in (self.adcode, self.name, *self.keep) if column], frame.columns)
        taken = Counter(self.keep.values())
        taken.update(MEASURED if self.adcode else ["name"] if self.name else [])
        if twice := [name for name, count in taken.items() if count > 1]:
            raise Refused(f"two columns would become {few(twice)}; give one another name: --keep column=name")


def tidy(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Flat and valid geometry of one dimension (areas, lines or points), and what was repaired; Refused when mixed."""
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    dimensions = sorted({int(d) for d in shapely.get_dimensions(shapes)})
    if len(dimensions) > 1 or "GeometryCollection" in set(frame.geom_type):
        raise Refused(f"the features are of different kinds ({few(sorted(set(frame.geom_type)))}); a layer has one")
    broken = ~shapely.is_valid(shapes)
    repaired = np.array([_repaired(g) if wrong else g for g, wrong in zip(shapes, broken, strict=True)], dtype=object)
    notes = [f"repaired {int(broken.sum())} invalid geometries"] if broken.any() else []
    return frame.set_geometry(gpd.GeoSeries(repaired, index=frame.index, crs=frame.crs)), notes


def _repaired(geometry: BaseGeometry) -> BaseGeometry:
    """Made valid, without the crumbs of a lower dimension that this may leave."""
    dimension = shapely.get_dimensions(geometry)
    parts = shapely.get_parts(shapely.make_valid(geometry))
    return shapely.union_all([part for part in parts if shapely.get_dimensions(part) == dimension])


def thin(shapes: Shapes, metres: float) -> tuple[Shapes, list[str]]:
    """Fewer vertices, lines moved by about `metres`; neighbouring areas keep one shared edge. What cannot is noted."""
    dimension = int(shapely.get_dimensions(shapes).max())
    if dimension == 0:
        return shapes, ["--simplify does nothing to points"]
    squeeze = math.cos(math.radians(float(shapely.total_bounds(shapes)[[1, 3]].mean())))
    ends = np.array([squeeze, 1.0])
    flat = shapely.transform(shapes, lambda c: c * ends)  # a degree of longitude as long as one of latitude
    tolerance = metres / METRES_PER_DEGREE
    if dimension == LINES:
        return shapely.transform(shapely.simplify(flat, tolerance), lambda c: c / ends), []
    notes = []
    if not shapely.coverage_is_valid(flat):
        loose = int((~shapely.is_empty(shapely.coverage_invalid_edges(flat))).sum())
        notes = [f"{loose} outlines overlap or do not meet their neighbours: gaps may show where they do not"]
    return shapely.transform(shapely.coverage_simplify(flat, tolerance), lambda c: c / ends), notes


def features(frame: gpd.GeoDataFrame, columns: Columns, simplify: float = 0) -> tuple[list[dict[str, Any]], list[str]]:
    """GeoJSON features and notes, in the file's order, districts by adcode; Refused for wrong codes and columns.

    A district gets `centroid` (where its name is written) and `area_km2`, both measured before anything is thinned.
    """
    columns.check(frame)
    measured = list(_districts(frame, columns)) if columns.adcode else [{} for _ in range(len(frame))]
    shapes: Shapes = frame.geometry.to_numpy()
    thinned, notes = thin(shapes, simplify) if simplify else (shapes, [])
    digits = DIGITS[int(shapely.get_dimensions(shapes).max())]
    drawn = shapely.set_precision(thinned, 10.0**-digits)
    gone = [number for number, shape in enumerate(drawn, 1) if shape.is_empty]
    if gone and (columns.adcode or len(gone) == len(drawn)):
        raise Refused(f"features {few(gone)} are too small to draw; use a smaller --simplify")
    if gone:
        notes.append(f"left out {len(gone)} features that are too small to draw: {few(gone)}")
    kept = [{**_named(row, columns), **own} for row, own in zip(frame.to_dict("records"), measured, strict=True)]
    rows = [feature(g, values, digits) for g, values in zip(drawn, kept, strict=True) if not g.is_empty]
    return sorted(rows, key=lambda row: str(row["properties"].get("adcode", ""))), notes


def _named(row: Mapping[Any, Any], columns: Columns) -> dict[str, Any]:
    taken = ({columns.name: "name"} if columns.name else {}) | dict(columns.keep)
    named = {columns.adcode: "adcode"} | taken if columns.adcode else taken
    return {new: plain(row[old]) for old, new in named.items()}


def _districts(frame: gpd.GeoDataFrame, columns: Columns) -> Iterator[dict[str, Any]]:
    """Code and measures of each district."""
    codes = [str(plain(value) or "") for value in frame[columns.adcode]]
    _check_codes(codes, columns.adcode)
    if other := [n for n, g in enumerate(frame.geometry, 1) if shapely.get_dimensions(g) != AREAS]:
        raise Refused(f"districts are polygons; features {few(other)} are {few(sorted(set(frame.geom_type)))}")
    if columns.name and (bare := [c for c, v in zip(codes, frame[columns.name], strict=True) if not plain(v)]):
        raise Refused(f"these districts have no name in column {columns.name!r}: {few(bare)}")
    for code, outline in zip(codes, frame.geometry, strict=True):
        area = round(abs(GEOD.geometry_area_perimeter(outline)[0]) / 1e6, 1)
        yield {"adcode": code, "centroid": list(label_point(outline)), "area_km2": area}


def _check_codes(codes: list[str], column: str) -> None:
    if wrong := [code for code in codes if not ADCODE.fullmatch(code)]:
        long = "; a code of 9 or 12 digits begins with them" if any(len(code) in (9, 12) for code in wrong) else ""
        raise Refused(f"an adcode has six digits (GB/T 2260); column {column!r} has {few(map(repr, wrong))}{long}")
    if twice := [f"{code} ({count} times)" for code, count in Counter(codes).items() if count > 1]:
        raise Refused(
            f"these adcodes are given more than once: {few(twice)}; merge the parts of a district into one feature"
        )


def plain(value: Any) -> Any:
    """A cell as JSON can say it: text stripped, whole numbers without .0, dates by ISO 8601, None for none."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple | dict | bool | int):
        return value
    if value is None or pd.isna(value):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else value if math.isfinite(value) else None
    whole_day = isinstance(value, datetime) and value.time() == datetime.min.time()
    day = value.date() if whole_day else value
    return day.isoformat() if isinstance(day, date) else str(day).strip()
