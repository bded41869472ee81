"""A wall's page over months, in minutes: its heap, DOM nodes, drawing contexts and CPU, and the memory of its server.

    python -m benchmarks.wall [--updates 20000] [--scenes 500] [--minutes 12]     accelerated, cut short after so long
    python -m benchmarks.wall --hours 2 [--result FILE]            by the clock, with nothing added

A whole cockpit on loopback in a folder of its own, and the wall in Chromium (software graphics, maps on WebGL). Accelerated:
messages of the stream are given to the page again, with other figures, a few (`--burst`) for every picture that it draws, and
the scene is changed between them; whatever the city itself sends comes on top. The heap is read after a forced collection of garbage. Slopes are
least squares over all but the first tenth. The result file is written after every sample, so that a run cut short tells.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import CDPSession, Error, Page, sync_playwright

from benchmarks.starting import memory, start, stop

BATCH = 500  # updates between two samples
EVERY = 60.0  # seconds between two samples of a run by the clock
WARM = 0.1
PATIENCE = 600.0  # seconds until the wall must be seen: a first start on a machine that is busy with other things
FLAGS = [
    "--no-sandbox", "--disable-quic", "--enable-precise-memory-info", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
]  # fmt: skip
Sample = dict[str, float]
READY = "() => soak.ready() && document.querySelector('.wall-cell:not([hidden])')"

# Before the page's own code: counts drawing contexts, keeps the stream's messages, and gives them again with other figures.
SPY = r"""(() => {
  const contexts = [];
  const get = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    const made = get.call(this, kind, ...more);
    if (made && /webgl/.test(kind) && !contexts.some((c) => c.deref() === made)) contexts.push(new WeakRef(made));
    return made;
  };
  const before = JSON.parse(sessionStorage.getItem("soak") || '{"heard":0,"given":0,"scenes":0,"loads":0}');
  let { heard, given, scenes, loads } = before;
  let source = null, full = null, newest = 0, next = 0, was = "";
  loads += 1;
  addEventListener("pagehide", () => sessionStorage.setItem("soak", JSON.stringify({ heard, given, scenes, loads })));
  const Plain = window.EventSource;
  window.EventSource = class extends Plain {
    constructor(...how) {
      super(...how);
      source = this;
      this.addEventListener("message", (event) => {
        if (!event.isTrusted) return;
        const told = JSON.parse(event.data);
        heard += 1;
        newest = told.v;
        if (told.full) full = told.set;
      });
    }
  };
  const other = (value, name) => {
    if (Array.isArray(value)) return value.map((part) => other(part, name));
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, other(v, k)]));
    if (name === "y" && typeof value === "number") return value * (0.95 + Math.random() / 10);
    if (name === "children" && typeof value === "string" && /^[\d.,%]+$/.test(value)) return value.replace(/\d/g, () => Math.floor(Math.random() * 10));
    return value;
  };
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const seen = () => {
    const now = document.getElementById("wall-grid")?.dataset.scene || "";
    if (now !== was) scenes += 1;
    was = now;
  };
  setInterval(seen, 500);
  window.soak = {
    ready: () => Boolean(full),
    counts: () => ({ heard, given, scenes, loads, contexts: contexts.filter((c) => c.deref() && !c.deref().isContextLost()).length }),
    async give(updates, often, names, burst, parts) {
      for (let n = 0; n < updates; n += 1) {
        if (given % often === 0) {
          window.cockpit.wall.lock(names[next++ % names.length]);
          seen();
        }
        const set = Array.from({ length: parts }, () => full[Math.floor(Math.random() * full.length)]).map(([id, props]) => [id, other(props)]);
        const data = JSON.stringify({ v: newest, at: new Date().toISOString(), full: false, set, put: [] });
        source.dispatchEvent(new MessageEvent("message", { data }));
        given += 1;
        if (given % burst === 0) await drawn();
      }
    },
  };
})()"""


class Watched:
    """The wall's page and what can be measured of it."""

    def __init__(self, page: Page, var: Path) -> None:
        self.page = page
        self._var = var
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        self._machine: CDPSession = page.context.browser.new_browser_cdp_session()  # type: ignore[union-attr]
        self._cdp.send("Performance.enable")
        self._began = time.monotonic()
        self.samples: list[Sample] = []

    def sample(self) -> Sample:
        """Hours since the start; MB of heap after a collection, of the server; seconds of CPU; counts."""
        self._cdp.send("HeapProfiler.collectGarbage")
        counters = self._cdp.send("Memory.getDOMCounters")
        timed = {row["name"]: row["value"] for row in self._cdp.send("Performance.getMetrics")["metrics"]}
        processes = self._machine.send("SystemInfo.getProcessInfo")["processInfo"]
        sizes = memory(self._var)
        found: Sample = {
            "hours": (time.monotonic() - self._began) / 3600,
            "heap": self._cdp.send("Runtime.getHeapUsage")["usedSize"] / 2**20,
            "nodes": counters["nodes"],
            "listeners": counters["jsEventListeners"],
            "main_thread": timed["TaskDuration"],
            "page_cpu": sum(p["cpuTime"] for p in processes if p["type"] == "renderer"),
            "gpu_cpu": sum(p["cpuTime"] for p in processes if p["type"] == "GPU"),
            **{name: sizes.get(name, (0.0, 0.0))[0] for name in ("web", "collect")},
            **self.page.evaluate("soak.counts()"),
            "load": os.getloadavg()[0],
        }
        self.samples.append(found)
        return found


def slope(samples: Sequence[Sample], of: str, by: Callable[[Sample], float]) -> float:
    """How much a figure grows for one of `by`, after the warm-up."""
    kept = samples[int(len(samples) * WARM) :]
    if len(kept) < 2:
        return 0.0
    return float(np.polyfit([by(s) for s in kept], [s[of] for s in kept], 1)[0])


