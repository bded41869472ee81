"""GTFS Realtime feeds: what they say of vehicles, trips and alerts, as plain values (gtfs.org/realtime 2.0)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from domain.errors import SourceError

_CANCELLED = 3  # TripDescriptor.ScheduleRelationship.CANCELED
_SKIPPED, _NO_DATA = 1, 2  # StopTimeUpdate.ScheduleRelationship


class Trip(NamedTuple):
    """One trip update. delay: seconds late at the next stop, negative early, None unknown."""

    route: str
    trip: str
    at: int
    delay: int | None
    cancelled: bool


class Vehicle(NamedTuple):
    """One vehicle's position; speed in m/s; coordinates WGS-84, None where the feed gives none."""

    route: str
    trip: str
    vehicle: str
    at: int
    lon: float | None
    lat: float | None
    speed: float | None
    stop: str


class Notice(NamedTuple):
    """One service alert; `until` is the end of its last active period, 0 for none."""

    id: str
    since: int
    until: int
    title: str
    text: str
    routes: tuple[str, ...]
    stops: tuple[str, ...]
    cause: str
    effect: str


class Feed(NamedTuple):
    """One message. at: the feed's own time, seconds since 1970. deleted: entities an incremental feed takes back."""

    at: int
    full: bool
    trips: dict[str, Trip]
    vehicles: dict[str, Vehicle]
    notices: dict[str, Notice]
    deleted: frozenset[str]


def read_feed(data: bytes, where: str, languages: tuple[str, ...]) -> Feed:
    """A feed message; SourceError when the bytes are none. An entity told twice counts once, the last one."""
    from google.protobuf.message import DecodeError
    from google.transit import gtfs_realtime_pb2 as pb

    message = pb.FeedMessage()
    try:
        message.ParseFromString(data)
    except (DecodeError, ValueError, RecursionError) as error:
        raise SourceError(f"{where}: not a GTFS Realtime message ({len(data):,} bytes)") from error
    if not message.HasField("header") or not message.header.gtfs_realtime_version:
        raise SourceError(f"{where}: the message has no header")
    at = int(message.header.timestamp)
    live = [one for one in message.entity if not one.is_deleted]
    return Feed(
        at=at,
        full=message.header.incrementality == pb.FeedHeader.FULL_DATASET,
        trips={one.id: _trip(one.trip_update, at) for one in live if one.HasField("trip_update")},
        vehicles={one.id: _vehicle(one.vehicle, at) for one in live if one.HasField("vehicle")},
        notices={one.id: _notice(one.id, one.alert, at, languages) for one in live if one.HasField("alert")},
        deleted=frozenset(one.id for one in message.entity if one.is_deleted),
    )


def _trip(update: Any, at: int) -> Trip:
    moment = int(update.timestamp) or at
    delay = int(update.delay) if update.HasField("delay") else _next_delay(update, moment)
    return Trip(
        update.trip.route_id, update.trip.trip_id, moment, delay, update.trip.schedule_relationship == _CANCELLED
    )


def _next_delay(update: Any, moment: int) -> int | None:
    """The delay at the first stop that is still to come; of the last one told when all have passed."""
    last: int | None = None
    for stop in update.stop_time_update:
        if stop.schedule_relationship in {_SKIPPED, _NO_DATA}:
            continue
        event = stop.arrival if stop.HasField("arrival") else stop.departure
        if event.HasField("delay"):
            last = int(event.delay)
            if not event.time or event.time >= moment:
                return last
    return last


def _vehicle(told: Any, at: int) -> Vehicle:
    placed = told.HasField("position")
    speed = told.position.speed if placed and told.position.HasField("speed") else None
    return Vehicle(
        told.trip.route_id, told.trip.trip_id, told.vehicle.id or told.vehicle.label or told.trip.trip_id, int(told.timestamp) or at,
        told.position.longitude if placed else None, told.position.latitude if placed else None, speed, told.stop_id,
    )  # fmt: skip


def _notice(key: str, alert: Any, at: int, languages: tuple[str, ...]) -> Notice:
    periods = list(alert.active_period)
    return Notice(
        key, min((int(p.start) for p in periods if p.start), default=at),
        max((int(p.end) for p in periods), default=0) if all(p.end for p in periods) else 0,
        _translated(alert.header_text, languages), _translated(alert.description_text, languages),
        tuple(dict.fromkeys(_named(alert, "route_id"))), tuple(dict.fromkeys(_named(alert, "stop_id"))),
        _word(alert, "cause"), _word(alert, "effect"),
    )  # fmt: skip


def _named(alert: Any, field: str) -> Iterator[str]:
    return (getattr(one, field) for one in alert.informed_entity if getattr(one, field))


def _word(alert: Any, field: str) -> str:
    value = alert.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number.get(getattr(alert, field))
    return str(value.name) if value is not None else ""


def _translated(text: Any, languages: tuple[str, ...]) -> str:
    said = {one.language.lower(): one.text for one in text.translation}
    for wanted in languages:
        for language, words in said.items():
            if language.startswith(wanted.lower()):
                return str(words)
    return str(next(iter(said.values()), ""))
