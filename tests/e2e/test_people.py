"""The pages about people in a real browser: an account made, opened by keyboard, checked, taken away as a file, and left."""

import re

import pytest
from playwright.sync_api import expect

from domain.account import Role
from tests.e2e.conftest import Cockpit, Come

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

expect.set_options(timeout=45_000)


def test_an_administrator_makes_an_account_and_the_log_holds_it(come: Come, cockpit: Cockpit) -> None:
    visit = come(Role.ADMIN)
    page = visit.page
    page.goto(f"{cockpit.url}accounts?new=1")
    page.get_by_label("登录名", exact=True).fill("zhao.min")
    page.get_by_label("姓名", exact=True).fill("赵敏")
    page.locator(".pane").get_by_role("button", name="新增账号").click()
    expect(page.locator(".notice.is-secret")).to_contain_text("账号 zhao.min 已新增")
    assert re.fullmatch(r"(\w{4}-)+\w{4}", page.locator(".secret-value").inner_text())
    expect(page).to_have_url(re.compile(r"login=zhao\.min"))
    expect(page.locator(".ag-row.is-open")).to_contain_text("赵敏")

    page.goto(f"{cockpit.url}audit?thing=account:zhao.min")
    expect(page.locator(".ag-row")).to_have_count(1)
    page.locator(".ag-row").click()
    expect(page.locator(".pane .diff")).to_contain_text("值班员")
    page.locator("summary", has_text="校验完整性").click()
    page.get_by_role("button", name="开始校验").click()
    expect(page.locator(".notice.is-good")).to_contain_text("日志完整")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert "account:zhao.min" in download.value.path().read_text("utf-8-sig")
    assert (visit.outside, visit.failed, visit.errors) == ([], [], [])


def test_rows_open_and_close_by_keyboard(come: Come, cockpit: Cockpit) -> None:
    page = come(Role.ADMIN).page
    page.goto(f"{cockpit.url}accounts")
    page.locator(".ag-row[row-id='demo.clerk'] .ag-cell").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".pane [data-close]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".pane-head")).to_have_count(0)
    expect(page.locator(".ag-row[row-id='demo.clerk'] .ag-cell").first).to_be_focused()


def test_a_token_is_shown_once_and_the_menu_leads_out(come: Come, cockpit: Cockpit) -> None:
    visit = come(None)
    page = visit.page
    page.goto(f"{cockpit.url}sign-in?next=/me")
    page.locator(f"button[value={Role.SHIFT}]").click()
    page.locator("summary", has_text="签发新令牌").click()
    page.get_by_label("用途").fill("每日抽取")
    page.get_by_role("button", name="签发令牌", exact=True).click()
    expect(page.locator(".secret-value")).to_have_text(re.compile("^cc_"))
    page.reload()
    expect(page.locator(".things", has_text="每日抽取")).to_be_visible()
    expect(page.locator(".secret-value")).to_have_count(0)
    page.locator("details.who summary").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    page.goto(f"{cockpit.url}me")
    expect(page).to_have_url(re.compile(r"/sign-in\?next=/me"))


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768), (390, 844)])
def test_nothing_sticks_out_sideways(come: Come, cockpit: Cockpit, size: tuple[int, int]) -> None:
    width, height = size
    page = come(Role.ADMIN, viewport={"width": width, "height": height}).page
    for path in ("me", "accounts", "audit"):
        page.goto(f"{cockpit.url}{path}?lang=en")
        expect(page.locator(".thing, .ag-row").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
