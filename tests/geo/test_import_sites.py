"""A department's list of stations becomes sites: named, placed in a district, with facts, or refused."""

import logging
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
from shapely.geometry import LineString, Point

from config.document import read as read_yaml
from domain.place import Site
from geo import crs
from geo.import_layer import main

WORDS = ["--sites", "gauge", "--name", "站名"]
FULL = [*WORDS, "--keep", "站码=id", "警戒水位=warning_level", "河流=river"]


@pytest.fixture
def target(toy_city: Path) -> Path:
    return toy_city / "sites" / "gauge.yaml"


@pytest.fixture
def stations(tmp_path: Path) -> Path:
    return listed(
        tmp_path, ("0012", "石角站", 113.05, 24.05, "12.0", "北江"), ("0013", "清远站", 113.15, 24.05, "", "北江")
    )


def listed(folder: Path, *rows: tuple[Any, ...]) -> Path:
    """A list in GCJ-02, as exported from a public base map; the rows are WGS-84."""
    path = folder / "水位站.csv"
    lines = ["站码,站名,经度,纬度,警戒水位,河流"]
    for sid, name, lon, lat, *facts in rows:
        x, y = crs.wgs84_to_gcj02(lon, lat)
        lines.append(",".join([sid, name, f"{x:.8f}", f"{y:.8f}", *facts]))
    path.write_text("\n".join(lines) + "\n", encoding="gb18030")
    return path


def loaded(target: Path) -> dict[str, Site]:
    """The sites as the city's own reader takes them."""
    document = read_yaml(target.parent.parent, f"sites/{target.name}", {})
    assert document.problems == []
    assert isinstance(document.data, dict)
    return {sid: Site.model_validate({"id": sid, **dict(fields)}) for sid, fields in document.data.items()}


def refusal(caplog: pytest.LogCaptureFixture, *argv: object) -> str:
    caplog.clear()
    assert main([str(word) for word in argv]) == 2
    assert len(caplog.records) == 1
    return caplog.records[0].getMessage()


