"""GET /healthz for supervisors and load balancers, GET /metrics in Prometheus text format."""

import asyncio
from collections.abc import Iterator
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from api.services import Services
from domain.account import Right, Viewer
from domain.errors import StoreError
from domain.health import Freshness

STUCK_AFTER = 60.0  # seconds without a new snapshot, four times the slowest pace, before the process calls itself ill
UNWELL = {"code": "unhealthy", "message": "The system is not well; the reason is told to those who run it."}
Sample = tuple[str, str, str, list[tuple[dict[str, str], float]]]  # name, type, help, samples with labels


def router(services: Services) -> APIRouter:
    """Both routes."""
    routes = APIRouter()

    @routes.get("/healthz", summary="Whether the store is reachable and the screens are alive")
    async def healthz(request: Request) -> Response:
        problem = await _store_problem(services)
        body, well = _report(services, problem)
        if not _runs_the_system(request):  # strangers and load balancers hear yes or no
            body = {"status": body["status"]} if well else {"status": body["status"], "error": UNWELL}
        headers = {"Cache-Control": "no-store"}
        return JSONResponse(body, 200 if well else 503, headers=headers)

    @routes.get("/metrics", summary="Counters in Prometheus text format", response_class=Response)
    async def metrics() -> Response:
        text = render(samples(services, services.now()))
        return Response(
            text, media_type="text/plain; version=0.0.4; charset=utf-8", headers={"Cache-Control": "no-store"}
        )

    return routes


def _runs_the_system(request: Request) -> bool:
    viewer: Viewer | None = request.scope.get("viewer")
    return viewer is not None and viewer.may(Right.OPERATE)


async def _store_problem(services: Services) -> str:
    try:
        await asyncio.wait_for(asyncio.to_thread(services.store.version), 5)
    except StoreError as error:
        return str(error)
    except TimeoutError:
        return "The store did not answer within 5 s."
    return ""


def _report(services: Services, problem: str) -> tuple[dict[str, object], bool]:
    snapshot, now = services.live.snapshot, services.now()
    age = None if snapshot is None else (now - snapshot.at).total_seconds()
    newest = newest_at(services)
    trouble = problem or services.live.error or ("" if age is not None and age < STUCK_AFTER else "No fresh snapshot.")
    body: dict[str, object] = {
        "status": "ok" if not trouble else "failing",
        "build": services.build,
        "store": problem or "ok",
        "snapshot_age_s": age,
        "newest_data_at": None if newest is None else newest.isoformat(),
        "newest_data_age_s": None if newest is None else (now - newest).total_seconds(),
        "viewers": services.hub.viewers,
    }
    if trouble:
        body["error"] = {"code": "unhealthy", "message": trouble}
    return body, not trouble


def newest_at(services: Services) -> datetime | None:
    """The time of the newest value of any metric; None before the first."""
    return services.live.snapshot.newest_at if services.live.snapshot is not None else None


def samples(services: Services, now: datetime) -> Iterator[Sample]:
    """Everything told to Prometheus."""
    hub, stats = services.hub, services.hub.stats
    yield "cockpit_build_info", "gauge", "The running build.", [({"build": services.build}, 1)]
    yield "cockpit_viewers", "gauge", "Open streams.", [({}, hub.viewers)]
    yield "cockpit_topics", "gauge", "Topics kept drawn.", [({}, hub.topics)]
    yield "cockpit_ticks_total", "counter", "Snapshots published.", [({}, stats.ticks)]
    yield (
        "cockpit_messages_total",
        "counter",
        "Messages made, each sent to all viewers of a topic.",
        [({}, stats.messages)],
    )
    yield (
        "cockpit_resyncs_total",
        "counter",
        "Viewers that fell behind and were sent the whole screen.",
        [({}, stats.resyncs)],
    )
    yield "cockpit_sent_bytes_total", "counter", "Bytes of the stream sent to viewers.", [({}, stats.sent)]
    yield "cockpit_render_seconds_total", "counter", "Time spent drawing panels.", [({}, stats.render_seconds)]
    yield "cockpit_panel_failures_total", "counter", "Panels that could not be drawn.", [({}, stats.panel_failures)]
    snapshot = services.live.snapshot
    if snapshot is None:
        return
    yield (
        "cockpit_snapshot_age_seconds",
        "gauge",
        "Age of what screens show.",
        [({}, (now - snapshot.at).total_seconds())],
    )
    ages, states = [], []
    for key, health in snapshot.sources.items():
        states += [({"source": key, "state": s.value}, float(health.state is s)) for s in Freshness]
        if health.last_success is not None:
            ages.append(({"source": key}, (now - health.last_success).total_seconds()))
    yield "cockpit_source_age_seconds", "gauge", "Time since a source last succeeded.", ages
    yield "cockpit_source_state", "gauge", "1 for the state a source is in.", states


def render(found: Iterator[Sample]) -> str:
    """Prometheus text exposition format 0.0.4."""
    lines: list[str] = []
    for name, kind, words, values in found:
        lines += [f"# HELP {name} {words}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{_labels(labels)} {value!r}" for labels, value in values]
    return "\n".join(lines) + "\n"


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{key}="{_escaped(value)}"' for key, value in labels.items()) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
