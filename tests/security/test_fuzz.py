"""Whatever is typed into an address, a form, a header or a callback, the answer is an answer and never a failure of ours."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.arrival import CSRF_COOKIE, CSRF_HEADER, SESSION_COOKIE
from api.doors import DOORS
from callbacks import accounts_mine, accounts_people
from composition.entry import CALLBACKS
from domain.account import Role
from domain.session import Scope
from tests.security.conftest import PUSHED, House


def bounded(examples: int) -> settings:
    """The same few examples each time: what they cost is known, and a red run can be looked at."""
    return settings(deadline=None, max_examples=examples, derandomize=True, database=None,
                    phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip


NAMES = ["at", "cursor", "days", "district", "drawer", "form", "from", "id", "incident", "kind", "lang", "limit", "login", "metric", "next", "note", "place",
         "period", "q", "row", "screen", "series", "since", "site", "source", "sources", "status", "step", "t", "to", "topic", "actor", "verb", "thing",
         "before", "panel", "role", "text", "v", "_"]  # fmt: skip
ODD = ["", "0", "-1", "9" * 30, "1e999", "NaN", "null", "true", "441800", "441802", "zh", "en", "service.cases", "hall", "'", '"', "<script>",
       "../../etc/passwd", "%00", "\x00", "\ud7ff", "𝟘", "2026-11-24T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+14:00",
       "2026-02-30", "-9999-01-01", "1970-01-01T00:00:00", "'; drop table log; --", "{{7*7}}", "${jndi:x}", "\r\nSet-Cookie: a=b",
       "x" * 5000, "[]", "{}", "admin", "demo.leader", "\u202e", "１２", "%", "_", "\\"]  # fmt: skip
texts = st.sampled_from(ODD) | st.text(max_size=40)
queries = st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=10), texts), max_size=4).map(
    lambda pairs: urlencode([(a, b) for a, b in pairs], errors="replace")
)
values = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
                      lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts.map(lambda t: t[:50]), inner, max_size=3),
                      max_leaves=6)  # fmt: skip
latin = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60)


@pytest.fixture
def browsers(house: House) -> dict[Role, TestClient]:
    return {role: house.browser(role) for role in (Role.SHIFT, Role.ADMIN)}


@pytest.fixture(scope="module")
def program(house: House) -> TestClient:
    return house.program(Scope.READ, Scope.PUSH, source=PUSHED.key)


def fine(answer: Any, asked: object) -> None:
    """No failure of ours, and nothing of the reason for one."""
    assert answer.status_code < 500, f"{asked!r}: {answer.status_code} {answer.text[:300]}"
    assert "Traceback" not in answer.text


GETS = [door.path for door in DOORS if door.method == "GET" and not door.stream]


@pytest.mark.parametrize("path", GETS)
def test_any_query_is_answered(path: str, browsers: dict[Role, TestClient]) -> None:
    @bounded(12)
    @given(query=queries, part=texts)
    def ask(query: str, part: str) -> None:
        filled = path.replace("{name}", quote(part[:200], safe="", errors="replace") or "x")
        for hole in ("{number}", "{file_name}", "{package}", "{file:path}"):
            filled = filled.replace(hole, quote(part[:200], safe="/", errors="replace") or "1")
        for browser in browsers.values():
            fine(browser.get(f"{filled}?{query}"), (filled, query))

    ask()


@bounded(60)
@given(
    path=st.lists(texts.map(lambda text: text[:300]), max_size=3).map("/".join),
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND"]),
)
def test_any_path_and_method_is_answered(
    house: House, browsers: dict[Role, TestClient], path: str, method: str
) -> None:
    fine(browsers[Role.ADMIN].request(method, f"/{quote(path, errors='replace')}"), (method, path))
    answer = house.client.request(method, f"/{quote(path, errors='replace')}", follow_redirects=False)
    fine(answer, (method, path))
    assert answer.status_code != 200 or not path or path.startswith(("healthz", "sign-in", "_favicon")), path


FORMS = {"/sign-in": ("login", "password", "remember", "next", "lang"), "/sign-in/demo": ("role", "next", "lang"),
         "/sign-in/password": ("old", "new", "again", "next"), "/sign-out": ("next",), "/wall/beat": ("name", "scene", "size"),
         "/wall/picture": ("name", "image"),
         "/orders/file": ("order", "name")}  # fmt: skip


@pytest.fixture
def stranger(house: House) -> Iterator[TestClient]:
    client = TestClient(house.server, "http://cockpit.test", raise_server_exceptions=False, follow_redirects=False)
    client.get("/sign-in")
    yield client
    client.close()


def test_every_form_is_declared_here() -> None:
    posts = {door.path for door in DOORS if door.method == "POST" and door.csrf and not door.callback}
    assert posts == set(FORMS)


@pytest.mark.parametrize("path", FORMS)
def test_any_form_is_answered(path: str, house: House, stranger: TestClient) -> None:
    signed_in = house.browser(Role.WALL)
    cookie = signed_in.cookies[SESSION_COOKIE]

    @bounded(12)
    @given(fields=st.dictionaries(st.sampled_from(FORMS[path]), texts), more=queries, raw=st.binary(max_size=200))
    def fill(fields: dict[str, str], more: str, raw: bytes) -> None:
        form = {name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}
        for client in (stranger, signed_in):
            proof = client.cookies.get(CSRF_COOKIE, "")
            fine(client.post(f"{path}?{more}", data={**form, "csrf": proof}), (path, form))
            for kind in (
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/json",
                "",
            ):
                answer = client.post(path, content=raw, headers={"Content-Type": kind, CSRF_HEADER: proof})
                fine(answer, (path, kind, raw))
        signed_in.cookies.set(SESSION_COOKIE, cookie)

    fill()


@bounded(40)
@given(header=st.sampled_from(["Cookie", "Authorization", "Origin", "Referer", "Sec-Fetch-Site", "Host", "Accept", "Accept-Language", "Range",
                               "Accept-Encoding", "If-None-Match", "If-Modified-Since", "Content-Type", "Content-Length", "X-Forwarded-For",
                               "X-Forwarded-Proto", "User-Agent", "Last-Event-ID", "Idempotency-Key", "Content-Encoding", CSRF_HEADER]),
       value=latin | st.sampled_from(["9" * 5000, "-1", "1.5", "gzip", "bytes=0-1,2-3", "Bearer " + "x" * 5000, "null", "http://[", "//",
                                      f"{SESSION_COOKIE}=x; {CSRF_COOKIE}=y", '"', "W/\"x\", *", "*/*;q=zz", "²", "٣"]),
       path=st.sampled_from(["/", "/sign-in", "/api/v1/metrics", "/assets/live.js", "/layers/districts", "/session", "/healthz", "/metrics"]))  # fmt: skip
def test_any_header_is_answered(browsers: dict[Role, TestClient], header: str, value: str, path: str) -> None:
    headers = [
        (header.encode(), value.encode("utf-8") if header == "Content-Length" else value.encode("latin-1", "replace"))
    ]
    for method in ("GET", "POST"):
        fine(browsers[Role.SHIFT].request(method, path, headers=headers), (method, path, header, value))


@bounded(60)
@given(body=st.binary(max_size=300) | values.map(lambda v: json.dumps(v).encode("utf-8", "replace")),
       media=st.sampled_from(["application/json", "application/x-ndjson", "text/csv", "application/json; charset=utf-16", "text/plain", ""]),
       coding=st.sampled_from(["", "gzip", "identity", "br", "gzip, gzip"]), key=st.none() | latin,
       path=st.sampled_from(["observations", "incidents"]), query=queries)  # fmt: skip
def test_any_push_is_answered(
    program: TestClient, body: bytes, media: str, coding: str, key: str | None, path: str, query: str
) -> None:
    headers = [(b"content-type", media.encode()), (b"content-encoding", coding.encode())]
    headers += [(b"idempotency-key", key.encode("latin-1"))] if key else []
    fine(program.post(f"/api/v1/{path}", content=body, headers=headers), (path, body, media, coding, key))
    fine(program.post(f"/api/v1/{path}?{query}", content=body, headers=headers), (path, query))


def test_any_records_are_told_one_by_one(program: TestClient) -> None:
    fields = st.dictionaries(
        st.sampled_from(["time", "station", "pm25", "pm10", "id", "title", "kind", "phone"]), values, max_size=6
    )

    @bounded(60)
    @given(
        records=st.lists(fields | values, min_size=1, max_size=4), path=st.sampled_from(["observations", "incidents"])
    )
    def push(records: list[Any], path: str) -> None:
        answer = program.post(
            f"/api/v1/{path}", content=json.dumps(records).encode(), headers={"Content-Type": "application/json"}
        )
        fine(answer, records)
        if answer.status_code == 200:
            told = answer.json()
            assert told["accepted"] + told["duplicates"] + told["rejected"] + told["ignored"] == told["read"]

    push()


def callbacks(browser: TestClient) -> list[dict[str, Any]]:
    """The page's callbacks that run on the server."""
    found: list[dict[str, Any]] = browser.get("/_dash-dependencies").json()
    return [one for one in found if not one["clientside_function"]]


