"""From a crossing to the webhook: the cockpit with pushed data, and Prometheus with Alertmanager, in one run.

    python -m benchmarks.alerting [--rounds 40] [--interval 1s]

Both run as real processes on this machine and tell the same small server. One crossing at a time, the two in turns, so that
what else the machine does meets both alike. The cockpit: `app.py web` and `app.py collect` on one SQLite file, a value above
its P1 threshold sent to POST /api/v1/observations. Prometheus: a value that it scrapes rises above its rule's threshold;
scrape and evaluation every `--interval`, `for: 0s`, Alertmanager with `group_wait: 0s` and every label in the group: as quick
as they are set at that interval. Time is taken from just before the request is sent (or the value changes) until the request
with the alert has arrived. Without Debian's packages prometheus and prometheus-alertmanager only the cockpit is measured.
"""

import argparse
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median, quantiles

import httpx

from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 180.0  # seconds for one crossing to arrive, and for a process to be up
LOW, HIGH = 1.0, 11.0

CITY = {
    "city.yaml": """
adcode: "990100"
name: 试验市
title: 试验市驾驶舱
allow_hosts: [127.0.0.0/8]
districts: [{adcode: "990101", name: 东区}, {adcode: "990102", name: 西区}]
map: {center: [113.0, 23.5], layers: {districts: districts.geojson}}
""",
    "metrics.yaml": """
hydro.level: {name: 水位, unit: m, topic: water, definition: 水文站水位, department: 市水利局, every: 10m, site_kind: gauge}
""",
    "sources.yaml": """
gauges: {kind: push, department: 市水利局, every: 10m, at: {path: time}, site: {path: site}, metrics: {hydro.level: level}}
""",
    "rules.yaml": """
flood:
  when: {metric: hydro.level, above: {P1: 10}, clear: 1}
  say: "{site} {value} {unit}"
  tests: [{at: 0m, value: 11, expect: firing P1}]
""",
    "screens/main.yaml": """
title: 总览
columns: 1fr
rows: minmax(0, 1fr)
grid: [left]
panels: [{key: left, kind: bars, area: left, items: [{metric: hydro.level}]}]
""",
}


@dataclass
class Ear:
    """The server that both tell. values: what Prometheus scrapes, by site. came: site and moment of each first news of a site."""

    values: dict[str, float] = field(default_factory=dict)
    came: "queue.Queue[tuple[str, float]]" = field(default_factory=queue.Queue)
    port: int = 0

    def take(self, body: bytes, at: float) -> None:
        for alert in json.loads(body)["alerts"]:
            if alert["status"] == "firing":
                self.came.put((alert["labels"]["site"], at))

    def wait(self, site: str) -> float:
        """When the news of a site came; what comes of others is left behind."""
        until = time.monotonic() + PATIENCE
        while True:
            found, at = self.came.get(timeout=max(0.01, until - time.monotonic()))
            if found == site:
                return at


@contextmanager
def listening() -> Iterator[Ear]:
    ear = Ear()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            ear.take(body, time.monotonic())
            self._answer(b"ok")

        def do_GET(self) -> None:
            self._answer("".join(f'level{{site="{site}"}} {value}\n' for site, value in ear.values.items()).encode())

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        ear.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield ear
        server.shutdown()


@contextmanager
def process(folder: Path, *words: str, env: Mapping[str, str] | None = None) -> Iterator[None]:
    """A process until the end of the block; what it says goes into a file beside its data."""
    with (folder / f"{Path(words[0]).name}-{words[-1].rpartition('/')[2][:20]}.log").open("wb") as log:
        started = subprocess.Popen(words, cwd=folder, env={**os.environ, **(env or {})}, stdout=log, stderr=log)
        try:
            yield
        finally:
            started.terminate()
            try:
                started.wait(20)
            except subprocess.TimeoutExpired:
                started.kill()


