"""One JSON shape for every failure: `{"error": {"code": ..., "message": ..., ...}}`; tests assert it over every route."""

import logging
from collections.abc import Mapping
from http import HTTPStatus

from dash.exceptions import DependencyException, InvalidResourceError, PreventUpdate
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from domain.errors import CockpitError

log = logging.getLogger(__name__)


class ApiError(Exception):
    """A refusal with a stable code ("unknown_screen"), a sentence, and what helps to do better (`details`)."""

    def __init__(self, status: int, code: str, message: str, **details: object) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details


def failure(
    status: int,
    code: str,
    message: str,
    details: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The one shape."""
    body = {"error": {"code": code, "message": message, **(details or {})}}
    return JSONResponse(body, status, headers={"Cache-Control": "no-store", **(headers or {})})


def register(server: FastAPI) -> None:
    """Answer every failure of every route in the one shape."""
    server.add_exception_handler(ApiError, _refused)
    server.add_exception_handler(RequestValidationError, _invalid)
    server.add_exception_handler(HTTPException, _http)
    server.add_exception_handler(CockpitError, _unavailable)
    server.add_exception_handler(DependencyException, _no_file)
    server.add_exception_handler(InvalidResourceError, _no_file)
    # "Anything else" gets a middleware of its own. As an exception handler of the server it would sit outside of Dash's
    # middleware, which answers in another shape.
    server.add_middleware(ExceptionMiddleware, handlers={Exception: _unexpected})


async def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, ApiError):
        raise error
    return failure(error.status, error.code, error.message, error.details)


async def _invalid(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    fields = [{"field": ".".join(str(part) for part in e["loc"]), "message": str(e["msg"])} for e in error.errors()]
    return failure(422, "invalid_request", "The request has fields that cannot be understood.", {"fields": fields})


async def _http(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    code = HTTPStatus(error.status_code).name.lower()
    return failure(error.status_code, code, str(error.detail), headers=error.headers)


async def _no_file(_: Request, _error: Exception) -> Response:
    """Dash's word for a component bundle that is not there."""
    return failure(404, "not_found", "There is no such file.")


async def _unavailable(_: Request, error: Exception) -> Response:
    log.warning("a request failed: %s", error)
    return failure(503, "unavailable", str(error), headers={"Retry-After": "5"})


async def _unexpected(request: Request, error: Exception) -> Response:
    if isinstance(error, PreventUpdate):
        raise error  # not a failure: Dash answers "204, nothing changes"
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return failure(500, "internal_error", "The server could not answer; the reason is in its log.")
