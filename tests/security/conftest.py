"""The real web process on the demonstration city, driven as a browser or a program drives it, without a port."""

import asyncio
import itertools
import re
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import api.web
import config
from access.opening import Access
from access.sessions import viewer_of
from access.tokens import Wish
from api.arrival import CSRF_COOKIE, CSRF_HEADER
from api.limits import Limits
from composition.people import access_to
from composition.web import build_web
from datasources.kinds.push import PushSpec
from domain.account import Account, Reach, Role
from domain.batch import Batch
from domain.city import City
from domain.deed import Deed
from domain.incident import Incident
from domain.session import Scope
from jobs.clock import utc_now
from jobs.settings import Settings, read_settings
from store import Store, open_store
from tests.cities import observed

ROOT = Path(__file__).resolve().parents[2]
PUSHED = PushSpec.model_validate(
    {"key": "pushed", "kind": "push", "department": "测试局", "every": "1m", "at": {"path": "time"},
     "site": {"path": "station"}, "metrics": {"air.pm25": "pm25", "air.pm10": {"path": "pm10", "unit": "mg/m³"}},
     "incident": {"id": "id", "title": "title", "kind": "kind", "detail": {"电话": "phone"}}}
)  # fmt: skip
SECRET_KEY = "planted-secret-key-0123456789abcdef0123456789"


@dataclass
class House:
    """The process under test. `planted`: secrets that nobody may ever see, by what they are."""

    server: FastAPI
    store: Store
    city: City
    settings: Settings
    access: Access
    client: TestClient
    planted: dict[str, str] = field(default_factory=dict)

    def browser(self, role: Role) -> TestClient:
        """A browser in which a role of the demonstration has signed in by one click."""
        made = TestClient(self.server, "http://cockpit.test", raise_server_exceptions=False, follow_redirects=False)
        page = made.get("/sign-in")
        proof = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert proof, "the sign-in page has a form"
        entered = made.post("/sign-in/demo", data={"role": role.value, "csrf": proof[1]})
        assert entered.status_code == 303, entered.text
        made.headers[CSRF_HEADER] = made.cookies[CSRF_COOKIE]
        return made

    def program(
        self, *scopes: Scope, source: str = "", role: Role = Role.CLERK, reach: Reach | None = None
    ) -> TestClient:
        """A program with a token."""
        login = f"program.{role.value}.{next(_numbers)}"
        known = self.city.sources.get(source)
        account = Account(login, "程序", role, reach or Reach(), known.department if known else "")
        self.store.people.add(account, "", Deed(utc_now(), "system", "account.add"))
        sources = frozenset({source} if source else ())
        wish = Wish(login, "a program", frozenset(scopes), utc_now() + timedelta(days=9), sources)
        _, secret = self.access.tokens.issue(wish, viewer_of(account, "s", ""), utc_now())
        made = TestClient(self.server, "http://cockpit.test", raise_server_exceptions=False, follow_redirects=False)
        made.headers["Authorization"] = f"Bearer {secret}"
        return made

    def drawer(self, browser: TestClient, search: str) -> str:
        """What the page's drawer shows for an address, and the page's own content beside it."""
        part = {"id": "url", "property": "search", "value": search}
        body = {"output": "drawer.children", "outputs": {"id": "drawer", "property": "children"}, "state": [],
                "inputs": [part, {"id": "pulse", "property": "data"}], "changedPropIds": ["url.search"]}  # fmt: skip
        answer = browser.post("/_dash-update-component", json=body)
        assert answer.status_code == 200, answer.text
        page = browser.get("/_dash-layout", headers={"Referer": f"http://cockpit.test/{search}"})
        assert page.status_code == 200
        return f"{answer.text} {page.text}"

    def streamed(self, browser: TestClient, query: str, patience: float = 3.0, last: str = "") -> tuple[int, str]:
        """What the live stream says first: its status and its words until it pauses, then the browser leaves."""
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        headers = [
            (b"cookie", cookies.encode()),
            (b"sec-fetch-site", b"same-origin"),
            (b"last-event-id", last.encode("latin-1")),
        ]
        return self.raw("GET", f"/stream?{query}", headers, patience)

    def raw(
        self, method: str, target: str, headers: list[tuple[bytes, bytes]], patience: float = 3.0
    ) -> tuple[int, str]:
        """An answer to a request whose headers no client would send, without a body."""
        path, _, query = target.partition("?")
        scope = {"type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": path, "root_path": "",
                 "raw_path": path.encode(), "query_string": query.encode(), "client": ("testclient", 1),
                 "headers": [(b"host", b"cockpit.test"), *headers], "server": ("cockpit.test", 80)}  # fmt: skip
        told: list[bytes] = []
        status: list[int] = []

        async def listen() -> None:
            waiting, asked = asyncio.Event(), False

            async def receive() -> dict[str, object]:
                nonlocal asked
                if not asked:
                    asked = True
                    return {"type": "http.request", "body": b"", "more_body": False}
                with suppress(TimeoutError):
                    await asyncio.wait_for(waiting.wait(), patience)
                return {"type": "http.disconnect"}

            async def send(message: MutableMapping[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    status.append(message["status"])
                    return
                told.append(message.get("body", b""))
                if b'"full"' in told[-1] or b"event: full" in told[-1] or not message.get("more_body"):
                    waiting.set()

            await self.server(scope, receive, send)

        assert self.client.portal
        self.client.portal.call(listen)
        return status[0], b"".join(told).decode()


_numbers = itertools.count()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Built once: what these tests ask of it does not depend on what was asked before."""
    var = tmp_path_factory.mktemp("var")
    env = {"CITY": str(ROOT / "cities" / "441800"), "VAR": str(var)}
    settings = read_settings(env)
    city, problems = config.load(settings.city, {})
    assert city is not None
    assert problems == []
    city.sources[PUSHED.key] = PUSHED
    clock = itertools.count(step=60)  # a minute a request: these tests ask faster than anybody may
    with open_store(settings.database_url, synchronous="OFF") as store:
        fill(store, city)
        with pytest.MonkeyPatch.context() as patch:  # until it is built: what other tests build has its own limits
            patch.setattr(api.web, "Limits", lambda _: Limits(lambda: float(next(clock))))
            patch.setenv("SECRET_KEY", SECRET_KEY)
            server, hub = build_web(city, store, settings)
            access = access_to(city, store, settings, utc_now())
        with TestClient(server, raise_server_exceptions=False) as client:
            yield House(server, store, city, settings, access, client)
            hub.close()


def fill(store: Store, city: City) -> None:
    """A few values and one incident with everything personal in it."""
    now = utc_now().replace(microsecond=0)
    values = [
        observed(metric.key, site.id, 1.0, now - timedelta(minutes=5 * back), "hall")
        for metric in city.metrics.values()
        for site in list(city.sites.values())[:400]
        if metric.site_kind and site.kind == metric.site_kind
        for back in range(2)
    ]
    district = next(iter(city.districts))
    detail = {"来电人": "王小明", "电话": "13800138000", "内容": "车牌粤R12345停在门口，联系人王小明"}
    told = Incident(
        "X-1",
        "hotline",
        "complaint",
        "路面积水，联系人王小明13800138000",
        now,
        now,
        now,
        district=district,
        detail=detail,
    )
    store.write(Batch("hall", now, tuple(values[:4000]), (told,)))
