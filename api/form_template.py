"""GET /forms/template.xlsx: the empty table of a form, for whoever may read the form. It holds no data, so it is no export."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.errors import ApiError
from api.exports import file
from api.services import Services
from api.taking import answer, taker
from domain.account import Right, Viewer
from duty.filing_tables import template
from duty.filings import forms, reads

ONLY = ("xlsx",)


def router(services: Services) -> APIRouter:
    """The route."""
    routes = APIRouter()

    @routes.get("/forms/template.{form}", include_in_schema=False)
    async def give(form: str, request: Request) -> Response:
        viewer = taker(request, form, Right.VIEW, ONLY)
        return await asyncio.to_thread(_answer, services, viewer, request.query_params.get("form", ""))

    return routes


def _answer(services: Services, viewer: Viewer, key: str) -> Response:
    made = forms(services.city).get(key)
    if made is None or not reads(viewer, made.spec):
        raise ApiError(404, "not_found", "There is no such form.")
    return answer(f"{made.spec.name or key}.xlsx", "xlsx", file("xlsx", list(template(made))))
