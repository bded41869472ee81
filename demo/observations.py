"""The water authority's groundwater wells, as an OGC SensorThings 1.1 server: pages, intervals, $filter, $orderby, $expand."""

import re
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.present import Present
from demo.publication import WILD, Record
from demo.rhythm import DAY, HOUR
from demo.routing import Guard

PATH: Final = "/sta/v1.1/Observations"
SOURCE: Final = "wells"
_METRIC: Final = "groundwater.depth"
_KEPT: Final = 2 * DAY  # what the server still has
_PAGE, _LARGEST = 50, 500
_SINCE: Final = re.compile(r"phenomenonTime (gt|ge) (\S+)")


class _Bad(ValueError):
    """A question that the server does not understand, in one sentence."""


def routes(guarded: Guard, present: Present) -> list[Route]:
    """The collection; `guarded` wraps a handler with what may stop the department."""

    async def listed(request: Request) -> Response:
        asked = request.query_params
        try:
            since, top, skip = _since(asked.get("$filter", "")), _count(asked, "$top", _PAGE), _count(asked, "$skip", 0)
        except _Bad as error:
            return JSONResponse({"code": 400, "type": "error", "message": str(error)}, 400)
        now = present.now
        found = present.publisher.records(SOURCE, (now - _KEPT) * 10_000, now)
        found = sorted((one for one in found if one.at > since), key=lambda one: (one.at, one.seq))
        if asked.get("$orderby", "").endswith(" desc"):
            found.reverse()
        top = min(top, _LARGEST)
        base = f"{request.url.scheme}://{request.url.netloc}{PATH}"
        page: dict[str, Any] = {
            "value": [
                _observation(one, base, "Datastream" in asked.get("$expand", "")) for one in found[skip : skip + top]
            ]
        }
        if skip + top < len(found):
            query = {**asked, "$top": str(top), "$skip": str(skip + top)}
            page = {"@iot.nextLink": f"{base}?{urlencode(query)}"} | page
        return JSONResponse(page)

    return [Route(PATH, guarded(listed))]


def _observation(record: Record, base: str, expanded: bool) -> dict[str, Any]:
    value = record.values[_METRIC]
    said: dict[str, Any] = {
        "@iot.id": record.seq,
        "@iot.selfLink": f"{base}({record.seq})",
        "phenomenonTime": f"{_iso(record.at - HOUR)}/{_iso(record.at)}",  # a mean of the hour
        "resultTime": _iso(record.told),
        "result": value if value != WILD else 99_999.0,
    }
    if expanded:
        said["Datastream"] = {"@iot.id": record.site, "name": record.site, "description": record.name}
    return said


def _iso(t: int) -> str:
    return datetime.fromtimestamp(t, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _since(text: str) -> int:
    """Epoch seconds after which is asked. `phenomenonTime gt` is all of $filter that this server knows."""
    if not text:
        return 0
    found = _SINCE.fullmatch(text)
    try:
        moment = datetime.fromisoformat(found[2]) if found else None
    except ValueError:
        moment = None
    if found is None or moment is None or moment.tzinfo is None:
        raise _Bad(f"$filter: {text[:80]!r} is not understood; known is: phenomenonTime gt <time with its offset>")
    return int(moment.timestamp()) - (found[1] == "ge")


def _count(asked: Any, name: str, otherwise: int) -> int:
    text = asked.get(name, "")
    if not text:
        return otherwise
    if not text.isdigit():
        raise _Bad(f"{name} is a whole number from 0")
    return int(text)
