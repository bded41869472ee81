"""The street lights' cabinets, as an NGSI-LD context broker (ETSI GS CIM 009): entities by type, in pages."""

from datetime import UTC, datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.present import Present
from demo.publication import Record
from demo.rhythm import HOUR
from demo.routing import Guard
from domain.place import Site

PATH: Final = "/ngsi-ld/v1/entities"
SOURCE: Final = "street_lights"
TYPE: Final = "StreetlightControlCabinet"
_CONTEXT: Final = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld"
_MEDIA: Final = "application/ld+json"
_PAGE, _LARGEST = 20, 1000
# Property -> metric and UN/CEFACT code.
_PROPERTIES: Final = {"lampsReady": ("lights.ready", "P1"), "totalActivePower": ("lights.power", "KWT")}


def routes(guarded: Guard, present: Present) -> list[Route]:
    """The collection; `guarded` wraps a handler with what may stop the department."""

    async def listed(request: Request) -> Response:
        asked = request.query_params
        limit, offset = asked.get("limit", str(_PAGE)), asked.get("offset", "0")
        if not limit.isdigit() or not offset.isdigit() or not 1 <= int(limit) <= _LARGEST:
            return _problem(f"limit is 1 to {_LARGEST}, offset is from 0")
        if "type" not in asked:
            return _problem("type is needed: this broker answers no question about everything")
        found = entities(present) if asked["type"] == TYPE else []
        part = found[int(offset) : int(offset) + int(limit)]
        return JSONResponse(part, headers={"NGSILD-Results-Count": str(len(found))}, media_type=_MEDIA)

    return [Route(PATH, guarded(listed))]


def entities(present: Present) -> list[dict[str, Any]]:
    """Every cabinet that has reported in the last hour, with what it reported last."""
    now = present.now
    newest = {one.site: one for one in present.publisher.records(SOURCE, (now - HOUR) * 10_000, now)}
    return [_entity(present.city.sites[site], one) for site, one in sorted(newest.items())]


def _entity(site: Site, record: Record) -> dict[str, Any]:
    at = datetime.fromtimestamp(record.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    properties = {
        name: {"type": "Property", "value": record.values[metric], "unitCode": code, "observedAt": at}
        for name, (metric, code) in _PROPERTIES.items()
    }
    point = {"type": "Point", "coordinates": [site.lon, site.lat]}
    return {
        "id": f"urn:ngsi-ld:{TYPE}:{site.id}",
        "type": TYPE,
        "@context": _CONTEXT,
        "alternateName": {"type": "Property", "value": site.id},
        "location": {"type": "GeoProperty", "value": point},
        **properties,
    }


def _problem(detail: str) -> Response:
    """As RFC 7807 and 5.5.2 of the standard have it."""
    kind = "https://uri.etsi.org/ngsi-ld/errors/BadRequestData"
    return JSONResponse({"type": kind, "title": "Bad request", "detail": detail}, 400, media_type="application/json")
