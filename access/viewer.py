"""The viewer of the request under way."""

from contextvars import ContextVar

from domain.account import Viewer

CURRENT: ContextVar[Viewer | None] = ContextVar("viewer", default=None)


def current() -> Viewer | None:
    """Who asks; None outside a signed-in request. Set by the web process's gate, carried into threads by asyncio.to_thread."""
    return CURRENT.get()
