"""Any map file or list with coordinates, read into a GeoDataFrame whose coordinates are still as the file gives them.

Only the import tool comes here: geopandas and pandas are too large for the processes that serve a city.
"""

import codecs
import glob
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio
from openpyxl.utils.exceptions import InvalidFileException
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.errors import ShapelyError
from shapely.geometry import Point

from geo.refusal import Refused, few, require

TEXTS: Final = (".csv", ".tsv", ".txt")
SHEETS: Final = (".xlsx", ".xlsm")
EAST: Final = ("lon", "lng", "long", "longitude", "经度", "东经", "x", "x坐标")
NORTH: Final = ("lat", "latitude", "纬度", "北纬", "y", "y坐标")
FIRST_ROW: Final = 2  # of data in a list, as a spreadsheet counts: row 1 names the columns
# 113°02′30.5″, as departments' lists write degrees, with whichever marks were typed.
_DMS: Final = re.compile(
    r"(\d+)\s*[°度]\s*(\d+(?:\.\d+)?)\s*[′'’分]\s*(?:(\d+(?:\.\d+)?)\s*(?:[″\"”秒]|′′|'')?)?\s*[EN]?"
)


@dataclass(frozen=True, slots=True)
class Intake:
    """What to read: a file, the layer or sheet in it, its encoding ("" = found out), the columns of the coordinates."""

    path: Path
    layer: str = ""
    encoding: str = ""
    x: str = ""
    y: str = ""
    skip_empty: bool = False


def read(intake: Intake) -> gpd.GeoDataFrame:
    """The features of a file; Refused when it cannot be read, is empty, or a feature has no place."""
    path = intake.path
    if not path.exists():
        raise Refused(f"{path} is not there")
    _check_encoding(intake.encoding)
    listed = path.suffix.lower() in (*TEXTS, *SHEETS)
    frame = _points(_table(intake), intake) if listed else _spatial(intake)
    if frame.empty:
        raise Refused(f"{path.name} is empty: it has no features")
    return _placed(frame, intake, FIRST_ROW if listed else 1)


def _check_encoding(name: str) -> None:
    try:
        codecs.lookup(name or "utf-8")
    except LookupError as error:
        raise Refused(f"--encoding {name}: there is no such encoding") from error


def _placed(frame: gpd.GeoDataFrame, intake: Intake, first: int) -> gpd.GeoDataFrame:
    """The features that have a geometry; Refused when some have none and were not to be skipped, or all have none."""
    blank = (frame.geometry.isna() | frame.geometry.is_empty).to_numpy()
    if blank.all():
        raise Refused(f"{intake.path.name} is empty: none of its {len(frame)} features has coordinates")
    if blank.any() and not intake.skip_empty:
        rows = few(number for number, missing in enumerate(blank, first) if missing)
        what = "rows" if first == FIRST_ROW else "features"
        raise Refused(f"{what} {rows} have no coordinates; fill them in, or add --skip-empty to leave them out")
    return frame[~blank].reset_index(drop=True)


def _spatial(intake: Intake) -> gpd.GeoDataFrame:
    """A file that GDAL reads, Shapefiles (zipped or not) in the encoding they are really in."""
    _check_parts(intake.path)
    try:
        layer = _layer(intake)
        for encoding in _encodings(intake):
            try:
                return gpd.read_file(intake.path, layer=layer, encoding=encoding)
            except UnicodeDecodeError:
                continue
    except (DataSourceError, DataLayerError, ShapelyError, OSError) as error:
        raise Refused(f"{intake.path.name} cannot be read: {_sentence(error)}") from error
    tried = intake.encoding or "UTF-8 or GB18030"
    raise Refused(f"the texts of {intake.path.name} are not in {tried}; give --encoding")


def _check_parts(path: Path) -> None:
    """Refused when only a part of a Shapefile was handed over."""
    if path.suffix.lower() == ".shp":
        there = {other.suffix.lower() for other in path.parent.glob(f"{glob.escape(path.stem)}.*")}
        if missing := [suffix for suffix in (".shx", ".dbf") if suffix not in there]:
            names = " and ".join(path.stem + suffix for suffix in missing)
            raise Refused(f"{path.name} is one part of a Shapefile; {names} must lie beside it")


