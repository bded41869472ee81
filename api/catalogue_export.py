"""GET /catalogue/export.{form}: the catalogue as the page shows it to whoever asks. Each export is a row in the audit log."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from access.ask import deed
from access.verbs import Verb
from api.exports import file
from api.services import Services
from api.taking import answer, taker
from domain.account import Viewer
from layouts.accounts.desk import Desk
from layouts.address import read as read_address
from layouts.feeds import catalogue_rows as rows


def router(services: Services) -> APIRouter:
    """The route."""
    routes = APIRouter()

    @routes.get("/catalogue/export.{form}", include_in_schema=False)
    async def export(form: str, request: Request) -> Response:
        viewer = taker(request, form)
        return await asyncio.to_thread(_answer, services, viewer, form, request.url.query)

    return routes


def _answer(services: Services, viewer: Viewer, form: str, query: str) -> Response:
    """Keep the deed first: also a download that is broken off has taken something away."""
    now, city = services.now(), services.city
    desk = Desk(city, viewer, read_address(f"?{query}", city).lang, now)
    asked = rows.read(query)
    found = rows.rows(desk, services.measured.at(now), asked)
    told = {"form": form, "rows": len(found)}
    services.store.audit.append(deed(viewer, Verb.EXPORT, "catalogue", now, told))
    name = f"{desk.t('数据目录')}-{now.astimezone(city.zone):%Y%m%d-%H%M}.{form}"
    return answer(name, form, file(form, rows.table(desk, found)))