def updates(sample: Sample) -> float:
    """Messages applied so far: the city's own and those given again."""
    return sample["heard"] + sample["given"]


def judged(samples: Sequence[Sample]) -> Mapping[str, float]:
    """The run in a few figures."""
    first, last = samples[int(len(samples) * WARM)], samples[-1]
    seconds = max((last["hours"] - first["hours"]) * 3600, 1e-9)
    return {
        "hours": last["hours"],
        "updates": updates(last),
        "of them the city's own": last["heard"],
        "scene changes": last["scenes"],
        "page fetched afresh": last["loads"] - samples[0]["loads"],
        "heap MB, first": first["heap"],
        "heap MB, last": last["heap"],
        "heap MB an hour": slope(samples, "heap", lambda s: s["hours"]),
        "heap MB per 1,000 updates": slope(samples, "heap", lambda s: updates(s) / 1000),
        "DOM nodes, first": first["nodes"],
        "DOM nodes, last": last["nodes"],
        "DOM nodes per 1,000 updates": slope(samples, "nodes", lambda s: updates(s) / 1000),
        "listeners, first": first["listeners"],
        "listeners, last": last["listeners"],
        "WebGL contexts, most": max(s["contexts"] for s in samples),
        "main thread, cores": (last["main_thread"] - first["main_thread"]) / seconds,
        "page, cores": (last["page_cpu"] - first["page_cpu"]) / seconds,
        "graphics process, cores": (last["gpu_cpu"] - first["gpu_cpu"]) / seconds,
        "web MB, first": first["web"],
        "web MB, last": last["web"],
        "web MB an hour": slope(samples, "web", lambda s: s["hours"]),
        "load of the machine, mean": float(np.mean([s["load"] for s in samples])),
    }


def keep(result: Path | None, samples: Sequence[Sample], errors: Sequence[str]) -> None:
    """Write the result file whole, so that a reader never finds half of one."""
    if result is None:
        return
    told = {"judged": judged(samples), "errors": list(errors), "samples": list(samples)}
    part = result.with_suffix(".part")
    part.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    part.replace(result)


@contextmanager
def cockpit(asked: argparse.Namespace) -> Iterator[Path]:
    """The folder of a running city, its own for as long as the block unless one is given."""
    if asked.var is not None:
        yield asked.var
        return
    with tempfile.TemporaryDirectory(prefix="bench-wall-") as folder:
        process = start(Path(folder), asked.port)
        try:
            yield Path(folder)
        finally:
            stop(process)


def opened(page: Page, address: str) -> None:
    """Wait until the wall shows its first picture."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            page.goto(address, wait_until="domcontentloaded", timeout=60_000)
            page.wait_for_function(READY, timeout=120_000)
        except Error:  # not there yet: asked again until the time is up
            time.sleep(1)
        else:
            return
    raise SystemExit("the wall did not open within ten minutes")


def hurry(watched: Watched, asked: argparse.Namespace, tell: Callable[[], None]) -> None:
    """The accelerated run."""
    names = watched.page.evaluate("JSON.parse(document.getElementById('spoken').dataset.scenes).map(s => s.key)")
    often = max(asked.updates // asked.scenes, 1)
    until = time.monotonic() + asked.minutes * 60
    for _ in range(-(-asked.updates // BATCH)):
        watched.page.evaluate("(how) => soak.give(...how)", [BATCH, often, names, asked.burst, asked.parts])
        tell()
        if time.monotonic() > until:
            return


def follow(asked: argparse.Namespace, tell: Callable[[], None]) -> None:
    """The run by the clock."""
    until = time.monotonic() + asked.hours * 3600
    while time.monotonic() < until:
        time.sleep(EVERY)
        tell()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--updates", type=int, default=20_000)
    parser.add_argument("--scenes", type=int, default=500, help="changes of scene among the updates")
    parser.add_argument("--minutes", type=float, default=60, help="end the accelerated run after so long, done or not")
    parser.add_argument("--burst", type=int, default=40, help="updates given for every picture that is drawn")
    parser.add_argument("--parts", type=int, default=1, help="parts of the page that an update changes")
    parser.add_argument("--size", default="1920x1080", help="the wall's size in pixels")
    parser.add_argument("--hours", type=float, default=0, help="run by the clock for so long, with nothing added")
    parser.add_argument(
        "--settle", type=float, default=30, help="seconds between the first picture and the first sample"
    )
    parser.add_argument("--query", default="map=gl", help="the wall's address after /wall?")
    parser.add_argument("--port", type=int, default=28070, help="the first of eight neighbouring loopback ports")
    parser.add_argument("--var", type=Path, help="the folder of a cockpit that runs already on --port, without sign-in")
    parser.add_argument("--result", type=Path, help="where the samples are kept as JSON")
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    errors: list[str] = []
    with cockpit(asked) as folder, sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        width, height = map(int, asked.size.split("x"))
        page = browser.new_page(
            viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.add_init_script(SPY)
        opened(page, f"http://127.0.0.1:{asked.port}/wall?{asked.query}")
        time.sleep(asked.settle)
        watched = Watched(page, folder)

        def tell() -> None:
            shown: dict[str, Any] = {name: round(value, 2) for name, value in watched.sample().items()}
            print(json.dumps(shown), flush=True)
            keep(asked.result, watched.samples, errors)

        tell()
        if asked.hours:
            follow(asked, tell)
        else:
            hurry(watched, asked, tell)
        browser.close()
    for name, value in judged(watched.samples).items():
        print(f"{name:<28} {value:>10,.2f}")
    print(f"errors of the page: {len(errors)}", *errors[:5], sep="\n  ")


if __name__ == "__main__":
    main()
