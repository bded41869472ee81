"""The whole tool: from a city hall's file to a layer that the checker takes, or one sentence and exit code 2."""

import ast
import json
import logging
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import LineString, box, shape

from geo import crs, layers
from geo.import_layer import main

ROOT = Path(__file__).parents[2]
TOOL = {"import_layer", "import_sites", "intake", "outlines", "reproject"}
CREDIT = ["--licence", "内部使用", "--attribution", "市自然资源局"]
DISTRICTS = ["--adcode", "XZQDM", "--name", "XZQMC"]


@pytest.fixture
def target(toy_city: Path) -> Path:
    return toy_city / "layers" / "imported.geojson"


@pytest.fixture
def counties(tmp_path: Path) -> Path:
    """The two toy districts as a Shapefile in CGCS2000 zone 38, its names in GB18030 and no word about it."""
    path = tmp_path / "县区.shp"
    frame = gpd.GeoDataFrame(
        {"XZQDM": [440001, 440002], "XZQMC": ["甲区", "乙县"], "电话": ["13800000000", ""]},
        geometry=[box(113.0, 24.0, 113.1, 24.1), box(113.1, 24.0, 113.2, 24.1)],
        crs=4490,
    )
    frame.to_crs(4526).to_file(path, encoding="gb18030")
    path.with_suffix(".cpg").unlink()
    return path


def refusal(caplog: pytest.LogCaptureFixture, *argv: object) -> str:
    """The one sentence of a refused import."""
    caplog.clear()
    assert main([str(word) for word in argv]) == 2
    assert len(caplog.records) == 1
    assert caplog.records[0].levelno == logging.ERROR
    return caplog.records[0].getMessage()


