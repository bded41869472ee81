"""The wall in a real browser: every scene fits every wall, a P1 takes the picture over, a dead server is told, never blank."""

import json
import os
import re
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from api.displays import MOST
from domain.account import Role
from domain.alert import Alert, AlertLevel, Condition, Reason, Transition
from domain.case import Case, CaseStep, Handling
from domain.deed import Deed
from jobs.clock import utc_now
from store import Store, open_store
from store.desk import Planned
from tests.e2e.conftest import Cockpit, Come

SIZES = [(1920, 1080), (3840, 1080), (5760, 1080), (7680, 2160), (1080, 1920)]
SCENES = ["overview", "service", "environment", "traffic", "emergency", "governance", "ranking", "data", "twin"]
expect.set_options(timeout=45_000)  # the demonstration city, the cockpit and the browser share two cores
# Cells in view, apart from each other; nothing to scroll; no word that runs out of its box without an ellipsis.
FAULTS = """() => {
  const out = [];
  const cells = [...document.querySelectorAll('.wall-cell:not([hidden])')].map(e => [e.dataset.key, e.getBoundingClientRect()]);
  if (!cells.length) out.push('nothing is shown');
  for (const [key, r] of cells) {
    if (r.left < 0 || r.top < 0 || r.right > innerWidth + 1 || r.bottom > innerHeight + 1) out.push(key + ' is out of view');
    if (r.width < 40 || r.height < 40) out.push(key + ' has no room');
    for (const [other, s] of cells)
      if (key < other && r.left < s.right - 1 && s.left < r.right - 1 && r.top < s.bottom - 1 && s.top < r.bottom - 1) out.push(key + ' over ' + other);
  }
  const d = document.documentElement;
  if (d.scrollWidth > innerWidth || d.scrollHeight > innerHeight) out.push('the page scrolls');
  for (const e of document.querySelectorAll('.wall-cell:not([hidden]) :is(.digits, .card-name, .panel-head h2, .row-name, th, td, .fig-name), .head-title')) {
    if (!e.offsetParent || e.children.length) continue;
    const cell = e.closest('.wall-cell') || document.body;
    const box = cell.getBoundingClientRect(), r = e.getBoundingClientRect();
    if (r.height && r.top < box.bottom && r.right > box.right + 2 && getComputedStyle(e).textOverflow !== 'ellipsis') out.push('cut: ' + e.textContent);
  }
  return out;
}"""


def wall(come: Come, cockpit: Cockpit, query: str = "", size: tuple[int, int] = (1920, 1080)) -> Page:
    page = come(Role.WALL, viewport={"width": size[0], "height": size[1]}).page
    page.goto(f"{cockpit.url}wall{'?' + query if query else ''}")
    expect(page.locator(".wall-cell:not([hidden])").first).to_be_visible()
    return page


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_scene_fits_every_wall(come: Come, cockpit: Cockpit, size: tuple[int, int]) -> None:
    page = wall(come, cockpit, "lock=overview", size)
    expect(page.locator("#live-word")).to_have_text("实时")
    for scene in SCENES:
        page.evaluate("key => cockpit.wall.lock(key)", scene)
        expect(page.locator("#wall-grid")).to_have_attribute("data-scene", scene)
        assert page.evaluate(FAULTS) == [], scene


def test_two_walls_show_the_same_scene_by_the_servers_clock(come: Come, cockpit: Cockpit) -> None:
    one, two = wall(come, cockpit), wall(come, cockpit)
    for page in (one, two):
        expect(page.locator("#live-word")).to_have_text("实时")
    told = [page.evaluate("[cockpit.wall.state().scene, cockpit.wall.due()]") for page in (one, two)]
    assert told[0] == told[1]
    later = "s => cockpit.wall.due(cockpit.wall.now() + s * 1000)"
    seen = [one.evaluate(later, 40 * n) for n in range(16)]
    assert len(set(seen)) >= 5
    assert seen.count("overview") >= len(seen) / 2 - 1  # every second slot


def test_a_wall_of_another_shape_shows_the_test_card(come: Come, cockpit: Cockpit) -> None:
    page = wall(come, cockpit, "wall=3840x1080")
    expect(page.locator("#wall-card")).to_be_visible()
    box = page.locator(".card-circle").bounding_box()
    assert box is not None
    assert abs(box["width"] - box["height"]) < 1
    expect(wall(come, cockpit, "wall=3840x1080", (3840, 1080)).locator("#wall-card")).to_be_hidden()


@pytest.fixture
def store(cockpit: Cockpit) -> Iterator[Store]:
    with open_store(cockpit.database) as opened:
        yield opened


