"""A secret is planted wherever the cockpit holds one, and looked for wherever the cockpit says or keeps something."""

import json
import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import config
from api.arrival import CSRF_COOKIE, CSRF_HEADER, SESSION_COOKIE
from composition.people import first_words
from datasources.collector import Collector
from datasources.context import SourceContext
from datasources.kinds.sql import SqlSource, SqlSpec
from domain.account import Role
from domain.batch import Batch, Written
from domain.errors import StoreError
from domain.run import SourceRun
from domain.session import Scope
from geo.places import CityPlaces
from jobs.clock import utc_now
from jobs.collect import build_sources, guard_of
from jobs.logs import start_logging
from store import open_store
from store.audit import AuditQuery
from tests.security.conftest import SECRET_KEY, House

PLANTED = {
    "SECRET_KEY": SECRET_KEY,
    "a source's secret": "planted-source-secret-1b7e",
    "a source's token": "planted-source-token-9c2d",
    "a database's password": "planted-database-password-77aa",
    "a typed password": "Planted-typed-password-5e5e",
    "a password typed as login": "Planted-as-login-password-41",
}
MODES = ("echo", "refuse", "nonsense", "rejected")
Sweep = Callable[[], dict[str, str]]


class Department(BaseHTTPRequestHandler):
    """Gives a token, then answers badly, and repeats whatever it was told in every answer."""

    mode = "echo"

    def do_POST(self) -> None:
        self._answer(200, {"data": {"token": PLANTED["a source's token"], "expiresIn": 3600}})

    def do_GET(self) -> None:
        told = {"heard": [str(self.headers), PLANTED["a source's secret"]]}
        rows = {"data": {"list": [{"statTime": "never", "areaCode": "?", "seq": 1, **told}]}}
        status, body = {"echo": (500, told), "refuse": (403, told), "nonsense": (200, told), "rejected": (200, rows)}[
            self.mode
        ]
        self._answer(status, body)

    def _answer(self, status: int, body: Mapping[str, object]) -> None:
        text = json.dumps(body).encode()
        self.send_response(status, "planted-source-token-9c2d")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def department() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Department)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """Everything that any logger says at any level, and the file that an operator reads."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    path = start_logging(tmp_path / "logs", "test")
    root.addHandler(caplog.handler)
    root.setLevel(logging.DEBUG)
    yield lambda: caplog.text + path.read_text(encoding="utf-8")
    for handler in [one for one in root.handlers if one not in before]:
        root.removeHandler(handler)
        if handler is not caplog.handler:
            handler.close()
    root.handlers[:] = before
    root.setLevel(level)


def found(places: Mapping[str, str], planted: Mapping[str, str]) -> list[str]:
    """Where which secret shows."""
    return [
        f"{what} in {place}" for place, text in places.items() for what, secret in planted.items() if secret in text
    ]


def said(house: House, role: Role) -> dict[str, str]:
    """Everything the web process tells a role: every address that is declared, with its headers."""
    from api.doors import DOORS

    browser, told = house.browser(role), {}
    paths = [door.path for door in DOORS if door.method == "GET" and "{" not in door.path and not door.stream]
    paths += [
        "/api/v1/layers/districts",
        "/audit/export.csv",
        "/api/v1/series/1",
        "/?metric=service.cases",
        "/?sources=hall",
        "/nowhere",
        "/api/v1/nowhere",
    ]
    for path in paths:
        for lang in ("", "&lang=en"):
            answer = browser.get(f"{path}{'' if '?' in path or not lang else '?'}{lang}")
            headers = {name: value for name, value in answer.headers.items() if name != "set-cookie"}
            told[f"{role} {path}{lang}"] = f"{headers} {answer.text}"
    for search in ("?sources=hall", "?sources=all", "?metric=service.cases", "?incident=X-1"):
        told[f"{role} page {search}"] = house.drawer(browser, search)
    return told


def kept(house: House) -> dict[str, str]:
    """Everything the store holds: the audit log, runs, quarantine, and the bytes of its files."""
    files = {path.name: path.read_bytes().decode("latin-1") for path in house.settings.var.glob("cockpit.sqlite*")}
    assert files
    return {
        "audit": repr(house.store.audit.search(AuditQuery(), 10_000)),
        "runs": repr(house.store.runs(1000)),
        "quarantine": repr(house.store.quarantine(1000)),
        **files,
    }


def test_the_search_finds_what_is_there(house: House, logged: Callable[[], str]) -> None:
    """A control: each place is really looked at."""
    logging.getLogger("anything").debug("canary-%s", "in-the-log")
    house.browser(Role.LEADER).post("/sign-in", content=b"x" * 9000)
    places = {"log": logged(), **said(house, Role.ADMIN), **kept(house)}
    assert found(places, {"log": "canary-in-the-log"}) == ["log in log"]
    assert "audit in audit" in found(places, {"audit": "session.start"})
    assert any("cockpit.sqlite" in one for one in found(places, {"x": "demo.leader"}))
    assert any("/api/v1/metrics" in one for one in found(places, {"x": "service.cases"}))


@pytest.mark.parametrize("mode", MODES)
async def test_what_a_department_is_told_and_tells_back_shows_nowhere(
    mode: str, house: House, department: int, logged: Callable[[], str], tmp_path: Path
) -> None:
    Department.mode = mode
    env = {"DEMO_HALL_SECRET": PLANTED["a source's secret"], "DEMO_PORT_HALL": str(department)}
    city, _ = config.load(house.settings.city, env)
    assert city is not None
    hall = city.sources["hall"].model_copy(update={"retries": 0})
    city = replace(city, sources={"hall": hall})
    guard = guard_of(city, tmp_path, env)
    areas = frozenset({city.adcode, *city.districts})
    context = SourceContext(city.metrics, city.sites, CityPlaces.of_city(city), env, tmp_path, areas, guard)

    async def write(batch: Batch) -> Written:
        return house.store.write(batch)

    async def record(run: SourceRun) -> None:
        house.store.record_run(run)

    collector = Collector(build_sources(city, context), write, lambda _: None, record, context=context)
    run = await collector.poll("hall", utc_now())
    await collector.close()
    assert run.ok is (mode == "rejected"), run
    assert run.rejected == (mode == "rejected")
    places = {"log": logged(), "run": repr(run), **kept(house), **said(house, Role.SHIFT)}
    assert found(places, PLANTED) == []


async def test_a_departments_database_password_shows_nowhere(
    house: House, logged: Callable[[], str], tmp_path: Path
) -> None:
    password = PLANTED["a database's password"]
    metric = house.city.metrics["service.cases"]
    keys = {"key": "x", "kind": "sql", "department": "d", "every": "5m", "at": {"path": "t"}, "site": {"path": "s"},
            "metrics": {metric.key: "v"}, "query": "select 1", "url_env": "X", "retries": 0}  # fmt: skip
    told = {}
    for number, url in enumerate((f"postgresql+psycopg://r:{password}@127.0.0.1:1/x", f"nosuch://r:{password}@h/d",
                f"postgresql+psycopg://r:{password}@10.0.0.1/x", f"postgresql://r:{password}@127.0.0.1:1/x?hostaddr=1",
                f"{password}")):  # fmt: skip
        spec = SqlSpec.model_validate(keys)
        env = {"X": url}
        context = SourceContext({metric.key: metric}, {}, None, env, tmp_path, guard=guard_of(house.city, tmp_path, {}))  # type: ignore[arg-type]
        runs: list[SourceRun] = []

        async def record(run: SourceRun, into: list[SourceRun] = runs) -> None:
            into.append(run)
            house.store.record_run(run)

        async def write(batch: Batch) -> Written:
            raise AssertionError(batch)

        collector = Collector({"x": SqlSource(spec, context)}, write, lambda _: None, record, context=context)
        run = await collector.poll("x", utc_now())
        await collector.close()
        assert not run.ok
        told[f"run {number}"] = repr(run)
    assert found({"log": logged(), **told, **kept(house)}, PLANTED) == []


def test_the_stores_own_password_shows_nowhere(logged: Callable[[], str]) -> None:
    password = PLANTED["a database's password"]
    for url in (
        f"postgresql://cockpit:{password}@127.0.0.1:1/x",
        f"mysql://cockpit:{password}@127.0.0.1/x",
        f"::{password}",
    ):
        with pytest.raises(StoreError) as caught:
            open_store(url)
        shown = {"error": str(caught.value), "repr": repr(caught.value), "log": logged()}
        if "://" in url:
            assert found(shown, PLANTED) == []


def test_a_badly_written_city_does_not_show_what_its_variables_hold(tmp_path: Path, house: House) -> None:
    secret = PLANTED["a source's secret"]
    text = "x: {kind: http_json, department: d, url: 'http://u:${S}@h/', every: '${S}', at: {path: t, format: '${S}'}, nosuch: '${S}'}\n"
    (tmp_path / "sources.yaml").write_text(text + "y: ${S}\nz: {kind: '${S}'}\n")
    (tmp_path / "metrics.yaml").write_text("a.b: {unit: '${S}', name: ['${S}'], every: '${S}'}\n")
    (tmp_path / "city.yaml").write_text("adcode: '${S}'\nallow_hosts: ['${S}/x', '${S}']\nzone: '${S}'\n")
    problems = config.check(tmp_path, {"S": secret})
    assert len(problems) > 8
    assert found({str(n): str(problem) for n, problem in enumerate(problems)}, PLANTED) == []


def test_what_a_person_signs_in_with_shows_nowhere_afterwards(house: House, logged: Callable[[], str]) -> None:
    typed, as_login = PLANTED["a typed password"], PLANTED["a password typed as login"]
    words = first_words(house.access, utc_now())
    once = re.search(r"one-time password (\S+)", words)
    assert once, "the first start makes an administrator and says its password once"
    assert first_words(house.access, utc_now()) == ""
    browser = house.browser(Role.WALL)
    browser.cookies.clear()
    del browser.headers[CSRF_HEADER]
    page = browser.get("/sign-in")
    proof = browser.cookies[CSRF_COOKIE]
    answers = [page.text]
    for login, password in (("admin", typed), (as_login, "x"), (as_login, typed), ("admin", once[1])):
        answer = browser.post("/sign-in", data={"login": login, "password": password, "csrf": proof})
        if login != as_login:  # a form that was refused keeps what was typed into its first field, for the same person
            answers.append(answer.text)
    assert answer.status_code == 303
    cookie = browser.cookies[SESSION_COOKIE]
    secret = cookie.strip('"').rpartition(".")[0]
    assert len(secret) > 30
    token = house.program(Scope.READ).headers["authorization"].removeprefix("Bearer ")
    planted = {
        **PLANTED,
        "the one-time password": once[1],
        "a session's secret": secret,
        "a session's cookie": cookie,
        "a token": token,
    }
    places = {"log": logged(), **kept(house), **{f"answer {n}": text for n, text in enumerate(answers)}}
    for role in (Role.ADMIN, Role.SHIFT):
        places |= said(house, role)
    assert found(places, planted) == []


def test_nothing_that_holds_a_secret_shows_it_when_it_is_printed(house: House) -> None:
    shown = {
        "key": repr(house.access.key),
        "access": repr(house.access),
        "sessions": repr(house.access.sessions),
        "settings": repr(house.settings),
    }
    assert found(shown, PLANTED) == []
    assert found({"context": repr(SourceContext({}, {}, None, {}, Path()))}, PLANTED) == []  # type: ignore[arg-type]


def test_no_secret_is_committed() -> None:
    """Keys, tokens and passwords by their look, in everything that is tracked."""
    from tests.architecture.test_house import tracked

    looks = re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bcc_[A-Za-z0-9_-]{40,}|\bgh[pousr]_[A-Za-z0-9]{30,}|\bAKIA[0-9A-Z]{16}\b"
        r"|\bsk-[A-Za-z0-9]{32,}|://[^/\s:@'\"{}$<>]+:[^@\s'\"{}$<>]{6,}@(?!h/|127\.0\.0\.1|db/|host)[a-z0-9.]+\.(?:com|cn|net|org)"
    )
    hits = [
        path.name
        for path in tracked()
        if path.suffix not in {".png", ".gz"} and looks.search(path.read_text("utf-8", "replace"))
    ]
    assert hits == []