def read(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def test_a_shapefile_of_districts_becomes_the_layer(
    counties: Path, target: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert main([str(counties), "--to", str(target), *DISTRICTS, *CREDIT, "--simplify", "10"]) == 0
    document = read(target)
    assert document["name"] == "imported"
    assert document["metadata"] == {"licence": "内部使用", "attribution": "市自然资源局", "source": "县区.shp"}
    assert "crs" not in document
    assert [f["properties"]["name"] for f in document["features"]] == ["甲区", "乙县"]
    assert document["features"][0]["properties"]["adcode"] == "440001"
    assert "13800000000" not in target.read_text(encoding="utf-8")
    outlines = [shape(f["geometry"]) for f in document["features"]]
    assert outlines[0].bounds == pytest.approx((113.0, 24.0, 113.1, 24.1), abs=1e-5)
    assert shapely.coverage_is_valid(outlines)
    told = caplog.text
    for part in (
        "read      县区.shp, 2 features",
        "zone 38 (EPSG:4526)",
        "2 features (Polygon)",
        "kB",
        "113.00000 24.00000",
    ):
        assert part in told
    assert layers.problems(target, (113.1, 24.05)) == []
    assert layers.district_problems(target, ["440001", "440002"]) == []


def test_a_geopackage_of_roads_keeps_what_is_named(tmp_path: Path, target: Path) -> None:
    path = tmp_path / "路网.gpkg"
    road = LineString([crs.from_wgs84("cgcs2000:114e", 113.0 + i / 100, 24.05) for i in range(3)])
    gpd.GeoDataFrame({"lm": ["清远大道"], "dj": ["主干路"]}, geometry=[road], crs=4547).to_file(path)
    argv = [
        str(path),
        "--to",
        str(target),
        *CREDIT,
        "--keep",
        "lm=name",
        "dj=class",
        "--source",
        "市交通局",
        "--illustrative",
    ]
    assert main(argv) == 0
    document = read(target)
    assert document["metadata"]["illustrative"] is True
    assert document["metadata"]["source"] == "市交通局"
    feature = document["features"][0]
    assert feature["properties"] == {"name": "清远大道", "class": "主干路"}
    assert feature["geometry"]["coordinates"] == [[113.0, 24.05], [113.01, 24.05], [113.02, 24.05]]


def test_a_list_in_gcj02_lands_where_it_is(tmp_path: Path, target: Path) -> None:
    path = tmp_path / "公园.csv"
    lon, lat = crs.wgs84_to_gcj02(113.05, 24.05)
    path.write_text(f"名称,经度,纬度\n中心公园,{lon:.8f},{lat:.8f}\n", encoding="gb18030")
    assert main([str(path), "--to", str(target), *CREDIT, "--crs", "gcj02", "--name", "名称"]) == 0
    feature = read(target)["features"][0]
    assert feature["properties"] == {"name": "中心公园"}
    assert feature["geometry"]["coordinates"] == pytest.approx([113.05, 24.05], abs=1.1e-6)


def test_the_same_file_gives_the_same_bytes(counties: Path, target: Path) -> None:
    argv = [str(counties), "--to", str(target), *DISTRICTS, *CREDIT]
    assert main(argv) == 0
    first = target.read_bytes()
    assert main([*argv, "--force"]) == 0
    assert target.read_bytes() == first


def test_nothing_is_overwritten_without_force(counties: Path, target: Path, caplog: pytest.LogCaptureFixture) -> None:
    target.write_text("mine", encoding="utf-8")
    assert "is there already; add --force" in refusal(caplog, counties, "--to", target, *DISTRICTS, *CREDIT)
    assert target.read_text(encoding="utf-8") == "mine"


def test_a_refusal_late_in_the_work_leaves_no_trace(
    tmp_path: Path, target: Path, caplog: pytest.LogCaptureFixture
) -> None:
    target.write_text("mine", encoding="utf-8")
    path = tmp_path / "far.geojson"
    gpd.GeoDataFrame(geometry=[box(87.0, 43.0, 87.1, 43.1)], crs=4326).to_file(path)
    assert "far from the map's centre" in refusal(caplog, path, "--to", target, *CREDIT, "--force")
    assert target.read_text(encoding="utf-8") == "mine"
    assert sorted(p.name for p in target.parent.iterdir()) == ["districts.geojson", "imported.geojson"]


def test_a_new_city_gets_its_layers_folder_only_when_the_import_succeeds(
    counties: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    city = tmp_path / "cities" / "440100"
    city.mkdir(parents=True)
    target = city / "layers" / "districts.geojson"
    refusal(caplog, counties, "--to", target, "--adcode", "nothing", *CREDIT)
    assert not target.parent.exists()
    assert main([str(counties), "--to", str(target), *DISTRICTS, *CREDIT]) == 0
    assert target.exists()


def test_a_layer_too_large_to_serve_is_refused(tmp_path: Path, target: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "long.geojson"
    line = LineString([(113.0 + i / 500_000, 24.0 + i % 2 / 100) for i in range(60_000)])
    gpd.GeoDataFrame(geometry=[line], crs=4326).to_file(path)
    sentence = refusal(caplog, path, "--to", target, *CREDIT)
    assert "kB; a layer may have 1000 kB: add --simplify" in sentence
    assert not target.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--adcode", "XZQDN", *CREDIT], "there is no column 'XZQDN'; did you mean 'XZQDM'?"),
        (["--adcode", "电话", *CREDIT], "an adcode has six digits"),
        (["--keep", "XZQMC=a", "XZQMC=b", *CREDIT], "--keep names a column twice"),
        ([*DISTRICTS], "say whose data it is with --licence and --attribution"),
        (["--crs", "cgcs2000:39", *CREDIT], "does not begin with the zone number 39"),
        (["--crs", "nonsense", *CREDIT], "--crs: 'nonsense' is not a known coordinate system"),
        (["--layer", "道路", *CREDIT], "has no layer '道路'"),
        (["--encoding", "ascii", *CREDIT], "are not in ascii; give --encoding"),
    ],
)
def test_every_mistake_is_one_sentence(
    counties: Path, target: Path, caplog: pytest.LogCaptureFixture, words: list[str], sentence: str
) -> None:
    assert sentence in refusal(caplog, counties, "--to", target, *words)
    assert not target.exists()


def test_a_shapefile_without_its_prj_is_refused_with_the_likely_zone(
    counties: Path, target: Path, caplog: pytest.LogCaptureFixture
) -> None:
    counties.with_suffix(".prj").unlink()
    assert "no crs); they look like zone 38" in refusal(caplog, counties, "--to", target, *DISTRICTS, *CREDIT)
    assert main([str(counties), "--to", str(target), *DISTRICTS, *CREDIT, "--crs", "cgcs2000:38"]) == 0


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("cities/440000/imported.geojson", "is no such file of a city; write cities/<adcode>/layers/<name>.geojson"),
        ("cities/440000/layers/imported.json", "is no such file of a city"),
        ("cities/999999/layers/imported.geojson", "there is no city folder"),
    ],
)
def test_only_layers_of_a_city_are_written(
    counties: Path, tmp_path: Path, toy_city: Path, caplog: pytest.LogCaptureFixture, to: str, sentence: str
) -> None:
    assert toy_city.is_dir()
    assert sentence in refusal(caplog, counties, "--to", tmp_path / to, *CREDIT)


@pytest.mark.parametrize("words", [["--simplify", "-1"], ["--simplify", "fine"], ["--keep", "=x"], ["--unknown"]])
def test_a_wrong_command_line_exits_with_two(
    target: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["a.shp", "--to", str(target), *words])
    assert stopped.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_districts_unlike_city_yaml_are_noted(counties: Path, target: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    spec = target.parent.parent / "city.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("440002", "440003"), encoding="utf-8")
    assert main([str(counties), "--to", str(target), *DISTRICTS, *CREDIT]) == 0
    assert "note      the layer has no district 440003, which city.yaml declares" in caplog.text
    assert "note      the layer draws 440002, which city.yaml does not declare" in caplog.text


def test_nothing_that_serves_a_city_imports_the_tool() -> None:
    """geopandas is large and slow to import: only this tool may have it."""
    for path in (p for p in ROOT.rglob("*.py") if not {".venv", "tests", "var"} & set(p.relative_to(ROOT).parts)):
        wanted = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                wanted |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                wanted |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        if wanted & {"geopandas", *(f"geo.{name}" for name in TOOL)}:
            assert path.parent.name == "geo", path
            assert path.stem in TOOL, path
