"""GET latest, series/{number} and incidents: what was measured and what happened."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.errors import ApiError
from api.services import Services
from api.v1 import rows
from api.v1.answers import Listing, Row, respond
from api.v1.catalogue import chosen
from api.v1.describe import listed, located
from api.v1.models import IncidentPage, LatestPage, ValuesPage
from api.v1.paging import Key, packed, paged, unpacked
from api.v1.queries import IncidentQuery, LatestQuery, ValuesQuery
from api.v1.scope import Scope, moment, reading
from domain.incident import Incident
from store import Latest, Store
from store.moment import from_ms, to_ms

DAY = timedelta(days=1)
LONGEST = {"raw": 7 * DAY, "hour": 62 * DAY, "day": 6 * 366 * DAY}  # of one request: what the store reads in a moment


def router(services: Services) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["values"])

    @routes.get("/latest", **listed(LatestPage, "Newest values", "latest"))
    async def latest(request: Request, asked: Annotated[LatestQuery, Query()]) -> Response:
        """The newest value of every series, whatever its quality; null is a value that its source calls missing."""
        scope = reading(services)
        since = moment(asked.since, from_ms(0), "since")
        found = await asyncio.to_thread(_latest, services.store, scope, asked)
        fresh = [one for one in found if one.received > since]
        part = paged(fresh, lambda one: (one.series_id,), asked.limit, asked.cursor)
        page = [rows.latest_row(one, scope.city) for one in part.items]
        return respond(request, Listing(rows.LATEST, page, part.following))

    @routes.get("/series/{number}", **listed(ValuesPage, "Values of a series over time", "values"))
    async def values(
        request: Request,
        number: Annotated[int, Path(ge=1, le=2**31 - 1, description="The series' number.")],
        asked: Annotated[ValuesQuery, Query()],
    ) -> Response:
        """`from` included, `to` not. Hours and days of rates and means hold the plain mean of their values."""
        scope = reading(services)
        key = (await asyncio.to_thread(services.store.series)).get(number)
        if key is None or not scope.sees(key.metric, key.site):
            raise ApiError(404, "unknown_series", f"There is no series {number}.")
        start, end = _span(asked, services.now())
        page, following = await asyncio.to_thread(_values, services.store, number, asked, start, end)
        columns = rows.RAW if asked.step == "raw" else rows.BUCKET
        more = {"series": rows.series_row(number, key, scope.city), "step": asked.step}
        return respond(request, Listing(columns, page, following, more))

    @routes.get("/incidents", **located(IncidentPage, "Incidents", "incidents"))
    async def incidents(request: Request, asked: Annotated[IncidentQuery, Query()]) -> Response:
        """Incidents that are not closed, and those that began or changed since `since`, as known at `at`."""
        scope = reading(services)
        scope.known_district(asked.district)
        at = moment(asked.at, services.now(), "at")
        since = moment(asked.since, at - DAY, "since")
        told = await asyncio.to_thread(services.store.incidents, at, since, scope.viewer.reach.districts)
        found = sorted(scope.incidents(one for one in told if _asked_for(one, asked)), key=_newest_first)
        part = paged(found, _newest_first, asked.limit, asked.cursor)
        listing = Listing(rows.INCIDENT, [rows.incident_row(i) for i in part.items], part.following, placed=True)
        return respond(request, listing)

    return routes


def _latest(store: Store, scope: Scope, asked: LatestQuery) -> list[Latest]:
    metrics = asked.metric or list(scope.metrics())
    wanted = chosen(scope, asked, store.series())
    return [one for one in store.latest(metrics, scope.places) if one.series_id in wanted]


def _span(asked: ValuesQuery, now: datetime) -> tuple[datetime, datetime]:
    """From and to; ApiError when they are the wrong way round or further apart than one request may read."""
    end = moment(asked.end, now, "to")
    start = moment(asked.start, end - DAY, "from")
    if start > end:
        raise ApiError(422, "upside_down", "from lies after to.")
    longest = LONGEST[asked.step]
    if end - start > longest:
        raise ApiError(422, "too_long", f"One request reads at most {longest.days} days of step={asked.step}.")
    return start, end


def _values(
    store: Store, number: int, asked: ValuesQuery, start: datetime, end: datetime
) -> tuple[list[Row], str | None]:
    """One page and the cursor of the next."""
    if asked.cursor:
        (last,) = unpacked(asked.cursor, (0,))
        start = max(start, from_ms(int(last) + 1)) if 0 <= int(last) < to_ms(end) else end
    found = (_raw if asked.step == "raw" else _folded)(store, number, asked, start, end)
    page = found[: asked.limit]
    return page, packed(_at(page[-1])) if len(found) > asked.limit else None


def _raw(store: Store, number: int, asked: ValuesQuery, start: datetime, end: datetime) -> list[Row]:
    """Day by day until there is more than a page: the log lies in order of time, so a span costs what all series have in it."""
    found: list[Row] = []
    while start < end and len(found) <= asked.limit:
        until = min(start + DAY, end)
        found += rows.raw_rows(store.window(start, until, [number]))
        start = until
    return found


def _folded(store: Store, number: int, asked: ValuesQuery, start: datetime, end: datetime) -> list[Row]:
    """Those that begin at or after `start`; the one that `end` cuts holds what lies before it."""
    read = store.hours if asked.step == "hour" else store.days
    rollups = read(start, end, [number])
    return list(rows.bucket_rows(rollups.take(rollups.bucket >= to_ms(start))))


def _at(row: Row) -> Key:
    at = row["at"]
    return (to_ms(at),) if isinstance(at, datetime) else (0,)


def _asked_for(incident: Incident, asked: IncidentQuery) -> bool:
    return (
        asked.status in (None, incident.status)
        and asked.kind in ("", incident.kind)
        and asked.district in ("", incident.district)
        and asked.source in ("", incident.source)
    )


def _newest_first(incident: Incident) -> Key:
    return (-to_ms(incident.at), incident.source, incident.id)
