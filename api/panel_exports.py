"""GET /export/panel.{form}: one panel of a screen as a file, as the viewer may see it. Each export is a row in the audit log."""

import asyncio
import csv
import io
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from access.ask import deed
from access.reach import placed, reach_of
from access.verbs import Verb
from api.errors import ApiError
from api.exports import LONGEST_CELL, inert
from api.services import Services
from api.taking import answer, taker
from domain.account import Viewer
from layouts import exported, tools
from layouts.exported import Sheet
from layouts.text import LANGUAGES
from layouts.topics import found
from layouts.view import View
from snapshot.model import Snapshot
from snapshot.restricted import Lens

_BOM = "\ufeff"
LONGEST = 100  # characters of a name that is asked for


class Asked(BaseModel):
    """Which panel, of where and as of when (None = now)."""

    screen: str = Field(max_length=LONGEST)
    panel: str = Field(max_length=LONGEST)
    place: str = Field("", max_length=LONGEST)
    lang: str = Field("zh", max_length=LONGEST)
    t: datetime | None = None


def router(services: Services) -> APIRouter:
    """The route."""
    routes = APIRouter()

    @routes.get("/export/panel.{form}", include_in_schema=False)
    async def export(request: Request, form: str, asked: Annotated[Asked, Query()]) -> Response:
        viewer = taker(request, form)
        if asked.t is not None and (asked.t.tzinfo is None or asked.t > services.now()):
            raise ApiError(422, "invalid_time", "t is a past moment with a zone, such as 2026-11-24T06:30:00Z.")
        return await asyncio.to_thread(_answer, services, viewer, asked, form)

    return routes


def _answer(services: Services, viewer: Viewer, asked: Asked, form: str) -> Response:
    """Keep the deed first: also a download that is broken off has taken something away."""
    shown = found.screen(services.city, asked.screen)
    spec = next((p for p in shown.panels if p.key == asked.panel), None) if shown is not None else None
    if shown is None or spec is None or spec.kind in tools.PLAIN:
        raise ApiError(404, "unknown_panel", f"There is no table {asked.panel!r} on a screen {asked.screen!r}.")
    view = _view(services, viewer, asked)
    sheet = exported.sheet(shown, spec, view)
    now = services.now()
    told = {"form": form, "place": view.here, "at": view.snapshot.at.isoformat()}
    services.store.audit.append(deed(viewer, Verb.EXPORT, f"panel:{shown.key}/{spec.key}", now, told))
    body = workbook(sheet) if form == "xlsx" else text(sheet)
    name = f"{sheet.title}-{view.local(view.snapshot.at):%Y%m%d-%H%M}.{form}".replace("/", "-")
    return answer(name, form, body)


def _view(services: Services, viewer: Viewer, asked: Asked) -> View:
    """The city as the viewer may see it, without his own rights: personal details leave the cockpit masked, whoever asks."""
    reach = reach_of(viewer, services.city)
    snapshot: Snapshot | None = services.live.snapshot if asked.t is None else services.builder.at(asked.t)
    if snapshot is None:
        raise ApiError(503, "starting", "The cockpit has no picture yet; ask again in a moment.")
    district = asked.place if asked.place in services.city.districts else ""
    lang = asked.lang if asked.lang in LANGUAGES else LANGUAGES[0]
    return View(Lens(reach)(snapshot), placed(reach, services.city, district), lang)


def text(sheet: Sheet) -> bytes:
    """CSV: what it is, an empty line, the rows."""
    out = io.StringIO(_BOM)
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out)
    writer.writerows([inert(name), inert(value)] for name, value in sheet.head)
    writer.writerow([])
    for row in sheet.rows:
        writer.writerow(
            ["" if cell is None else inert(cell) if isinstance(cell, str) else f"{cell:.15g}" for cell in row]
        )
    return out.getvalue().encode()


def workbook(sheet: Sheet) -> bytes:
    """An Excel workbook with one sheet; numbers stay numbers."""
    book: Any = Workbook(write_only=True)
    page = book.create_sheet("data")
    for name, value in sheet.head:
        page.append([_safe(name), _safe(value)])
    page.append([])
    for row in sheet.rows:
        page.append([_safe(cell) if isinstance(cell, str) else cell for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _safe(cell: str) -> str:
    return inert(ILLEGAL_CHARACTERS_RE.sub(" ", cell)[:LONGEST_CELL])
