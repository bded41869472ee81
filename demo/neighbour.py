"""The next city's air station, as OpenAQ (API v3) gives it: sensors by number, ozone in ppm."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.departments import zone_of
from demo.elsewhere import EAST, NORTH
from demo.present import Present
from demo.publication import Record
from demo.rhythm import HOUR
from demo.routing import Guard

PATH: Final = "/openaq/v3/locations"
SOURCE: Final = "neighbour_air"
LOCATION: Final = 7201
_OZONE: Final = 48.0  # g/mol
_MOLAR: Final = 24.4654  # litres at 298.15 K and 1013.25 hPa
# Sensor -> parameter's number, name, unit, metric.
_SENSORS: Final[Mapping[int, tuple[int, str, str, str]]] = {
    52011: (2, "pm25", "µg/m³", "neighbour.pm25"),
    52012: (10, "o3", "ppm", "neighbour.o3"),
}


def routes(guarded: Guard, present: Present) -> list[Route]:
    """The location and its newest values; `guarded` wraps a handler with what may stop the department."""

    async def located(request: Request) -> Response:
        if request.path_params["id"] != LOCATION:
            return _unknown()
        sensors = [
            {"id": number, "name": f"{name} {unit}", "parameter": {"id": code, "name": name, "units": unit}}
            for number, (code, name, unit, _) in _SENSORS.items()
        ]
        lon, lat = _where(present)
        said = {
            "id": LOCATION,
            "name": "邻市背景站",
            "coordinates": {"latitude": lat, "longitude": lon},
            "sensors": sensors,
        }
        return _answer([said])

    async def latest(request: Request) -> Response:
        return _answer(newest(present)) if request.path_params["id"] == LOCATION else _unknown()

    return [Route(f"{PATH}/{{id:int}}", guarded(located)), Route(f"{PATH}/{{id:int}}/latest", guarded(latest))]


def newest(present: Present) -> list[dict[str, Any]]:
    """The newest value of each sensor; none when the station has said nothing for three hours."""
    now = present.now
    records = present.publisher.records(SOURCE, (now - 3 * HOUR) * 10_000, now)
    if not records:
        return []
    last = max(records, key=lambda one: one.at)
    return [_value(present, last, sensor) for sensor in _SENSORS]


def _value(present: Present, record: Record, sensor: int) -> dict[str, Any]:
    _, _, unit, metric = _SENSORS[sensor]
    number = record.values[metric]
    moment = datetime.fromtimestamp(record.at, UTC)
    local = moment.astimezone(zone_of(present.publisher.world.offset))
    lon, lat = _where(present)
    return {
        "datetime": {"utc": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "local": local.isoformat()},
        "value": number if number is None or unit != "ppm" else round(number * _MOLAR / _OZONE / 1000, 6),
        "coordinates": {"latitude": lat, "longitude": lon},
        "sensorsId": sensor,
        "locationsId": LOCATION,
    }


def _where(present: Present) -> tuple[float, float]:
    lon, lat = present.city.spec.map.center
    return round(lon + EAST, 4), round(lat + NORTH, 4)


def _answer(results: list[dict[str, Any]]) -> Response:
    return JSONResponse(
        {"meta": {"name": "openaq-api", "page": 1, "limit": 100, "found": len(results)}, "results": results}
    )


def _unknown() -> Response:
    return JSONResponse({"detail": "Location not found"}, 404)
