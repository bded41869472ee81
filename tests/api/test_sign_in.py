"""The sign-in pages as a browser without a script uses them."""

import re
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.people import WITH_LOGIN
from api.arrival import CSRF_COOKIE, SESSION_COOKIE
from api.limits import ATTEMPT, Buckets, Rate
from domain.account import Reach, Role
from domain.errors import StoreError
from store.audit import AuditQuery
from tests.api.conftest import Web

LOGIN, PASSWORD = "t.duty_officer", "t.duty_officer-password"
FORM = "application/x-www-form-urlencoded"


class Fields(HTMLParser):
    """The entries of a page's forms, by name; buttons are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") != "checkbox":
            self.found[given["name"] or ""] = given.get("value") or ""


def fields(page: httpx.Response) -> dict[str, str]:
    parser = Fields()
    parser.feed(page.text)
    return parser.found


def said(page: httpx.Response) -> str:
    found = re.search(r'<p class="said[^"]*" role="\w+"><i[^>]*>.</i>(.*?)</p>', page.text)
    return unescape(found[1]) if found else ""


async def sign_in(
    browser: httpx.AsyncClient, login: str = LOGIN, password: str = PASSWORD, **more: str
) -> httpx.Response:
    """Open the page, fill in its form, send it."""
    page = await browser.get("/sign-in", params={"next": more.pop("next", "/"), "lang": more.get("lang", "zh")})
    return await browser.post("/sign-in", data=fields(page) | {"login": login, "password": password, **more})


def cookies(answer: httpx.Response) -> dict[str, str]:
    """Name to the rest of each Set-Cookie header."""
    return {c.partition("=")[0]: c.partition("=")[2] for c in answer.headers.get_list("set-cookie")}


async def test_login_and_password_lead_to_where_one_wanted_to_go(web: Web) -> None:
    web.account(Role.DUTY)
    async with web.stranger() as browser:
        answer = await sign_in(browser, next="/?district=441802")
        assert (answer.status_code, answer.headers["location"]) == (303, "/?district=441802")
        made = cookies(answer)
        assert re.search(r"; HttpOnly; Path=/; SameSite=Lax$", made[SESSION_COOKIE])
        assert re.search(r"; Path=/; SameSite=Strict$", made[CSRF_COOKIE])
        assert (await browser.get("/session")).json()["login"] == LOGIN
        assert (await browser.get("/")).status_code == 200
        again = await browser.get("/sign-in?next=/me")
        assert (again.status_code, again.headers["location"]) == (303, "/me")


async def test_a_remembered_device_keeps_its_cookie_for_thirty_days(web: Web) -> None:
    web.account(Role.DUTY)
    async with web.stranger() as browser:
        made = cookies(await sign_in(browser, remember="1"))
        assert "Max-Age=2592000" in made[SESSION_COOKIE]
        web.clock[0] += timedelta(days=6)
        assert (await browser.get("/session")).status_code == 200


async def test_over_https_cookies_are_secure(web: Web) -> None:
    web.account(Role.DUTY)
    async with web.stranger() as browser:
        browser.base_url = httpx.URL("https://cockpit")
        made = cookies(await sign_in(browser))
    assert all("; Secure" in value for value in made.values())


async def test_a_wrong_password_and_an_unknown_login_are_not_told_apart(web: Web) -> None:
    web.account(Role.DUTY)
    async with web.stranger() as browser:
        wrong = await sign_in(browser, LOGIN, "wrong password")
        unknown = await sign_in(browser, "nobody", "wrong password")
    assert wrong.status_code == unknown.status_code == 401
    assert said(wrong) == "账号或密码不正确。"
    assert wrong.text.replace(LOGIN, "nobody") == unknown.text
    assert fields(wrong)["login"] == LOGIN
    assert fields(wrong)["password"] == ""
    assert SESSION_COOKIE not in cookies(wrong)


async def test_too_many_wrong_passwords_are_told_until_when(web: Web) -> None:
    web.account(Role.DUTY)
    async with web.stranger() as browser:
        for _ in range(WITH_LOGIN.failures):
            answer = await sign_in(browser, LOGIN, "wrong password")
        assert answer.status_code == 429
        assert said(answer) == "尝试次数过多，请于 14:33:00 后再试。"
        assert answer.headers["retry-after"] == "60"
        right = await sign_in(browser)
        assert right.status_code == 429
        web.clock[0] += timedelta(seconds=61)
        assert (await sign_in(browser)).status_code == 303


async def test_an_empty_form_is_told_as_such(web: Web) -> None:
    async with web.stranger() as browser:
        for login, password in (("", ""), ("  ", "x"), ("x", "")):
            answer = await sign_in(browser, login, password)
            assert (answer.status_code, said(answer)) == (422, "请输入账号和密码。")


async def test_what_was_typed_comes_back_as_text(web: Web) -> None:
    async with web.stranger() as browser:
        answer = await sign_in(browser, '"><script>alert(1)</script>', "x", next='/"><b>')
    assert "<script>alert" not in answer.text
    assert '"><b>' not in answer.text
    assert fields(answer)["login"] == '"><script>alert(1)</script>'


@pytest.mark.parametrize(
    "way", ["//elsewhere/x", "https://elsewhere", "/\\elsewhere", "javascript:x", "/sign-in?next=/"]
)
async def test_signing_in_never_leads_to_another_site(web: Web, way: str) -> None:
    web.account(Role.DUTY)
    async with web.stranger() as browser:
        assert (await sign_in(browser, next=way)).headers["location"] == "/duty"  # where an officer begins


async def test_english_stays_english(web: Web) -> None:
    web.account(Role.DUTY)
    async with web.stranger() as browser:
        assert said(await sign_in(browser, password="wrong", lang="en")) == "Account or password is wrong."
        answer = await sign_in(browser, next="/?metric=air.aqi", lang="en")
        assert answer.headers["location"] == "/?metric=air.aqi&lang=en"


async def test_a_form_of_another_page_is_not_taken(web: Web) -> None:
    web.account(Role.DUTY)
    async with web.stranger() as browser:
        data = {"login": LOGIN, "password": PASSWORD}
        for csrf, cookie in (("", ""), ("a.b", "a.b"), ("x", "x")):
            browser.cookies.set(CSRF_COOKIE, cookie)
            answer = await browser.post("/sign-in", data=data | {"csrf": csrf})
            assert answer.headers["location"] == "/sign-in?note=stale"
    async with web.stranger() as other, web.stranger() as browser:
        foreign = fields(await other.get("/sign-in"))
        await browser.get("/sign-in")
        assert (await browser.post("/sign-in", data=foreign | data)).headers["location"] == "/sign-in?note=stale"
        assert said(await browser.get("/sign-in?note=stale")) == "页面已过期，请再试一次。请允许浏览器使用 Cookie。"


async def test_another_sites_form_signs_nobody_in(web: Web) -> None:
    web.account(Role.DUTY)
    async with web.stranger() as browser:
        page = await browser.get("/sign-in")
        data = fields(page) | {"login": LOGIN, "password": PASSWORD}
        answer = await browser.post("/sign-in", data=data, headers={"origin": "http://elsewhere"})
    assert answer.status_code == 403


async def test_one_click_opens_a_role_of_the_demonstration(web: Web) -> None:
    web.access.people.demo_accounts("测试局", Reach(frozenset({"441802"}), frozenset({"water"})), web.clock[0])
    async with web.stranger() as browser:
        page = await browser.get("/sign-in?next=/?lang=zh")
        for role in Role:
            answer = await browser.post("/sign-in/demo", data=fields(page) | {"role": role.value})
            assert answer.status_code == 303
            assert (await browser.get("/session")).json()["role"] == role.value
            browser.cookies.delete(SESSION_COOKIE)
            browser.cookies.delete(CSRF_COOKIE)
            page = await browser.get("/sign-in")
        odd = await browser.post("/sign-in/demo", data=fields(page) | {"role": "emperor"})
        assert (odd.status_code, said(odd)) == (422, "这里没有一键进入。")


async def test_a_city_that_is_none_has_no_one_click_roles(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    web.access.people.demo_accounts("测试局", Reach(), web.clock[0])
    monkeypatch.setattr(web.access.people, "_demo", False)
    async with web.stranger() as browser:
        page = await browser.get("/sign-in")
        assert "/sign-in/demo" not in page.text
        answer = await browser.post("/sign-in/demo", data=fields(page) | {"role": "administrator"})
        assert (answer.status_code, said(answer)) == (401, "这里没有一键进入。")
        assert (await browser.get("/session")).status_code == 401


async def test_a_one_time_password_leads_to_a_new_one_and_then_on(web: Web) -> None:
    web.account(Role.DUTY, must_change=True)
    async with web.stranger() as browser:
        answer = await sign_in(browser, next="/?district=441802")
        way = answer.headers["location"]
        assert way == "/sign-in/password?next=/%3Fdistrict%3D441802"
        assert (await browser.get("/")).headers["location"].startswith("/sign-in/password")
        assert (await browser.get("/stream?screen=overview")).json()["error"]["code"] == "password_change_required"
        page = await browser.get(way)
        assert "一次性密码" in page.text
        form = fields(page)
        for entries, words in (
            ({"old": "", "new": "", "again": ""}, "请填写全部三项。"),
            ({"old": PASSWORD, "new": "correct horse", "again": "correct house"}, "两次输入的新密码不一致。"),
            ({"old": "wrong", "new": "correct horse", "again": "correct horse"}, "当前密码不正确。"),
            ({"old": PASSWORD, "new": "short", "again": "short"}, "新密码至少 10 个字符。"),
            ({"old": PASSWORD, "new": PASSWORD + "!", "again": PASSWORD + "!"}, "新密码不能包含账号。"),
        ):
            refused = await browser.post("/sign-in/password", data=form | entries)
            assert (refused.status_code, said(refused)) == (422, words)
        new = {"old": PASSWORD, "new": "correct horse battery", "again": "correct horse battery"}
        done = await browser.post("/sign-in/password", data=form | new)
        assert (done.status_code, done.headers["location"]) == (303, "/?district=441802")
        assert (await browser.get("/")).status_code == 200
    async with web.stranger() as browser:
        assert (await sign_in(browser)).status_code == 401
        assert (await sign_in(browser, password="correct horse battery")).headers["location"] == "/duty"


async def test_signing_out_ends_the_session_here_and_on_the_server(web: Web) -> None:
    cookie, viewer = web.sign_in()
    async with web.stranger() as browser:
        browser.cookies.set(SESSION_COOKIE, cookie)
        answer = await browser.post("/sign-out", data={"csrf": web.proof(viewer)})
        assert answer.headers["location"] == "/sign-in?note=out"
        assert all("Max-Age=0" in value for value in cookies(answer).values())
        assert said(await browser.get("/sign-in?note=out")) == "已退出登录。"
        browser.cookies.set(SESSION_COOKIE, cookie)
        assert (await browser.get("/session")).status_code == 401


async def test_signing_in_gives_a_new_session_and_leaves_none_behind(web: Web) -> None:
    web.account(Role.DUTY)
    async with web.stranger() as browser:
        page = fields(await browser.get("/sign-in"))
        first = cookies(await browser.post("/sign-in", data=page | {"login": LOGIN, "password": PASSWORD}))
        proof = browser.cookies[CSRF_COOKIE]
        data = {"login": LOGIN, "password": PASSWORD, "csrf": proof}
        second = cookies(await browser.post("/sign-in", data=data))
        assert first[SESSION_COOKIE] != second[SESSION_COOKIE]
        assert first[CSRF_COOKIE] != second[CSRF_COOKIE]
    async with web.stranger() as browser:
        browser.cookies.set(SESSION_COOKIE, first[SESSION_COOKIE].partition(";")[0])
        assert (await browser.get("/session")).status_code == 401


async def test_coming_and_going_are_in_the_audit_log_without_secrets(web: Web) -> None:
    web.account(Role.DUTY)
    async with web.stranger() as browser:
        await sign_in(browser, LOGIN, "wrong password")
        answer = await sign_in(browser)
        await browser.post("/sign-out", data={"csrf": browser.cookies[CSRF_COOKIE]})
    rows = web.services.store.audit.search(AuditQuery(), 10)
    assert [row.verb for row in rows][:3] == ["session.end", "session.start", "session.refused"]
    assert {row.address for row in rows[:3]} == {"10.0.0.7"}
    kept = "".join(map(str, rows))
    assert PASSWORD not in kept
    assert "wrong password" not in kept
    assert cookies(answer)[SESSION_COOKIE].partition(";")[0] not in kept


async def test_a_store_that_is_away_is_a_sentence_on_the_page(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise StoreError("The store at city.db cannot be read.")

    monkeypatch.setattr(web.access.people, "sign_in", gone)
    async with web.stranger() as browser:
        answer = await sign_in(browser)
    assert (answer.status_code, said(answer)) == (503, "暂时无法登录：数据库没有应答，请稍后再试。")


async def test_many_attempts_from_one_address_are_slowed_down_for_it_alone(web: Web) -> None:
    async with web.stranger() as browser:
        page = await browser.get("/sign-in")
        answers = [await browser.post("/sign-in", data=fields(page))]
        while answers[-1].status_code == 422 and len(answers) < 300:  # on a slow machine some are earned back meanwhile
            answers.append(await browser.post("/sign-in", data=fields(page)))
    assert len(answers) > ATTEMPT.burst
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_the_page_needs_no_script_and_holds_none(web: Web) -> None:
    async with web.stranger() as browser:
        page = await browser.get("/sign-in")
    assert page.headers["cache-control"] == "no-store"
    assert re.findall(r"<script[^>]*>", page.text) == ['<script src="/assets/sign-in.js?v=build-1" defer>']
    assert not re.search(r"\son\w+=|style=", page.text)
    assert 'lang="zh-CN"' in page.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    form=st.dictionaries(
        st.sampled_from(["login", "password", "next", "lang", "remember", "role", "old", "new", "again", "x"]),
        st.text(max_size=40),
    ),
    path=st.sampled_from(["/sign-in", "/sign-in/demo"]),
)
async def test_no_form_is_too_odd_for_the_pages(web: Web, form: dict[str, str], path: str) -> None:
    counted = next(m.kwargs["house"].limits for m in web.server.user_middleware if "house" in m.kwargs)
    counted.attempts = counted.strangers = Buckets(Rate(1e9, 1e9), lambda: 0.0)
    async with web.stranger() as browser:
        page = fields(await browser.get("/sign-in"))
        answer = await browser.post(path, data={**form, "csrf": page["csrf"]})
        assert answer.status_code in (303, 401, 422, 429)  # 429: locked out for wrong passwords
        odd = await browser.get("/sign-in", params=form)
        assert odd.status_code in (200, 303)
