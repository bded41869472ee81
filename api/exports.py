"""The audit log taken away as a file: CSV streamed row by row, or a workbook. Each export is itself a row in the log."""

import asyncio
import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from starlette.concurrency import iterate_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from access.ask import deed
from access.verbs import Verb
from api.errors import ApiError
from api.services import Services
from api.taking import TYPES, answer, headers, taker
from domain.account import Right, Viewer
from domain.city import City
from layouts.accounts import words
from layouts.accounts.audit_query import Asked, read
from layouts.address import read as read_address
from layouts.text import translate
from store.audit import AuditLog, AuditRow

CHUNK = 2000  # rows read at a time
# More than a person reads; a workbook is made in memory, at about 10,000 rows a second.
MOST = {"csv": 1_000_000, "xlsx": 100_000}
LONGEST_CELL = 32_000  # characters; a workbook's limit is 32,767
COLUMNS = ("编号", "时间", "操作人", "操作", "代码", "对象", "来自", "原因", "之前", "之后", "前一条", "本条")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BOM = "\ufeff"  # by which spreadsheets know that a CSV is UTF-8


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody takes away: the rows that `asked` finds, as `form`, with heads in `lang`."""

    viewer: Viewer
    asked: Asked
    form: str
    lang: str


def router(services: Services) -> APIRouter:
    """GET /audit/export.{form}: what /audit finds with the same query string."""
    routes = APIRouter()

    @routes.get("/audit/export.{form}", include_in_schema=False)
    async def export(form: str, request: Request) -> Response:
        viewer = taker(request, form, Right.AUDIT)
        asked = read(request.url.query, services.city.zone)
        if asked.mistakes:
            raise ApiError(422, "invalid_request", "Days are written as 2026-11-23.", fields=list(asked.mistakes))
        order = Order(viewer, asked, form, read_address(f"?{request.url.query}", services.city).lang)
        return await asyncio.to_thread(_answer, services, order)

    return routes


def _answer(services: Services, order: Order) -> Response:
    """Keep the deed first: also a download that is broken off has taken something away."""
    now, log = services.now(), services.store.audit
    told = {"form": order.form, "filters": order.asked.given}
    last = log.append(deed(order.viewer, Verb.AUDIT_EXPORT, "audit", now, told))
    rows = _rows(log, order.asked, last, MOST[order.form])
    cells = table(rows, services.city, order.lang, MOST[order.form])
    name = f"audit-{now.astimezone(services.city.zone):%Y%m%d-%H%M%S}.{order.form}"
    if order.form == "xlsx":
        return answer(name, order.form, workbook(cells))
    return StreamingResponse(iterate_in_threadpool(lines(cells)), media_type=TYPES[order.form], headers=headers(name))


def _rows(log: AuditLog, asked: Asked, before: int, most: int) -> Iterator[AuditRow]:
    """Rows older than the export's own, newest first, read in chunks."""
    left = most
    while left > 0:
        found = log.search(asked.query, min(CHUNK, left), before)
        yield from found
        if len(found) < CHUNK:
            return
        left, before = left - len(found), found[-1].id


def table(rows: Iterator[AuditRow], city: City, lang: str, most: int) -> Iterator[list[str]]:
    """Heads and rows as text; a last line says when there is more than one export takes."""
    yield [translate(name, lang) for name in COLUMNS]
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007  the last count is asked for after the loop
        yield _cells(row, city, lang)
    if count == most:
        yield [translate("只导出了最新的 {n} 条，请缩小范围后再导出。", lang, n=f"{most:,}")]


def file(form: str, cells: Iterable[list[str]]) -> bytes:
    """Rows of text as a whole file."""
    return workbook(iter(cells)) if form == "xlsx" else b"".join(lines(iter(cells)))


def _cells(row: AuditRow, city: City, lang: str) -> list[str]:
    at = row.at.astimezone(city.zone).isoformat(timespec="milliseconds")
    verb = translate(words.verb(row.verb), lang)
    sides = [json.dumps(side, ensure_ascii=False, sort_keys=True) if side else "" for side in (row.before, row.after)]
    return [str(row.id), at, row.actor, verb, row.verb, row.thing, row.address, row.reason, *sides, row.prev, row.hash]


def inert(text: str) -> str:
    """Text that a spreadsheet does not take for a formula: somebody may have typed one as a login."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def lines(cells: Iterator[list[str]]) -> Iterator[bytes]:
    """CSV, line by line."""
    out = io.StringIO(_BOM)
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out)
    for row in cells:
        writer.writerow([inert(cell) for cell in row])
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()


def workbook(cells: Iterator[list[str]]) -> bytes:
    """An Excel workbook with one sheet; signs that a workbook cannot hold become spaces."""
    book: Any = Workbook(write_only=True)
    sheet = book.create_sheet("audit")
    for row in cells:
        sheet.append([inert(ILLEGAL_CHARACTERS_RE.sub(" ", cell)[:LONGEST_CELL]) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
