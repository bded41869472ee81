"""Buses and trains by GTFS Realtime: vehicles in service, punctuality, service alerts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from statistics import fmean
from typing import Any, Literal

import httpx
from pydantic import ConfigDict, Field

from datasources.answers import AnswerSource, Reading, WebSpec
from datasources.context import SourceContext
from datasources.formats.gtfs import Feed, Notice, Trip, Vehicle, read_feed
from domain.errors import SourceError
from domain.metric import Duration
from domain.source import Ask, AtSpec, Record

_KMH = 3.6


class GtfsRtSpec(WebSpec):
    """A GTFS Realtime feed of trip updates, vehicle positions and service alerts (protobuf), each entity counted once.

    `say: routes` gives a record for each route: route, time, vehicles, trips, told (trips with a known delay), on_time,
    delay_s (mean), cancelled, speed_kmh (mean); `say: city` one record of all routes, and `alerts` besides; `say: alerts` one
    record for each service alert, for `incident`: id, title, text, since, until, status, routes, stops, cause, effect.
    """

    model_config = ConfigDict(hide_input_in_errors=True)
    kind: Literal["gtfs_rt"]
    at: AtSpec = Field(AtSpec(path="time", format="epoch_s"), description="The record's time.")
    say: Literal["city", "routes", "alerts"] = Field("city", description="What a record is.")
    early: Duration = Field(timedelta(minutes=1), description="A trip this much early is still on time.")
    late: Duration = Field(timedelta(minutes=5), description="A trip this much late is still on time.")
    idle: Duration = Field(
        timedelta(minutes=10), description="A vehicle or trip silent longer than this is not in service."
    )
    languages: tuple[str, ...] = Field(("zh", "en"), description="Preferred languages of alerts' texts.")


class _Reader:
    """Holds what an incremental feed told; a full one replaces it."""

    def __init__(self, spec: GtfsRtSpec) -> None:
        self._spec = spec
        self._trips: dict[str, Trip] = {}
        self._vehicles: dict[str, Vehicle] = {}
        self._notices: dict[str, Notice] = {}
        self._ended: dict[str, Notice] = {}

    def read(self, body: bytes, ask: Ask) -> Reading:
        """The records of one message. The time is the feed's own; a feed that gives none is dated by its arrival."""
        feed = read_feed(body, "the feed", self._spec.languages)
        at = feed.at or int(ask.now.timestamp())
        if ask.cursor and ask.cursor == str(at) and self._spec.say != "alerts":
            return Reading((), cursor=ask.cursor)  # the same message again
        self._take(feed)
        if self._spec.say == "alerts":
            return Reading(tuple(self._alerts(at)), cursor=str(at))
        if not self._trips and not self._vehicles and not feed.full:
            raise SourceError("an incremental feed has not told anything yet")
        return Reading(tuple(self._figures(at)), cursor=str(at))

    def _take(self, feed: Feed) -> None:
        if feed.full:
            self._ended = {key: one for key, one in self._notices.items() if key not in feed.notices}
            self._trips, self._vehicles, self._notices = dict(feed.trips), dict(feed.vehicles), dict(feed.notices)
            return
        self._trips |= feed.trips
        self._vehicles |= feed.vehicles
        self._notices |= feed.notices
        self._ended = {key: self._notices.pop(key) for key in feed.deleted & self._notices.keys()}
        for key in feed.deleted:
            self._trips.pop(key, None)
            self._vehicles.pop(key, None)

    def _figures(self, at: int) -> Iterator[Record]:
        oldest = at - self._spec.idle.total_seconds()
        trips = [one for one in self._trips.values() if one.at >= oldest]
        # One vehicle may be told by several entities; the newest telling counts.
        newest = {
            one.vehicle: one for one in sorted(self._vehicles.values(), key=lambda one: one.at) if one.at >= oldest
        }
        if self._spec.say == "city":
            yield Record({**self._summed(at, trips, newest.values()), "alerts": len(self._notices)}, "the feed")
            return
        of_trips, of_vehicles = defaultdict(list), defaultdict(list)
        for trip in trips:
            of_trips[trip.route].append(trip)
        for vehicle in newest.values():
            of_vehicles[vehicle.route].append(vehicle)
        for route in sorted({*of_trips, *of_vehicles} - {""}):
            yield Record({**self._summed(at, of_trips[route], of_vehicles[route]), "route": route}, f"route {route}")

    def _summed(self, at: int, trips: Iterable[Trip], vehicles: Iterable[Vehicle]) -> dict[str, Any]:
        running = [one for one in trips if not one.cancelled]
        delays = [one.delay for one in running if one.delay is not None]
        early, late = -self._spec.early.total_seconds(), self._spec.late.total_seconds()
        speeds = [one.speed * _KMH for one in vehicles if one.speed is not None]
        figures: dict[str, Any] = {
            "time": at, "vehicles": len(list(vehicles)), "trips": len(running), "cancelled": len(list(trips)) - len(running),
            "told": len(delays), "on_time": sum(early <= delay <= late for delay in delays),
        }  # fmt: skip
        figures |= {"delay_s": fmean(delays)} if delays else {}
        return figures | ({"speed_kmh": fmean(speeds)} if speeds else {})

    def _alerts(self, at: int) -> Iterator[Record]:
        """Every alert as it stands; one that is gone, or past its end, is closed."""
        for ended, notices in ((False, self._notices), (True, self._ended)):
            for one in notices.values():
                closed = ended or 0 < one.until <= at
                said = {
                    "id": one.id, "time": min(one.since, at), "updated": at, "title": one.title, "text": one.text,
                    "until": one.until or None, "status": "closed" if closed else "open", "routes": "、".join(one.routes),
                    "stops": "、".join(one.stops), "cause": one.cause, "effect": one.effect,
                }  # fmt: skip
                yield Record(said, f"alert {one.id}")


def gtfs_rt_source(
    spec: GtfsRtSpec, context: SourceContext, transport: httpx.AsyncBaseTransport | None = None
) -> AnswerSource:
    """The source of a declaration."""
    return AnswerSource(spec, context, _Reader(spec).read, transport=transport)
