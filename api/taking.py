"""Files that somebody takes away: who may, from where, and how they are sent."""

from collections.abc import Collection
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from access.viewer import current
from api.errors import ApiError
from domain.account import Right, Viewer

TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
OWN = ("same-origin", "none", "")  # who may start a download: our own page or the address bar, no other site


def taker(request: Request, form: str, right: Right = Right.EXPORT, forms: Collection[str] = TYPES) -> Viewer:
    """Who takes a file away, from our own page, in a form there is. ApiError."""
    viewer = current()
    if viewer is None or not viewer.may(right):
        raise ApiError(403, "forbidden", "Your role may not take this away as a file.")
    if form not in forms:
        raise ApiError(404, "not_found", f"Files are made as {' or '.join(forms)}.")
    if request.headers.get("sec-fetch-site", "") not in OWN:
        raise ApiError(403, "cross_site", "Another site's page asked for this.")
    return viewer


def headers(name: str) -> dict[str, str]:
    """A file that is saved under a name, never shown and never kept."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store"}


def answer(name: str, form: str, body: bytes) -> Response:
    """A file that was made whole."""
    return Response(body, media_type=TYPES[form], headers=headers(name))
