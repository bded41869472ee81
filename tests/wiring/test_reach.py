"""A viewer limited to one district and two topics walks through everything there is: nothing outside appears anywhere.

The city is the real one. What may be read has small values; whatever may not has huge ones, so that no sum, mean or share
of it can hide, and texts that say OUTSIDE.
"""

import asyncio
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from argon2 import PasswordHasher

import config
from access.opening import open_access
from access.passwords import Passwords
from access.secret import read_key
from api.arrival import CSRF_COOKIE, CSRF_HEADER, SESSION_COOKIE, Arrival
from api.csrf import Csrf
from composition.web import build_web
from demo.serve import environment
from domain.account import Account, Reach, Role
from domain.alert import Alert, AlertLevel, Condition, Reason, Transition
from domain.batch import Batch, Reject
from domain.city import City
from domain.deed import Deed
from domain.incident import Incident
from domain.observation import Observation
from domain.run import SourceRun
from domain.session import Visit
from jobs.clock import utc_now
from jobs.settings import Settings
from store import Store, open_store

ROOT = Path(__file__).resolve().parents[2]
NOW = utc_now().replace(microsecond=0)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HERE = "441881"
MINE = Reach(frozenset({HERE}), frozenset({"environment", "emergency"}))
SMALL, HUGE = 11.0, 7_000_000.0
OUTSIDE = "圈外"
INSIDE_TEXT = "圈内事故 粤R12345 联系人：张伟 13812345678"
TICKS = ("3600000", "21600000", "86400000")  # ms between the marks of a chart's axis
REPLAYED = NOW - 3 * HOUR
FAST = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    env = dict(os.environ) | environment(8051, tmp_path_factory.mktemp("drops"), "secret")
    found, problems = config.load(ROOT / "cities" / "441800", env)
    assert found is not None, problems
    return found


def observations(city: City) -> Iterator[Observation]:
    """Every metric everywhere it is measured, now, at the replayed moment and a day ago."""
    fed = {metric: key for key, source in reversed(city.sources.items()) for metric in source.metrics}
    for metric in city.metrics.values():
        if metric.composite or metric.ratio or metric.derive in ("status", "health"):
            continue
        places = [s.id for s in city.sites.values() if s.kind == metric.site_kind] if metric.site_kind else []
        for place in places or [city.adcode, *city.districts]:
            inside = metric.topic in (MINE.topics or ()) and city.district_of(place) == HERE
            for at in (NOW - MINUTE, REPLAYED - MINUTE, NOW - 24 * HOUR):
                value = (1.0 if inside else 5.0) if metric.derive else SMALL if inside else HUGE  # classes are few
                yield Observation(metric.key, place, fed.get(metric.key, "system"), at, value, at)


def incident(key: str, title: str, district: str) -> Incident:
    at = REPLAYED - MINUTE
    detail = {"进展": f"已联系 13912345678 {title}", "诉求内容": title}
    return Incident(key, "incidents", "fire", title, at, at, at, "open", 1, "局", district, "", 113.4, 24.2, detail)


def fill(store: Store, city: City) -> None:
    by_source: dict[str, list[Observation]] = {}
    for one in observations(city):
        by_source.setdefault(one.source, []).append(one)
    for key, found in by_source.items():
        store.write(Batch(key, REPLAYED, tuple(found)))
    store.write(
        Batch(
            "incidents",
            REPLAYED,
            incidents=(
                incident("in-1", INSIDE_TEXT, HERE),
                incident("out-1", f"{OUTSIDE}事故", "441802"),
                incident("out-2", f"{OUTSIDE}全市事故", ""),
            ),
        )
    )
    for source in ("air", "hall", "incidents"):
        told = f"{OUTSIDE}：the department answered 500"
        store.record_run(SourceRun(source, NOW - MINUTE, NOW, False, 7_777_777, 7_777_777, 0, 7_777_777, told))
        store.write(Batch(source, NOW, rejects=(Reject(f"{OUTSIDE}原因", f"{OUTSIDE}原文", f"{OUTSIDE}.csv:1"),)))
    air = {d: next(s.id for s in city.sites.values() if s.kind == "air" and s.district == d) for d in (HERE, "441802")}
    fire(store, "air.aqi", air[HERE], "圈内预警")
    fire(store, "air.aqi", air["441802"], f"{OUTSIDE}预警一")
    fire(store, "service.on_time_rate", HERE, f"{OUTSIDE}预警二")
    fire(store, "air.aqi", city.adcode, f"{OUTSIDE}预警三")


