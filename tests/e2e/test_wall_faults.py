"""What befalls a wall in its months: the page's own code on a page of two panels, a stream and a clock that the test holds."""

import html
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from layouts.shell import SPOKEN
from layouts.wall.page import WORDS

ASSETS = Path(__file__).parents[2] / "assets"
AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # noon in the city
SECOND = timedelta(seconds=1)
SCENES = [
    {"key": key, "title": key, "dwell": 40, "hours": [], "often": False, "grids": {"3": ["'a'", "1fr", "1fr"]}}
    for key in ("overview", "traffic", "data")
]
STREAM = """window.streams = []; window.applied = [];
window.EventSource = class extends EventTarget {
  constructor() { super(); this.readyState = 1; streams.push(this); }
  close() { this.readyState = 2; }
};
EventSource.CLOSED = 2;
window.dash_clientside = {set_props: (id, props) => { if (id.panel === 'broken') throw new Error('no such figure'); applied.push(props.children); }};
window.tell = (kind, data) => {
  const made = new MessageEvent(kind, {data: JSON.stringify(data)}), to = streams.at(-1);
  if (kind === 'message') to.onmessage(made); else to.dispatchEvent(made);
};"""
SAID = html.escape(json.dumps(SPOKEN | WORDS, ensure_ascii=False))
BODY = f"""<!doctype html><meta charset="utf-8"><body id="page"><script>{STREAM}</script>
<span id="live"><i></i><span id="live-word"></span></span><span id="wall-lock"></span><span id="wall-scene"></span><span id="wall-asof"></span>
<main id="wall-grid">{"".join(f'<div class="wall-cell" data-scenes="{s["key"]}" data-area="a" data-key="{s["key"]}">7</div>' for s in SCENES)}</main>
<b id="wall-title"></b><span id="wall-message"></span><span id="wall-build"></span><section id="wall-call" hidden></section>
<div id="spoken" data-screen="wall" data-lang="zh" data-zone="Asia/Shanghai" data-texts="{SAID}"
 data-scenes="{html.escape(json.dumps(SCENES))}"></div>
{"".join(f'<script src="/assets/{name}.js"></script>' for name in ("cockpit", "live", "wall"))}"""


class Wall:
    """A wall's page with the server's part played by the test: `now` is the server's clock."""

    def __init__(self, page: Page, off: timedelta = timedelta()) -> None:
        self.page = page
        self.now = AT
        self.healthy = True
        self.opened = 0
        page.route("http://wall.test/**", self._answer)
        page.clock.install(time=AT + off)
        page.goto("http://wall.test/wall")
        self.greet("one")
        self.tell("message", v=1, at=AT.isoformat(), full=True, set=[], put=[])

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix("http://wall.test")
        if path.startswith("/assets/"):
            return route.fulfill(path=ASSETS / path.removeprefix("/assets/"))
        if path == "/healthz":
            return route.fulfill(status=200 if self.healthy else 503)
        self.opened += path == "/wall"
        return route.fulfill(body=BODY, content_type="text/html") if path == "/wall" else route.fulfill(json={})

    def tell(self, kind: str, **data: Any) -> None:
        self.page.locator("#wall-grid[data-scene]").wait_for()
        self.page.evaluate("([kind, data]) => tell(kind, data)", [kind, data])

    def greet(self, build: str) -> None:
        self.tell("hello", now=self.now.isoformat(), build=build)

    def beat(self) -> None:
        """The server lives; its picture is the one of AT."""
        self.tell("heartbeat", v=1, at=AT.isoformat(), now=self.now.isoformat())

    def wait(self, seconds: int) -> None:
        """So much later here and there, with the server's heartbeats."""
        for _ in range(0, seconds, 5):
            self.page.clock.run_for(5000)
            self.now += 5 * SECOND
            self.beat()

    @property
    def scene(self) -> str:
        self.page.clock.run_for(1000)
        self.now += SECOND
        return str(self.page.locator("#wall-grid").get_attribute("data-scene"))


Open = Callable[..., Wall]


@pytest.fixture
def wall(browser: Browser) -> Iterator[Open]:
    pages: list[Page] = []

    def opened(off: timedelta = timedelta()) -> Wall:
        pages.append(browser.new_page())
        return Wall(pages[-1], off)

    yield opened
    for page in pages:
        page.close()


def test_two_walls_whose_clocks_differ_by_an_hour_show_the_same_scene_and_one_says_so(wall: Open) -> None:
    right, wrong = wall(), wall(timedelta(hours=1, seconds=17))
    expect(wrong.page.locator(".watch.is-skew")).to_contain_text("36")
    expect(right.page.locator(".watch.is-skew")).to_have_count(0)
    seen = []
    for _ in range(8):
        for one in (right, wrong):
            one.wait(15)
        seen.append(right.scene)
        assert wrong.scene == seen[-1]
    assert len(set(seen)) == len(SCENES)


@pytest.mark.parametrize("jump", [timedelta(hours=-2, seconds=-55), timedelta(hours=3, seconds=25)])
def test_a_clock_that_is_set_while_the_wall_runs_moves_no_scene_and_hides_no_silence(
    wall: Open, jump: timedelta
) -> None:
    one, other = wall(), wall()
    one.page.clock.set_system_time(AT + jump)
    for each in (one, other):
        each.wait(20)
    assert one.scene == other.scene
    expect(one.page.locator(".watch.is-skew")).to_have_count(1)
    expect(one.page.locator(".watch.is-dead")).to_have_count(0)
    one.page.clock.run_for(20_000)  # and now the server is gone
    expect(one.page.locator(".watch.is-dead")).to_contain_text("画面数据已停止更新")


def test_a_server_that_lives_without_its_store_is_told_and_the_picture_stays(wall: Open) -> None:
    one = wall()
    one.wait(200)
    expect(one.page.locator(".watch.is-dead")).to_contain_text("画面数据已停止更新 12:00")
    expect(one.page.locator(".wall-cell:not([hidden])")).to_have_text("7")
    one.tell("message", v=2, at=one.now.isoformat(), full=False, set=[], put=[])
    one.page.clock.run_for(1100)
    expect(one.page.locator(".watch.is-dead")).to_have_count(0)


def test_one_panel_that_cannot_be_drawn_keeps_no_other_from_it(wall: Open) -> None:
    one = wall()
    parts = [[{"panel": name, "part": "value"}, {"children": name}] for name in ("broken", "sound")]
    one.tell("message", v=2, at=one.now.isoformat(), full=False, set=parts, put=[])
    assert one.page.evaluate("applied") == ["sound"]
    one.page.clock.run_for(1100)
    expect(one.page.locator("#live-word")).to_have_text(SPOKEN["live"])


def test_newer_software_is_fetched_between_two_scenes_and_only_from_a_server_that_answers(wall: Open) -> None:
    one = wall()
    one.healthy = False
    one.greet("two")
    one.wait(90)
    assert one.opened == 1
    one.healthy = True
    with one.page.expect_navigation():
        one.wait(60)
    assert one.opened == 2


def test_two_minutes_without_a_word_are_told_without_a_pause_and_end_with_a_fresh_page(wall: Open) -> None:
    one = wall()
    one.healthy = False
    one.page.clock.run_for(16_000)
    for _ in range(15):  # it connects again and again meanwhile
        expect(one.page.locator(".watch.is-dead")).to_have_count(1)
        one.page.clock.run_for(10_000)
    assert one.opened == 1  # never traded for a blank
    one.healthy = True
    with one.page.expect_navigation():
        one.page.clock.run_for(5_000)
