"""The serving side of benchmarks/stream.py: `python -m benchmarks._stream_server PORT FOLDER`; it does nothing of its own."""

import asyncio
import os
import sys
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import plotly.graph_objects as go
from dash import Dash, Input, Output, dcc, html
from fastapi import FastAPI

import config
from api.serve import serve
from api.services import Services
from api.web import mount
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


async def feed(city: City, store: Store, commits: list[int]) -> None:
    """Commit once a second."""
    series = [(key, place) for key in FEEDS for place in places(city, key)]
    for turn in range(10**6):
        await asyncio.sleep(1)
        now = utc_now()
        chosen = [series[(turn * EACH + i) % len(series)] for i in range(EACH)]
        rows = tuple(
            Observation(key, place, "bench", now, 20 + (turn * 7 + i) % 23, now)
            for i, (key, place) in enumerate(chosen)
        )
        await asyncio.to_thread(store.write, Batch("bench", now, rows))
        commits.append(int(time.time() * 1000))


def main(port: int, folder: Path) -> None:
    city, problems = config.load(Path("cities/441800"), os.environ)
    if city is None:
        raise SystemExit(f"the city folder has problems: {problems}")
    with open_store(f"sqlite:///{folder / 'city.db'}", zone=city.spec.zone) as store:
        history(city, store, utc_now())
        server, hub = build(city, store, folder)
        serve(server, hub, "127.0.0.1", port)


def build(city: City, store: Store, folder: Path) -> tuple[FastAPI, Hub]:
    builder = Builder(city, store)
    hub = Hub(lambda topic: screen.draws(city.screens[topic.screen], topic.place, topic.lang), Topic("overview"))
    live = Live(builder, hub, store, utc_now)
    commits: list[int] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI):  # type: ignore[no-untyped-def]
        tasks = [asyncio.create_task(live.run()), asyncio.create_task(feed(city, store, commits))]
        yield
        for task in tasks:
            task.cancel()

    server = FastAPI(lifespan=lifespan)
    mount(server, Services(city, store, builder, hub, live, "bench", folder / "cache", utc_now))

    @server.get("/bench")
    async def bench() -> dict[str, object]:
        times = os.times()
        pages = int(Path("/proc/self/statm").read_text().split()[1])  # noqa: ASYNC240  # a file in memory
        return {
            "cpu": times.user + times.system,
            "sent": hub.stats.sent,
            "messages": hub.stats.messages,
            "rss_kb": pages * 4,
            "commits": commits,
        }

    plain_dash(server, city, live)
    return server, hub


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
    main(int(sys.argv[1]), Path(sys.argv[2]))
