"""GET /catalogue/export.{form}: the catalogue as the page shows it to whoever asks. Each export is a row in the audit log."""

import asyncio
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from access.ask import deed
from access.verbs import Verb
from access.viewer import current
from api.errors import ApiError
from api.exports import OWN, TYPES, lines, workbook
from api.services import Services
from domain.account import Right, Viewer
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


def taker(request: Request, form: str) -> Viewer:
    """Who takes a file away, from our own page, in a form there is. ApiError."""
    viewer = current()
    if viewer is None or not viewer.may(Right.EXPORT):
        raise ApiError(403, "forbidden", "Your role may not take data away as a file.")
    if form not in TYPES:
        raise ApiError(404, "not_found", "Files are made as csv or xlsx.")
    if request.headers.get("sec-fetch-site", "") not in OWN:
        raise ApiError(403, "cross_site", "Another site's page asked for this.")
    return viewer


def answer(name: str, form: str, cells: list[list[str]]) -> Response:
    """Rows of text as a file that is saved, never shown."""
    body = workbook(iter(cells)) if form == "xlsx" else b"".join(lines(iter(cells)))
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store"}
    return Response(body, media_type=TYPES[form], headers=headers)


def _answer(services: Services, viewer: Viewer, form: str, query: str) -> Response:
    """Keep the deed first: also a download that is broken off has taken something away."""
    now, city = services.now(), services.city
    desk = Desk(city, viewer, read_address(f"?{query}", city).lang, now)
    asked = rows.read(query)
    found = rows.rows(desk, services.measured.at(now), asked)
    told = {"form": form, "rows": len(found)}
    services.store.audit.append(deed(viewer, Verb.EXPORT, "catalogue", now, told))
    name = f"{desk.t('数据目录')}-{now.astimezone(city.zone):%Y%m%d-%H%M}.{form}"
    return answer(name, form, rows.table(desk, found))
