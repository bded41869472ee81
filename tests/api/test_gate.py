"""The gate before the whole web process: who is let in, what is refused, and how it says so."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from access.viewer import CURRENT
from api.arrival import CSRF_COOKIE, CSRF_HEADER, INSIDE, SESSION_COOKIE
from api.doors import CLICK, By, Door, Doors
from api.gate import Gate, House
from api.limits import STREAMS, VIEWER, Limits
from domain.account import Right, Role
from domain.errors import StoreError
from domain.session import Scope as TokenScope
from tests.api.conftest import Web, call

UPDATE = "/_dash-update-component"


def house(web: Web) -> House:
    return next(m.kwargs["house"] for m in web.server.user_middleware if m.cls is Gate)


async def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_a_stranger_is_shown_the_way_in_and_comes_back_to_where_he_wanted(web: Web) -> None:
    async with web.stranger() as browser:
        page = await browser.get("/?district=441802&metric=air.aqi")
        assert page.status_code == 303
        assert page.headers["location"] == "/sign-in?next=/%3Fdistrict%3D441802%26metric%3Dair.aqi"
        english = await browser.get("/me?lang=en")
        assert english.headers["location"] == "/sign-in?next=/me%3Flang%3Den&lang=en"
        assert (await browser.get("/")).headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    "path", ["/stream?screen=overview", "/layers/districts.geojson", "/_dash-layout", "/session", "/metrics"]
)
async def test_a_stranger_gets_no_data(web: Web, path: str) -> None:
    async with web.stranger() as browser:
        answer = await browser.get(path)
    assert await code(answer) == (401, "signed_out")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_what_is_not_declared_is_not_there_for_anybody(web: Web) -> None:
    for browser in (web.stranger(), web.client(Role.ADMIN)):
        async with browser:
            for path in ("/openapi.json", "/_reload-hash", "/docs", "/nope", "/audit/", "/.env"):
                assert await code(await browser.get(path)) == (404, "not_found")
            refused = await browser.put("/stream")
            assert await code(refused) == (405, "method_not_allowed")
            assert refused.headers["allow"] == "GET"


async def test_a_person_reads_a_page_where_a_program_reads_json(web: Web) -> None:
    async with web.client(Role.CLERK) as browser:
        page = await browser.get("/audit", headers={"accept": "text/html"})
        assert page.status_code == 403
        assert "无权查看" in page.text
        assert "script-src 'self'" in page.headers["content-security-policy"]
        english = await browser.get("/nope?lang=en", headers={"sec-fetch-mode": "navigate"})
        assert "No such page" in english.text
        assert await code(await browser.get("/audit")) == (403, "forbidden")


@pytest.mark.parametrize("cookie", ["", "x", "a.b", "é", "x" * 5000])
async def test_a_cookie_that_was_never_given_out_opens_nothing(web: Web, cookie: str) -> None:
    async with web.stranger() as browser:
        header = {"cookie": f"{SESSION_COOKIE}={cookie}".encode()}
        assert await code(await browser.get("/session", headers=header)) == (401, "signed_out")


async def test_a_session_that_is_over_opens_nothing(web: Web) -> None:
    async with web.client() as browser:
        assert (await browser.get("/session")).json()["role"] == "shift_leader"
        web.clock[0] = web.clock[0].replace(hour=23)
        assert await code(await browser.get("/session")) == (401, "signed_out")


async def test_a_state_change_needs_the_proof_of_its_own_session(web: Web) -> None:
    other = web.proof(web.sign_in(Role.DUTY)[1])
    async with web.client() as browser:
        assert (await browser.post(UPDATE, json=call("x"))).status_code == 200
        for proof in ("", "x", other, "é"):
            browser.cookies.set(CSRF_COOKIE, "x")
            answer = await browser.post(UPDATE, json=call("x"), headers={CSRF_HEADER: proof.encode()})
            assert await code(answer) == (403, "csrf")


async def test_a_form_brings_its_proof_in_a_field(web: Web) -> None:
    cookie, viewer = web.sign_in()
    async with web.stranger() as browser:
        browser.cookies.set(SESSION_COOKIE, cookie)
        bare = await browser.post("/sign-out", data={"csrf": "x"})
        assert bare.headers["location"] == "/sign-in?note=stale"
        assert (await browser.get("/session")).status_code == 200
        assert (await browser.post("/sign-out", data={"csrf": web.proof(viewer)})).status_code == 303
        assert (await browser.get("/session")).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://elsewhere"},
        {"origin": "https://cockpit"},
        {"origin": "http://cockpit:8080"},
        {"origin": "null"},
        {"origin": "http://cockpit.elsewhere"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin", "origin": "http://elsewhere"},
    ],
)
async def test_another_sites_page_changes_nothing(web: Web, headers: dict[str, str]) -> None:
    async with web.client() as browser:
        assert await code(await browser.post(UPDATE, json=call("x"), headers=headers)) == (403, "cross_site")
        own = {"origin": "http://cockpit", "sec-fetch-site": "same-origin"}
        assert (await browser.post(UPDATE, json=call("x"), headers=own)).status_code == 200


async def test_another_sites_page_reads_no_stream_but_may_link_to_a_page(web: Web) -> None:
    async with web.client() as browser:
        foreign = {"sec-fetch-site": "cross-site"}
        assert await code(await browser.get("/stream?screen=overview", headers=foreign)) == (403, "cross_site")
        assert (await browser.get("/", headers=foreign)).status_code == 200


async def test_a_callback_has_a_right_of_its_own(web: Web) -> None:
    async with web.client(Role.SHIFT) as browser:
        refused = await browser.post(UPDATE, json=call("x", "secret"))
        assert await code(refused) == (403, "forbidden")
        assert refused.json()["error"]["right"] == "audit"
        assert await code(await browser.post(UPDATE, json=call("x", "forgotten"))) == (403, "forbidden")
    async with web.client(Role.ADMIN) as browser:
        told = await browser.post(UPDATE, json=call("x", "secret"))
        assert told.json()["response"]["secret"]["children"] == "secret x"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b'{"output": 1}', b'{"outputs": "answer.children"}', b"\xff", b"[" * 100_000]
)
async def test_a_body_that_is_no_callbacks_reaches_none(web: Web, body: bytes) -> None:
    async with web.client() as browser:
        answer = await browser.post(UPDATE, content=body, headers={"content-type": "application/json"})
    assert await code(answer) == (422, "invalid_request")


async def test_of_two_outputs_the_one_that_counts_is_judged(web: Web) -> None:
    twice = b'{"output": "answer.children", "output": "secret.children", "outputs": [], "inputs": []}'
    async with web.client() as browser:
        answer = await browser.post(UPDATE, content=twice, headers={"content-type": "application/json"})
    assert await code(answer) == (403, "forbidden")


async def test_a_page_is_not_read_by_naming_another_referrer(web: Web) -> None:
    async with web.client(Role.LEADER) as browser:
        assert (await browser.get("/_dash-layout", headers={"referer": "http://cockpit/"})).status_code == 200
        answer = await browser.get("/_dash-layout", headers={"referer": "http://cockpit/accounts?x=1"})
        assert await code(answer) == (403, "forbidden")
        odd = await browser.get("/_dash-layout", headers={"referer": "http://["})
        assert await code(odd) == (422, "invalid_request")


async def test_a_body_has_its_bounds(web: Web) -> None:
    async with web.client() as browser:
        large = await browser.post(UPDATE, content=b"x" * (CLICK + 1))
        assert await code(large) == (413, "too_large")
        assert large.json()["error"]["most"] == CLICK

        async def parts() -> AsyncIterator[bytes]:
            for _ in range(17):
                yield b"x" * (CLICK // 16)

        assert await code(await browser.post(UPDATE, content=parts())) == (413, "too_large")
        assert await code(await browser.request("GET", "/session", content=b"x")) == (413, "too_large")
        lie = {"content-length": "-1"}
        assert await code(await browser.post(UPDATE, content=parts(), headers=lie)) == (413, "too_large")


async def test_what_takes_a_right_stays_out_of_shared_caches(web: Web) -> None:
    async with web.client() as browser:
        assert (await browser.get("/layers/districts.geojson")).headers["cache-control"] == "no-cache"
        assert (await browser.get("/_dash-layout")).headers["cache-control"] == "no-store"
        assert (await browser.get("/assets/page.js")).headers["cache-control"] == "no-cache"


async def test_a_page_renews_the_proof_that_its_scripts_send(web: Web) -> None:
    cookie, viewer = web.sign_in()
    async with web.stranger() as browser:
        browser.cookies.set(SESSION_COOKIE, cookie)
        first = await browser.get("/")
        assert first.headers["set-cookie"] == f"{CSRF_COOKIE}={web.proof(viewer)}; Path=/; SameSite=Strict"
        assert "set-cookie" not in (await browser.get("/")).headers


async def test_a_token_reads_data_and_no_pages(web: Web) -> None:
    async with web.program(Role.DUTY, TokenScope.READ) as program:
        assert (await program.get("/layers/districts.geojson")).status_code == 200
        assert await code(await program.get("/metrics")) == (403, "forbidden")
        assert await code(await program.get("/")) == (403, "session_required")
        assert await code(await program.post(UPDATE, json=call("x"))) == (403, "session_required")
        program.cookies.set(SESSION_COOKIE, web.sign_in(Role.ADMIN)[0])
        assert await code(await program.get("/metrics")) == (403, "forbidden")


@pytest.mark.parametrize("token", ["cc_x", "x", "é"])
async def test_a_token_that_was_never_issued_opens_nothing(web: Web, token: str) -> None:
    async with web.stranger() as program:
        answer = await program.get("/session", headers={"authorization": f"Bearer {token}".encode()})
    assert await code(answer) == (401, "invalid_token")


async def test_a_person_cannot_push(web: Web) -> None:
    async with web.client(Role.CLERK) as browser:
        answer = await browser.post("/api/v1/observations", json=[])
    assert await code(answer) == (403, "token_required")


async def test_a_store_that_is_away_is_said_and_public_addresses_stay(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise StoreError("The store at city.db cannot be read.")

    client = web.client()
    monkeypatch.setattr(web.access.sessions, "viewer_of_cookie", gone)
    async with client as browser:
        answer = await browser.get("/session")
        assert await code(answer) == (503, "unavailable")
        assert answer.headers["retry-after"] == "5"
        assert (await browser.get("/sign-in")).status_code == 200
        assert (await browser.get("/assets/page.js")).status_code == 200


class Below:
    """An app below the gate that notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Scope] = []
        self.viewers: list[object] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(scope)
        self.viewers.append(CURRENT.get())
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"in"})


