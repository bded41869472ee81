"""GET /sources/kept.{form}: a source's quarantined records for its department; masked for those who may not read them raw."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from access.ask import deed
from access.verbs import Verb
from api.errors import ApiError
from api.exports import file
from api.services import Services
from api.taking import answer, taker
from domain.account import Viewer
from layouts import record_faults
from layouts.accounts.desk import Desk
from layouts.address import read as read_address
from layouts.feeds import sources
from layouts.feeds.source_pane import raw
from store.feeds import Kept, KeptQuery

MOST = 10_000
HEADS = ("数据源", "首次收到", "最近收到", "次数", "位置", "原因", "原文")


def router(services: Services) -> APIRouter:
    """The route."""
    routes = APIRouter()

    @routes.get("/sources/kept.{form}", include_in_schema=False)
    async def export(form: str, request: Request) -> Response:
        viewer = taker(request, form)
        return await asyncio.to_thread(_answer, services, viewer, form, request.url.query)

    return routes


def _answer(services: Services, viewer: Viewer, form: str, query: str) -> Response:
    """Keep the deed first: also a download that is broken off has taken something away."""
    now, city = services.now(), services.city
    desk = Desk(city, viewer, read_address(f"?{query}", city).lang, now)
    key = sources.read(query).source
    if key not in city.sources or not sources.is_open(desk, key):
        raise ApiError(404, "unknown_source", "There is no such source within your reach.")
    found = services.store.feeds.kept(KeptQuery(sources=frozenset({key})), MOST)
    told = {"form": form, "rows": len(found)}
    services.store.audit.append(deed(viewer, Verb.EXPORT, f"quarantine:{key}", now, told))
    name = f"{desk.t('隔离记录')}-{key}-{now.astimezone(city.zone):%Y%m%d-%H%M}.{form}"
    return answer(name, form, file(form, [[desk.t(head) for head in HEADS], *(_cells(desk, one) for one in found)]))


def _cells(desk: Desk, kept: Kept) -> list[str]:
    one = kept.record
    reason = raw(desk, record_faults.reason(one.reason, desk.lang))
    return [
        one.source,
        desk.second(one.received),
        desk.second(one.seen),
        str(one.times),
        one.where,
        reason,
        raw(desk, one.raw),
    ]
