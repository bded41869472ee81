"""Write a city's sites.yaml and its roads layer from the layers and from what was drawn by hand.

    python -m geo.build_sites --city cities/441800

Run it again after geo.build_layers or after a change under geo/hand/. The same input gives the same bytes.
"""

import argparse
import json
import logging
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml
from shapely.geometry import LineString

from domain.place import Site
from geo import provenance
from geo.draw import feature, write_layer
from geo.places import CityPlaces
from geo.roads import segments
from geo.stations import Ground, stations

log = logging.getLogger(__name__)

HEAD: Final = """\
# 站点：由 geo/build_sites.py 生成，改动请改 geo/hand/ 后重跑。位置、路段与限值均为示意（illustrative），不代表实测。
# 坐标 WGS-84。facts 的含义见 docs/map.md。
"""
WORDS: Final = ("y", "n", "yes", "no", "on", "off", "true", "false", "null")  # not texts in one YAML or another


def build(folder: Path) -> dict[str, Site]:
    """Write `sites.yaml` and `layers/roads.geojson` of a city folder; returns the sites by id."""
    layers = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (folder / "layers").glob("*.geojson")}
    hand = Path(__file__).parent / "hand"
    roads = yaml.safe_load((hand / f"{folder.name}_roads.yaml").read_text(encoding="utf-8"))
    by_hand = yaml.safe_load((hand / f"{folder.name}_stations.yaml").read_text(encoding="utf-8"))
    places = CityPlaces(layers.get("districts_fine", layers["districts"]))
    streets = segments(roads, places)
    sites = [*stations(by_hand, Ground.of(places, layers)), *streets]
    repeated = [sid for sid, n in Counter(site.id for site in sites).items() if n > 1]
    if repeated:
        raise ValueError(f"these ids are given twice: {', '.join(repeated)}")
    (folder / "sites.yaml").write_text(as_yaml(sites), encoding="utf-8")
    write_layer(folder / "layers" / "roads.geojson", [road_feature(site) for site in streets], provenance.DRAWN)
    return {site.id: site for site in sites}


def as_yaml(sites: Sequence[Site], head: str = HEAD) -> str:
    """One site a line in YAML's flow style: readable in a diff, and several times faster to parse than blocks."""
    lines = []
    kind = ""
    for site in sites:
        if site.kind != kind:
            kind = site.kind
            lines.append(f"\n# {kind}")
        fields = site.model_dump(mode="json", exclude={"id"}, exclude_defaults=True)
        lines.append(f"{_key(site.id)}: {_flow(fields)}")
    return head + "\n".join(lines) + "\n"


def road_feature(site: Site) -> dict[str, Any]:
    """A segment as a feature of the roads layer."""
    facts = {key: site.facts[key] for key in ("road", "from", "to", "direction", "class", "length_km", "free_flow_kmh")}
    return feature(
        LineString(site.line),
        {"id": site.id, "name": site.name, "district": site.district, **facts, "illustrative": True},
    )


def _key(name: str) -> str:
    """A name as a key: bare where YAML cannot take it for a number, a truth value or several words, else quoted."""
    bare = re.fullmatch(r"(?:\d+-)?[^\W\d_][\w-]*", name) and name.lower() not in WORDS
    return name if bare else json.dumps(name, ensure_ascii=False)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(part) for part in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--city", type=Path, required=True, help="the city's folder, named by its division code")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for kind, count in Counter(site.kind for site in build(args.city).values()).items():
        log.info("%-12s %5d", kind, count)


if __name__ == "__main__":
    main()
