"""Serving the ASGI app with uvicorn until SIGTERM or SIGINT."""

import socket

import uvicorn
from fastapi import FastAPI

from snapshot.hub import Hub

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


def serve(server: FastAPI, hub: Hub, host: str, port: int) -> None:
    """Serve until told to stop."""
    config = uvicorn.Config(
        server, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=PATIENCE
    )
    _Server(config, hub).run()
