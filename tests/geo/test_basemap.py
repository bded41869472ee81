"""The city's own base map: refused in words where it cannot line up, and tiles out of a file."""

import gzip
from pathlib import Path

import pytest
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from domain.city import BaseMap, TileLayer
from geo import basemap

RIGHTS = {"attribution": "市自然资源局", "approval_number": "粤S(2026)001号"}
LINE = TileLayer(layer="roads", colour="#335577")


def base(**more: object) -> BaseMap:
    return BaseMap.model_validate({"kind": "raster", "url": "http://tiles.city/{z}/{x}/{y}.png", **RIGHTS, **more})


def told(one: BaseMap, folder: Path = Path()) -> dict[str, str]:
    return dict(basemap.problems(one, folder))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "base.pmtiles"
    with path.open("wb") as out:
        writer = Writer(out)
        for z, x, y in ((0, 0, 0), (1, 1, 0)):
            writer.write_tile(zxy_to_tileid(z, x, y), gzip.compress(f"{z}/{x}/{y}".encode()))
        writer.finalize(
            {"tile_type": TileType.MVT, "tile_compression": Compression.GZIP, "min_zoom": 0, "max_zoom": 1}, {}
        )
    return path


@pytest.mark.parametrize("crs", ["wgs84", "cgcs2000", "EPSG:4490", "gcj02"])
def test_what_can_line_up_is_taken(crs: str) -> None:
    assert told(base(crs=crs)) == {}


@pytest.mark.parametrize(
    ("crs", "word"), [("bd09", "grid of its own"), ("cgcs2000:38", "Web Mercator"), ("gjc02", "gcj02")]
)
def test_what_cannot_line_up_is_refused_in_words(crs: str, word: str) -> None:
    assert word in told(base(crs=crs))["crs"]


def test_a_base_map_without_its_rights_is_refused() -> None:
    assert set(told(base(attribution="", approval_number=""))) == {"attribution", "approval_number"}


@pytest.mark.parametrize(
    "url", ["http://tiles.city/map.png", "ftp://t/{z}/{x}/{y}", "http://u:p@t/{z}/{x}/{y}", "http://t; x/{z}/{x}/{y}"]
)
def test_an_address_that_is_no_tile_service_is_refused(url: str) -> None:
    assert "url" in told(base(url=url))


def test_vector_tiles_say_what_of_them_is_drawn() -> None:
    assert "draw" in told(base(kind="vector"))
    assert told(base(kind="vector", draw=(LINE,))) == {}
    assert "draw" in told(base(draw=(LINE,)))


def test_only_a_tile_server_elsewhere_is_an_origin_of_the_policy() -> None:
    assert basemap.origin(base(url="http://10.1.2.3:8080/t/{z}/{x}/{y}.png")) == "http://10.1.2.3:8080"
    assert basemap.origin(base(kind="pmtiles", url="base.pmtiles")) == ""
    assert basemap.origin(None) == ""


def test_a_file_serves_its_tiles_and_nothing_else(archive: Path) -> None:
    tiles = basemap.Tiles(archive)
    try:
        found = tiles.tile(1, 1, 0)
        assert found is not None
        assert (gzip.decompress(found.body), found.encoding) == (b"1/1/0", "gzip")
        assert tiles.is_vector
        for z, x, y in ((1, 0, 0), (2, 0, 0), (1, 2, 0), (1, -1, 0), (40, 0, 0)):
            assert tiles.tile(z, x, y) is None
    finally:
        tiles.close()


def test_a_file_is_judged_before_it_is_served(archive: Path) -> None:
    here = archive.parent
    assert told(base(kind="pmtiles", url="base.pmtiles", draw=(LINE,)), here) == {}
    assert "draw" in told(base(kind="pmtiles", url="base.pmtiles"), here)
    (here / "bad.pmtiles").write_bytes(b"not tiles at all" * 20)
    (here / "empty.pmtiles").write_bytes(b"")
    for name in ("bad.pmtiles", "empty.pmtiles", "none.pmtiles", "../base.pmtiles", "base.mbtiles"):
        assert "url" in told(base(kind="pmtiles", url=name, draw=(LINE,)), here), name