async def test_whoever_is_let_in_is_known_below_and_forgotten_after(web: Web) -> None:
    below = Below()
    transport = httpx.ASGITransport(Gate(below, house(web)))
    async with httpx.AsyncClient(transport=transport, base_url="http://cockpit") as browser:
        browser.cookies.set(SESSION_COOKIE, web.sign_in(Role.LEADER)[0])
        assert (await browser.get("/session")).text == "in"
    assert below.viewers[0] == below.asked[0]["viewer"]
    assert below.viewers[0].role is Role.LEADER  # type: ignore[attr-defined]
    assert CURRENT.get() is None


async def test_too_many_requests_are_told_when_to_come_back(web: Web) -> None:
    now = [0.0]
    limited = replace(house(web), limits=Limits(lambda: now[0]))
    transport = httpx.ASGITransport(Gate(Below(), limited))
    async with httpx.AsyncClient(transport=transport, base_url="http://cockpit") as browser:
        browser.cookies.set(SESSION_COOKIE, web.sign_in()[0])
        answers = [await browser.get("/session") for _ in range(int(VIEWER.burst) + 1)]
        assert {a.status_code for a in answers[:-1]} == {200}
        assert await code(answers[-1]) == (429, "too_many_requests")
        assert answers[-1].headers["retry-after"] == "1"
        assert (await browser.get("/assets/x.js")).status_code == 200
        browser.cookies.set(SESSION_COOKIE, web.sign_in(Role.DUTY)[0])
        assert (await browser.get("/session")).status_code == 200
        now[0] += 1
        assert (await browser.get("/session")).status_code == 200


