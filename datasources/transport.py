"""Connections to judged addresses only: what was judged is what is called, whatever the name server says a moment later."""

import asyncio
import socket

import httpx

from datasources.guard import Guard

_PORTS = {"http": 80, "https": 443}


class GuardedTransport(httpx.AsyncBaseTransport):
    """Resolves the host, has the guard judge every address, and connects to one of these; the certificate is the host's.

    SourceError when an address is refused. A name that is not known is a ConnectError, like a host that does not answer.
    """

    def __init__(self, guard: Guard, inner: httpx.AsyncBaseTransport | None = None) -> None:
        self._guard = guard
        self._inner = inner or httpx.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send to the first address that takes the connection."""
        host = request.url.raw_host.decode("ascii")
        addresses = await self._resolved(request, host)
        for address in addresses[:-1]:
            try:
                return await self._inner.handle_async_request(_sent_to(request, host, address))
            except httpx.ConnectError:
                continue
        return await self._inner.handle_async_request(_sent_to(request, host, addresses[-1]))

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._inner.aclose()

    async def _resolved(self, request: httpx.Request, host: str) -> list[str]:
        seconds = request.extensions.get("timeout", {}).get("connect")
        port = request.url.port or _PORTS.get(request.url.scheme, 0)
        try:
            async with asyncio.timeout(seconds):
                return await self._guard.resolve(host, port)
        except TimeoutError:
            raise httpx.ConnectTimeout("the name was not resolved in time", request=request) from None
        except (socket.gaierror, UnicodeError):
            raise httpx.ConnectError("the name is not known", request=request) from None


def _sent_to(request: httpx.Request, host: str, address: str) -> httpx.Request:
    """The same request to an address; the Host header and the name in the certificate stay the host's."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )
