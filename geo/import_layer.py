r"""Bring a city's own boundaries, roads or stations in: any map file or list with coordinates, in any Chinese system.

    python -m geo.import_layer 县区.shp --to cities/441800/layers/districts.geojson --adcode XZQDM --name XZQMC \
        --simplify 60 --licence 内部使用 --attribution 市自然资源局
    python -m geo.import_layer 水位站.xlsx --sites gauge --to cities/441800/sites/gauge.yaml --crs gcj02 \
        --name 站名 --keep 站码=id --keep 警戒水位=warning_level

Whatever is wrong is told in one sentence with exit code 2, and then nothing was written. Columns that are not named are
left out: departments' tables hold people's names and telephone numbers. docs/map.md has the whole example.
"""

import argparse
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import yaml

from geo import import_sites, layers, outlines
from geo.draw import write_layer
from geo.intake import Intake, read
from geo.outlines import Columns
from geo.refusal import Refused, few
from geo.reproject import AUTO, to_wgs84

log = logging.getLogger(__name__)

REFUSED: Final = 2
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Order:
    """The command line."""

    source_file: Path
    to: Path
    sites: str
    crs: str
    layer: str
    encoding: str
    x: str
    y: str
    keep: list[tuple[str, str]]
    adcode: str
    name: str
    simplify: float
    illustrative: bool
    source: str
    licence: str
    attribution: str
    skip_empty: bool
    force: bool

    @property
    def city(self) -> Path:
        """The city's folder."""
        return self.to.parent.parent

    @property
    def columns(self) -> Columns:
        """Which columns are taken; Refused when one is kept twice."""
        if len(dict(self.keep)) < len(self.keep):
            raise Refused("--keep names a column twice")
        return Columns(self.adcode, self.name, dict(self.keep))

    @property
    def intake(self) -> Intake:
        """What to read and how."""
        return Intake(self.source_file, self.layer, self.encoding, self.x, self.y, self.skip_empty)


def run(order: Order) -> list[str]:
    """Import and write; the lines of the summary. Refused, with nothing written, when anything is wrong."""
    _check_target(order)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        frame, system = to_wgs84(read(order.intake), order.crs)
        lines = _write_sites(order, frame) if order.sites else _write_layer(order, frame)
    told = dict.fromkeys(f"note      {' '.join(str(w.message).split())}" for w in heard if w.category is RuntimeWarning)
    return [f"read      {order.source_file.name}, {len(frame)} features", f"crs       {system}", *lines, *told]


def _check_target(order: Order) -> None:
    """What can be refused before anything is read."""
    folder, suffix = ("sites", ".yaml") if order.sites else ("layers", ".geojson")
    if order.to.suffix != suffix or order.to.absolute().parent.name != folder:
        raise Refused(f"--to {order.to} is no such file of a city; write cities/<adcode>/{folder}/<name>{suffix}")
    if not order.city.is_dir():
        raise Refused(f"there is no city folder {order.city}; make it first (docs/city-folder.md)")
    if order.to.exists() and not order.force:
        raise Refused(f"{order.to} is there already; add --force to replace it")
    if not order.sites and not (order.licence.strip() and order.attribution.strip()):
        raise Refused("say whose data it is with --licence and --attribution; a layer without them is not served")
    if order.sites and order.simplify:
        raise Refused("--simplify is for outlines and roads, not for --sites")


def _write_layer(order: Order, frame: gpd.GeoDataFrame) -> list[str]:
    frame, repaired = outlines.tidy(frame)
    rows, thinned = outlines.features(frame, order.columns, order.simplify)
    bounds: Box = tuple(frame.total_bounds.tolist())
    credit: dict[str, Any] = {"licence": order.licence.strip(), "attribution": order.attribution.strip()}
    credit["source"] = order.source or order.source_file.name
    if order.illustrative:
        credit |= {"illustrative": True, "note": "示意，非实测"}
    with _beside(order.to) as draft:
        size = write_layer(draft, rows, credit)
        _check_size(size)
        if faults := layers.problems(draft, _centre(order.city, bounds)):
            raise Refused(f"the layer would not be served: {few(faults)}")
        unlike = _unlike_city(order, draft)
    return [
        *_summary(order, len(rows), few(sorted({row["geometry"]["type"] for row in rows})), bounds),
        *(f"note      {note}" for note in (*repaired, *thinned, *unlike)),
        f"next      {order.to.stem}: {order.to.name} under map.layers of city.yaml; python app.py check {order.city}",
    ]


def _check_size(size: int) -> None:
    if size > layers.MAX_BYTES:
        kilobytes = f"{size / 1000:.0f} kB; a layer may have {layers.MAX_BYTES // 1000} kB"
        raise Refused(
            f"the layer would have {kilobytes}: add --simplify 50 or a larger number of metres, keep fewer columns"
        )


