"""What a list answers: JSON, CSV or GeoJSON, as the client accepts; 304 when it has the same answer already."""

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.errors import ApiError

JSON: Final = "application/json"
CSV: Final = "text/csv"
GEOJSON: Final = "application/geo+json"
Row = dict[str, object]

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
_PRIVATE = "private, no-cache"  # each viewer sees what he may see; no proxy keeps it
_LEFT_OUT = ("line",)  # in GeoJSON it is the geometry


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of one shape, their columns in order, and the cursor of the next page. `more` stands beside the data in JSON."""

    columns: Sequence[str]
    rows: Sequence[Row]
    following: str | None = None
    more: Mapping[str, object] | None = None
    placed: bool = False  # rows have lon and lat: GeoJSON is offered


def respond(request: Request, listing: Listing) -> Response:
    """The listing in the best form the client accepts; ApiError 406 when it accepts none."""
    offers = (JSON, CSV, GEOJSON) if listing.placed else (JSON, CSV)
    media = accepted(request.headers.get("accept", ""), offers)
    body = _BODIES[media](listing)
    headers = {"Cache-Control": _PRIVATE, "Vary": "Accept, Authorization, Cookie", "ETag": _etag(body)}
    if listing.following is not None:
        address = request.url.include_query_params(cursor=listing.following)
        headers["Link"] = f'<{address.path}?{address.query}>; rel="next"'
    if _has(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(None, 304, headers)
    kind = "text/csv; charset=utf-8; header=present" if media == CSV else media
    return Response(body, 200, {**headers, "Content-Type": kind})


def _has(known: str, etag: str) -> bool:
    """Whether If-None-Match names the tag; compared weakly (RFC 9110 13.1.2), because proxies that compress weaken it."""
    tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
    return etag in tags or tags == ["*"]


def accepted(header: str, offers: Sequence[str]) -> str:
    """The offer with the greatest weight (RFC 9110 12.5.1), the earlier of equals; ApiError 406 when none is accepted."""
    weights = dict(map(_weighed, header.lower().split(","))) if header.strip() else {"*/*": 1.0}
    best = max(offers, key=lambda offer: _weight(weights, offer))
    if _weight(weights, best) <= 0:
        raise ApiError(406, "not_acceptable", "Nothing that the client accepts is offered.", offered=list(offers))
    return best


def _weighed(item: str) -> tuple[str, float]:
    media, *parameters = (part.strip() for part in item.split(";"))
    given = next((part[2:] for part in parameters if part.startswith("q=")), "1")
    try:
        return media, float(given)
    except ValueError:
        return media, 0.0


def _weight(weights: Mapping[str, float], offer: str) -> float:
    """The weight of the most specific range that holds the offer."""
    for range_ in (offer, offer.partition("/")[0] + "/*", "*/*"):
        if range_ in weights:
            return weights[range_]
    return 0.0


def dumped(value: object) -> bytes:
    """JSON with times as 2026-11-24T06:30:00Z; what is no number becomes null."""
    return orjson.dumps(value, option=_OPTIONS)


def _json(listing: Listing) -> bytes:
    return dumped({**(listing.more or {}), "data": listing.rows, "next": listing.following})


def _csv(listing: Listing) -> bytes:
    return table(listing.columns, listing.rows).encode()


def table(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """CSV (RFC 4180); lists and objects as JSON in their cell, nothing where there is no value."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_cell(row[name]) for name in columns] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or isinstance(value, str | int | float):
        return value
    text = dumped(value).decode()
    return json.loads(text) if text.startswith('"') else text


def _geojson(listing: Listing) -> bytes:
    """RFC 7946; a row without a place has no geometry."""
    features = [
        {
            "type": "Feature",
            "id": row["id"],
            "geometry": _geometry(row),
            "properties": {name: row[name] for name in listing.columns if name not in _LEFT_OUT},
        }
        for row in listing.rows
    ]
    return dumped({"type": "FeatureCollection", "features": features, "next": listing.following})


def _geometry(row: Row) -> Row | None:
    line = row.get("line")
    if line:
        return {"type": "LineString", "coordinates": line}
    if row["lon"] is None or row["lat"] is None:
        return None
    return {"type": "Point", "coordinates": [row["lon"], row["lat"]]}


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:24]}"'


_BODIES = {JSON: _json, CSV: _csv, GEOJSON: _geojson}