def fire(store: Store, metric: str, site: str, say: str) -> None:
    key, at = f"{say}|{site}", REPLAYED - MINUTE
    alert = Alert(key, say, metric, site, AlertLevel.P1, Condition.FIRING, at, at, 1.0, say, at)
    step = Transition(key, at, Condition.NORMAL, Condition.FIRING, AlertLevel.P1, 1.0, Reason.BREACHED)
    assert store.save_alerts([alert], [step])


def plain(answer: httpx.Response) -> str:
    """The JSON of an answer without escapes and spaces."""
    return json.dumps(answer.raise_for_status().json(), ensure_ascii=False, separators=(",", ":"))


@dataclass
class Walker:
    """A browser of somebody, and what must not come into it."""

    server: Any
    client: httpx.AsyncClient
    names: frozenset[str]

    async def layout(self, search: str = "") -> str:
        """The first paint."""
        referer = {"referer": f"http://cockpit/{search}"}
        return plain(await self.client.get("/_dash-layout", headers=referer))

    async def drawer(self, search: str) -> str:
        """The drawer as the page's callback fills it."""
        body = {
            "output": "drawer.children",
            "outputs": {"id": "drawer", "property": "children"},
            "inputs": [
                {"id": "url", "property": "search", "value": search},
                {"id": "pulse", "property": "data", "value": None},
            ],
            "changedPropIds": ["url.search"],
            "state": [],
        }
        answer = await self.client.post("/_dash-update-component", json=body)
        while answer.status_code == httpx.codes.TOO_MANY_REQUESTS:  # it asks faster than people may
            await asyncio.sleep(float(answer.headers["retry-after"]))
            answer = await self.client.post("/_dash-update-component", json=body)
        return plain(answer)

    async def stream(self, query: str = "") -> str:
        """The whole screen as the stream's first message."""
        over, parts = asyncio.Event(), asyncio.Queue[bytes]()
        headers = self.client.build_request("GET", "/stream").headers
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": "/stream", "raw_path": b"/stream", "query_string": f"screen=overview{query}".encode(), "root_path": "",
            "headers": [(k.encode(), v.encode()) for k, v in headers.items() if k != "accept-encoding"],
            "client": ("127.0.0.1", 1), "server": ("cockpit", 80), "state": {},
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            await over.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.body":
                await parts.put(message["body"])

        task = asyncio.create_task(self.server(scope, receive, send))
        text = b""
        while b'"full":true' not in text:
            text += await asyncio.wait_for(parts.get(), 20)
        over.set()
        await task
        return text.decode()

    def leaks(self, text: str) -> list[str]:
        """What is in a text that must not be in it."""
        found = [name for name in self.names if name in text]
        found += re.findall(r"(?<![\d.])\d{1,3}(?:,\d{3})+", text)  # no number inside is so large
        found += [n for n in re.findall(r"(?<=[:,\[])-?\d{6,11}(?:\.\d+)?(?=[,\]}])", text) if n not in TICKS]
        return found


async def walker(server: Any, store: Store, city: City, settings: Settings, role: Role, reach: Reach) -> Walker:
    access = open_access(store, read_key(os.environ, settings.var), demo=True, passwords=FAST)
    account = Account(f"w.{role.value}", "李", role, reach)
    store.people.add(account, FAST.hash("long-enough-1"), Deed(NOW, "system", "account.add"))
    entered = access.sessions.open(account, Visit(utc_now(), "127.0.0.1", "test"))
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    proof = Csrf(access.key).proof(Arrival.of(scope), entered.viewer)
    transport = httpx.ASGITransport(server, client=("127.0.0.1", 1))
    client = httpx.AsyncClient(transport=transport, base_url="http://cockpit", headers={CSRF_HEADER: proof})
    client.cookies.set(SESSION_COOKIE, entered.cookie)
    client.cookies.set(CSRF_COOKIE, proof)
    away = {d.name for code, d in city.districts.items() if code != HERE}
    near = {s.name for s in city.sites.values() if s.district == HERE}
    sites = [s for s in city.sites.values() if s.district != HERE]
    ids = {s.id for s in sites} | {s.name for s in sites if not any(s.name in name for name in near)}
    words = {OUTSIDE, "张伟", "13812345678", "13912345678", "粤R12345"}
    return Walker(server, client, frozenset(words | away | ids) if reach == MINE else frozenset(words))


