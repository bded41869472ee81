"""The bus company's GTFS: its timetable's stops and lines as a file, and what its buses are doing as GTFS Realtime."""

import csv
import io
import math
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.noise import keys, uniform
from demo.present import Present
from demo.rhythm import HOUR, MINUTE
from demo.routing import Guard
from domain.place import Site

KIND: Final = "bus"
STATIC, REALTIME = "/gtfs/static.zip", "/gtfs/realtime.pb"
_STEP: Final = 20  # seconds between two messages of the real feed
_LATE: Final = 420  # seconds
_SLOT: Final = 6 * HOUR
_CHANCE: Final = 0.03  # of a closed stop on one line in six hours


def stops_of(line: Site) -> Iterator[tuple[str, str, float, float]]:
    """A line's stops along a loop round its middle: id, name, latitude, longitude."""
    count = int(line.facts.get("stops", 10))
    reach = float(line.facts.get("length_km", 6.0)) / (2 * math.pi) / 111.32
    for number in range(count):
        turn = 2 * math.pi * number / count
        lat, lon = (line.lat or 0.0) + reach * math.sin(turn), (line.lon or 0.0) + reach * math.cos(turn)
        yield f"{line.id}-s{number:02d}", f"{line.name}站点{number + 1}", round(lat, 6), round(lon, 6)


def static(lines: tuple[Site, ...]) -> bytes:
    """The static feed: stops, routes, trips."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        stops = [one for line in lines for one in stops_of(line)]
        package.writestr("stops.txt", _csv(("stop_id", "stop_name", "stop_lat", "stop_lon"), stops))
        routes = [(line.id, line.name, 3) for line in lines]
        package.writestr("routes.txt", _csv(("route_id", "route_short_name", "route_type"), routes))
        trips = [(line.id, "daily", trip) for line in lines for trip in _trips(line)]
        package.writestr("trips.txt", _csv(("route_id", "service_id", "trip_id"), trips))
    return out.getvalue()


def realtime(present: Present) -> bytes:
    """Trip updates, positions and alerts of now. Trips name no line: trips.txt does."""
    from google.transit import gtfs_realtime_pb2 as pb  # heavy, and only for whoever asks

    now = present.now // _STEP * _STEP
    world = present.publisher.world
    lines, t = world.group(KIND), np.array([[now]], dtype=np.int64)
    out, share = (world.values(m, lines, t)[:, 0] for m in ("bus.in_service", "bus.on_time_rate"))
    message = pb.FeedMessage()
    message.header.gtfs_realtime_version, message.header.timestamp = "2.0", now
    for line, running, punctual in zip(lines.sites, out, share, strict=True):
        _line(message, line, int(running), round(float(punctual) / 100 * int(running)), now)
    for line, start, end in closures(present, now):
        _alert(message, line, start, end)
    return bytes(message.SerializeToString())


def closures(present: Present, now: int) -> Iterator[tuple[Site, int, int]]:
    """Stops closed for road works: the line, from when, until when. None in the quiet scenario."""
    lines = present.publisher.world.group(KIND)
    slot = np.array([[now // _SLOT]], dtype=np.int64)
    struck = uniform(keys(lines.seed, lines.names, "closure"), slot)[:, 0] < _CHANCE
    start = now // _SLOT * _SLOT + 20 * MINUTE
    calm = present.publisher.world.weather.script.strength("quiet", np.array([start], dtype=np.int64))[0] > 0
    for row in np.flatnonzero(struck):
        if start <= now and not calm:
            yield lines.sites[row], start, start + 4 * HOUR


def routes(guarded: Guard, present: Present) -> list[Route]:
    """The two addresses; `guarded` wraps a handler with what may stop the department."""

    async def fixed(request: Request) -> Response:  # noqa: ARG001 - the signature of a route
        return Response(static(present.publisher.world.group(KIND).sites), media_type="application/zip")

    async def live(request: Request) -> Response:  # noqa: ARG001 - the signature of a route
        return Response(realtime(present), media_type="application/x-protobuf")

    return [Route(STATIC, guarded(fixed)), Route(REALTIME, guarded(live))]


def _trips(line: Site) -> list[str]:
    return [f"{line.id}-t{number:02d}" for number in range(int(line.facts.get("vehicles", 8)))]


def _line(message: Any, line: Site, running: int, punctual: int, now: int) -> None:
    stops = list(stops_of(line))
    for number, trip in enumerate(_trips(line)[:running]):
        stop, _, lat, lon = stops[(now // 90 + number * 5) % len(stops)]
        update = message.entity.add(id=f"u-{trip}").trip_update
        update.trip.trip_id, update.timestamp = trip, now
        late = 20 + number * 17 % 130 if number < punctual else _LATE + number * 53 % 600
        update.stop_time_update.add(stop_id=stop).arrival.delay = late
        vehicle = message.entity.add(id=f"v-{trip}").vehicle
        vehicle.trip.trip_id, vehicle.vehicle.id, vehicle.timestamp, vehicle.stop_id = trip, f"bus-{trip}", now, stop
        vehicle.position.latitude, vehicle.position.longitude = lat, lon
        vehicle.position.speed = 4.0 + number * 7 % 50 / 10


def _alert(message: Any, line: Site, start: int, end: int) -> None:
    stop = next(iter(stops_of(line)))
    alert = message.entity.add(id=f"a-{line.id}-{start}").alert
    alert.active_period.add(start=start, end=end)
    alert.informed_entity.add(stop_id=stop[0])
    alert.cause, alert.effect = 10, 6  # CONSTRUCTION, MODIFIED_SERVICE
    alert.header_text.translation.add(text=f"{line.name}因道路施工临时绕行", language="zh")
    alert.description_text.translation.add(text=f"{stop[1]}暂停上下客，请到相邻站点候车。（演示数据）", language="zh")


def _csv(heading: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heading)
    writer.writerows(rows)
    return out.getvalue()