def _unlike_city(order: Order, draft: Path) -> list[str]:
    """Where imported districts and city.yaml disagree; notes only, for either may be put right next."""
    districts = _spec(order.city).get("districts")
    if not order.adcode or not isinstance(districts, list):
        return []
    declared = [str(district.get("adcode")) for district in districts if isinstance(district, dict)]
    return [f"the layer {sentence}" for sentence in layers.district_problems(draft, declared)]


def _write_sites(order: Order, frame: gpd.GeoDataFrame) -> list[str]:
    city = import_sites.City.read(order.city, order.to)
    found = import_sites.sites(frame, order.sites, order.columns, city, illustrative=order.illustrative)
    with _beside(order.to) as draft:
        draft.write_text(import_sites.written(found, order.source or order.source_file.name), encoding="utf-8")
    bounds: Box = tuple(frame.total_bounds.tolist())
    return [
        *_summary(order, len(found), f"sites of kind {order.sites}", bounds),
        f"next      python app.py check {order.city}",
    ]


def _summary(order: Order, count: int, what: str, bounds: Box) -> list[str]:
    west, south, east, north = bounds
    return [
        f"wrote     {order.to}, {count} features ({what}), {order.to.stat().st_size / 1000:.1f} kB",
        f"bounds    {west:.5f} {south:.5f} to {east:.5f} {north:.5f}",
    ]


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A draft beside the target that takes its place at once when all went well, and is gone when not."""
    made = not target.parent.exists()
    target.parent.mkdir(exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".import-") as scratch:
            draft = Path(scratch) / target.name
            yield draft
            with draft.open("rb") as written:
                os.fsync(written.fileno())
            draft.replace(target)
    finally:
        if made and not any(target.parent.iterdir()):
            target.parent.rmdir()


def _spec(city: Path) -> dict[str, Any]:
    """city.yaml as far as it can be read; a new city may have none yet, and the checker tells what is wrong with it."""
    try:
        loaded = yaml.safe_load((city / "city.yaml").read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _centre(city: Path, bounds: Box) -> tuple[float, float]:
    """The map's centre by city.yaml, else the middle of what is imported."""
    try:
        lon, lat = _spec(city)["map"]["center"]
        return float(lon), float(lat)
    except (KeyError, TypeError, ValueError):
        return (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2


def _pair(text: str) -> tuple[str, str]:
    """`column=property`, or `column` that keeps its name."""
    column, _, new = text.partition("=")
    if not column.strip():
        raise argparse.ArgumentTypeError(f"{text!r} names no column; write column=newname")
    return column.strip(), new.strip() or column.strip()


def _metres(text: str) -> float:
    try:
        metres = float(text)
    except ValueError:
        metres = -1.0
    if not 0 < metres <= 5000:
        raise argparse.ArgumentTypeError(f"{text!r} is no tolerance; write metres, such as 60")
    return metres


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "source_file", type=Path, metavar="IN", help="Shapefile (or .zip), GeoPackage, KML, GeoJSON, CSV, XLSX"
    )
    parser.add_argument(
        "--to", type=Path, required=True, help="cities/<adcode>/layers/<name>.geojson, or .../sites/<kind>.yaml"
    )
    parser.add_argument("--sites", default="", metavar="KIND", help="write the points as sites of this kind")
    parser.add_argument(
        "--crs", default=AUTO, help="wgs84, gcj02, bd09, cgcs2000:39, cgcs2000:117e ...; auto: as the file says"
    )
    parser.add_argument("--keep", type=_pair, action="extend", nargs="+", default=[], metavar="COLUMN=NAME",
                        help="a column to keep, as a property, or as a fact of a site")  # fmt: skip
    parser.add_argument(
        "--simplify", type=_metres, default=0.0, metavar="METRES", help="fewer vertices; shared edges stay shared"
    )
    texts = {
        "layer": "the layer or sheet, where there are several", "encoding": "such as gb18030; else found out",
        "x": "column of longitudes or eastings, in a list", "y": "column of latitudes or northings, in a list",
        "adcode": "column of division codes: the features are districts", "name": "column of names",
        "source": "where the data come from; else the file's name", "licence": "under which licence",
        "attribution": "what the map must print",
    }  # fmt: skip
    for option, text in texts.items():
        parser.add_argument(f"--{option}", default="", help=text)
    parser.add_argument("--illustrative", action="store_true", help="drawn by hand or made up: screens say 示意")
    parser.add_argument("--skip-empty", action="store_true", help="leave out features without coordinates")
    parser.add_argument("--force", action="store_true", help="replace the file that is there")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Read the command line and import; 0, or 2 when it is refused."""
    order = Order(**vars(_parser().parse_args(argv)))
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        for line in run(order):
            log.info("%s", line)
    except (Refused, OSError) as error:
        log.error("%s", f"refused: {error}")  # noqa: TRY400 - a sentence for a person, not a failure of the program
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
