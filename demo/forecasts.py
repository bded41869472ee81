"""The weather model's service, as Open-Meteo answers: hourly columns in the zone that is asked for, hours to come included."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.city import CITY
from demo.present import Present
from demo.rhythm import DAY, HOUR
from demo.routing import Guard

PATH: Final = "/model/v1/forecast"
_VARIABLES: Final = {"temperature_2m": ("model.temp", "°C"), "precipitation": ("model.rain", "mm")}
_DAYS: Final = 2  # today and tomorrow


class _Bad(ValueError):
    """A question that the service refuses, in one sentence."""


def routes(guarded: Guard, present: Present) -> list[Route]:
    """The forecast; `guarded` wraps a handler with what may stop the department."""

    async def told(request: Request) -> Response:
        try:
            return JSONResponse(_forecast(present, request.query_params))
        except _Bad as error:
            return JSONResponse({"error": True, "reason": str(error)}, 400)

    return [Route(PATH, guarded(told))]


def _forecast(present: Present, asked: Mapping[str, str]) -> dict[str, Any]:
    names = [name for name in asked.get("hourly", "").split(",") if name]
    for name in names:
        if name not in _VARIABLES:
            raise _Bad(f"hourly: {name[:40]!r} is no variable of this model")
    zone = _zone(asked.get("timezone", "UTC"))
    now = datetime.fromtimestamp(present.now, zone)
    offset = int((now.utcoffset() or timedelta()).total_seconds())
    midnight = present.now - (present.now + offset) % DAY
    t = np.arange(midnight, midnight + _DAYS * DAY, HOUR, dtype=np.int64).reshape(1, -1)
    world = present.publisher.world
    columns = {name: np.round(world.values(_VARIABLES[name][0], world.group(CITY), t)[0], 1) + 0.0 for name in names}
    local = [datetime.fromtimestamp(one + offset, UTC).strftime("%Y-%m-%dT%H:%M") for one in t[0].tolist()]
    return {
        "latitude": _number(asked, "latitude", 90.0),
        "longitude": _number(asked, "longitude", 180.0),
        "utc_offset_seconds": offset,
        "timezone": str(zone),
        "hourly_units": {"time": "iso8601", **{name: _VARIABLES[name][1] for name in names}},
        "hourly": {"time": local, **{name: column.tolist() for name, column in columns.items()}},
    }


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise _Bad("timezone: this is no zone") from None


def _number(asked: Mapping[str, str], name: str, most: float) -> float:
    try:
        number = float(asked.get(name, ""))
    except ValueError:
        raise _Bad(f"{name} is needed, in degrees") from None
    if not -most <= number <= most:
        raise _Bad(f"{name} must be in range of -{most:.0f} to {most:.0f}")
    return number
