"""The serving side of benchmarks/stream.py, in three processes: `python -m benchmarks._stream_server serve|feed|bare PORT FOLDER`.

serve: the web process. feed: the collector's part, one commit a second. bare: the raw limit, an ASGI app that hands a fixed
message of 1,000 bytes to every reader once a second through a two-deep queue.
"""

import asyncio
import json
import os
import sys
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import plotly.graph_objects as go
import uvicorn
from dash import Dash, Input, Output, dcc, html
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

import config
from access.rights import RIGHTS
from access.viewer import CURRENT
from api.serve import serve
from api.services import Services
from api.web import mount
from domain.account import WHOLE, Role, Viewer
from domain.batch import Batch
from domain.city import City
from domain.observation import Observation
from layouts import screen
from snapshot.builder import Builder
from snapshot.hub import Hub, Topic
from snapshot.live import Live
from store import Store, open_store

FEEDS = (
    "service.cases",
    "hotline.calls",
    "air.pm25",
    "traffic.speed",
    "traffic.delay_ratio",
    "weather.temp",
    "hydro.level",
)
EACH = 60  # observations a second


def utc_now() -> datetime:
    return datetime.now(UTC)


def places(city: City, metric: str) -> list[str]:
    kind = city.metrics[metric].site_kind
    return [s.id for s in city.sites.values() if s.kind == kind][:30] if kind else list(city.districts)


def history(city: City, store: Store, now: datetime) -> None:
    """A day of every declared metric, so that every panel has something to draw."""
    for key, metric in city.metrics.items():
        if metric.ratio or metric.composite or metric.derive in ("status", "health"):
            continue
        step = max(metric.every, timedelta(minutes=30))
        steps = [now - i * step for i in range(min(48, timedelta(days=30) // step))]
        rows = [
            Observation(key, place, "bench", at.replace(second=0, microsecond=0), 20.0 + i % 17, now)
            for i, at in enumerate(steps)
            for place in places(city, key)
        ]
        store.write(Batch("bench", now, tuple(rows)))


def feed(city: City, store: Store, commits: Path) -> None:
    """Commit once a second until killed; the file holds when (ms)."""
    series = [(key, place) for key in FEEDS for place in places(city, key)]
    with commits.open("a", buffering=1) as told:
        for turn in range(10**6):
            time.sleep(1)
            now = utc_now()
            chosen = [series[(turn * EACH + i) % len(series)] for i in range(EACH)]
            rows = [Observation(k, s, "bench", now, 20 + (turn * 7 + i) % 23, now) for i, (k, s) in enumerate(chosen)]
            store.write(Batch("bench", now, tuple(rows)))
            told.write(f"{int(time.time() * 1000)}\n")


def main(part: str, port: int, folder: Path) -> None:
    if part == "bare":
        uvicorn.run(bare, host="127.0.0.1", port=port, log_level="error")
        return
    city, problems = config.load(Path("cities/441800"), os.environ)
    if city is None:
        raise SystemExit(f"the city folder has problems: {problems}")
    with open_store(f"sqlite:///{folder / 'city.db'}", zone=city.spec.zone) as store:
        if part == "feed":
            feed(city, store, folder / "commits")
        history(city, store, utc_now())
        serve(*build(city, store, folder), "127.0.0.1", port)


def usage() -> dict[str, float]:
    times = os.times()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {"cpu": times.user + times.system, "rss_kb": pages * 4}


readers: set["asyncio.Queue[bytes]"] = set()
told: list[int] = []


async def bare(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
    """The raw limit as a whole ASGI app."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        pump = asyncio.create_task(tell())
        await receive()
        pump.cancel()
        return
    queue: asyncio.Queue[bytes] = asyncio.Queue(2)
    if scope["path"] != "/stream":
        body = {**usage(), "sent": 0, "messages": len(told), "commits": told, "status": "ok"}
        answer = json.dumps(body, separators=(",", ":")).encode()
        headers = [(b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})
        return
    readers.add(queue)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    gone = asyncio.create_task(receive_until_gone(receive, queue))
    while (message := await queue.get()) and not gone.done():
        await send({"type": "http.response.body", "body": message, "more_body": True})
    readers.discard(queue)


async def receive_until_gone(receive, queue) -> None:  # type: ignore[no-untyped-def]
    while (await receive())["type"] != "http.disconnect":
        pass
    readers.discard(queue)


async def tell() -> None:
    while True:
        await asyncio.sleep(1)
        told.append(int(time.time() * 1000))
        message = b"id: %d\ndata: " % told[-1] + b"x" * 970 + b"\n\n"
        for queue in readers:
            if not queue.full():
                queue.put_nowait(message)


def build(city: City, store: Store, folder: Path) -> tuple[FastAPI, Hub]:
    builder = Builder(city, store)
    hub = Hub(lambda topic: screen.draws(city.screens[topic.screen], topic.place, topic.lang), Topic("overview"))
    live = Live(builder, hub, store, utc_now)

    @asynccontextmanager
    async def lifespan(_: FastAPI):  # type: ignore[no-untyped-def]
        running = asyncio.create_task(live.run())
        yield
        running.cancel()

    server = FastAPI(lifespan=lifespan)
    mount(server, Services(city, store, builder, hub, live, "bench", folder / "cache", utc_now))

    server.add_middleware(Seated)

    @server.get("/bench")
    async def bench() -> dict[str, object]:
        commits = folder / "commits"
        times = [int(line) for line in commits.read_text().split()] if commits.exists() else []
        return {**usage(), "sent": hub.stats.sent, "messages": hub.stats.messages, "commits": times}

    plain_dash(server, city, live)
    return server, hub


class Seated:
    """Lets every reader in as one officer who sees everything: what a reader without a seat may read never changes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._viewer = Viewer("bench", "bench", Role.DUTY, RIGHTS[Role.DUTY], WHOLE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Set the viewer for the request, and for what it starts."""
        CURRENT.set(self._viewer)
        await self._app(scope, receive, send)


def plain_dash(server: FastAPI, city: City, live: Live) -> None:
    """The peer: everything a screen shows, made for each viewer, with figures as plotly's own objects."""
    app = Dash(server=server, suppress_callback_exceptions=True)  # type: ignore[arg-type]
    app.layout = html.Div([dcc.Interval(id="clock"), dcc.Store(id="screen")])

    @app.callback(Output("screen", "data"), Input("clock", "n_intervals"))
    async def refresh(_: int) -> dict[str, object]:
        snapshot = live.snapshot
        if snapshot is None:
            return {}
        draws = screen.draws(city.screens["overview"])
        parts = {key: props for draw in draws.values() for key, props in draw(snapshot).items()}
        return {key: {name: fresh(name, value) for name, value in props.items()} for key, props in parts.items()}


def fresh(name: str, value: object) -> object:
    return go.Figure(value) if name == "figure" and isinstance(value, dict) else value


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
