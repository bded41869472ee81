"""10,000 marks on the command map against 100, in one run: how long a frame takes while the map is dragged to and fro.

Against a running demonstration city: python -m benchmarks.map_points [address] (default http://127.0.0.1:8050).
"""

import random
import statistics
import sys
from collections.abc import Iterator
from typing import Any

import orjson
from playwright.sync_api import Page, Route, sync_playwright

COUNTS = (100, 10_000)
DRAWINGS = ("leaflet", "gl")
DRAGS, STEPS = 4, 10
# Without these a machine without a graphics card has no WebGL at all.
ARGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
FRAMES = """() => { const out = (window.benchFrames = []); let last = performance.now();
  const next = (now) => { out.push(now - last); last = now; if (window.benchFrames === out) requestAnimationFrame(next); };
  requestAnimationFrame(next); }"""


def planted(count: int) -> bytes:
    """A layer of so many marks all over the city, as the server would tell it."""
    place = random.Random(20261123)
    marks = [
        [f"p{i}", place.uniform(112, 113.8), place.uniform(23.5, 25.1), i % 2, f"点 {i}", "", {}, ""]
        for i in range(count)
    ]
    return orjson.dumps(
        {"title": "点", "classes": [["甲", "#7CC7EF", "dot", 6, 0], ["乙", "#3FD0B6", "square", 8, 0]], "marks": marks}
    )


def frames(page: Page, address: str, drawing: str, count: int) -> list[float]:
    """Milliseconds of each frame while the map is dragged."""
    body = planted(count)

    def answer(route: Route) -> None:
        route.fulfill(body=body, content_type="application/json", headers={"etag": f'"{count}"'})

    page.unroute_all()
    page.route("**/map/layer/towns*", answer)
    page.goto(f"{address}/map?map={drawing}&layers=index,towns")
    page.wait_for_selector(f".map-over[data-drawing={drawing}]")
    page.wait_for_selector(".legend-part .legend-steps")
    page.wait_for_timeout(3000)
    page.evaluate(FRAMES)
    for drag in range(DRAGS):
        page.mouse.move(900, 600)
        page.mouse.down()
        page.mouse.move(900 + (250 if drag % 2 else -250), 520, steps=STEPS)
        page.mouse.up()
    found: list[float] = page.evaluate(
        "() => { const out = window.benchFrames; window.benchFrames = null; return out; }"
    )
    return found[1:]


def run(address: str) -> Iterator[tuple[str, dict[int, list[float]]]]:
    """Both drawings, few marks and many in turn, each told as soon as it is measured."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        page = browser.new_context(viewport={"width": 1920, "height": 1080}).new_page()
        page.set_default_timeout(120_000)  # software graphics beside other work
        page.goto(f"{address}/sign-in")
        page.locator("button[value=duty_officer]").click()
        page.wait_for_selector("#page")
        for drawing in DRAWINGS:
            yield drawing, {count: frames(page, address, drawing, count) for count in COUNTS}
        browser.close()


def told(drawing: str, measured: dict[int, list[float]]) -> str:
    """One line: medians, 95th percentiles, and the ratio of the medians."""
    few, many = (measured[count] for count in COUNTS)
    middles = [statistics.median(m) for m in (few, many)]
    tails = [statistics.quantiles(m, n=20)[-1] for m in (few, many)]
    ratio: Any = middles[1] / middles[0]
    return f"{drawing:8} frame p50 {middles[0]:.1f} -> {middles[1]:.1f} ms, p95 {tails[0]:.1f} -> {tails[1]:.1f} ms, ratio {ratio:.2f}"


if __name__ == "__main__":
    where = (sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8050").rstrip("/")
    for line in (told(drawing, measured) for drawing, measured in run(where)):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
