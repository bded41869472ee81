"""The demonstration city's own layers and sites, and a toy city of two square districts."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.place import Site
from geo.places import CityPlaces

FOLDER = Path(__file__).parents[2] / "cities" / "441800"


@pytest.fixture(scope="session")
def folder() -> Path:
    return FOLDER


@pytest.fixture(scope="session")
def sites() -> dict[str, Site]:
    loaded = yaml.load((FOLDER / "sites.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    return {sid: Site(id=sid, **fields) for sid, fields in loaded.items()}


@pytest.fixture(scope="session")
def layers() -> dict[str, Any]:
    return {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in (FOLDER / "layers").glob("*.geojson")}


@pytest.fixture(scope="session")
def city_places(sites: dict[str, Site]) -> CityPlaces:
    return CityPlaces(FOLDER / "layers" / "districts_fine.geojson", sites)


def square(adcode: str, west: float, south: float, size: float = 0.1) -> dict[str, Any]:
    ring = [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]
    return {"type": "Feature", "properties": {"adcode": adcode}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


@pytest.fixture
def toy() -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [square("440002", 113.1, 24.0), square("440001", 113.0, 24.0)]}


CITY_YAML = """\
adcode: "440000"
districts: [{adcode: "440001", name: 甲区}, {adcode: "440002", name: 乙县}]
map: {center: [113.1, 24.05], layers: {districts: districts.geojson}}
"""


@pytest.fixture
def toy_city(tmp_path: Path, toy: dict[str, Any]) -> Path:
    """A city folder of two square districts side by side, 113.0-113.1-113.2 E, 24.0-24.1 N."""
    city = tmp_path / "cities" / "440000"
    (city / "layers").mkdir(parents=True)
    (city / "city.yaml").write_text(CITY_YAML, encoding="utf-8")
    (city / "layers" / "districts.geojson").write_text(json.dumps(toy), encoding="utf-8")
    return city
