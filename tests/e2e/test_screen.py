"""The screen in a real browser: complete, live, on this machine alone, and honest when something breaks."""

import os
import re
import signal
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from domain.batch import Batch
from domain.incident import Incident
from jobs.clock import utc_now
from store import open_store
from tests.e2e.conftest import Cockpit, Visit, healthy, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PANELS = ["headline", "service", "hotline", "ranking", "map", "timeline", "alerts", "environment", "traffic"]
NUMBER = re.compile(r"\d")
expect.set_options(timeout=45_000)
CUT = """() => [...document.querySelectorAll('body *')].filter(e => {
  const r = e.getBoundingClientRect(), s = getComputedStyle(e);
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
  if (!own || !r.width || !r.height || s.visibility === 'hidden') return false;
  const cut = e.scrollWidth > e.clientWidth + 1 && s.overflow !== 'visible' && s.display !== 'inline';
  const told = e.closest('[title]') || s.textOverflow === 'ellipsis';
  return (cut && !told) || r.right > innerWidth + 1 || r.bottom > innerHeight + 1;
}).map(e => e.className + ': ' + e.textContent.slice(0, 40))"""
SCROLLS = (
    "() => [document.documentElement.scrollWidth > innerWidth, document.documentElement.scrollHeight > innerHeight]"
)


def opened(visit: Visit, cockpit: Cockpit, query: str = "") -> Page:
    visit.page.goto(cockpit.url + query, wait_until="domcontentloaded")
    expect(visit.page.locator("#live-word")).to_have_text(re.compile("实时|Live"))
    return visit.page


def report(cockpit: Cockpit, title: str, district: str = "441881", number: str = "") -> None:
    """A department's record, through the store's own write path; `number` is the department's, by default made of the title."""
    now = utc_now()
    told = Incident(
        number or "e2e-" + title,
        "incidents",
        "fire",
        title,
        now - timedelta(minutes=2),
        now,
        now,
        grade=2,
        district=district,
    )
    with open_store(cockpit.database) as store:
        store.write(Batch("incidents", now, incidents=(told,)))


def test_the_first_screen_is_complete_and_stays_on_this_machine(visit: Visit, cockpit: Cockpit) -> None:
    page = opened(visit, cockpit)
    expect(page.locator("canvas").first).to_be_visible()
    numbers = page.locator("[data-metric] .digits").all_inner_texts()
    assert len(numbers) >= 20
    assert sum(bool(NUMBER.search(text)) for text in numbers) / len(numbers) > 0.9
    assert page.get_by_text("演示数据").first.is_visible()
    assert page.get_by_text("GS(2024)0650号").first.is_visible()
    assert not visit.outside
    assert not visit.failed
    assert not visit.errors


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1366, 768), (2560, 1440)])
def test_nothing_scrolls_or_is_cut_at_a_desks_sizes(visit: Visit, cockpit: Cockpit, width: int, height: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": height})
    page = opened(visit, cockpit)
    assert page.evaluate(SCROLLS) == [False, False]
    assert page.evaluate(CUT) == []


def test_panels_stack_on_a_narrow_screen(visit: Visit, cockpit: Cockpit) -> None:
    visit.page.set_viewport_size({"width": 900, "height": 1400})
    page = opened(visit, cockpit)
    assert page.evaluate(SCROLLS) == [False, True]
    lefts = page.evaluate(
        "() => new Set([...document.querySelectorAll('.grid > .kind-trend')].map(e => e.getBoundingClientRect().left)).size"
    )
    assert lefts == 1


def test_every_department_is_heard_and_none_is_told_as_down(visit: Visit, cockpit: Cockpit) -> None:
    page = opened(visit, cockpit)
    expect(page.get_by_text(re.compile(r"\b(\d+)/\1 源正常"))).to_be_visible(timeout=90_000)
    assert "is down" not in cockpit.said


def test_a_killed_collector_comes_back_and_a_bad_record_is_kept_with_its_reason(visit: Visit, cockpit: Cockpit) -> None:
    report_file = cockpit.var / "demo/drop/water/section_bad.csv"
    report_file.write_text("断面编号,断面名称,监测时间\nsec-1,某处,2026-13-45 99:99\n", encoding="gb18030")
    killed = cockpit.pids("collect")
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: cockpit.pids("collect") not in ([], killed), 60)
    wait_for(lambda: not report_file.exists(), 60)  # taken up by the first poll of the new collector
    page = opened(visit, cockpit, "?sources=water_sections")
    expect(page.locator("#drawer-frame")).to_contain_text("section_bad.csv:2")


