"""GET /daily/export.docx: a daily as a Word document, a draft as it stands now or a signed one as it was signed."""

import asyncio
from collections.abc import Sequence
from urllib.parse import parse_qs

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from access.ask import deed
from access.reach import reach_of
from access.verbs import Verb
from api import docx
from api.errors import ApiError
from api.services import Services
from api.taking import headers, taker
from domain.account import Viewer
from domain.daily import Daily, Fact
from duty.daily import owed
from layouts.accounts.desk import Desk
from layouts.address import read as read_address
from layouts.duty import daily_facts, papers
from layouts.duty.daily_paper import paper
from layouts.moments import Moments
from layouts.view import View

FORMS = ("docx",)
LONGEST = 40  # characters of a number that is looked up


def router(services: Services) -> APIRouter:
    """The route."""
    routes = APIRouter()

    @routes.get("/daily/export.{form}", include_in_schema=False)
    async def export(form: str, request: Request) -> Response:
        viewer = taker(request, form, forms=FORMS)
        return await asyncio.to_thread(_answer, services, viewer, request.url.query)

    return routes


def _answer(services: Services, viewer: Viewer, query: str) -> Response:
    """Keep the deed first: also a download that is broken off has taken something away."""
    now, city = services.now(), services.city
    desk = Desk(city, viewer, read_address(f"?{query}", city).lang, now)
    if not papers.reads_all(desk):
        raise ApiError(403, "forbidden", "The daily is for those on duty and leaders.")
    key = parse_qs(query).get("id", [""])[-1][:LONGEST]
    one = services.store.duty.dossier(Daily, key) if key else None
    if one is None:
        raise ApiError(404, "unknown_daily", f"There is no daily {key!r}.")
    names = {each.login: each.name for each in services.store.people.accounts()}
    blocks = paper(desk, one, _facts(services, desk, one), names)
    services.store.audit.append(
        deed(viewer, Verb.EXPORT, f"dossier:{one.id}", now, {"form": "docx", "state": one.state})
    )
    name = f"{desk.t('日报')}-{one.day}-{one.id}.docx"
    return Response(docx.document(blocks, name, now), media_type=docx.TYPE, headers=headers(name))


def _facts(services: Services, desk: Desk, one: Daily) -> Sequence[Fact]:
    """What was signed; of a draft what is so now, nothing before the first snapshot."""
    if one.over:
        return one.facts
    reach = reach_of(desk.viewer, services.city)
    snapshot = Moments(lambda: services.live.snapshot, services.builder.at).shown(None, reach)
    if snapshot is None:
        return one.facts
    view = View(snapshot, "", desk.lang, rights=desk.viewer.rights, role=desk.viewer.role)
    return daily_facts.facts(view, daily_facts.Owed(*owed(services.store.duty, desk.now)))
