"""GET orders and orders/{id}: what was sent to units, how far it is, and by when."""

import asyncio
import re
from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from access import mask
from api.errors import ApiError
from api.services import Services
from api.v1 import rows
from api.v1.answers import Listing, respond
from api.v1.describe import listed
from api.v1.models import OrderPage, StepsPage
from api.v1.paging import Part, packed, paged, unpacked
from api.v1.queries import OrderQuery, Paged
from api.v1.scope import Scope, moment, reading
from domain.account import Right, Role
from domain.order import Order
from duty.order_table import sees
from store import Store
from store.dossiers import DossierQuery

USUAL: Final = timedelta(days=31)  # of finished orders, when nothing is said
LONGEST: Final = timedelta(days=366)  # of finished orders in one request: a unit's own are found by looking through all
CHUNK: Final = 500
_NUMBER: Final = re.compile(r"GD-[0-9]{8}-[0-9]{4,9}")


def router(services: Services) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["values"])

    @routes.get("/orders", **listed(OrderPage, "Orders", "orders"))
    async def orders(request: Request, asked: Annotated[OrderQuery, Query()]) -> Response:
        """Orders that are open, or with `over=true` those that are finished; newest first. A unit's clerk reads its own.

        Who did what is not told.
        """
        scope = reading(services)
        wanted = _wanted(scope, asked, services.now())
        part = await asyncio.to_thread(_page, services.store, scope, wanted, asked)
        told = _told(scope)
        return respond(request, Listing(rows.ORDER, [rows.order_row(one, told) for one in part.items], part.following))

    @routes.get("/orders/{id}", **listed(StepsPage, "An order and its steps", "order"))
    async def order(
        request: Request,
        number: Annotated[str, Path(alias="id", max_length=40, description="The order's number.")],
        asked: Annotated[Paged, Query()],
    ) -> Response:
        """One order, and in `data` every step that it took, oldest first. CSV holds the steps."""
        scope = reading(services)
        found = await asyncio.to_thread(services.store.duty.dossier, Order, number)
        if found is None or not sees(found, scope.viewer):
            raise ApiError(404, "unknown_order", f"There is no order {number!r}.")
        steps = list(enumerate(await asyncio.to_thread(services.store.duty.history, [found.id])))
        part = paged(steps, lambda step: (step[0],), asked.limit, asked.cursor)
        more = {"order": rows.order_row(found, _told(scope))}
        return respond(request, Listing(rows.STEP, [rows.step_row(s) for _, s in part.items], part.following, more))

    return routes


def _told(scope: Scope) -> rows.Told:
    """A text as far as the viewer may read it."""
    return str if scope.viewer.may(Right.PERSONAL) else mask.text


def _wanted(scope: Scope, asked: OrderQuery, now: datetime) -> DossierQuery:
    """What the store is asked for; ApiError for what does not exist or is too much at once."""
    if asked.unit and asked.unit not in scope.city.departments:
        raise ApiError(404, "unknown_unit", f"There is no unit {asked.unit!r}.")
    scope.known_district(asked.district)
    until = moment(asked.until, now, "until") if asked.until or asked.over else None
    since = moment(asked.since, now, "since") if asked.since else until - USUAL if until and asked.over else None
    if since and until and since > until:
        raise ApiError(422, "upside_down", "since lies after until.")
    if asked.over and since and until and until - since > LONGEST:
        raise ApiError(422, "too_long", f"One request reads finished orders of at most {LONGEST.days} days.")
    own = scope.viewer.role is Role.CLERK  # reads by unit, wherever the order lies
    reach = scope.viewer.reach
    return DossierQuery(
        states=frozenset({asked.state}) if asked.state else frozenset(),
        units=frozenset({asked.unit}) if asked.unit else None,
        topics=None if own else reach.topics,
        districts=frozenset({asked.district}) if asked.district else None if own else reach.districts,
        since=since,
        until=until,
        over=asked.over,
    )


def _page(store: Store, scope: Scope, wanted: DossierQuery, asked: OrderQuery) -> Part[Order]:
    """One page and the cursor of the next: the store's own order is the list's."""
    before = _number(asked.cursor) if asked.cursor else None
    found: list[Order] = []
    while len(found) <= asked.limit:
        chunk = store.duty.dossiers(Order, wanted, CHUNK, before)
        found += [one for one in chunk if sees(one, scope.viewer)]
        if len(chunk) < CHUNK:
            break
        before = chunk[-1].id
    page = found[: asked.limit]
    return Part(page, packed((page[-1].id,)) if len(found) > asked.limit else None)


def _number(cursor: str) -> str:
    (number,) = unpacked(cursor, ("",))
    if not _NUMBER.fullmatch(str(number)):
        raise ApiError(422, "unknown_cursor", "cursor is not one that this list gave; ask again without it.")
    return str(number)