def test_a_departments_record_appears_on_the_open_screen(visit: Visit, cockpit: Cockpit) -> None:
    page = opened(visit, cockpit)
    report(cockpit, "英德粮库起火")
    expect(page.get_by_text("英德粮库起火").first).to_be_visible(timeout=10_000)


def test_a_number_leads_to_its_definition_and_source(visit: Visit, cockpit: Cockpit) -> None:
    page = opened(visit, cockpit)
    page.locator("button[data-metric='air.aqi']").first.click()
    drawer = page.locator("#drawer-frame")
    expect(drawer).to_contain_text("HJ 633-2026")
    expect(drawer).to_contain_text("市生态环境局")
    assert "metric=air.aqi" in page.url
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("metric="))


def test_an_open_drawer_and_a_choice_of_layers_survive_a_tick(visit: Visit, cockpit: Cockpit) -> None:
    page = opened(visit, cockpit, "?metric=service.cases&layers=index,roads")
    drawer = page.locator("#drawer-frame")
    expect(drawer).to_contain_text("口径")
    report(cockpit, "抽屉打开时的新事件")
    expect(page.get_by_text("抽屉打开时的新事件").first).to_be_attached()
    expect(drawer).to_contain_text("口径")
    assert "layers=index%2Croads" in page.url or "layers=index,roads" in page.url


def apart(page: Page) -> float:
    """Pixels between the names of two districts on the map."""
    boxes = [page.locator(".map-label", has_text=name).first.bounding_box() for name in ("阳山", "英德")]
    return abs(boxes[0]["x"] - boxes[1]["x"])


def test_the_maps_zoom_survives_a_tick(visit: Visit, cockpit: Cockpit) -> None:
    page = opened(visit, cockpit)
    expect(page.locator(".map-leaflet canvas.leaflet-zoom-animated")).to_be_visible()
    whole = apart(page)
    page.get_by_role("button", name="放大").click()
    wait_for(lambda: apart(page) > whole * 1.2, 20)
    zoomed = apart(page)
    report(cockpit, "放大之后的新事件")
    expect(page.get_by_text("放大之后的新事件").first).to_be_visible()
    assert apart(page) == zoomed


def test_data_health_leads_to_the_sources_and_their_departments(visit: Visit, cockpit: Cockpit) -> None:
    page = opened(visit, cockpit, "?sources=all")
    drawer = page.locator("#drawer-frame")
    expect(drawer).to_contain_text("市生态环境局")
    page.goto(cockpit.url + "?sources=air", wait_until="domcontentloaded")
    expect(drawer).to_contain_text("http_json")


def test_a_sent_link_shows_the_district_its_sender_saw(visit: Visit, cockpit: Cockpit) -> None:
    page = opened(visit, cockpit, "?district=441881")
    expect(page.locator(".place.is-set")).to_contain_text("英德市")


def test_english_is_complete_enough_to_read(visit: Visit, cockpit: Cockpit) -> None:
    page = opened(visit, cockpit, "?lang=en")
    expect(page.get_by_text("Government services").first).to_be_visible()


def test_an_earlier_moment_can_be_replayed_and_left(visit: Visit, cockpit: Cockpit) -> None:
    moment = (utc_now() - timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
    visit.page.goto(f"{cockpit.url}?t={moment}", wait_until="domcontentloaded")
    expect(visit.page.locator("#live-word")).to_have_text("回放")
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator("#live-word")).to_have_text("实时")


def test_a_dead_server_is_said_and_the_screen_recovers_by_itself(visit: Visit, cockpit: Cockpit) -> None:
    page = opened(visit, cockpit)
    for pid in cockpit.pids("web"):
        os.kill(pid, signal.SIGSTOP)
    expect(page.get_by_text("画面数据已停止更新")).to_be_visible(timeout=40_000)
    assert page.locator("[data-metric] .digits").first.is_visible()
    for pid in cockpit.pids("web"):
        os.kill(pid, signal.SIGCONT)
    expect(page.get_by_text("画面数据已停止更新")).to_be_hidden(timeout=60_000)
    killed = cockpit.pids("web")
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: cockpit.pids("web") not in ([], killed) and healthy(cockpit.url), 60)
    report(cockpit, "重启之后仍在更新")
    expect(page.get_by_text("重启之后仍在更新").first).to_be_visible(timeout=60_000)
