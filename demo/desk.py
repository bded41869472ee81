"""The duty desk's incident list as its REST interface tells it: every stage of every incident, numbered as it is told."""

import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from demo.city import World
from demo.incidents import LONGEST, Event
from demo.rhythm import MINUTE
from domain.incident import IncidentStatus
from geo.crs import from_wgs84

Row = Mapping[str, str | int | float]

TYPES: Final = {
    "traffic_accident": "道路交通事故",
    "fire": "火灾",
    "gas": "燃气事故",
    "pipe_burst": "管网爆裂",
    "power_cut": "停电",
    "crowd": "人员聚集",
    "flood": "内涝",
    "landslide": "地质灾害",
}
STATES: Final[dict[IncidentStatus, str]] = {"open": "已接报", "handling": "处置中", "closed": "已办结"}
LEVELS: Final = {1: "特别重大", 2: "重大", 3: "较大", 4: "一般"}
# The last stage is told late after the beginning: an incident lives up to LONGEST, its closing some minutes more.
REACH: Final = LONGEST + 60 * MINUTE


def rows(world: World, after: int, now: int) -> list[Row]:
    """What was told with a number greater than `after`, until now, oldest first."""
    events = world.incidents.between(after // 10_000 - REACH, now)
    found = [_row(world, event, stage) for event in events for stage in event.stages if stage[0] <= now]
    return sorted((r for r in found if int(r["seq"]) > after), key=lambda r: r["seq"])


def _row(world: World, event: Event, stage: tuple[int, IncidentStatus, str]) -> Row:
    when, status, said = stage
    lng, lat = from_wgs84("gcj02", event.lon, event.lat)
    zone = timezone(timedelta(seconds=world.offset))
    return {
        "seq": when * 10_000 + zlib.crc32(event.id.encode()) % 10_000,
        "eventNo": event.id,
        "eventType": TYPES[event.kind],
        "title": event.title,
        "level": LEVELS[event.grade],
        "state": STATES[status],
        "happenTime": _iso(event.at, zone),
        "updateTime": _iso(when, zone),
        "areaCode": event.district,
        "lng": round(lng, 6),
        "lat": round(lat, 6),
        "unit": event.department,
        "progress": said,
    }


def _iso(t: int, zone: timezone) -> str:
    return datetime.fromtimestamp(t, UTC).astimezone(zone).isoformat()
