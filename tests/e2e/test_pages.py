"""The leaders' pages in a real browser: from a number to its list and back, taken away as files, live, at every width."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from domain.account import Role
from jobs.clock import utc_now
from tests.e2e.conftest import Cockpit, Come, Visit
from tests.e2e.test_screen import report

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
expect.set_options(timeout=45_000)
PAGES = ("topic/service", "topic/emergency", "district/441881", "indicator/air.aqi", "indicator/city.index", "targets")
WIDE = "() => document.documentElement.scrollWidth > innerWidth"
# Words that are cut and say nowhere what they were; tables scroll in themselves, so what lies under their fold is not cut.
CUT = """() => [...document.querySelectorAll('.page *')].filter(e => {
  const r = e.getBoundingClientRect(), s = getComputedStyle(e);
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
  if (!own || !r.width || !r.height || s.visibility === 'hidden' || e.closest('.nav')) return false;
  const cut = e.scrollWidth > e.clientWidth + 1 && !['visible', 'auto', 'scroll'].includes(s.overflowX) && s.display !== 'inline';
  return cut && !(e.closest('[title]') || s.textOverflow === 'ellipsis');
}).map(e => e.className + ': ' + e.textContent.slice(0, 40))"""


def opened(visit: Visit, cockpit: Cockpit, path: str) -> Page:
    visit.page.goto(cockpit.url + path, wait_until="domcontentloaded")
    expect(visit.page.locator("#live-word")).to_have_text(re.compile("实时|Live"))
    return visit.page


def test_a_number_leads_to_its_page_the_page_to_its_list_and_back_to_where_one_was(
    visit: Visit, cockpit: Cockpit
) -> None:
    page = opened(visit, cockpit, "?district=441881")
    page.locator(".card .num[data-metric='air.aqi']").click()
    page.locator(".drawer .way").first.click()
    page.wait_for_url("**/indicator/air.aqi?district=441881")
    expect(page.locator(".kind-measure h2")).to_contain_text("AQI")
    station = page.locator(".kind-table tbody tr").first
    expect(station).to_be_visible()
    station.locator(".num").click()
    expect(page.locator(".drawer h2")).to_contain_text("AQI")
    page.go_back()  # the drawer closes
    page.go_back()
    page.wait_for_url(re.compile(r"\?district=441881"))
    expect(page.locator(".kind-map")).to_be_visible()
    assert visit.errors == []


def test_another_district_is_another_page(visit: Visit, cockpit: Cockpit) -> None:
    page = opened(visit, cockpit, "district/441881")
    expect(page.locator(".place .chip.is-on")).to_contain_text("英德市")
    page.get_by_role("link", name="连州市").click()
    page.wait_for_url("**/district/441882")
    expect(page.locator("tr.is-here")).to_contain_text("连州市")


def test_a_page_is_live(visit: Visit, cockpit: Cockpit) -> None:
    page = opened(visit, cockpit, "district/441881")
    report(cockpit, "英德市 大站镇 山火（县区页测试）")
    expect(page.locator(".kind-cases")).to_contain_text("山火（县区页测试）")


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768), (390, 844)], ids=str)
def test_every_page_is_whole_at_every_size(come: Come, cockpit: Cockpit, size: tuple[int, int]) -> None:
    visit = come(viewport={"width": size[0], "height": size[1]})
    for path in PAGES:
        for lang in ("", "?lang=en"):
            page = opened(visit, cockpit, path + lang)
            assert page.evaluate(WIDE) is False, path + lang
            assert page.evaluate(CUT) == [], path + lang
            assert page.locator(".is-failed").count() == 0, path + lang
    assert visit.outside == []
    assert visit.errors == []
    assert visit.failed == []


def test_a_table_leaves_as_a_workbook_and_a_chart_as_a_picture(come: Come, cockpit: Cockpit) -> None:
    visit = come(Role.LEADER)
    page = opened(visit, cockpit, "topic/service")
    for panel, tool, name in (
        ("rank", "[data-export=xlsx]", ".xlsx"),
        ("compared", "[data-export=csv]", ".csv"),
        ("trend", "[data-picture=svg]", ".svg"),
        ("trend", "[data-picture=png]", ".png"),
    ):
        tools = page.locator(f".tools[data-panel={panel}]")
        page.locator(".panel").filter(has=tools).hover()
        tools.locator("summary").click()
        with page.expect_download() as taken:
            tools.locator(tool).click()
        assert taken.value.suggested_filename.endswith(name)
        if name == ".svg":
            drawn = taken.value.path().read_text(encoding="utf-8")
            assert "今日走势" in drawn
            assert "一体化政务服务平台" in drawn
    assert visit.errors == []


def test_a_replayed_moment_stays_replayed_from_page_to_page(visit: Visit, cockpit: Cockpit) -> None:
    page = visit.page
    earlier = (utc_now() - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    page.goto(f"{cockpit.url}topic/service?t={earlier}", wait_until="domcontentloaded")
    page.locator(".league a").first.click()
    page.wait_for_url(re.compile(r"/district/\d+\?t=20"))
