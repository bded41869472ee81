"""Every answer, failures included, tells the browser to run and show nothing but the cockpit."""

import base64
import hashlib
import re

import pytest
from starlette.testclient import TestClient

from api.doors import DOORS
from domain.account import Role
from tests.security.conftest import House

HEADERS = (
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "permissions-policy",
)
ADDRESSES = sorted({door.path for door in DOORS if door.method == "GET" and "{" not in door.path and not door.stream})
ADDRESSES += [
    "/nowhere",
    "/assets/live.js",
    "/assets/nowhere.js",
    "/api/v1/nowhere",
    "/api/v1/metrics?nosuch=1",
    "/layers/districts",
    "/layers/x",
]


def policy(text: str) -> dict[str, list[str]]:
    return {rule.split()[0]: rule.split()[1:] for rule in text.split(";")}


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_carries_the_headers(address: str, house: House) -> None:
    for answer in (house.browser(Role.ADMIN).get(address), house.client.get(address, follow_redirects=False)):
        assert [name for name in HEADERS if name not in answer.headers] == []
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers
        assert "x-powered-by" not in answer.headers


def test_nothing_runs_but_the_cockpits_own_files(house: House) -> None:
    for address in ("/", "/sign-in", "/audit", "/nowhere"):
        answer = house.browser(Role.ADMIN).get(address, headers={"Accept": "text/html"})
        rules = policy(answer.headers["content-security-policy"])
        assert set(rules["script-src"]) - {"'self'"} == {
            one for one in rules["script-src"] if one.startswith("'sha256-")
        }
        assert rules["default-src"] == ["'self'"]
        assert rules["object-src"] == ["'none'"]
        assert rules["base-uri"] in (["'self'"], ["'none'"])
        assert "blob:" in rules["worker-src"]
        assert [name for name, given in rules.items() if {"*", "http:", "https:", "'unsafe-eval'"} & set(given)] == []
        assert [name for name, given in rules.items() if "'unsafe-inline'" in given] == ["style-src"]


def test_every_inline_script_of_the_page_is_named_by_its_hash(house: House) -> None:
    answer = house.browser(Role.SHIFT).get("/")
    allowed = set(policy(answer.headers["content-security-policy"])["script-src"])
    page = re.sub(r"<!--.*?-->", "", answer.text, flags=re.DOTALL)
    scripts = re.findall(r"<script(?![^>]*\ssrc=)([^>]*)>(.*?)</script>", page, re.DOTALL)
    run = [body for attributes, body in scripts if "application/json" not in attributes]
    assert run, "Dash starts by an inline script"
    for body in run:
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed
    assert not re.search(r"\son\w+=", page), "no script in an attribute"
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", page), "nothing is loaded from elsewhere"


def test_every_cookie_that_opens_something_is_closed_to_scripts(house: House) -> None:
    browser = TestClient(house.server, "http://cockpit.test", raise_server_exceptions=False, follow_redirects=False)
    page = browser.get("/sign-in")
    proof = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert proof
    entered = browser.post("/sign-in/demo", data={"role": "leader", "csrf": proof[1]})
    cookies = entered.headers.get_list("set-cookie")
    session = [one for one in cookies if one.startswith("cockpit_session=")]
    assert len(session) == 1
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in session[0].split(";")}