def flood(store: Store) -> Case:
    """A P1 that nobody has signed for."""
    now = utc_now()
    key = f"wall_test|gauge|{now.isoformat()}"
    alert = Alert(
        key,
        "wall_test",
        "hydro.level",
        "441881",
        AlertLevel.P1,
        Condition.FIRING,
        now,
        now,
        12.3,
        "演练水位超保证",
        now,
    )
    moved = Transition(key, now, Condition.NORMAL, Condition.FIRING, AlertLevel.P1, 12.3, Reason.BREACHED)
    fresh = Case(
        "",
        key,
        "wall_test",
        "hydro.level",
        "441881",
        "441881",
        "water",
        AlertLevel.P1,
        "演练水位超保证",
        Condition.FIRING,
        now,
        now,
    )
    (case,) = store.desk.save([alert], [moved], Planned([CaseStep(fresh, "open", now)]), now).cases
    return case


def step(store: Store, case: Case, handling: Handling) -> None:
    now = utc_now()
    closed = now if handling is Handling.DONE else None
    change = {"handling": handling, "acknowledged": now - timedelta(seconds=45), "closed": closed, "updated": now}
    store.desk.act(case.id, "x", lambda held: replace(held, **change), Deed(now, "demo.duty", "case.step"))  # type: ignore[arg-type]


def test_a_p1_takes_the_picture_over_until_a_minute_after_it_was_signed_for(
    come: Come, cockpit: Cockpit, store: Store
) -> None:
    page, visitor = wall(come, cockpit, "lock=ranking"), wall(come, cockpit, "visitor=1")
    case = flood(store)
    try:
        expect(page.locator("#wall-call")).to_be_visible()
        expect(page.locator(".call-say")).to_have_text("演练水位超保证")
        expect(page.locator(".call-clock")).to_have_text(re.compile(r"^\d\d:\d\d$"))
        expect(page.locator("#wall-call .call-facts")).to_contain_text("英德市")
        assert case.id not in page.content()
        expect(visitor.locator(".call-say")).to_have_text("紧急事件处置中")
        assert "英德市" not in visitor.locator("#wall-call").inner_text()
        step(store, case, Handling.ACKNOWLEDGED)  # 45 seconds ago
        expect(page.locator(".call-state")).to_have_text("已签收")
        expect(page.locator("#wall-call")).to_be_hidden()
        expect(page.locator("#wall-grid")).to_have_attribute("data-scene", "ranking")
    finally:
        step(store, case, Handling.DONE)
    expect(visitor.locator("#wall-call")).to_be_hidden()


def test_a_lost_drawing_context_has_the_page_fetched_afresh(come: Come, cockpit: Cockpit) -> None:
    page = wall(come, cockpit)
    with page.expect_navigation():
        page.evaluate(
            "document.querySelector('#wall-grid').dispatchEvent(new Event('webglcontextlost', {bubbles: true}))"
        )
    expect(page.locator(".wall-cell:not([hidden])").first).to_be_visible()


def test_a_dead_server_is_told_and_the_picture_stays_and_comes_back(come: Come, cockpit: Cockpit) -> None:
    page = wall(come, cockpit, "lock=overview")
    expect(page.locator("#live-word")).to_have_text("实时")
    (web,) = cockpit.pids("web")
    os.kill(web, signal.SIGSTOP)  # no heartbeat any more, no refusal either: the worst way to die
    try:
        expect(page.locator(".watch.is-dead")).to_be_visible(timeout=40_000)
        expect(page.locator(".watch.is-dead")).to_contain_text("画面数据已停止更新")
        expect(page.locator(".wall-cell:not([hidden]) .digits").first).to_be_visible()
    finally:
        os.kill(web, signal.SIGCONT)
    expect(page.locator(".watch.is-dead")).to_have_count(0, timeout=60_000)
    expect(page.locator("#live-word")).to_have_text("实时", timeout=60_000)
    assert json.loads(page.evaluate("JSON.stringify(cockpit.wall.state())"))["scene"] == "overview"


PICTURE = """async () => {
  const text = await cockpit.wallPicture();
  const image = new Image();
  image.src = 'data:image/jpeg;base64,' + text;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), {width: image.width, height: image.height});
  const pen = canvas.getContext('2d');
  pen.drawImage(image, 0, 0);
  const dots = new Uint32Array(pen.getImageData(0, 0, image.width, image.height).data.buffer);
  return {bytes: text.length * 0.75, size: [image.width, image.height], colours: new Set(dots).size};
}"""


def test_a_wall_makes_a_small_picture_of_itself_under_the_strict_policy(come: Come, cockpit: Cockpit) -> None:
    page = wall(come, cockpit, "lock=overview")
    expect(page.locator(".wall-cell:not([hidden]) .digits").first).to_be_visible()
    made = page.evaluate(PICTURE)
    assert made["size"] == [800, 450]
    assert 5_000 < made["bytes"] <= MOST
    assert made["colours"] > 500  # a picture, not a blank
