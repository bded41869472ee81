"""Buses and trains by GTFS Realtime: vehicles in service, punctuality, service alerts."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Collection, Iterator
from datetime import datetime, timedelta
from statistics import fmean
from typing import Any, Literal

import httpx
from pydantic import ConfigDict, Field, field_validator

from datasources.answers import AnswerSource, Reading, WebSpec
from datasources.context import SourceContext
from datasources.formats.gtfs import Feed, Notice, Trip, Vehicle, read_feed
from datasources.formats.gtfs_static import NONE, Stop, read_static
from datasources.web import Request
from domain.errors import SourceError
from domain.metric import Duration
from domain.source import Ask, AtSpec, Page, Record, SourceSpec

_KMH = 3.6


class GtfsRtSpec(WebSpec):
    """A GTFS Realtime feed of trip updates, vehicle positions and service alerts (protobuf), each entity counted once.

    `say: routes` gives a record for each route: route, name, time, vehicles, trips, told (trips with a known delay), on_time,
    on_time_rate (%), delay_s (mean), cancelled, speed_kmh (mean); `say: city` one record of all routes, and `alerts` besides;
    `say: alerts` one record for each service alert, for `incident`: id, title, text, since, until, status, routes, stops,
    cause, effect, lon, lat. With `static` trips find their route, routes and stops their names, an alert the place of its first
    stop, and a route without a vehicle is told as 0.
    """

    model_config = ConfigDict(hide_input_in_errors=True)
    kind: Literal["gtfs_rt"]
    at: AtSpec = Field(AtSpec(path="time", format="epoch_s"), description="The record's time.")
    static: str = Field("", description="Address of the static feed (zip): stops, routes and trips; same login.")
    static_every: Duration = Field(timedelta(days=1), description="How often the static feed is read again.")
    static_max_bytes: int = Field(100_000_000, gt=0, description="Largest static feed accepted, packed.")
    say: Literal["city", "routes", "alerts"] = Field("city", description="What a record is.")
    early: Duration = Field(timedelta(minutes=1), description="A trip this much early is still on time.")
    late: Duration = Field(timedelta(minutes=5), description="A trip this much late is still on time.")
    idle: Duration = Field(
        timedelta(minutes=10), description="A vehicle or trip silent longer than this is not in service."
    )
    languages: tuple[str, ...] = Field(("zh", "en"), description="Preferred languages of alerts' texts.")

    @field_validator("static")
    @classmethod
    def _address(cls, static: str) -> str:
        return cls._no_password(static) if static else static

    def calls(self) -> dict[tuple[str, ...], str]:
        """The feed's addresses and the login's."""
        return super().calls() | ({("static",): self.static} if self.static else {})


class _Reader:
    """Holds what an incremental feed told; a full one replaces it."""

    def __init__(self, spec: GtfsRtSpec) -> None:
        self._spec = spec
        self._trips: dict[str, Trip] = {}
        self._vehicles: dict[str, Vehicle] = {}
        self._notices: dict[str, Notice] = {}
        self._ended: dict[str, Notice] = {}
        self.timetable = NONE

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
            yield Record({**self._summed(at, trips, list(newest.values())), "alerts": len(self._notices)}, "the feed")
            return
        of_trips, of_vehicles = defaultdict(list), defaultdict(list)
        for trip in trips:
            of_trips[self._route(trip)].append(trip)
        for vehicle in newest.values():
            of_vehicles[self._route(vehicle)].append(vehicle)
        names = self.timetable.routes
        for route in sorted({*of_trips, *of_vehicles, *names} - {""}):
            said = self._summed(at, of_trips[route], of_vehicles[route])
            yield Record({**said, "route": route, "name": names.get(route, route)}, f"route {route}")

    def _route(self, one: Trip | Vehicle) -> str:
        """Its own word, else its trip's in the static feed."""
        return one.route or self.timetable.trips.get(one.trip, "")

    def _summed(self, at: int, trips: Collection[Trip], vehicles: Collection[Vehicle]) -> dict[str, Any]:
        running = [one for one in trips if not one.cancelled]
        delays = [one.delay for one in running if one.delay is not None]
        early, late = -self._spec.early.total_seconds(), self._spec.late.total_seconds()
        speeds = [one.speed * _KMH for one in vehicles if one.speed is not None]
        punctual = sum(early <= delay <= late for delay in delays)
        figures: dict[str, Any] = {
            "time": at, "vehicles": len(vehicles), "trips": len(running), "cancelled": len(trips) - len(running),
            "told": len(delays), "on_time": punctual,
        }  # fmt: skip
        figures |= {"delay_s": fmean(delays), "on_time_rate": 100 * punctual / len(delays)} if delays else {}
        return figures | ({"speed_kmh": fmean(speeds)} if speeds else {})

    def _alerts(self, at: int) -> Iterator[Record]:
        """Every alert as it stands; one that is gone, or past its end, is closed."""
        for ended, notices in ((False, self._notices), (True, self._ended)):
            for one in notices.values():
                closed = ended or 0 < one.until <= at
                names = self.timetable.routes
                stops = [self.timetable.stops.get(stop, Stop(stop, None, None)) for stop in one.stops]
                placed = next((stop for stop in stops if stop.lon is not None and stop.lat is not None), None)
                said = {
                    "id": one.id, "time": min(one.since, at), "updated": at, "title": one.title, "text": one.text,
                    "until": one.until or None, "status": "closed" if closed else "open", "routes": "、".join(names.get(route, route) for route in one.routes),
                    "stops": "、".join(stop.name for stop in stops), "cause": one.cause, "effect": one.effect,
                    "lon": placed.lon if placed else None, "lat": placed.lat if placed else None,
                }  # fmt: skip
                yield Record(said, f"alert {one.id}")


class GtfsRtSource:
    """One poll is one message; the static feed is read before the first and again when it is old."""

    def __init__(
        self, spec: GtfsRtSpec, context: SourceContext, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.spec: SourceSpec = spec
        self._spec = spec
        self._reader = _Reader(spec)
        self._live = AnswerSource(spec, context, self._reader.read, transport=transport)
        self._web = spec.web(context, transport)
        self._read_at: datetime | None = None

    async def fetch(self, ask: Ask) -> AsyncGenerator[Page, None]:
        """One page; none for a message that was read already."""
        if self._spec.static and (self._read_at is None or ask.now - self._read_at >= self._spec.static_every):
            answer = await self._web.ask(Request("GET", self._spec.static), self._spec.static_max_bytes)
            self._reader.timetable = await asyncio.to_thread(read_static, answer.body, "the static feed")
            self._read_at = ask.now
        async for page in self._live.fetch(ask):
            yield page

    async def acknowledge(self, page: Page) -> None:
        """Nothing is owed to a service that is only asked."""

    async def close(self) -> None:
        """Give the connections back."""
        await self._live.close()
        await self._web.close()