def up(url: str) -> None:
    """Wait until an address answers 200."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            if httpx.get(url, timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise TimeoutError(f"{url} did not come up")


@contextmanager
def cockpit(folder: Path, ear: Ear, sites: int) -> Iterator[Callable[[str], float]]:
    """The cockpit with its web and collector process; gives how to cross: the moment at which the push began."""
    home = folder / "990100"
    write_city(home, ear.port, sites)
    port = free_port()
    env = {
        "CITY": str(home),
        "VAR": str(folder / "var"),
        "PORT": str(port),
        "SECRET_KEY": "b" * 40,
        "HOST": "127.0.0.1",
    }
    program = [sys.executable, str(ROOT / "app.py")]

    def command(*words: str) -> str:
        return subprocess.run([*program, *words], cwd=folder, env={**os.environ, **env}, check=True, capture_output=True, text=True).stdout  # fmt: skip

    command("user", "add", "gauges", "--role", "administrator")
    secret = re.findall(r"cc_\S+", command("user", "token", "gauges", "--scope", "push", "--source", "gauges"))[0]
    with process(folder, *program, "web", env=env), process(folder, *program, "collect", env=env):
        base = f"http://127.0.0.1:{port}"
        up(base + "/healthz")
        with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {secret}"}, timeout=30) as client:

            def cross(site: str, level: float = HIGH) -> float:
                record = {"time": datetime.now(UTC).isoformat(), "site": site, "level": level}
                began = time.monotonic()
                client.post("/api/v1/observations", json=[record]).raise_for_status()
                return began

            yield cross


def write_city(home: Path, port: int, sites: int) -> None:
    (home / "screens").mkdir(parents=True)
    shutil.copytree(ROOT / "tests/config/good/layers", home / "layers")
    for name, text in CITY.items():
        (home / name).write_text(text, "utf-8")
    (home / "receivers.yaml").write_text(f"ear: {{kind: webhook, url: 'http://127.0.0.1:{port}/'}}\n", "utf-8")
    rows = [f'c{n}: {{name: 站{n}, kind: gauge, district: "990101", lon: 113.0, lat: 23.5}}' for n in range(sites)]
    (home / "sites.yaml").write_text("\n".join(rows) + "\n", "utf-8")


@contextmanager
def prometheus(folder: Path, ear: Ear, interval: str) -> Iterator[Callable[[str], float] | None]:
    """Prometheus and Alertmanager; None when they are not installed."""
    programs = [shutil.which(name) for name in ("prometheus", "prometheus-alertmanager")]
    server, manager = programs
    if server is None or manager is None:
        yield None
        return
    ports = free_port(), free_port()
    (folder / "rules.yml").write_text("groups: [{name: g, rules: [{alert: flood, expr: level > 10, for: 0s, labels: {severity: P1}}]}]\n")  # fmt: skip
    (folder / "prometheus.yml").write_text(
        f"global: {{scrape_interval: {interval}, scrape_timeout: {interval}, evaluation_interval: {interval}}}\n"
        f"rule_files: [{folder}/rules.yml]\n"
        f"scrape_configs: [{{job_name: b, static_configs: [{{targets: ['127.0.0.1:{ear.port}']}}]}}]\n"
        f"alerting: {{alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{ports[1]}']}}]}}]}}\n"
    )
    (folder / "alertmanager.yml").write_text(
        "route: {receiver: ear, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 4h}\n"
        f"receivers: [{{name: ear, webhook_configs: [{{url: 'http://127.0.0.1:{ear.port}/', send_resolved: false}}]}}]\n"
    )
    with (
        process(folder, manager, f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/am",
                "--cluster.listen-address=", f"--web.listen-address=127.0.0.1:{ports[1]}"),
        process(folder, server, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
                f"--web.listen-address=127.0.0.1:{ports[0]}"),
    ):  # fmt: skip
        up(f"http://127.0.0.1:{ports[1]}/-/ready")
        up(f"http://127.0.0.1:{ports[0]}/-/ready")

        def cross(site: str) -> float:
            ear.values[site] = HIGH
            return time.monotonic()

        yield cross


def said(name: str, taken: list[float]) -> str:
    """Median and 95th percentile in ms."""
    p95 = quantiles(taken, n=20, method="inclusive")[-1] if len(taken) > 1 else taken[0]
    return f"{name:<28} {len(taken):>4} crossings   median {median(taken) * 1000:7.0f} ms   p95 {p95 * 1000:7.0f} ms   most {max(taken) * 1000:7.0f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--interval", default="1s", help="of Prometheus' scrapes and evaluations")
    asked = parser.parse_args()
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        ear = held.enter_context(listening())
        ways: dict[str, Callable[[str], float] | None] = {
            "c": held.enter_context(cockpit(folder, ear, asked.rounds + 1)),
            "p": held.enter_context(prometheus(folder, ear, asked.interval)),
        }
        taken: dict[str, list[float]] = {key: [] for key, way in ways.items() if way is not None}
        for n in range(asked.rounds + 1):
            for key in taken:
                way, site = ways[key], f"{key}{n}"
                assert way is not None
                began = way(site)
                took = ear.wait(site) - began
                if n:  # the first one warms both up
                    taken[key].append(took)
    names = {"c": "cockpit, pushed", "p": f"Prometheus, every {asked.interval}"}
    for key, found in taken.items():
        print(said(names[key], found))
    if "p" not in taken:
        print("Prometheus and Alertmanager are not installed: apt-get install prometheus prometheus-alertmanager")


if __name__ == "__main__":
    main()
