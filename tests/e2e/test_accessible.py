"""Every page as a screen reader and a keyboard meet it: axe-core finds nothing serious."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from domain.account import Role
from layouts.accounts import menu
from tests.e2e.conftest import Cockpit, Come

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SEEN = ("", "?lang=en", "topic/service", "topic/water", "district/441881", "indicator/air.aqi", "targets")
PAGES = [*SEEN, *(place.path.lstrip("/") for place in menu.PLACES)]
# Mark-up of libraries, which works by keyboard: Dash draws the options of a radio list as labels that are options and hold an
# input; the grid's head is a row before it has its columns, and its body scrolls before it has a cell to focus.
THEIRS = {
    "nested-interactive": "dash-options-list-option",
    "aria-required-children": "ag-header-row",
    "scrollable-region-focusable": "ag-body-viewport",
}


def found(page: Page) -> list[str]:
    """What axe-core calls serious or critical, one sentence each."""
    told = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:120]}"
        for fault in told
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
        if THEIRS.get(fault["id"], "\0") not in node["html"]
    ]


def test_no_page_has_a_serious_barrier(come: Come, cockpit: Cockpit) -> None:
    page = come(Role.ADMIN).page
    barriers = {}
    for path in PAGES:
        page.goto(cockpit.url + path, wait_until="domcontentloaded")
        expect(page.locator("main")).to_be_visible(timeout=45_000)
        expect(page.locator(".is-waiting")).to_have_count(0, timeout=45_000)
        barriers[path] = found(page)
    assert {path: faults for path, faults in barriers.items() if faults} == {}


@pytest.mark.parametrize("path", ["sign-in", "wall"])
def test_the_pages_outside_the_shell_have_none_either(come: Come, cockpit: Cockpit, path: str) -> None:
    page = come(None if path == "sign-in" else Role.WALL).page
    page.goto(cockpit.url + path, wait_until="domcontentloaded")
    expect(page.locator("main")).to_be_visible()
    assert found(page) == []
