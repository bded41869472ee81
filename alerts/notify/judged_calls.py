"""Apprise's calls over judged connections: a name is resolved once, the guard judges its addresses, and one of these is called.

Apprise calls by functions of the `requests` module, which resolve the name for themselves and take the machine's proxies. What
stands in for that module within a gateway's own does neither, and the certificate is checked against the host's name as ever.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from types import ModuleType
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from datasources.guard import Guard

_GUARD: ContextVar[Guard] = ContextVar("guard")  # a gateway's module is the process's, a guard is a receiver's


@contextmanager
def judging(guard: Guard) -> Iterator[None]:
    """Within, this thread's calls go only where the guard lets them; outside there are none: LookupError."""
    before = _GUARD.set(guard)
    try:
        yield
    finally:
        _GUARD.reset(before)


def fit(gateway: ModuleType) -> None:
    """Have a gateway's module call through us."""
    gateway.requests = JUDGED  # type: ignore[attr-defined]


class _Calls:
    """As much of the `requests` module as gateways use. SourceError when an address is refused."""

    RequestException: Final = requests.RequestException
    codes: Final = requests.codes

    def request(self, method: str, url: str, **more: Any) -> requests.Response:
        """One call over a connection of its own."""
        with requests.Session() as session:
            session.trust_env = False  # a proxy would connect for us, to what nobody judged
            session.mount("http://", _Adapter())
            session.mount("https://", _Adapter())
            return session.request(method, url, **more)

    def get(self, url: str, **more: Any) -> requests.Response:
        """GET."""
        return self.request("GET", url, **more)

    def post(self, url: str, **more: Any) -> requests.Response:
        """POST."""
        return self.request("POST", url, **more)


JUDGED: Final = _Calls()


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        guard = _GUARD.get()
        pools: dict[str, Any] = {
            "http": partial(_pool, HTTPConnectionPool, partial(_Plain, guard)),
            "https": partial(_pool, HTTPSConnectionPool, partial(_Tls, guard)),
        }
        self.poolmanager.pool_classes_by_scheme = pools


def _pool(kind: type[HTTPConnectionPool], connection: Any, *args: Any, **more: Any) -> HTTPConnectionPool:
    made = kind(*args, **more)
    made.ConnectionCls = connection
    return made


class _Judged:
    """What both kinds of connection do: they call what the guard has judged."""

    def __init__(self, guard: Guard, *args: Any, **more: Any) -> None:
        self._guard = guard
        super().__init__(*args, **more)

    def _new_conn(self) -> socket.socket:
        return _judged_socket(self._guard, self)  # type: ignore[arg-type]  # always mixed into a connection


class _Plain(_Judged, HTTPConnection):
    pass


class _Tls(_Judged, HTTPSConnection):
    pass


def _judged_socket(guard: Guard, connection: HTTPConnection) -> socket.socket:
    trouble: Exception | None = None
    try:
        addresses = guard.resolve_here(connection.host, connection.port)
    except (socket.gaierror, UnicodeError) as error:
        raise NewConnectionError(connection, "the name is not known") from error
    for address in addresses:
        try:
            return socket.create_connection((address, connection.port), connection.timeout)
        except OSError as error:
            trouble = error
    raise NewConnectionError(connection, "no address takes the connection") from trouble