def test_every_callback_of_the_page_is_declared(browsers: dict[Role, TestClient]) -> None:
    outputs = {one["output"] for one in callbacks(browsers[Role.ADMIN])}
    assert len(outputs) >= 5
    named = {
        part.partition("@")[0]
        for out in outputs
        for part in (out[2:-2].split("...") if out.startswith("..") else [out])
    }
    assert named <= set(CALLBACKS) | {name for name in named if name in CALLBACKS}


def test_any_input_of_any_callback_is_answered(browsers: dict[Role, TestClient]) -> None:
    for one in callbacks(browsers[Role.ADMIN]):
        seen = set().union(*(clicked(browser, one) for browser in browsers.values()))  # no role may use them all
        assert 200 in seen, f"{one['output']} was never answered: the test reaches nothing"


def clicked(browser: TestClient, one: dict[str, Any]) -> set[int]:
    """Ask a callback with anything; the statuses of its answers."""
    seen: set[int] = set()

    @bounded(6)
    @given(data=st.data())
    def click(data: st.DataObject) -> None:
        body = call(one, data)
        answer = browser.post("/_dash-update-component", json=body)
        fine(answer, body)
        seen.add(answer.status_code)

    click()
    return seen


PRESSES = sorted({*accounts_mine.ACTS, *accounts_people.ACTS})
FIELDS = ["login", "name", "role", "department", "districts", "districts.mode", "topics", "topics.mode", "reason",
          "token.name", "token.scopes", "token.days", "token.sources"]  # fmt: skip
