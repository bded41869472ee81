"""The seismological service's feed of the last day, in the GeoJSON summary format of the USGS: near, far, weak, and blasts."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.noise import keys, uniform
from demo.present import Present
from demo.rhythm import DAY, HOUR, MINUTE
from demo.routing import Guard

PATH: Final = "/earthquakes/feed/v1.0/summary/all_day.geojson"
_SLOT: Final = 6 * HOUR  # at most one event begins in each
_FELT: Final = 0.06  # the chance of one near and strong enough to be told of; a third of slots have something
_REVISED: Final = 25 * MINUTE  # until an analyst has looked
_KM: Final = 111.32


@dataclass(frozen=True, slots=True)
class Event:
    """What the network located: epoch seconds, degrees, km, magnitude."""

    at: int
    lon: float
    lat: float
    depth: float
    mag: float
    kind: str
    away: float


def routes(guarded: Guard, present: Present) -> list[Route]:
    """The feed; `guarded` wraps a handler with what may stop the department."""

    async def listed(request: Request) -> Response:
        now = present.now
        found = [_feature(one, now, str(request.url), present) for one in events(present, now - DAY, now)]
        meta = {"generated": now * 1000, "title": "All events, past day", "status": 200, "count": len(found)}
        return JSONResponse({"type": "FeatureCollection", "metadata": meta, "features": found})

    return [Route(PATH, guarded(listed))]


def events(present: Present, first: int, last: int) -> Iterator[Event]:
    """What shook in first < t <= last; nothing near in the quiet scenario."""
    seed, (lon, lat) = present.city.spec.demo_seed, present.city.spec.map.center
    noise = {name: keys(seed, ["quake"], name) for name in ("what", "when", "where", "far", "size", "deep")}
    for slot in range(first // _SLOT - 1, last // _SLOT + 1):
        tick = np.array([[slot]], dtype=np.int64)
        u = {name: float(uniform(key, tick)[0, 0]) for name, key in noise.items()}
        at = slot * _SLOT + int(u["when"] * _SLOT)
        if first < at <= last and (one := _event(present, u, at, (lon, lat))) is not None:
            yield one


def _event(present: Present, u: dict[str, float], at: int, centre: tuple[float, float]) -> Event | None:
    """By chance: one that counts, a weak one, a quarry's blast, one far away, or nothing."""
    script = present.publisher.world.weather.script
    calm = script.strength("quiet", np.array([at], dtype=np.int64))[0] > 0
    what, mag, away, kind = u["what"], 2.6 + 1.4 * u["size"] ** 2, 40.0 + 150.0 * u["far"], "earthquake"
    if what > 0.36 or (calm and what < _FELT):
        return None
    if what >= 0.26:
        away = 1500.0 + 2500.0 * u["far"]
        mag += 2.0
    elif what >= 0.18:
        kind, mag = "quarry blast", 1.8 + 0.9 * u["size"]
    elif what >= _FELT:
        mag = 0.8 + 1.1 * u["size"]
    turn = 2 * math.pi * u["where"]
    lat = centre[1] + away / _KM * math.sin(turn)
    lon = centre[0] + away / _KM / math.cos(math.radians(centre[1])) * math.cos(turn)
    return Event(at, round(lon, 3), round(lat, 3), round(5 + 12 * u["deep"], 1), round(mag, 1), kind, away)


def _feature(one: Event, now: int, url: str, present: Present) -> dict[str, Any]:
    """Automatic at first, a tenth stronger; revised later."""
    revised = now - one.at >= _REVISED
    mag = one.mag if revised else round(one.mag + 0.1, 1)
    place = f"{present.city.spec.name}以{_side(one, present)}约 {one.away:.0f} 公里"
    word = "爆破" if one.kind == "quarry blast" else "地震"
    name = f"demo{one.at:x}"
    properties = {
        "mag": mag, "place": place, "time": one.at * 1000, "updated": (one.at + (_REVISED if revised else 120)) * 1000,
        "url": f"{url}#{name}", "type": one.kind, "status": "reviewed" if revised else "automatic", "net": "demo", "code": name[4:],
        "title": f"M {mag} {word}，{place}（演示数据）",
    }  # fmt: skip
    return {
        "type": "Feature",
        "id": name,
        "properties": properties,
        "geometry": {"type": "Point", "coordinates": [one.lon, one.lat, one.depth]},
    }


def _side(one: Event, present: Present) -> str:
    lon, lat = present.city.spec.map.center
    east, north = (one.lon - lon) * math.cos(math.radians(lat)), one.lat - lat
    if abs(east) > abs(north):
        return "东" if east > 0 else "西"
    return "北" if north > 0 else "南"
