"""First start, later start, memory, and how long a department's record takes to an open screen.

    python -m benchmarks.starting [--settle SECONDS]

Whole processes on loopback in a folder of its own; needs Chromium. Installing is not part of it: `make run` on a warm package
cache adds what `make` prints before it.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from domain.batch import Batch
from domain.incident import Incident
from jobs.clock import utc_now
from store import open_store

ROOT = Path(__file__).resolve().parents[1]
PORT = 28050
COMPLETE = """() => document.querySelectorAll('.js-plotly-plot .main-svg').length >= 3 && document.querySelector('.map-leaflet canvas, .map-gl canvas')
  && [...document.querySelectorAll('[data-metric] .digits')].filter(e => /\\d/.test(e.textContent)).length >= 20"""


def start(var: Path, port: int = PORT) -> subprocess.Popen[bytes]:
    """`app.py run` in a folder of its own."""
    env = os.environ | {"VAR": str(var), "PORT": str(port), "SIGN_IN": "off"}
    with (var / "out").open("wb") as out:
        return subprocess.Popen([sys.executable, "app.py", "run"], cwd=ROOT, env=env, stdout=out, stderr=out)


def stop(process: subprocess.Popen[bytes]) -> float:
    began = time.perf_counter()
    process.send_signal(signal.SIGINT)
    process.wait(30)
    return time.perf_counter() - began


def until_complete(page: Page, began: float) -> float:
    """Seconds until the browser shows every number, the charts and the map."""
    while time.perf_counter() - began < 180:
        try:
            page.goto(f"http://127.0.0.1:{PORT}/", wait_until="domcontentloaded", timeout=5000)
            page.wait_for_function(COMPLETE, timeout=60_000)
        except Exception:  # noqa: BLE001  not there yet: asked again until the time is up
            time.sleep(0.2)
        else:
            return time.perf_counter() - began
    raise SystemExit("the screen did not become complete within 180 s")


def memory(var: Path) -> dict[str, tuple[float, float]]:
    """Resident and proportional MB of every process of this cockpit."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"VAR={var}".encode() not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            words = (folder / "cmdline").read_bytes().decode().split("\0")
            rows = dict(line.split(":", 1) for line in (folder / "smaps_rollup").read_text().splitlines()[1:])
        except (OSError, ValueError):
            continue
        found[words[-2]] = tuple(int(rows[name].split()[0]) / 1024 for name in ("Rss", "Pss"))
    return found  # type: ignore[return-value]  # two names give two numbers


def delays(page: Page, var: Path, times: int) -> list[float]:
    """Seconds from a commit of the store to the text on the open screen."""
    out = []
    with open_store(f"sqlite:///{var / 'cockpit.sqlite'}") as store:
        for number in range(times):
            title, now = f"时延测量 {number:03d}", utc_now()
            told = Incident(
                title, "incidents", "fire", title, now, now + timedelta(seconds=number), now, grade=2, district="441881"
            )
            store.write(Batch("incidents", now, incidents=(told,)))
            began = time.perf_counter()
            page.get_by_text(title).first.wait_for(timeout=20_000)
            out.append(time.perf_counter() - began)
            time.sleep(1 + number % 7 / 10)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--settle", type=int, default=60, help="seconds with an open page before it is stopped or its memory is read"
    )
    settle = parser.parse_args().settle
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        var = Path(folder)
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-quic"]
        )
        for words in ("first start", "later start"):
            page = browser.new_page(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
            began = time.perf_counter()
            process = start(var)
            print(f"{words}: complete screen after {until_complete(page, began):.1f} s", flush=True)
            time.sleep(settle)  # a cockpit that runs; its first forecasts are made meanwhile
            if words == "later start":
                sizes = memory(var)
                for name, (rss, pss) in sorted(sizes.items()):
                    print(f"  {name:<8} {rss:6.0f} MB resident, {pss:6.0f} MB proportional")
                parts = [sizes[name] for name in ("collect", "web", "demo")]
                print(
                    f"collector + web + departments: {sum(p[0] for p in parts):.0f} MB resident, {sum(p[1] for p in parts):.0f} MB proportional"
                )
                seen = sorted(delays(page, var, 20))
                print(
                    f"commit to open screen: median {statistics.median(seen):.2f} s, p95 {seen[18]:.2f} s, max {seen[-1]:.2f} s (n = 20)"
                )
            page.close()
            print(f"  stopped in {stop(process):.1f} s", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
