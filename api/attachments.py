"""/orders/file: a file goes up for a step with an order, and comes down by whoever may read the order. Both are audited."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from access.ask import deed
from access.secret import Key
from access.verbs import Verb
from access.viewer import current
from api.errors import ApiError
from api.services import Services
from api.taking import OWN
from domain.account import Viewer
from domain.errors import TransitionRefused
from domain.order import Attachment, Order
from duty.attachments import FILED, media_of, ticket
from duty.order_table import TABLE, sees
from layouts.text import LANGUAGES, translate
from store.attachments import Attachments

log = logging.getLogger(__name__)
PATH = "/orders/file"
FOLDER = "attachments"  # beside the cache, under VAR
NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Sent(BaseModel):
    """For which order a file is, and what it is called there."""

    order: str = Field("", max_length=60)
    name: str = Field("", max_length=300)
    lang: str = Field("zh", max_length=10)


class Wanted(BaseModel):
    """Which file of which order."""

    order: str = Field("", max_length=60)
    sha256: str = Field("", max_length=64)


@dataclass(frozen=True)
class Files:
    """The two answers. key: seals the tickets."""

    services: Services
    key: Key
    kept: Attachments

    def take(self, viewer: Viewer, sent: Sent, content: bytes) -> Response:
        """Keep a file that a step may carry; the answer is its ticket. Nothing of the order changes."""
        order = self._order(viewer, sent.order)
        if FILED.isdisjoint(TABLE.possible(order, viewer)):
            raise ApiError(403, "forbidden", "Nothing can be added to this order by you now.")
        try:
            media = media_of(sent.name, content)
        except TransitionRefused as error:
            lang = sent.lang if sent.lang in LANGUAGES else "zh"
            raise ApiError(422, "file_refused", translate(str(error), lang)) from None
        now = self.services.now()
        try:
            sha256 = self.kept.keep(content)
        except OSError as error:
            log.warning("an attachment could not be kept: %s", error)
            raise ApiError(503, "unavailable", "The file could not be kept; try again later.") from None
        file = Attachment(sha256=sha256, name=sent.name, size=len(content), media=media, by=viewer.login, at=now)
        told = {"file": file.name, "sha256": sha256, "size": file.size}
        self.services.store.audit.append(deed(viewer, Verb.ORDER, f"dossier:{order.id}", now, told))
        return JSONResponse({"ticket": ticket(self.key, order, file), "name": file.name}, 201, headers=NO_STORE)

    def give(self, viewer: Viewer, wanted: Wanted) -> Response:
        """A file of an order that the viewer may read, never shown but always saved. Keep the deed first."""
        order = self._order(viewer, wanted.order)
        file = next((one for one in order.files if one.sha256 == wanted.sha256), None)
        try:
            content = self.kept.read(file.sha256) if file is not None else None
        except OSError as error:
            log.warning("an attachment cannot be read: %s", error)
            content = None
        if file is None or content is None:
            raise ApiError(404, "not_found", "There is no such file.")
        told = {"file": file.name, "sha256": file.sha256}
        self.services.store.audit.append(deed(viewer, Verb.EXPORT, f"dossier:{order.id}", self.services.now(), told))
        ending = file.name.rpartition(".")[2].lower()
        plain = f"{order.id}-{file.sha256[:8]}.{ending}"
        named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"
        return Response(content, media_type=file.media, headers={**NO_STORE, "Content-Disposition": named})

    def _order(self, viewer: Viewer, number: str) -> Order:
        """An order that somebody may read; for others there is none."""
        order = self.services.store.duty.dossier(Order, number) if number.startswith("GD-") else None
        if order is None or not sees(order, viewer):
            raise ApiError(404, "not_found", "There is no such order.")
        return order


def router(services: Services, key: Key) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)
    files = Files(services, key, Attachments(services.cache.with_name(FOLDER)))

    @routes.post(PATH)
    async def take(request: Request, sent: Annotated[Sent, Query()]) -> Response:
        content = await request.body()
        return await asyncio.to_thread(files.take, _viewer(), sent, content)

    @routes.get(PATH)
    async def give(request: Request, wanted: Annotated[Wanted, Query()]) -> Response:
        if request.headers.get("sec-fetch-site", "") not in OWN:
            raise ApiError(403, "cross_site", "Another site's page asked for this.")
        return await asyncio.to_thread(files.give, _viewer(), wanted)

    return routes


def _viewer() -> Viewer:
    viewer = current()
    if viewer is None:
        raise ApiError(401, "signed_out", "Sign in first.")
    return viewer
