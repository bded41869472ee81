"""Coming in, going out and being put out, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from domain.account import Role
from tests.e2e.conftest import Cockpit, Come
from tests.e2e.test_screen import CUT, SCROLLS, report

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

LIVE = re.compile("实时|Live")
OWN = "a password of my own"


def added(cockpit: Cockpit, login: str, role: Role = Role.DUTY) -> str:
    """The one-time password of a new account."""
    return one_time(cockpit, "add", login, "--name", login, "--role", role.value)


def one_time(cockpit: Cockpit, *command: str) -> str:
    done = cockpit.command("user", *command)
    found = re.search(r"one-time password (\S+)", done.stdout + done.stderr)
    assert found, done.stderr
    return found[1]


def fill(page: Page, login: str, password: str) -> None:
    page.get_by_label("登录账号").fill(login)
    page.get_by_label("登录密码").fill(password)
    page.get_by_role("button", name="立即登录").click()


def change(page: Page, old: str, new: str) -> None:
    expect(page.get_by_role("heading", name="设置新密码")).to_be_visible()
    page.get_by_label("一次性密码").fill(old)
    page.get_by_label("新密码", exact=True).fill(new)
    page.get_by_label("再输一次新密码").fill(new)
    page.get_by_role("button", name="保存并继续").click()


def live(page: Page) -> None:
    expect(page.locator("#live-word")).to_have_text(LIVE)


def test_a_newcomer_is_one_click_from_the_screen_he_asked_for(come: Come, cockpit: Cockpit) -> None:
    visit = come(None)
    visit.page.goto(f"{cockpit.url}?district=441881")
    expect(visit.page.get_by_role("heading", name="演示：一键进入")).to_be_visible()
    visit.page.get_by_role("button", name=re.compile("^值班员")).click()
    live(visit.page)
    assert visit.page.url == f"{cockpit.url}?district=441881"
    expect(visit.page.locator(".place.is-set")).to_contain_text("英德市")
    assert not visit.outside
    assert not visit.failed
    assert not visit.errors


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1366, 768)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_sign_in_page_fits_a_desk(come: Come, cockpit: Cockpit, width: int, height: int, lang: str) -> None:
    visit = come(None, viewport={"width": width, "height": height})
    visit.page.goto(f"{cockpit.url}sign-in?note=ended&lang={lang}")
    assert visit.page.evaluate(SCROLLS) == [False, False]
    assert visit.page.evaluate(CUT) == []
    assert not visit.outside
    assert not visit.errors


def test_on_a_phone_the_page_scrolls_only_down(come: Come, cockpit: Cockpit) -> None:
    visit = come(None, viewport={"width": 390, "height": 844})
    visit.page.goto(f"{cockpit.url}sign-in")
    assert visit.page.evaluate(SCROLLS)[0] is False


def test_a_wrong_password_is_told_and_the_login_stays(come: Come, cockpit: Cockpit) -> None:
    page = come(None).page
    page.goto(f"{cockpit.url}sign-in")
    fill(page, "li.wei", "wrong password")
    expect(page.get_by_role("alert")).to_contain_text("账号或密码不正确。")
    assert page.get_by_label("登录账号").input_value() == "li.wei"
    assert page.evaluate("document.activeElement.id") == "password"


def test_a_password_can_be_shown_before_it_is_sent(come: Come, cockpit: Cockpit) -> None:
    page = come(None).page
    page.goto(f"{cockpit.url}sign-in")
    page.get_by_label("登录密码").fill("secret")
    page.get_by_role("button", name="显示").click()
    assert page.get_by_label("登录密码").get_attribute("type") == "text"
    page.get_by_role("button", name="隐藏").click()
    assert page.get_by_label("登录密码").get_attribute("type") == "password"


def test_the_first_password_is_changed_before_anything_else(come: Come, cockpit: Cockpit) -> None:
    first = added(cockpit, "qian.yi")
    page = come(None).page
    page.goto(f"{cockpit.url}?district=441881")
    fill(page, "qian.yi", first)
    page.goto(cockpit.url)
    change(page, first, OWN)
    live(page)
    page.goto(cockpit.url + "me")
    expect(page.locator("#page")).to_contain_text("qian.yi")


def test_without_a_script_one_signs_in_and_out_all_the_same(come: Come, cockpit: Cockpit) -> None:
    page = come(None, java_script_enabled=False).page
    page.goto(f"{cockpit.url}sign-in?next=/session")
    page.get_by_role("button", name=re.compile("^领导")).click()
    assert '"role":"leader"' in page.content()
    page.goto(f"{cockpit.url}sign-in/password")
    expect(page.get_by_role("heading", name="修改密码")).to_be_visible()


def test_a_session_that_ends_keeps_the_picture_and_comes_back_to_the_same_address(come: Come, cockpit: Cockpit) -> None:
    first = added(cockpit, "zhao.lei")
    page = come(None).page
    address = f"{cockpit.url}?district=441881&metric=service.cases"
    page.goto(address)
    fill(page, "zhao.lei", first)
    change(page, first, OWN)
    live(page)
    second = one_time(cockpit, "passwd", "zhao.lei")
    told = page.get_by_role("alert").filter(has_text="登录已失效")
    expect(told).to_be_visible(timeout=20_000)
    assert page.locator("[data-metric] .digits").first.is_visible()
    expect(page.locator("#live-word")).to_have_text("已失效")
    told.get_by_role("link", name="重新登录").click()
    expect(page.get_by_text("登录后回到原来的画面")).to_be_visible()
    fill(page, "zhao.lei", second)
    change(page, second, OWN + " again")
    live(page)
    assert page.url == address


def test_a_click_after_the_end_of_a_session_says_so_too(come: Come, cockpit: Cockpit) -> None:
    """The stream is cut off, so that only the callback can tell."""
    first = added(cockpit, "sun.mei")
    page = come(None).page
    page.goto(f"{cockpit.url}overview")
    fill(page, "sun.mei", first)
    change(page, first, OWN)
    live(page)
    page.route("**/stream*", lambda route: route.abort())
    one_time(cockpit, "passwd", "sun.mei")
    page.wait_for_timeout(5_500)  # what another web process may still remember
    page.locator("button[data-metric='air.aqi']").first.click()
    expect(page.get_by_role("alert").filter(has_text="登录已失效")).to_be_visible()


def test_coming_in_by_another_tab_brings_this_one_back(come: Come, cockpit: Cockpit) -> None:
    first = added(cockpit, "wu.gang")
    page = come(None).page
    page.goto(cockpit.url)
    fill(page, "wu.gang", first)
    change(page, first, OWN)
    live(page)
    second = one_time(cockpit, "passwd", "wu.gang")
    expect(page.get_by_role("alert").filter(has_text="登录已失效")).to_be_visible(timeout=20_000)
    other = page.context.new_page()
    other.goto(cockpit.url)
    fill(other, "wu.gang", second)
    change(other, second, OWN + " again")
    other.wait_for_url("**/duty*")  # where an officer begins
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    live(page)


def test_signing_out_leaves_nothing_to_go_back_to(come: Come, cockpit: Cockpit) -> None:
    page = come(None).page
    page.goto(cockpit.url)
    page.get_by_role("button", name=re.compile("^值班员")).click()
    live(page)
    page.locator("details[data-menu] > summary").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", name="登录", exact=True)).to_be_visible()
    page.goto(cockpit.url)
    expect(page.get_by_role("heading", name="登录", exact=True)).to_be_visible()


ROLES_SEE = {
    Role.ADMIN: {"/me": "我的账号", "/accounts": "账号管理", "/audit": "审计日志"},
    Role.LEADER: {"/me": "我的账号", "/accounts": "无权查看", "/audit": "无权查看"},
    Role.CLERK: {"/me": "我的账号", "/accounts": "无权查看", "/audit": "无权查看"},
}


@pytest.mark.parametrize("role", ROLES_SEE)
def test_a_role_sees_its_pages_and_no_others(come: Come, cockpit: Cockpit, role: Role) -> None:
    page = come(role).page
    for path, words in ROLES_SEE[role].items():
        page.goto(cockpit.url.rstrip("/") + path)
        expect(page.get_by_role("heading", name=words).first).to_be_visible()


def test_a_clerk_sees_his_district_and_topics_and_is_told_what_he_does_not(come: Come, cockpit: Cockpit) -> None:
    visit = come(Role.CLERK)
    visit.page.goto(cockpit.url)
    live(visit.page)
    expect(visit.page.get_by_text("无权查看").first).to_be_visible()
    assert not visit.errors


def test_a_wall_shows_what_happened_and_nobodys_telephone_number(come: Come, cockpit: Cockpit) -> None:
    visit = come(Role.WALL)
    visit.page.goto(cockpit.url)
    live(visit.page)
    report(cockpit, "居民来电 13812345678 反映停水", number="e2e-call")
    expect(visit.page.get_by_text(re.compile("居民来电.*反映停水")).first).to_be_visible(timeout=20_000)
    assert "13812345678" not in visit.page.content()
    assert not visit.errors