def test_a_list_becomes_sites_in_their_districts(
    stations: Path, target: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert main([str(stations), "--to", str(target), *FULL, "--crs", "gcj02", "--illustrative"]) == 0
    sites = loaded(target)
    first, second = sites["0012"], sites["0013"]
    assert (first.name, first.kind, first.district, first.illustrative) == ("石角站", "gauge", "440001", True)
    assert (first.lon, first.lat) == pytest.approx((113.05, 24.05), abs=1.1e-6)
    assert first.facts == {"warning_level": 12.0, "river": "北江"}
    assert second.district == "440002"
    assert second.facts == {"river": "北江"}
    assert "2 features (sites of kind gauge)" in caplog.text
    assert target.read_text(encoding="utf-8").startswith("# 站点：由 geo/import_layer.py 从 水位站.csv 导入")


def test_without_a_column_of_ids_the_rows_are_numbered(stations: Path, target: Path) -> None:
    assert main([str(stations), "--to", str(target), *WORDS, "--crs", "gcj02"]) == 0
    assert list(loaded(target)) == ["gauge-01", "gauge-02"]


def test_a_spreadsheet_and_a_shapefile_are_lists_too(tmp_path: Path, target: Path) -> None:
    book = openpyxl.Workbook()
    for row in (("站名", "经度", "纬度", "窗口"), ("甲区大厅", 113.05, 24.05, 42)):
        book.worksheets[0].append(row)
    book.save(tmp_path / "大厅.xlsx")
    words = ["--to", str(target), *WORDS, "--keep", "窗口=windows", "--force"]
    assert main([str(tmp_path / "大厅.xlsx"), *words, "--crs", "wgs84"]) == 0
    from_sheet = loaded(target)["gauge-01"]
    frame = gpd.GeoDataFrame({"站名": ["甲区大厅"], "窗口": [42]}, geometry=[Point(113.05, 24.05)], crs=4490)
    frame.to_crs(4526).to_file(tmp_path / "大厅.shp", encoding="gb18030")
    assert main([str(tmp_path / "大厅.shp"), *words]) == 0
    assert loaded(target)["gauge-01"] == from_sheet
    assert from_sheet.facts == {"windows": 42}


def test_codes_and_odd_texts_stay_what_they_are(tmp_path: Path, target: Path) -> None:
    rows = [("no", '石角"站', 113.05, 24.05, "012", "${HOME}: {a}"), ("1e3", "# 清远", 113.06, 24.05, "-1", "是")]
    assert main([str(listed(tmp_path, *rows)), "--to", str(target), *FULL, "--crs", "gcj02"]) == 0
    sites = loaded(target)
    assert sites["no"].name == '石角"站'
    assert sites["no"].facts == {"warning_level": "012", "river": "${HOME}: {a}"}
    assert sites["1e3"].facts == {"warning_level": -1, "river": "是"}


def test_a_site_outside_the_city_takes_the_district_its_row_names(
    tmp_path: Path, target: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = listed(tmp_path, ("440002", "上游站", 113.1, 24.3, "", ""))
    words = [path, "--to", target, *WORDS, "--crs", "gcj02"]
    assert "lie in no district of city.yaml: 上游站" in refusal(caplog, *words)
    assert main([str(word) for word in [*words, "--adcode", "站码"]]) == 0
    assert loaded(target)["gauge-01"].district == "440002"
    far = listed(tmp_path, ("440002", "远站", 115.1, 24.3, "", ""))
    assert "远站: " in refusal(caplog, far, *words[1:], "--force")


def test_ids_are_given_once_in_the_whole_city(stations: Path, target: Path, caplog: pytest.LogCaptureFixture) -> None:
    words = [stations, "--to", target, *WORDS, "--crs", "gcj02"]
    (target.parent.parent / "sites.yaml").write_text("gauge-02: {name: 旧站}\n", encoding="utf-8")
    assert "these ids are taken: gauge-02 (in sites.yaml)" in refusal(caplog, *words)
    (target.parent.parent / "sites.yaml").unlink()
    target.parent.mkdir()
    (target.parent / "old.yaml").write_text("- {id: gauge-01, name: 旧站}\n", encoding="utf-8")
    assert "these ids are taken: gauge-01 (in old.yaml)" in refusal(caplog, *words)
    (target.parent / "old.yaml").unlink()
    assert main([str(word) for word in words]) == 0
    assert main([str(word) for word in [*words, "--force"]]) == 0  # its own ids are no obstacle


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("1", "甲", 113.05, 24.05, "", ""), ("1", "乙", 113.06, 24.05, "", "")], "ids are given more than once: 1"),
        ([("", "甲", 113.05, 24.05, "", "")], "these sites have no id: 1"),
        ([("1", "", 113.05, 24.05, "", "")], "no name in column '站名': 1"),
        ([("440001", "甲", 113.05, 24.05, "", "")], "these ids are division codes: 440001"),
    ],
)
def test_rows_that_cannot_be_sites_are_refused(
    tmp_path: Path, target: Path, caplog: pytest.LogCaptureFixture, rows: list[tuple[Any, ...]], sentence: str
) -> None:
    assert sentence in refusal(caplog, listed(tmp_path, *rows), "--to", target, *FULL, "--crs", "gcj02")
    assert not target.parent.exists()


def test_orders_that_make_no_sites_are_refused(
    stations: Path, tmp_path: Path, target: Path, caplog: pytest.LogCaptureFixture
) -> None:
    to = ["--to", target, "--crs", "gcj02"]
    assert "sites have names: give the column with --name" in refusal(caplog, stations, *to, "--sites", "gauge")
    assert "no column '名'; " in refusal(caplog, stations, *to, "--sites", "gauge", "--name", "名")
    assert "--simplify is for outlines and roads" in refusal(caplog, stations, *to, *WORDS, "--simplify", "5")
    assert "cities/<adcode>/sites/<name>.yaml" in refusal(caplog, stations, "--to", tmp_path / "a.yaml", *WORDS)
    road = tmp_path / "road.gpkg"
    line = LineString([(113, 24), (113.1, 24)])
    gpd.GeoDataFrame({"站名": ["a"]}, geometry=[line], crs=4490).to_file(road)
    assert "sites are points; the file has LineString" in refusal(caplog, road, "--to", target, *WORDS)


def test_a_city_without_districts_is_told_to_get_them_first(
    stations: Path, target: Path, caplog: pytest.LogCaptureFixture
) -> None:
    words = [stations, "--to", target, *WORDS, "--crs", "gcj02"]
    (target.parent.parent / "layers" / "districts.geojson").unlink()
    assert "import the districts first" in refusal(caplog, *words)
    (target.parent.parent / "city.yaml").write_text("adcode: '440000'\n", encoding="utf-8")
    assert "names no districts, or no layer of them" in refusal(caplog, *words)
    (target.parent.parent / "city.yaml").write_text("a: [", encoding="utf-8")
    assert "city.yaml cannot be read" in refusal(caplog, *words)