@pytest.fixture(scope="module")
def filled(city: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the city's data."""
    path = tmp_path_factory.mktemp("filled") / "city.db"
    with open_store(f"sqlite:///{path}", synchronous="OFF") as store:
        fill(store, city)
    return path


@pytest.fixture
def reach() -> Reach:
    return MINE


@pytest.fixture
def role() -> Role:
    return Role.LEADER


@pytest.fixture
async def walk(city: City, filled: Path, tmp_path: Path, role: Role, reach: Reach) -> AsyncIterator[Walker]:
    for part in filled.parent.glob("city.db*"):
        shutil.copy(part, tmp_path)
    with open_store(f"sqlite:///{tmp_path / 'city.db'}", synchronous="OFF") as store:
        settings = Settings(city.folder, "127.0.0.1", 8050, "", tmp_path)
        server, hub = build_web(city, store, settings)
        async with server.router.lifespan_context(server):
            yield await walker(server, store, city, settings, role, reach)
        hub.close()


AT = quote(REPLAYED.isoformat().replace("+00:00", "Z"))


async def test_nothing_outside_is_in_the_first_paint(walk: Walker) -> None:
    for search in ("", "?lang=en", "?district=441802", f"?district={HERE}", f"?t={AT}"):
        text = await walk.layout(search)
        assert walk.leaks(text) == [], search
        assert "圈内预警" in text, search
        assert ("Not permitted" if "lang=en" in search else "无权查看") in text, search


async def test_nothing_outside_is_in_the_stream(walk: Walker) -> None:
    for query in ("", "&lang=en", "&place=441802", f"&place={HERE}", f"&t={AT}"):
        text = await walk.stream(query)
        assert walk.leaks(text) == [], query
        assert "圈内预警" in text, query


async def test_nothing_outside_is_in_any_drawer(walk: Walker, city: City) -> None:
    away = next(s.id for s in city.sites.values() if s.kind == "air" and s.district != HERE)
    places = ("", city.adcode, HERE, "441802", away)
    asked = [
        f"?metric={key}&place={place}" for key in city.metrics for place in places[:: 1 if key == "air.aqi" else 2]
    ]
    asked += [f"?metric=air.aqi&place=&t={AT}", f"?district=441802&metric=air.pm25&place=441802&t={AT}"]
    asked += [f"?incident={key}" for key in ("in-1", "out-1", "out-2")]
    asked += [f"?sources={key}" for key in ("all", *city.sources)]
    asked += [f"?metric=source.{name}&place=source:{key}" for name in ("rows", "state") for key in ("air", "hall")]
    for search in asked:
        assert walk.leaks(await walk.drawer(search)) == [], search
    assert "圈内事故" in await walk.drawer("?incident=in-1")
    assert "无权查看" in await walk.drawer("?metric=service.cases")


async def test_nothing_outside_is_on_the_map(walk: Walker, city: City) -> None:
    layers = re.findall(r"/layers/[\w.-]+", await walk.layout())
    assert len(layers) >= 5
    for path in [*layers, *(f"/layers/{name}.geojson" for name in city.spec.map.layers)]:
        answer = await walk.client.get(path)
        answer.raise_for_status()
        assert "public" not in answer.headers["cache-control"]
        codes = {f["properties"].get("district", f["properties"].get("adcode")) for f in answer.json()["features"]}
        assert not codes & (set(city.districts) - {HERE}), path
    whole = json.loads((city.folder / "layers" / city.spec.map.layers["districts"]).read_text("utf-8"))
    assert len(whole["features"]) == len(city.districts)


async def test_nothing_outside_comes_out_of_the_api(walk: Walker, city: City) -> None:
    for path in ("latest", "series", "sites", "incidents", f"incidents?at={AT}", "layers/districts"):
        answer = await walk.client.get(f"/api/v1/{path}{'&' if '?' in path else '?'}limit=1000")
        assert answer.status_code == 200, answer.text
        text = plain(answer)
        assert walk.leaks(text) == [], path
        assert not [code for code in city.districts if code != HERE and code in text], path
        assert HERE in text, path


@pytest.mark.parametrize("reach", [Reach()])
async def test_with_the_whole_reach_all_of_it_is_there(walk: Walker) -> None:
    """What the walk does not find is not missing from the house."""
    text = await walk.layout() + await walk.stream() + await walk.drawer("?metric=service.cases")
    assert {"7,000,000", f"{OUTSIDE}预警一", f"{OUTSIDE}预警二", "清城区"} <= set(
        re.findall(rf"7,000,000|{OUTSIDE}预警.|清城区", text)
    )
    assert not re.findall("张伟|13812345678|粤R12345", text)  # a leader is shown nobody's name, however far the reach


@pytest.mark.parametrize(("reach", "role"), [(Reach(), Role.SHIFT)])
async def test_who_may_read_personal_details_does_so_in_the_drawer_alone(walk: Walker) -> None:
    assert INSIDE_TEXT in await walk.drawer("?incident=in-1")
    assert f"{OUTSIDE}原文" in await walk.drawer("?sources=hall")
    assert not re.findall("张伟|13812345678|粤R12345", await walk.layout() + await walk.stream())
