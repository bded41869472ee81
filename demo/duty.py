"""The duty room's own system: takes notices as any program would that understands Alertmanager, and shows what came."""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, tzinfo
from html import escape
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

PORT_VARIABLE: Final = "DEMO_PORT_DUTY"
_KEPT: Final = 300  # notices; older ones are forgotten
_LARGEST: Final = 1_000_000  # bytes of one notice
_PAGE: Final = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>值班系统（演示）</title>
<meta name="viewport" content="width=device-width"><style>
body{{font:15px/1.5 sans-serif;margin:2rem;max-width:60rem}}li{{margin:.6rem 0;white-space:pre-line}}
time{{color:#555;margin-right:.6rem}}b{{margin-right:.4rem}}</style>
<h1>市应急局值班系统（演示）</h1><p>收到 {count} 条通知，最新的在前。重发的通知按编号只记一次。</p><ol>{rows}</ol></html>"""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One notice as it came. times: how often it was sent."""

    at: str
    id: str
    body: Mapping[str, object]
    times: int = 1


class DutyRoom:
    """What came, in memory only. now: epoch seconds."""

    def __init__(self, now: Callable[[], int], zone: tzinfo) -> None:
        self._now, self._zone = now, zone
        self._kept: OrderedDict[str, Arrived] = OrderedDict()

    def app(self) -> Starlette:
        """Its server."""
        routes = [
            Route("/notices", self._take, methods=["POST"]),
            Route("/notices", self._listed),
            Route("/", self._page),
            Route("/health", self._alive),
        ]
        return Starlette(routes=routes)

    @property
    def newest(self) -> list[Arrived]:
        """What came, newest first."""
        return list(reversed(self._kept.values()))

    async def _take(self, request: Request) -> Response:
        """200 for every notice that can be read, also for one that is here already: the sender may stop sending it."""
        try:
            body = json.loads((await request.body())[:_LARGEST])
        except ValueError:
            body = None
        if not isinstance(body, dict):
            return JSONResponse({"code": 400, "message": "需要 JSON 对象"}, status_code=400)
        key = request.headers.get("idempotency-key") or str(body.get("groupKey", ""))
        before = self._kept.pop(key, None)
        if before is None:
            at = f"{datetime.fromtimestamp(self._now(), self._zone):%Y-%m-%d %H:%M:%S}"
            self._kept[key] = Arrived(at, key, body)
        else:
            self._kept[key] = replace(before, times=before.times + 1)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return JSONResponse({"code": 0, "message": "已收到", "again": before is not None})

    async def _listed(self, request: Request) -> Response:  # noqa: ARG002 - the signature of a route
        return JSONResponse([asdict(one) for one in self.newest])

    async def _page(self, request: Request) -> Response:  # noqa: ARG002 - the signature of a route
        return HTMLResponse(_PAGE.format(count=len(self._kept), rows="".join(map(_row, self.newest))))

    async def _alive(self, request: Request) -> Response:  # noqa: ARG002 - the signature of a route
        return JSONResponse({"ok": True})


def _row(one: Arrived) -> str:
    own = one.body.get("cockpit")
    said = own if isinstance(own, dict) else {}
    again = f"（发了 {one.times} 次）" if one.times > 1 else ""
    return f"<li><time>{escape(one.at)}</time>{escape(str(said.get('text') or one.id))}{again}</li>"
