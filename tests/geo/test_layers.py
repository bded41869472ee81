"""What a layer file is, and the sentences for what is wrong with one."""

import json
from pathlib import Path
from typing import Any

import pytest

from geo import layers

CENTRE = (113.1, 24.05)
CREDIT = {"licence": "CC0-1.0", "attribution": "市自然资源局"}


def write(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def collection(*geometries: Any, **more: Any) -> dict[str, Any]:
    features = [
        {"type": "Feature", "properties": {"name": f"n{i}"}, "geometry": g} for i, g in enumerate(geometries, 1)
    ]
    return {"type": "FeatureCollection", "metadata": CREDIT, "features": features, **more}


def dot(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def test_a_layer_is_named_by_its_content(tmp_path: Path) -> None:
    path = write(tmp_path / "towns.geojson", collection(dot(113.0, 24.0)))
    first = layers.describe("towns", path)
    assert first.file_name == f"towns.{first.digest}.geojson"
    assert (first.attribution, first.licence, first.illustrative) == ("市自然资源局", "CC0-1.0", False)
    write(path, collection(dot(113.0, 24.1)))
    assert layers.describe("towns", path).digest != first.digest


@pytest.mark.parametrize("mark", ["illustrative", "synthetic"])
def test_a_drawn_layer_says_so(tmp_path: Path, mark: str) -> None:
    document = collection(dot(113.0, 24.0)) | {"metadata": {**CREDIT, mark: True}}
    assert layers.describe("roads", write(tmp_path / "roads.geojson", document)).illustrative


def test_attributions_are_printed_once(folder: Path) -> None:
    files = [layers.describe(n, folder / "layers" / f"{n}.geojson") for n in ("districts", "context", "poi")]
    assert layers.attributions(files) == (
        "行政区划：天地图 审图号 GS(2024)0650号",
        "© OpenStreetMap contributors, ODbL 1.0",
    )


def test_a_good_layer_has_no_problems(tmp_path: Path) -> None:
    assert layers.problems(write(tmp_path / "a.geojson", collection(dot(113.0, 24.0))), CENTRE) == []


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([], "is not a GeoJSON FeatureCollection"),
        ({"type": "Feature"}, "is not a GeoJSON FeatureCollection"),
        (collection(), "has no features"),
        (collection(None), "feature 1 (n1) has no geometry"),
        (collection({"type": "Circle", "coordinates": []}), "has a geometry that cannot be read"),
        (
            collection({"type": "Polygon", "coordinates": [[[113, 24], [113.1, 24]]]}),
            "has a geometry that cannot be read",
        ),
        (collection({"type": "Point"}), "has a geometry that cannot be read"),
        (collection({"type": "Polygon", "coordinates": []}), "has an empty geometry"),
        (collection(dot(24.0, 113.0)), "has latitude and longitude swapped"),
        (collection(dot(38_402_000.0, 2_620_000.0)), "is not in degrees"),
        (collection(dot(0.0, 0.0)), "far from the map's centre"),
        (
            collection(
                {"type": "Polygon", "coordinates": [[[113, 24], [113.1, 24.1], [113.1, 24], [113, 24.1], [113, 24]]]}
            ),
            "is not valid: Self-intersection",
        ),
        (collection(dot(113.0, 24.0), metadata={}), "has no metadata.licence"),
        (collection(dot(113.0, 24.0), metadata={"licence": "x"}), "has no metadata.attribution"),
        (collection(dot(113.0, 24.0), crs={"type": "name", "properties": {"name": "EPSG:4527"}}), "declares crs"),
    ],
)
def test_each_mistake_has_its_sentence(tmp_path: Path, document: Any, sentence: str) -> None:
    found = layers.problems(write(tmp_path / "a.geojson", document), CENTRE)
    assert any(sentence in text for text in found), found


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326"])
def test_a_crs_that_says_wgs84_is_no_problem(tmp_path: Path, name: str) -> None:
    document = collection(dot(113.0, 24.0), crs={"type": "name", "properties": {"name": name}})
    assert layers.problems(write(tmp_path / "a.geojson", document), CENTRE) == []


def test_a_file_that_is_not_there_or_not_json_is_one_problem(tmp_path: Path) -> None:
    assert layers.problems(tmp_path / "none.geojson", CENTRE) == ["cannot be read: No such file or directory"]
    broken = tmp_path / "broken.geojson"
    broken.write_text('{"type": ', encoding="utf-8")
    assert layers.problems(broken, CENTRE)[0].startswith("is not JSON: ")
    broken.write_bytes("清远".encode("gb18030"))
    assert layers.problems(broken, CENTRE)[0].startswith("is not JSON: ")


def test_a_big_file_is_too_big(tmp_path: Path) -> None:
    document = collection(dot(113.0, 24.0), filler="x" * 1_000_001)
    assert layers.problems(write(tmp_path / "a.geojson", document), CENTRE)[0].startswith("is 1000 kB")


def test_a_thousand_bad_features_are_not_a_thousand_lines(tmp_path: Path) -> None:
    found = layers.problems(write(tmp_path / "a.geojson", collection(*[dot(0.0, 0.0)] * 1000)), CENTRE)
    assert len(found) == 6
    assert found[-1] == "and 995 more features have problems"


def test_districts_that_disagree_with_the_city_are_told(tmp_path: Path, toy: dict[str, Any]) -> None:
    path = write(tmp_path / "districts.geojson", toy)
    assert layers.district_problems(path, ["440001", "440002"]) == []
    assert layers.district_problems(path, ["440001", "440003"]) == [
        "has no district 440003, which city.yaml declares",
        "draws 440002, which city.yaml does not declare",
    ]
    write(path, {**toy, "features": toy["features"] * 2})
    assert "draws 440001 2 times" in layers.district_problems(path, ["440001", "440002"])


def test_every_layer_of_the_city_is_fit_to_serve(folder: Path) -> None:
    files = sorted((folder / "layers").glob("*.geojson"))
    assert len(files) == 10
    for path in files:
        assert layers.problems(path, (112.7, 24.3)) == [], path.name
        assert path.stat().st_size < 300_000, path.name
