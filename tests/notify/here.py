"""What tests of delivery share: a message, a guard that lets loopback through, and a server that writes down what it is sent."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from alerts.delivery import Message, Told
from alerts.notify import Means
from datasources.guard import Guard
from domain.alert import AlertLevel
from domain.notice import NoticeKind

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
OPEN = Means(Guard(loopback=True))


def told(number: str = "GJ-20261125-0001", ended: datetime | None = None, **labels: str) -> Told:
    return Told(
        number=number,
        fingerprint=f"r|{number}",
        began=NOW,
        ended=ended,
        line=f"P1 {number} 超保证水位",
        link=f"https://cockpit.example/alerts?case={number}",
        labels={"alertname": "flood", "severity": "P1", **labels},
        annotations={"summary": "河口闸 超保证水位"},
    )


def message(*cases: Told, level: AlertLevel = AlertLevel.P1) -> Message:
    shown = cases or (told(),)
    return Message(
        id="fired-1",
        receiver="duty",
        kind=NoticeKind.FIRED,
        level=level,
        group="water|flood|441802",
        at=NOW,
        title="【P1 特急 · 告警】河口闸 超保证水位",
        text="【P1 特急 · 告警】河口闸 超保证水位\n第二行",
        cases=shown,
        link="https://cockpit.example/alerts",
    )


@dataclass
class Server:
    """status, headers: what it answers, the last of several again and again. got: path, headers, body of each request."""

    url: str
    statuses: list[int] = field(default_factory=lambda: [200])
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b'{"errcode": 0, "code": 0, "StatusCode": 0, "ok": true}'
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.hold.set()


class Crowded(ThreadingHTTPServer):
    """Takes a crowd at once: with the usual five waiting places some of it would be turned away."""

    request_queue_size = 128


@contextmanager
def listening() -> Iterator[Server]:
    """A server on loopback; while `hold` is cleared it takes requests and does not answer."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            one.got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            one.hold.wait(30)
            self.send_response(one.statuses.pop(0) if len(one.statuses) > 1 else one.statuses[0])
            for name, value in {**one.headers, "Content-Length": str(len(one.answer))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(one.answer)

        do_GET = do_POST  # noqa: N815 - the library's names

        def log_message(self, *args: object) -> None:
            """Nothing."""

    with Crowded(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        one = Server(f"http://127.0.0.1:{server.server_port}/hook")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield one
        finally:
            one.hold.set()
            server.shutdown()
            thread.join()
