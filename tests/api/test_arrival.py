from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.arrival import Arrival, read_cookies, same_site_path, set_cookie
from api.csrf import fields


def arrived(method: str = "POST", scheme: str = "http", **headers: str) -> Arrival:
    return Arrival.of(
        {
            "type": "websocket" if method == "WS" else "http",
            "method": method,
            "path": "/x",
            "query_string": b"a=1",
            "scheme": scheme,
            "headers": [(k.replace("_", "-").encode(), v.encode("latin-1")) for k, v in headers.items()],
        }
    )


@pytest.mark.parametrize(
    ("host", "scheme", "origin", "foreign"),
    [
        ("cockpit:8050", "http", "http://cockpit:8050", False),
        ("cockpit", "https", "https://cockpit", False),
        ("cockpit:443", "https", "https://cockpit", False),
        ("COCKPIT", "http", "http://cockpit:80", False),
        ("[::1]:8050", "http", "http://[::1]:8050", False),
        ("cockpit", "https", "http://cockpit", True),
        ("cockpit", "http", "http://cockpit:8050", True),
        ("cockpit", "http", "null", True),
        ("cockpit", "http", "", True),
        ("", "http", "http://cockpit", True),
        ("cockpit", "http", "http://cockpit:x", True),
        ("cockpit:99999999", "http", "http://cockpit", True),
        ("cockpit", "http", "http://[", True),
    ],
)
def test_an_origin_is_own_when_scheme_host_and_port_are(host: str, scheme: str, origin: str, foreign: bool) -> None:
    assert arrived(scheme=scheme, host=host, origin=origin).is_foreign is foreign


@pytest.mark.parametrize(
    ("method", "site", "foreign"),
    [("GET", "none", False), ("GET", "cross-site", True), ("POST", "none", True), ("POST", "same-origin", False), ("POST", "odd", True)],
)  # fmt: skip
def test_browsers_say_where_a_request_began(method: str, site: str, foreign: bool) -> None:
    assert arrived(method, host="cockpit", sec_fetch_site=site).is_foreign is foreign


def test_a_program_that_says_nothing_is_not_another_site_but_a_websocket_must_say() -> None:
    assert not arrived(host="cockpit").is_foreign
    assert arrived("WS", scheme="ws", host="cockpit").is_foreign
    assert not arrived("WS", scheme="ws", host="cockpit", origin="http://cockpit").is_foreign


@pytest.mark.parametrize(
    ("header", "token"),
    [("Bearer cc_a", "cc_a"), ("bearer  cc_a ", "cc_a"), ("Bearer", None), ("Bearer ", None), ("Basic eA==", None)],
)
def test_a_token_is_what_follows_bearer(header: str, token: str | None) -> None:
    assert arrived(authorization=header).bearer == token


def test_cookies_are_read_as_browsers_send_them() -> None:
    assert read_cookies('a=1; b="2"; a=3; =4; c; d=e=f') == {"a": "1", "b": "2", "d": "e=f"}


@given(st.text(max_size=60))
def test_no_cookie_header_is_too_odd(header: str) -> None:
    assert all(isinstance(value, str) for value in read_cookies(header).values())


def test_cookies_carry_their_flags() -> None:
    kept = set_cookie("s", "v", secure=True, http_only=True, same_site="Lax", max_age=60)
    assert kept == "s=v; HttpOnly; Max-Age=60; Path=/; SameSite=Lax; Secure"
    assert set_cookie("s", "v", secure=False, http_only=False, same_site="Strict") == "s=v; Path=/; SameSite=Strict"


@pytest.mark.parametrize("wanted", ["/", "/?district=441802", "/me?lang=en#x", "/duty/中"])
def test_ways_back_are_paths_of_this_site(wanted: str) -> None:
    assert same_site_path(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    ["", "x", "//elsewhere", "/\\elsewhere", "http://elsewhere", "javascript:alert(1)", "/a\\b", "/a\r\nb", "/\t/elsewhere", "/sign-in", "/sign-out", "/" + "x" * 2000],
)  # fmt: skip
def test_ways_elsewhere_lead_home(wanted: str) -> None:
    assert same_site_path(wanted) == "/"


@given(st.text(alphabet="/\\:.@?#\t\r\nahtps ", max_size=20))
def test_no_way_back_leaves_the_site(wanted: str) -> None:
    went = same_site_path(wanted)
    assert went.startswith("/")
    assert not urlsplit(went).netloc
    assert not any(sign in went for sign in "\\\r\n\t")


def test_forms_are_read_only_from_forms() -> None:
    form = arrived(content_type="application/x-www-form-urlencoded; charset=utf-8")
    assert fields(form, b"a=1&a=2&b=%E5%80%BC&c=") == {"a": "1", "b": "值", "c": ""}
    assert fields(form, b"&".join(b"a=1" for _ in range(21))) == {}
    assert fields(form, b"\xff=1") == {}
    assert fields(arrived(content_type="application/json"), b"a=1") == {}


@given(st.binary(max_size=80))
def test_no_form_is_too_odd(body: bytes) -> None:
    found = fields(arrived(content_type="application/x-www-form-urlencoded"), body)
    assert all(isinstance(value, str) for value in found.values())
