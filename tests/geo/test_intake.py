"""Reading what city halls send: Shapefiles in GB18030, GeoPackages, lists, and whatever is wrong with them."""

import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from shapely.geometry import Point, box

from geo.intake import Intake, read
from geo.refusal import Refused

AREA = box(113.0, 24.0, 113.1, 24.1)


def shapefile(folder: Path, encoding: str, *, says: str = "") -> Path:
    path = folder / "县区.shp"
    gpd.GeoDataFrame({"名称": ["清城区"]}, geometry=[AREA], crs=4490).to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if says:
        path.with_suffix(".cpg").write_text(says, encoding="ascii")
    return path


def listed(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "站点.csv"
    path.write_text(text, encoding=encoding)
    return path


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
@pytest.mark.parametrize("declared", [True, False])
def test_chinese_names_of_a_shapefile_survive(tmp_path: Path, encoding: str, declared: bool) -> None:
    path = shapefile(tmp_path, encoding, says=encoding.upper() if declared else "")
    assert read(Intake(path))["名称"].tolist() == ["清城区"]


def test_a_wrong_declaration_of_the_encoding_is_seen_through(tmp_path: Path) -> None:
    assert read(Intake(shapefile(tmp_path, "gb18030", says="UTF-8")))["名称"].tolist() == ["清城区"]


def test_a_zipped_shapefile_is_read_in_place(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "gb18030")
    archive = tmp_path / "县区.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for part in tmp_path.glob("县区.[sdp]*"):
            packed.write(part, f"districts{part.suffix}")
    assert path.exists()
    assert read(Intake(archive))["名称"].tolist() == ["清城区"]


def test_an_encoding_can_be_forced_and_must_exist(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "gb18030", says="ISO-8859-1")
    assert read(Intake(path, encoding="gb18030"))["名称"].tolist() == ["清城区"]
    with pytest.raises(Refused, match="not in utf-8; give --encoding"):
        read(Intake(path, encoding="utf-8"))
    for file in (path, listed(tmp_path, "lon,lat\n113,24\n")):
        with pytest.raises(Refused, match="there is no such encoding"):
            read(Intake(file, encoding="gb-nothing"))


@pytest.mark.parametrize("driver", ["GPKG", "GeoJSON", "KML", "FlatGeobuf"])
def test_map_files_of_every_kind_are_read(tmp_path: Path, driver: str) -> None:
    path = tmp_path / f"layer.{ {'GPKG': 'gpkg', 'GeoJSON': 'geojson', 'KML': 'kml', 'FlatGeobuf': 'fgb'}[driver] }"
    gpd.GeoDataFrame({"title": ["北江"]}, geometry=[AREA], crs=4326).to_file(path, driver=driver)
    frame = read(Intake(path))
    assert frame["title"].tolist() == ["北江"]
    assert frame.geometry[0].equals(AREA)


def test_of_several_layers_one_must_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "all.gpkg"
    for layer in ("县区", "道路"):
        gpd.GeoDataFrame({"a": [layer]}, geometry=[AREA], crs=4490).to_file(path, layer=layer)
    with pytest.raises(Refused, match="2 layers; choose one with --layer: 县区, 道路"):
        read(Intake(path))
    with pytest.raises(Refused, match="no layer '乡镇'; its layers are: 县区, 道路"):
        read(Intake(path, layer="乡镇"))
    assert read(Intake(path, layer="道路"))["a"].tolist() == ["道路"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_a_list_keeps_its_cells_as_texts(tmp_path: Path, encoding: str, mark: str) -> None:
    text = "编号,站名,经度,纬度\n0012,石角站,113.05,24.02\n".replace(",", mark)
    frame = read(Intake(listed(tmp_path, text, encoding)))
    assert frame.iloc[0][["编号", "站名"]].tolist() == ["0012", "石角站"]
    assert frame.geometry[0] == Point(113.05, 24.02)


def test_degrees_minutes_and_seconds_are_read(tmp_path: Path) -> None:
    frame = read(Intake(listed(tmp_path, "经度,纬度\n113°02′30″,24度3分\n113° 2' 30.0\" E,24°03′00″N\n")))
    for point in frame.geometry:
        assert (point.x, point.y) == pytest.approx((113 + 2.5 / 60, 24.05))


def test_the_columns_of_coordinates_can_be_named(tmp_path: Path) -> None:
    path = listed(tmp_path, "name,E,N\na,113.05,24.02\n")
    with pytest.raises(
        Refused, match="no column looks like a coordinate; name it with --x; the columns are: name, E, N"
    ):
        read(Intake(path))
    assert read(Intake(path, x="E", y="N")).geometry[0] == Point(113.05, 24.02)
    with pytest.raises(Refused, match="there is no column 'EE'; did you mean 'E'"):
        read(Intake(path, x="EE", y="N"))


def test_a_spreadsheet_is_a_list(tmp_path: Path) -> None:
    path = tmp_path / "站点.xlsx"
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "水位"
    for row in (("站名", "经度", "纬度", "备注"), ("石角站", 113.05, 24.02, None), ("清远站", 113.06, 24.03, "x")):
        sheet.append(row)
    book.save(path)
    frame = read(Intake(path, layer="水位"))
    assert frame["站名"].tolist() == ["石角站", "清远站"]
    assert frame["备注"].tolist() == ["", "x"]
    assert frame.geometry[1] == Point(113.06, 24.03)
    with pytest.raises(Refused, match="cannot be read"):
        read(Intake(path, layer="雨量"))


@pytest.mark.parametrize(
    ("name", "body", "sentence"),
    [
        ("a.shp", b"xx", "one part of a Shapefile; a.shx and a.dbf must lie beside it"),
        ("a.gpkg", b"xx", "a.gpkg cannot be read: .*not recognized"),
        ("a.geojson", b"{", "a.geojson cannot be read"),
        ("a.xlsx", b"xx", "a.xlsx cannot be read"),
        ("a.csv", b"", "a.csv is empty"),
        ("a.csv", b"lon,lat\n", "a.csv is empty"),
        ("a.csv", b"lon,lat\n,\n", "a.csv is empty: none of its 1 features has coordinates"),
        ("a.csv", b"\xff\xff,lat\n", "not in UTF-8 or GB18030; give --encoding"),
        ("a.csv", b"lon,lat\n1,2\n1,2,3,4\n", "a.csv cannot be read"),
        ("a.csv", b"lon,lat\n113,24\n113,N24\n", r"not numbers: row 3 \('113', 'N24'\)"),
        ("a.geojson", b'{"type":"FeatureCollection","features":[]}', "a.geojson is empty"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_sentence(tmp_path: Path, name: str, body: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(body)
    with pytest.raises(Refused, match=sentence) as caught:
        read(Intake(tmp_path / name))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"nothing\.shp is not there"):
        read(Intake(tmp_path / "nothing.shp"))


def test_a_table_without_geometry_is_no_layer(tmp_path: Path) -> None:
    (tmp_path / "a.dbf").write_bytes(shapefile(tmp_path, "utf-8").with_suffix(".dbf").read_bytes())
    with pytest.raises(Refused, match="no layer with geometry"):
        read(Intake(tmp_path / "a.dbf"))


def test_features_without_a_place_are_refused_or_left_out_as_told(tmp_path: Path) -> None:
    path = listed(tmp_path, "lon,lat\n113,24\n,\n113.1,24.1\n")
    with pytest.raises(Refused, match="rows 3 have no coordinates; fill them in, or add --skip-empty"):
        read(Intake(path))
    assert len(read(Intake(path, skip_empty=True))) == 2
    drawn = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"a": [1, 2]}, geometry=[None, AREA], crs=4490).to_file(drawn)
    with pytest.raises(Refused, match="features 1 have no coordinates"):
        read(Intake(drawn))
