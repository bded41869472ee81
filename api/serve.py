"""Serving the ASGI app with uvicorn until SIGTERM or SIGINT."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import uvicorn
from fastapi import FastAPI

from api.static import warm
from domain.errors import StoreError
from snapshot.hub import Hub
from snapshot.live import Live

PATIENCE = 3  # seconds that answers under way get at a stop


class _Server(uvicorn.Server):
    """Sends the open streams home first, so that a stop does not wait for them."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the streams, then everything else."""
        self._hub.close()
        await super().shutdown(sockets)


def living(live: Live) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """The server's lifespan: the live loop runs, and the files of the page are compressed before the first visitor asks."""

    @asynccontextmanager
    async def lifespan(server: FastAPI) -> AsyncIterator[None]:
        with suppress(StoreError):  # told by the live loop, which tries again; the page says that it is starting
            await live.first()
        # What is there now stays: the collector need not look at it again, neither now nor in the middle of a tick.
        gc.freeze()
        gc.enable()
        running = [asyncio.create_task(live.run(), name="live"), asyncio.create_task(warm(server), name="warm")]
        yield
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    return lifespan


def serve(server: FastAPI, hub: Hub, host: str, port: int, trusted: str = "") -> None:
    """Serve until told to stop.

    trusted: addresses or networks of proxies, with commas between, whose X-Forwarded-For and X-Forwarded-Proto are believed.
    """
    config = uvicorn.Config(
        server,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=PATIENCE,
        proxy_headers=bool(trusted),
        forwarded_allow_ips=trusted,
        server_header=False,
    )
    _Server(config, hub).run()
