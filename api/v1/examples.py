"""One example of every answer and every body, for the API's description. Tests hold them valid."""

import json
from typing import Any, Final

from api.v1.answers import table

_AT, _LATER = "2026-11-24T06:00:00Z", "2026-11-24T06:07:12Z"
_METRIC: Final[dict[str, Any]] = {
    "key": "air.pm25", "name": "细颗粒物", "name_en": "PM2.5", "unit": "µg/m³", "topic": "environment",
    "definition": "HJ 633 小时均值，标准状态", "department": "市生态环境局", "aggregate": "mean", "across": "mean", "weight": "",
    "window": "latest", "better": "lower", "band": None, "valid": [0, 1000], "digits": 0, "every_s": 3600,
    "stale_after_s": 7200, "target": None, "target_source": "", "standard": "HJ 633-2026", "version": "1",
    "since": "2026-01-01", "ratio": None, "derive": "", "composite": {}, "site_kind": "air",
}  # fmt: skip
_SITE: Final[dict[str, Any]] = {
    "id": "air-1", "name": "技师学院", "name_en": "", "kind": "air", "district": "441802", "lon": 113.056, "lat": 23.682,
    "illustrative": False, "facts": {}, "line": [],
}  # fmt: skip
_SERIES: Final[dict[str, Any]] = {
    "series": 17, "metric": "air.pm25", "site": "air-1", "source": "air", "standard": "", "district": "441802",
    "unit": "µg/m³",
}  # fmt: skip
_RAW: Final[dict[str, Any]] = {"at": _AT, "value": 38.0, "quality": "good", "received": _LATER}
_INCIDENT: Final[dict[str, Any]] = {
    "id": "SJ20261124001", "source": "incidents", "kind": "flood", "title": "人民三路积水", "at": _AT, "updated": _LATER,
    "received": _LATER, "status": "handling", "grade": 4, "department": "市应急管理局", "district": "441802", "site": "",
    "lon": 113.051, "lat": 23.702, "detail": {"水深": "32 cm"},
}  # fmt: skip
_ORDER: Final[dict[str, Any]] = {
    "id": "GD-20261124-0003", "state": "working", "over": False, "title": "人民三路积水", "content": "排水并设警示",
    "level": 3, "unit": "市水利局", "helpers": ["市住建局"], "district": "441802", "topic": "emergency",
    "about": "GJ-20261124-0007", "shown": "", "opened": _AT, "updated": _LATER, "sent": _AT,
    "sign_by": "2026-11-24T06:30:00Z", "report_by": "2026-11-24T08:00:00Z", "finish_by": "2026-11-25T06:00:00Z",
    "signed": _LATER, "first_report": None, "handed": None, "closed": None, "asked": None, "until": None,
    "supervision": "", "late": False, "returns": 0, "rejected": 0, "exercise": False, "progress": "", "result": "",
    "evidence": "", "reason": "", "verdict": "",
    "shares": [{"unit": "市住建局", "asked": _AT, "sign_by": "2026-11-24T06:30:00Z", "signed": None, "answered": None,
                "task": "", "words": "", "evidence": ""}],
    "files": [],
}  # fmt: skip
_STEP: Final[dict[str, Any]] = {"at": _LATER, "verb": "accept", "old": "dispatched", "new": "accepted"}
_LAYER: Final[dict[str, Any]] = {
    "name": "districts", "href": "/api/v1/layers/districts", "size": 48213, "attribution": "© OpenStreetMap contributors",
    "licence": "ODbL-1.0", "illustrative": False,
}  # fmt: skip

ROWS: Final[dict[str, dict[str, Any]]] = {
    "metrics": _METRIC, "sites": _SITE, "series": _SERIES, "latest": _SERIES | _RAW, "values": _RAW,
    "incidents": _INCIDENT, "orders": _ORDER, "order": _STEP, "layers": _LAYER,
}  # fmt: skip
EXAMPLES: Final[dict[str, Any]] = {name: {"data": [row], "next": None} for name, row in ROWS.items()}
EXAMPLES["values"] |= {"series": _SERIES, "step": "raw"}
EXAMPLES["order"] |= {"order": _ORDER}


CSV_EXAMPLES: Final[dict[str, str]] = {name: table(tuple(row), [row]) for name, row in ROWS.items()}


def _feature(row: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
    properties = {key: value for key, value in row.items() if key != "line"}
    return {"type": "Feature", "id": row["id"], "geometry": geometry, "properties": properties}


GEOJSON_EXAMPLES: Final[dict[str, Any]] = {
    name: {"type": "FeatureCollection", "features": [_feature(ROWS[name])], "next": None}
    for name in ("sites", "incidents")
}

# What a push brings: here of a source that maps lot -> site, free -> parking.free, and of one that tells incidents.
BODIES: Final[dict[str, list[dict[str, Any]]]] = {
    "observations": [
        {"time": "2026-11-24T14:30:00+08:00", "lot": "P001", "free": 128},
        {"time": "2026-11-24T14:30:00+08:00", "lot": "P002", "free": 17},
    ],
    "incidents": [
        {"id": "SJ20261124001", "time": "2026-11-24T14:28:00+08:00", "title": "人民三路积水", "kind": "flood",
         "status": "open", "lon": 113.051, "lat": 23.702},
    ],
}  # fmt: skip
NDJSON_BODIES: Final[dict[str, str]] = {
    name: "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows) for name, rows in BODIES.items()
}
CSV_BODIES: Final[dict[str, str]] = {name: table(tuple(rows[0]), rows) for name, rows in BODIES.items()}
PUSH_EXAMPLE: Final[dict[str, Any]] = {
    "source": "parking", "received": "2026-11-24T06:30:02Z", "read": 4, "accepted": 2, "duplicates": 1, "rejected": 1,
    "ignored": 0, "written": 2,
    "results": [
        {"first": 1, "last": 2, "status": "accepted"},
        {"first": 3, "last": 3, "status": "duplicate"},
        {"first": 4, "last": 4, "status": "rejected", "reason": "parking.free at P009: 'many' is not a number", "kept": 0},
    ],
}  # fmt: skip
