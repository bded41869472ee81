"""A department's list of stations into a part of a city's sites: sites/<kind>.yaml, one site a line."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import yaml
from pydantic import ValidationError

from domain.place import Site
from geo.build_sites import as_yaml
from geo.outlines import Columns, plain
from geo.places import CityPlaces
from geo.refusal import Refused, few

# A number as a list writes one; 0012 is a code, not a number.
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d{0,14})(\.\d+)?")
DIGITS: Final = 6  # of a coordinate: a decimetre
OWN: Final = ("id", "name_en")  # what --keep fills in the site itself; the rest becomes facts


@dataclass(frozen=True)
class City:
    """What a site must fit: the districts, their outlines, and the ids that are taken, each with its file."""

    folder: Path
    districts: frozenset[str]
    places: CityPlaces
    taken: Mapping[str, str]

    @classmethod
    def read(cls, folder: Path, target: Path) -> "City":
        """The city in a folder, without the sites of the file that is to be written; Refused when it cannot be read."""
        spec = _yaml(folder / "city.yaml")
        try:
            declared = frozenset(str(district["adcode"]) for district in spec["districts"])
            files = spec["map"]["layers"]
            file = files.get("districts_fine") or files["districts"]
        except (KeyError, TypeError, AttributeError) as error:
            raise Refused(f"{folder / 'city.yaml'} names no districts, or no layer of them; sites need both") from error
        try:
            places = CityPlaces(folder / "layers" / file)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Refused(f"layers/{file} cannot be read ({error}); import the districts first") from error
        others = [path for path in (folder / "sites.yaml", *sorted((folder / "sites").glob("*.yaml"))) if path.exists()]
        taken = {
            sid: path.name for path in others if path.resolve() != target.resolve() for sid in _ids(_yaml(path) or {})
        }
        return cls(folder, declared, places, taken)


def _yaml(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise Refused(f"{path} cannot be read: {' '.join(str(error).split())}") from error


def _ids(sites: Any) -> list[str]:
    """The ids of a sites file, a mapping by id or a list."""
    return [str(site["id"] if isinstance(site, Mapping) else site) for site in sites]


def sites(frame: gpd.GeoDataFrame, kind: str, columns: Columns, city: City, *, illustrative: bool) -> list[Site]:
    """The rows as sites of a kind, in the file's order; Refused when one has no name, no district or a taken id.

    The id is the column kept as `id`, else <kind>-01 and so on. The column given as adcode says the district of a point
    that lies in none, such as a gauge upstream of the border; a point in a district belongs to it in any case.
    """
    if not columns.name:
        raise Refused("sites have names: give the column with --name")
    columns.check(frame)
    if other := sorted(set(frame.geom_type) - {"Point"}):
        raise Refused(f"sites are points; the file has {few(other)}")
    rows = list(_rows(frame, kind, columns))
    _check_ids([fields["id"] for fields in rows], city)
    if bare := [number for number, fields in enumerate(rows, 1) if not fields["name"]]:
        raise Refused(f"these sites have no name in column {columns.name!r}: {few(bare)}")
    _place(rows, city)
    try:
        return [Site(kind=kind, illustrative=illustrative, **fields) for fields in rows]
    except ValidationError as error:
        raise Refused(f"a site is not valid: {error.errors()[0]['msg']}") from error


def _rows(frame: gpd.GeoDataFrame, kind: str, columns: Columns) -> Iterator[dict[str, Any]]:
    width = max(2, len(str(len(frame))))
    for number, row in enumerate(frame.to_dict("records"), 1):
        kept = {new: plain(row[old]) for old, new in columns.keep.items()}
        own: dict[str, Any] = {key: _text(kept.pop(key)) for key in OWN if key in kept}
        point = row["geometry"]
        yield {
            "id": f"{kind}-{number:0{width}d}",
            "name": _text(plain(row[columns.name])),
            **own,
            "district": _text(plain(row[columns.adcode])) if columns.adcode else "",
            "lon": round(point.x, DIGITS),
            "lat": round(point.y, DIGITS),
            "facts": {key: _fact(value) for key, value in kept.items() if value not in (None, "")},
        }


def _check_ids(ids: list[str], city: City) -> None:
    if blank := [number for number, sid in enumerate(ids, 1) if not sid]:
        raise Refused(f"these sites have no id: {few(blank)}")
    if twice := [sid for sid, count in Counter(ids).items() if count > 1]:
        raise Refused(f"these ids are given more than once: {few(twice)}")
    if used := [f"{sid} (in {city.taken[sid]})" for sid in ids if sid in city.taken]:
        raise Refused(
            f"these ids are taken: {few(used)}; take them out there, or keep a column as id: --keep column=id"
        )
    if codes := sorted(city.districts.intersection(ids)):
        raise Refused(f"these ids are division codes: {few(codes)}; a site needs an id of its own")


def _place(rows: list[dict[str, Any]], city: City) -> None:
    """Fill in each row's district."""
    lost = []
    for fields in rows:
        if why := city.places.why_out_of_reach(fields["lon"], fields["lat"]):
            raise Refused(f"{fields['name']}: {why}; is --crs the system they are in?")
        found = city.places.district_at(fields["lon"], fields["lat"]) or fields["district"]
        if found not in city.districts:
            lost.append(f"{fields['name']} ({fields['lon']}, {fields['lat']})")
        fields["district"] = found
    if lost:
        advice = "name a column of codes with --adcode for sites outside the city"
        raise Refused(f"these sites lie in no district of city.yaml: {few(lost)}; {advice}")


def _text(value: Any) -> str:
    """A text that config will not expand: ${ is doubled there."""
    return "" if value is None else str(value).replace("${", "$${")


def _fact(value: Any) -> Any:
    """A number where the text is one; rules compare facts with values."""
    if not isinstance(value, str):
        return value
    if number := _NUMBER.fullmatch(value):
        return float(value) if number[1] else int(value)
    return _text(value)


def written(found: list[Site], origin: str) -> str:
    """The file's text; `origin` says what it was made from."""
    line = " ".join(origin.split())
    return as_yaml(found, f"# 站点：由 geo/import_layer.py 从 {line} 导入。坐标 WGS-84。facts 的含义见 docs/map.md。\n")
