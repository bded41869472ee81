"""A department as an ASGI app: token, numbered pages, ETag, and honest HTTP errors. Knows the simulation only."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo import beside, desk
from demo.departments import Department, Endpoint, row, zone_of
from demo.present import Present
from demo.routing import Handler

_TOKEN_LIFE: Final = timedelta(hours=2)
_LARGEST: Final = 1000


class _Bad(ValueError):
    """A question that cannot be answered, in one sentence."""


def app(department: Department, present: Present, secret: str = "") -> Starlette:
    """The department's server. `secret` is what the token endpoint asks for where there is one."""
    tokens: dict[str, int] = {}
    routes = [
        Route(one.path, _guarded(department, present, tokens, _lister(department, one, present)))
        for one in department.endpoints
    ]
    for other in beside.ROUTES.get(department.name, ()):
        routes += other(lambda handler: _guarded(department, present, tokens, handler), present)
    if department.incidents:
        routes.append(Route(department.incidents, _guarded(department, present, tokens, _desk(department, present))))
    if department.token:
        routes.append(Route("/openapi/token", _login(present, tokens, secret), methods=["POST"]))
    routes.append(Route("/health", _alive))
    return Starlette(routes=routes)


async def _alive(request: Request) -> Response:  # noqa: ARG001 - the signature of a route
    return JSONResponse({"ok": True})


def _guarded(department: Department, present: Present, tokens: Mapping[str, int], handler: Handler) -> Handler:
    """The handler behind what may stop it: an outage, a missing token, a question that makes no sense."""

    async def guarded(request: Request) -> Response:
        if present.down(department.name):
            return _refusal(503, "服务维护中")
        if department.token and not _known(request, tokens, present.now):
            return _refusal(401, "token 无效或已过期")
        try:
            return await handler(request)
        except _Bad as error:
            return _refusal(400, str(error))

    return guarded


def _refusal(status: int, message: str) -> Response:
    return JSONResponse({"code": status, "message": message}, status_code=status)


def _known(request: Request, tokens: Mapping[str, int], now: int) -> bool:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and tokens.get(token, 0) > now


def _login(present: Present, tokens: dict[str, int], secret: str) -> Handler:
    async def login(request: Request) -> Response:
        try:
            asked = await request.json()
        except ValueError:
            return _refusal(400, "需要 JSON")
        given = str(asked.get("appSecret", "")) if isinstance(asked, dict) else ""
        if not secret or not secrets.compare_digest(given.encode(), secret.encode()):
            return _refusal(401, "appSecret 不正确")
        now = present.now
        for old in [token for token, end in tokens.items() if end <= now]:
            del tokens[old]
        token = secrets.token_urlsafe(24)
        life = int(_TOKEN_LIFE.total_seconds())
        tokens[token] = now + life
        return JSONResponse({"code": 0, "message": "ok", "data": {"token": token, "expiresIn": life}})

    return login


def _lister(department: Department, endpoint: Endpoint, present: Present) -> Handler:
    async def listed(request: Request) -> Response:
        since, page, size = _asked(request)
        found = present.answer(endpoint.source, since, page)
        zone = zone_of(present.publisher.world.offset)
        part = [row(r, endpoint, department, zone) for r in found[(page - 1) * size : page * size]]
        mark = f'"{endpoint.source}-{len(found)}-{found[-1].seq if found else 0}"'
        return _answer(request, mark, department.envelope(part, len(found), endpoint.rows))

    return listed


def _desk(department: Department, present: Present) -> Handler:
    async def listed(request: Request) -> Response:
        since, page, size = _asked(request)
        now = present.now
        after = max(since or 0, (now - 10 * 86_400) * 10_000)
        found = desk.rows(present.publisher.world, after, now)
        mark = f'"incidents-{len(found)}-{found[-1]["seq"] if found else 0}"'
        part = [dict(r) for r in found[(page - 1) * size : page * size]]
        return _answer(request, mark, department.envelope(part, len(found), "rows"))

    return listed


def _answer(request: Request, mark: str, body: dict[str, object]) -> Response:
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers={"ETag": mark})
    return JSONResponse(body, headers={"ETag": mark})


def _asked(request: Request) -> tuple[int | None, int, int]:
    """since, page and size of the query; _Bad with a sentence when one is no number or out of range."""
    since = _number(request, "since", None)
    page, size = _number(request, "page", 1), _number(request, "size", 500)
    if not page or page < 1 or not size or not 1 <= size <= _LARGEST:
        raise _Bad(f"page 从 1 起，size 为 1–{_LARGEST}")
    return since, page, size


def _number(request: Request, name: str, otherwise: int | None) -> int | None:
    text = request.query_params.get(name, "")
    if not text:
        return otherwise
    if not text.isdigit():
        raise _Bad(f"{name} 须为非负整数")
    return int(text)