CHOSEN = [
    "fuzz.one",
    "Fuzz One",
    "leader",
    "clerk",
    "some",
    "all",
    "read",
    "push",
    "30",
    ["read"],
    ["push", "read"],
    ["441802"],
    ["air"],
    PUSHED.key,
]


def call(one: dict[str, Any], data: st.DataObject) -> dict[str, Any]:
    """The body that a browser posts for a callback: the shape is a page's, the values are anybody's."""
    inputs = [_filled(part, data) for part in one["inputs"]]
    first = inputs[0][0] if isinstance(inputs[0], list) else inputs[0]
    ident = (
        first["id"] if isinstance(first["id"], str) else json.dumps(first["id"], sort_keys=True, separators=(",", ":"))
    )
    names = one["output"][2:-2].split("...") if one["output"].startswith("..") else [one["output"]]
    outputs = [
        {"id": _ident(name.rpartition(".")[0]), "property": name.rpartition(".")[2].partition("@")[0]} for name in names
    ]
    return {
        "output": one["output"],
        "outputs": outputs if one["output"].startswith("..") else outputs[0],
        "inputs": inputs,
        "changedPropIds": [f"{ident}.{first['property']}"],
        "state": [_filled(part, data) for part in one["state"]],
    }


def _filled(part: dict[str, Any], data: st.DataObject) -> Any:
    ident = _ident(part["id"])
    if not isinstance(ident, dict) or not any(isinstance(value, list) for value in ident.values()):
        return {"id": ident, "property": part["property"], "value": _value(part["property"], data)}
    if "field" in ident:
        return [
            {"id": {"field": name}, "property": part["property"], "value": data.draw(st.sampled_from(CHOSEN) | values)}
            for name in FIELDS
        ]
    holes = {
        "press": st.sampled_from(PRESSES) | texts,
        "of": st.sampled_from(["fuzz.one", "fuzz.two", "demo.wall"]) | texts,
    }
    made = {key: data.draw(holes[key]) if isinstance(value, list) else value for key, value in ident.items()}
    return [{"id": made, "property": part["property"], "value": data.draw(st.just(1) | st.none())}]


def _value(name: str, data: st.DataObject) -> Any:
    """Mostly what the property holds in a browser: what it never holds is refused at the gate."""
    likely: dict[str, st.SearchStrategy[Any]] = {
        "search": queries.map(lambda q: f"?{q}"),
        "n_clicks": st.integers(0, 9) | st.none(),
    }
    return data.draw(likely.get(name, values) | values)


def _ident(text: str) -> Any:
    return json.loads(text) if text.startswith("{") else text


@bounded(60)
@given(body=values | st.binary(max_size=60) | st.fixed_dictionaries(
    {"output": st.sampled_from([*CALLBACKS, "..", "x.y"]), "inputs": values},
    optional={"outputs": values, "state": values, "changedPropIds": values}))  # fmt: skip
def test_any_body_of_a_callback_is_answered(browsers: dict[Role, TestClient], body: Any) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode("utf-8", "replace")
    answer = browsers[Role.ADMIN].post(
        "/_dash-update-component", content=content, headers={"Content-Type": "application/json"}
    )
    fine(answer, body)


@bounded(40)
@given(
    query=queries,
    path=st.sampled_from(["", "me", "accounts", "audit", "nowhere"]) | texts,
    lang=st.sampled_from(["", "&lang=en"]),
)
def test_any_address_of_a_page_is_drawn(browsers: dict[Role, TestClient], query: str, path: str, lang: str) -> None:
    referrer = f"http://cockpit.test/{quote(path, errors='replace')}?{query}{lang}"
    for browser in browsers.values():
        answer = browser.get("/_dash-layout", headers={"Referer": referrer})
        fine(answer, referrer)


def test_a_number_longer_than_any_is_none(house: House, browsers: dict[Role, TestClient]) -> None:
    endless = "9" * 5000
    assert house.streamed(browsers[Role.SHIFT], "screen=overview", 0.02, endless)[0] == 200
    assert house.raw("POST", "/sign-in", [(b"content-length", endless.encode())])[0] == 413


@bounded(25)
@given(
    query=queries | queries.map(lambda q: f"screen=overview&{q}"),
    last=st.sampled_from(["", "1", "9" * 5000, "-1", "²"]) | latin,
)
def test_any_stream_is_answered(house: House, browsers: dict[Role, TestClient], query: str, last: str) -> None:
    status, _ = house.streamed(browsers[Role.SHIFT], query, 0.02, last)
    assert status < 500, (query, last)