async def test_a_session_has_only_so_many_open_streams(web: Web) -> None:
    limits = Limits(lambda: 0.0)
    assert all(limits.opens("s1") for _ in range(STREAMS))
    assert not limits.opens("s1")
    assert limits.opens("s2")
    limits.closes("s1")
    assert limits.opens("s1")
    for _ in range(STREAMS):
        limits.closes("s1")
    limits.closes("s2")
    assert not limits.open_streams


async def websocket(app: Gate, **headers: str) -> dict[str, Any]:
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "websocket",
        "path": "/live",
        "query_string": b"",
        "scheme": "ws",
        "client": ("10.0.0.7", 1),
        "headers": [(k.encode(), v.encode()) for k, v in {"host": "cockpit", **headers}.items()],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]


async def test_a_websocket_needs_a_door_a_session_and_an_own_page(web: Web) -> None:
    cookie = f"{SESSION_COOKIE}={web.sign_in()[0]}"
    below = Below()
    assert (await websocket(Gate(below, house(web)), cookie=cookie, origin="http://cockpit"))["code"] == 4404
    doors = Doors([Door("WS", "/live", Right.VIEW, "a test's", By.SESSION)])
    gate = Gate(below, replace(house(web), doors=doors))
    for origin in ({"origin": "http://elsewhere"}, {"origin": "https://cockpit"}, {}):
        assert (await websocket(gate, cookie=cookie, **origin))["code"] == 4403
    assert (await websocket(gate, origin="http://cockpit"))["code"] == 4401
    assert not below.asked
    assert (await websocket(gate, cookie=cookie, origin="http://cockpit"))["type"] == "websocket.accept"


async def test_alone_on_his_machine_somebody_needs_no_sign_in_and_other_names_for_it_do_not_count(web: Web) -> None:
    alone = web.sign_in(Role.SHIFT)[1]
    transport = httpx.ASGITransport(Gate(Below(), replace(house(web), alone=alone)))
    async with httpx.AsyncClient(transport=transport) as browser:
        for host in ("127.0.0.1:8050", "localhost:8050", "[::1]:8050", "127.0.0.1"):
            assert (await browser.get(f"http://{host}/session")).status_code == 200
        for host in ("rebound.example:8050", "127.0.0.1.example", "10.0.0.7"):
            assert (await browser.get(f"http://{host}/session")).status_code == 401
        bare = await browser.post("http://127.0.0.1/_dash-update-component", json=call("x"))
        assert await code(bare) == (403, "csrf")


async def test_what_the_server_asks_of_itself_needs_no_viewer(web: Web) -> None:
    below = Below()

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def send(_: Any) -> None:
        pass

    await Gate(below, house(web))({"type": "http", "path": "/", INSIDE: True}, receive, send)
    assert len(below.asked) == 1
