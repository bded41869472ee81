"""The map layers of a city folder: what each is, under which name it is served, and what is wrong with a file."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from domain.city import City

MEDIA_TYPE: Final = "application/geo+json"  # RFC 7946 section 12
MAX_BYTES: Final = 1_000_000
# A layer may show far more than the city (its neighbours, a river to the sea), but not another part of the world.
REACH_DEGREES: Final = 6.0
SHOWN: Final = 5
_WGS84_NAMES: Final = ("CRS84", "EPSG::4326", "EPSG:4326")


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer file. `digest` is the head of its SHA-256, so `file_name` may be cached for ever.

    `illustrative`: drawn by hand or made up (示意), so the screen must say so.
    """

    name: str
    path: Path
    digest: str
    size: int
    attribution: str
    licence: str
    illustrative: bool

    @property
    def file_name(self) -> str:
        """The name to serve it under: "districts.3fa9c01b22de.geojson"."""
        return f"{self.name}.{self.digest}.geojson"


def describe(name: str, path: Path) -> Layer:
    """Read a layer file's identity and its `metadata` member; OSError or ValueError when it is not readable GeoJSON."""
    body = path.read_bytes()
    metadata = json.loads(body).get("metadata", {})
    return Layer(
        name=name,
        path=path,
        digest=hashlib.sha256(body).hexdigest()[:12],
        size=len(body),
        attribution=str(metadata.get("attribution", "")),
        licence=str(metadata.get("licence", "")),
        illustrative=bool(metadata.get("illustrative") or metadata.get("synthetic")),
    )


def catalogue(city: City) -> dict[str, Layer]:
    """Every layer the city declares, by name."""
    return {name: describe(name, city.folder / "layers" / file) for name, file in city.spec.map.layers.items()}


def attributions(layers: Collection[Layer]) -> tuple[str, ...]:
    """What the screen must print under a map made of these layers, each once, in the layers' order."""
    return tuple(dict.fromkeys(layer.attribution for layer in layers if layer.attribution))


def problems(path: Path, centre: tuple[float, float]) -> list[str]:
    """What is wrong with a layer file, as sentences for the config checker; empty when it is fit to serve.

    Checked: readable, at most 1 MB, a GeoJSON FeatureCollection in WGS-84, licence and attribution stated, each geometry
    valid and within 6 degrees of the map's centre (lon, lat). Of many like problems only the first few are told.
    """
    try:
        body = path.read_bytes()
        document = json.loads(body)
    except OSError as error:
        return [f"cannot be read: {error.strerror}"]
    except ValueError as error:
        return [f"is not JSON: {error}"]
    found = (
        [f"is {len(body) / 1000:.0f} kB; a layer may have at most 1000 kB: simplify it"]
        if len(body) > MAX_BYTES
        else []
    )
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        return [*found, "is not a GeoJSON FeatureCollection"]
    features = document.get("features")
    if not isinstance(features, list) or not features:
        return [*found, "has no features"]
    return found + _head_problems(document) + _shorten(_feature_problems(features, centre))


def district_problems(path: Path, declared: Collection[str]) -> list[str]:
    """Where a districts layer and city.yaml disagree about which districts there are."""
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    drawn = [str((feature.get("properties") or {}).get("adcode", "")) for feature in features]
    found = [f"has no district {adcode}, which city.yaml declares" for adcode in declared if adcode not in drawn]
    found += [
        f"draws {adcode or 'a feature without adcode'}, which city.yaml does not declare"
        for adcode in sorted(set(drawn) - set(declared))
    ]
    return found + [
        f"draws {adcode} {drawn.count(adcode)} times" for adcode in sorted(set(drawn)) if drawn.count(adcode) > 1
    ]


def _head_problems(document: Mapping[str, Any]) -> list[str]:
    crs = document.get("crs")
    found = []
    if crs is not None and not str(crs).rstrip("'}").endswith(_WGS84_NAMES):
        found.append(
            f"declares crs {json.dumps(crs, ensure_ascii=False)}; convert it to WGS-84 longitude, latitude (CRS84)"
        )
    metadata = document.get("metadata")
    stated = metadata if isinstance(metadata, Mapping) else {}
    found += [
        f'has no metadata.{key}; say whose data it is: "metadata": {{"licence": ..., "attribution": ...}}'
        for key in ("licence", "attribution")
        if not stated.get(key)
    ]
    return found


def _feature_problems(features: list[Any], centre: tuple[float, float]) -> Iterator[str]:
    for number, feature in enumerate(features, 1):
        wrong = _feature_problem(feature, centre)
        if wrong:
            yield f"feature {number}{_named(feature)} {wrong}"


def _feature_problem(feature: Any, centre: tuple[float, float]) -> str:
    """The first thing wrong with one feature, "" when nothing is."""
    if not isinstance(feature, Mapping) or not isinstance(feature.get("geometry"), Mapping):
        return "has no geometry"
    try:
        geometry = shape(feature["geometry"])
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        return f"has a geometry that cannot be read: {error}"
    if geometry.is_empty:
        return "has an empty geometry"
    return _out_of_reach(geometry, centre) or (
        "" if geometry.is_valid else f"is not valid: {shapely.is_valid_reason(geometry)}"
    )


def _out_of_reach(geometry: BaseGeometry, centre: tuple[float, float]) -> str:
    west, south, east, north = geometry.bounds
    if _near((west, south), centre) and _near((east, north), centre):
        return ""
    if _near((south, west), centre) and _near((north, east), centre):
        return "has latitude and longitude swapped"
    if max(abs(west), abs(east), abs(south), abs(north)) > 360:
        return "is not in degrees; convert it to WGS-84 longitude, latitude"
    return f"reaches ({west:.3f}, {south:.3f}) to ({east:.3f}, {north:.3f}), far from the map's centre"


def _near(point: tuple[float, float], centre: tuple[float, float]) -> bool:
    return all(abs(p - c) <= REACH_DEGREES for p, c in zip(point, centre, strict=True))


def _named(feature: Any) -> str:
    properties = feature.get("properties") if isinstance(feature, Mapping) else None
    name = properties.get("name") or properties.get("id") if isinstance(properties, Mapping) else ""
    return f" ({name})" if name else ""


def _shorten(sentences: Iterator[str]) -> list[str]:
    everything = list(sentences)
    more = len(everything) - SHOWN
    return everything if more <= 0 else [*everything[:SHOWN], f"and {more} more features have problems"]
