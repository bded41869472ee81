"""The city's own declaration, its layer files, and sites against both."""

from pathlib import Path as FilePath
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from config.checks.names import not_among
from config.parts import Entry, Parts, valid
from config.problem import nearest
from domain.city import CitySpec
from domain.place import Site
from geo import basemap, layers
from geo.places import CityPlaces

_DISTRICTS = ("districts_fine", "districts")  # layers of the districts' outlines, the finest first


def check_city(parts: Parts) -> None:
    """Zone, districts, map and layer files."""
    if parts.city is None or parts.city.value is None:
        return
    entry, spec = parts.city, parts.city.value
    try:
        ZoneInfo(spec.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = nearest(spec.zone, available_timezones()) or "; write a name such as Asia/Shanghai"
        entry.tell(f"{spec.zone!r} is no time zone{near}", "zone")
    _check_districts(entry, spec)
    lon, lat = spec.map.center
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        entry.tell("is no [longitude, latitude]; write degrees, longitude first", "map", "center")
    for key, sentence in basemap.problems(spec.map.base, parts.folder / "layers") if spec.map.base else ():
        entry.tell(sentence, "map", "base", key)
    for name, file in spec.map.layers.items():
        for sentence in _layer_faults(parts, spec, name, file):
            entry.tell(sentence, "map", "layers", name)


def _check_districts(entry: Entry[CitySpec], spec: CitySpec) -> None:
    seen = {spec.adcode}
    for index, district in enumerate(spec.districts):
        if district.adcode in seen:
            text = f"{district.adcode} is used already; give each district its own code"
            entry.tell(text, "districts", index, "adcode")
        seen.add(district.adcode)
    if not spec.districts:
        entry.tell("names no district; list them with their division codes", "districts")


def _layer_faults(parts: Parts, spec: CitySpec, name: str, file: str) -> list[str]:
    folder = parts.folder / "layers"
    if sentence := _unnamed(folder, file):
        return [sentence]
    faults = layers.problems(folder / file, spec.map.center)
    if not faults and name in _DISTRICTS:
        faults = layers.district_problems(folder / file, [district.adcode for district in spec.districts])
    return [f"layers/{file} {fault}" for fault in faults]


def _unnamed(folder: FilePath, file: str) -> str:
    """Why a name leads to no layer's file, "" when it does."""
    if file != FilePath(file).name or not file.endswith(".geojson"):
        return f"{file!r} is no layer's name; write the name of a .geojson file in layers/"
    path = folder / file
    if not path.is_file():
        known = [other.name for other in folder.glob("*.geojson")]
        return not_among(file, known, "file in layers/")
    return ""


def check_sites(parts: Parts) -> None:
    """Each site lies in a district of the city, with coordinates that can be true."""
    spec = parts.city.value if parts.city else None
    if spec is None:
        return
    districts = {district.adcode for district in spec.districts}
    places = _places(parts, spec)
    for key, entry, site in valid(parts.sites):
        if sentence := not_among(site.district, districts, "district of city.yaml"):
            entry.tell(sentence, "district")
        if key in parts.areas:
            entry.tell(f"{key} is a division code; a site needs an id of its own", "id")
        _check_point(entry, site, places)


def _places(parts: Parts, spec: CitySpec) -> CityPlaces | None:
    """The districts' outlines, None when there is no layer of them or it is not readable (told where layers are judged)."""
    file = next((spec.map.layers[name] for name in _DISTRICTS if name in spec.map.layers), None)
    if file is None or _unnamed(parts.folder / "layers", file):
        return None
    try:
        return CityPlaces(parts.folder / "layers" / file)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _check_point(entry: Entry[Site], site: Site, places: CityPlaces | None) -> None:
    if (site.lon is None) != (site.lat is None):
        entry.tell("has one coordinate only; give both lon: and lat:, or neither", "lon" if site.lat is None else "lat")
        return
    if places is None:
        return
    if site.lon is not None and site.lat is not None and (why := places.why_out_of_reach(site.lon, site.lat)):
        entry.tell(f"{why}; correct the coordinates", "lon")
    for index, (lon, lat) in enumerate(site.line):
        if why := places.why_out_of_reach(lon, lat):
            entry.tell(f"{why}; correct the line", "line", index)
            return
