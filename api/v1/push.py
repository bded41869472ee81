"""POST observations and incidents: what departments' systems send by themselves."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from api.errors import ApiError
from api.services import Services
from api.v1.answers import JSON
from api.v1.describe import pushed
from api.v1.intake import digest, media_type, read_body, unpacked
from api.v1.queries import PushQuery
from api.v1.reception import Parcel, Reception
from api.v1.scope import Scope, pushing
from datasources.pushed import PushedSpec
from store.push import Receipt

AT_ONCE = 2  # requests worked on at a time; the others wait, so that readers still get their turn
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,200}$",
        description="Makes repeating safe: within 7 days the same key with the same body gets the same answer.",
    ),
]


def router(services: Services) -> APIRouter:
    """Both routes."""
    routes = APIRouter(tags=["push"])
    reception, turns = Reception(services), asyncio.Semaphore(AT_ONCE)

    async def take(request: Request, asked: PushQuery, key: str | None, what: str) -> Response:
        spec = _source(pushing(services), asked.source, what)
        media = media_type(request)
        sent = await read_body(request)
        async with turns:
            return await asyncio.to_thread(work, request, spec, media, sent, key)

    def work(request: Request, spec: PushedSpec, media: str, sent: bytes, key: str | None) -> Response:
        body = unpacked(sent, request.headers.get("content-encoding", ""))
        known = digest(request.url.path, media, body=body) if key else ""
        answer = reception.take(Parcel(spec, media, body, Receipt(spec.key, key, known) if key else None))
        if not answer.same:
            raise ApiError(
                409, "key_reused", "This Idempotency-Key came with another body; use a new key for new data."
            )
        headers = {"Cache-Control": "no-store"} | ({"Idempotency-Replayed": "true"} if answer.repeated else {})
        return Response(answer.body, 200, headers, JSON)

    @routes.post("/observations", **pushed("Send observations", "observations"))
    async def observations(request: Request, asked: Annotated[PushQuery, Query()], key: Key = None) -> Response:
        """Take up to 100,000 records; 200 comes after the commit, so what it says is durable.

        The records' fields are those that the source declares in sources.yaml. Each record is accepted, a duplicate (it says
        what is known already), rejected with a reason (and kept in quarantine), or ignored (the source's `where`). A record
        with another value for a known moment corrects it.
        """
        return await take(request, asked, key, "metrics")

    @routes.post("/incidents", **pushed("Send incidents", "incidents"))
    async def incidents(request: Request, asked: Annotated[PushQuery, Query()], key: Key = None) -> Response:
        """Take incidents; a later record with the same id is an update. Otherwise as for observations."""
        return await take(request, asked, key, "incident")

    return routes


def _source(scope: Scope, asked: str, what: str) -> PushedSpec:
    """The source a request feeds; ApiError when the token does not name it or it takes no such thing."""
    allowed = sorted(scope.viewer.sources)
    if not asked and len(allowed) != 1:
        raise ApiError(422, "source_missing", "This token names several sources or none: say which with ?source=.")
    key = asked or allowed[0]
    if key not in scope.viewer.sources:
        raise ApiError(403, "forbidden", f"This token may not feed the source {key!r}.")
    spec = scope.city.sources.get(key)
    if not isinstance(spec, PushedSpec):
        raise ApiError(404, "unknown_source", f"sources.yaml declares no source {key!r} that is sent to the API.")
    if not getattr(spec, what):
        raise ApiError(404, "unknown_source", f"The source {key!r} declares no {what}.")
    return spec
