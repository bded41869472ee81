"""What a department's server is put together of: handlers, what wraps them, and whoever brings routes."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.present import Present

Handler = Callable[[Request], Awaitable[Response]]
Guard = Callable[[Handler], Handler]  # wraps a handler with what may stop the department
Routes = Callable[[Guard, Present], list[Route]]