def _layer(intake: Intake) -> str:
    """The layer to read: the one asked for, or the only one that has geometry."""
    names = [str(name) for name, kind in pyogrio.list_layers(intake.path) if kind is not None]
    if not names:
        raise Refused(f"{intake.path.name} has no layer with geometry")
    if intake.layer and intake.layer not in names:
        raise Refused(f"{intake.path.name} has no layer {intake.layer!r}; its layers are: {', '.join(names)}")
    if not intake.layer and len(names) > 1:
        raise Refused(f"{intake.path.name} has {len(names)} layers; choose one with --layer: {', '.join(names)}")
    return intake.layer or names[0]


def _encodings(intake: Intake) -> Iterator[str | None]:
    """What to try, in order. GDAL takes a .dbf that names no encoding for Latin-1 and spoils Chinese silently."""
    if intake.encoding:
        yield intake.encoding
        return
    if not _is_shapefile(intake.path) or _names_encoding(intake.path):
        yield None
    yield from ("utf-8", "gb18030")


def _is_shapefile(path: Path) -> bool:
    return path.suffix.lower() == ".shp" or any(name.endswith(".shp") for name in _members(path))


def _names_encoding(path: Path) -> bool:
    beside = (path.with_suffix(suffix).exists() for suffix in (".cpg", ".CPG"))
    return any(beside) or any(name.endswith(".cpg") for name in _members(path))


def _members(path: Path) -> list[str]:
    """The names in a zip file, lower case; none when it is no zip file."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        return []
    with zipfile.ZipFile(path) as archive:
        return [name.lower() for name in archive.namelist()]


def _sentence(error: Exception) -> str:
    """GDAL's own words, without its advice to programmers."""
    text = str(error).split("; It might help")[0].strip().rstrip(".")
    return text or type(error).__name__


def _table(intake: Intake) -> pd.DataFrame:
    """A list, every cell a text, so that 0012 stays 0012."""
    try:
        if intake.path.suffix.lower() in SHEETS:
            table = pd.read_excel(intake.path, sheet_name=intake.layer or 0, dtype=str, engine="openpyxl").fillna("")
        else:
            text = _text(intake)
            table = pd.read_csv(io.StringIO(text), sep=_separator(text), dtype=str, keep_default_na=False)
    except pd.errors.EmptyDataError as error:
        raise Refused(f"{intake.path.name} is empty: it has no features") from error
    except Refused:
        raise
    except (ValueError, KeyError, OSError, zipfile.BadZipFile, InvalidFileException) as error:
        raise Refused(f"{intake.path.name} cannot be read: {_sentence(error)}") from error
    return table.rename(columns=lambda name: str(name).strip())


def _text(intake: Intake) -> str:
    body = intake.path.read_bytes()
    for encoding in (intake.encoding,) if intake.encoding else ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(f"the text of {intake.path.name} is not in {intake.encoding or 'UTF-8 or GB18030'}; give --encoding")


def _separator(text: str) -> str:
    """The mark between columns: whichever the first line has most of."""
    head = text.partition("\n")[0]
    return max((",", "\t", ";"), key=head.count)


def _points(table: pd.DataFrame, intake: Intake) -> gpd.GeoDataFrame:
    """Points from two columns of a list."""
    east, north = intake.x or _guess(table, EAST, "--x"), intake.y or _guess(table, NORTH, "--y")
    require((east, north), table.columns)
    pairs = [(_number(x), _number(y)) for x, y in zip(table[east], table[north], strict=True)]
    wrong = [
        f"row {number} ({table[east].iloc[number - FIRST_ROW]!r}, {table[north].iloc[number - FIRST_ROW]!r})"
        for number, pair in enumerate(pairs, FIRST_ROW)
        if "" in pair
    ]
    if wrong:
        raise Refused(f"these coordinates are not numbers: {few(wrong)}")
    places = [None if x is None or y is None else Point(x, y) for x, y in pairs]
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(places, index=table.index, dtype="geometry"))


def _guess(table: pd.DataFrame, names: tuple[str, ...], option: str) -> str:
    """The column that is called as coordinates are, the likeliest name first."""
    by_name = {str(column).lower(): str(column) for column in table.columns}
    for name in names:
        if name in by_name:
            return by_name[name]
    raise Refused(
        f"no column looks like a coordinate; name it with {option}; the columns are: {', '.join(by_name.values())}"
    )


def _number(cell: Any) -> Any:
    """Degrees or metres as a float, None for an empty cell, "" for what is neither."""
    text = str(cell).strip()
    if not text:
        return None
    if parts := _DMS.fullmatch(text):
        return float(parts[1]) + float(parts[2]) / 60 + float(parts[3] or 0) / 3600
    try:
        return float(text)
    except ValueError:
        return ""
