"""The layer of emergency resources: what the points of interest tell, and made-up teams, stores and shelters for the demonstration.

`python -m geo.build_resources cities/441800/layers`: the same points always give the same file.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Feature = dict[str, Any]

# Pharmacies and small surgeries are no help to an ambulance.
HOSPITAL = ("医院", "卫生院", "卫生服务中心", "妇幼")
NOT_SCHOOL = ("驾校", "培训", "驾驶", "图书馆", "书店")
TEAMS = (("综合应急救援队", "42 人"), ("三防抢险队", "30 人"))
STORES = (("防汛物资库", "冲锋舟 6、沙袋 4000、水泵 8"), ("应急物资储备点", "帐篷 120、折叠床 300、发电机 4"))
SHELTER = "可容 800 人"


def build(poi: Mapping[str, Any], towns: Mapping[str, Any]) -> Feature:
    """The layer. poi, towns: GeoJSON of points with name, district and (poi) category."""
    features = [*_known(poi["features"]), *_made_up(towns["features"])]
    return {
        "type": "FeatureCollection",
        "name": "resources",
        "metadata": {
            "licence": "ODbL-1.0",
            "attribution": "© OpenStreetMap contributors, ODbL 1.0；队伍、物资、避难场所为演示",
            "synthetic": True,
            "note": "队伍、物资库和避难场所为示意，不是真实点位",
        },
        "features": features,
    }


def _known(features: list[Feature]) -> Iterator[Feature]:
    for feature in features:
        told = feature["properties"]
        kind = _kind(str(told.get("category", "")), str(told["name"]))
        if kind:
            yield _point(
                str(told["id"]), kind, str(told["name"]), str(told["district"]), feature["geometry"]["coordinates"]
            )


def _kind(category: str, name: str) -> str:
    if category == "medical" and any(word in name for word in HOSPITAL):
        return "hospital"
    if category == "education" and not any(word in name for word in NOT_SCHOOL):
        return "school"
    return category if category in ("fire", "police", "government") else ""


def _made_up(towns: list[Feature]) -> Iterator[Feature]:
    """Two teams and two stores a district, a shelter in every town, a little beside the town's point."""
    seen: dict[str, int] = {}
    for feature in sorted(towns, key=lambda one: str(one["properties"]["id"])):
        told, (lon, lat) = feature["properties"], feature["geometry"]["coordinates"]
        district, name = str(told["district"]), str(told["name"])
        n = seen.get(district, 0)
        seen[district] = n + 1
        if n < len(TEAMS):
            word, strength = TEAMS[n]
            yield _demo(f"team:{told['id']}", "team", f"{name}{word}", district, (lon + 0.006, lat + 0.004), strength)
            word, stock = STORES[n]
            yield _demo(f"store:{told['id']}", "store", f"{name}{word}", district, (lon - 0.007, lat + 0.003), stock)
        yield _demo(
            f"shelter:{told['id']}", "shelter", f"{name}应急避难场所", district, (lon + 0.003, lat - 0.006), SHELTER
        )


def _demo(key: str, kind: str, name: str, district: str, at: tuple[float, float], note: str) -> Feature:
    point = _point(key, kind, name, district, [round(at[0], 5), round(at[1], 5)])
    point["properties"] |= {"note": note, "illustrative": True}
    return point


def _point(key: str, kind: str, name: str, district: str, at: list[float]) -> Feature:
    return {
        "type": "Feature",
        "properties": {"id": key, "kind": kind, "name": name, "district": district},
        "geometry": {"type": "Point", "coordinates": at},
    }


def main(folder: Path) -> None:
    """Write resources.geojson beside the layers it is made of."""
    poi, towns = (json.loads((folder / f"{name}.geojson").read_text(encoding="utf-8")) for name in ("poi", "towns"))
    text = json.dumps(build(poi, towns), ensure_ascii=False, separators=(",", ":"))
    (folder / "resources.geojson").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
