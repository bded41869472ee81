"""The departments' servers as the collector meets them: the real sources, the real mapping, the real sources.yaml."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from datasources.context import SourceContext
from datasources.kinds.http_json import HttpJsonSource, HttpJsonSpec
from datasources.mapping import Mapper
from demo.departments import DEPARTMENTS, ENVIRONMENT, HALL, TRAFFIC
from demo.present import Present, switch
from demo.publication import WILD
from demo.servers import app
from domain.batch import Batch
from domain.city import City
from domain.errors import SourceError
from domain.source import Ask
from geo.places import CityPlaces
from tests.demo.conftest import COAST, NOW, SECRET, load

HTTP = [
    *(one.source for department in DEPARTMENTS for one in department.endpoints if one.source not in COAST),
    "incidents",
]


class Clock:
    """A clock that the test moves."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def present(city: City, tmp_path: Path, clock: Clock) -> Present:
    return Present(city, tmp_path, clock)


@pytest.fixture(scope="module")
def context(city: City) -> SourceContext:
    areas = frozenset({city.adcode, *city.districts})
    return SourceContext(
        city.metrics, city.sites, CityPlaces.of_city(city), {"DEMO_HALL_SECRET": SECRET}, city.folder, areas
    )


def _transport(present: Present, source: str) -> httpx.ASGITransport:
    department = next(
        d for d in DEPARTMENTS if source in {e.source for e in d.endpoints} or (source == "incidents" and d.incidents)
    )
    return httpx.ASGITransport(app(department, present, SECRET))


async def _poll(present: Present, context: SourceContext, source: str, cursor: str | None) -> list[Batch]:
    spec = present.city.sources[source]
    assert isinstance(spec, HttpJsonSpec)
    feed = HttpJsonSource(spec, context, _transport(present, source))
    now = datetime.fromtimestamp(present.now, UTC)
    mapper = Mapper(spec, context)
    try:
        return [mapper.batch(page, now) async for page in feed.fetch(Ask(now, cursor))]
    finally:
        await feed.close()


@pytest.mark.parametrize("source", HTTP)
async def test_every_record_is_understood_but_for_planted_nonsense(
    source: str, present: Present, context: SourceContext
) -> None:
    since = str((NOW - 30 * 3600) * 10_000) if source != "roads" else str((NOW - 3 * 3600) * 10_000)
    batches = await _poll(present, context, source, since)
    read = sum(b.read for b in batches)
    assert read > 0
    assert all(f"{WILD:g}" in r.reason or "e+" in r.reason for b in batches for r in b.rejects)
    assert sum(len(b.rejects) for b in batches) <= 0.02 * read + 2
    told = {o.metric for b in batches for o in b.observations}
    assert told == set(present.city.sources[source].metrics)


@pytest.mark.parametrize("source", ["hall", "air", "incidents", "hotspots"])
async def test_polling_minute_by_minute_repeats_nothing_and_loses_nothing(
    source: str, present: Present, context: SourceContext, clock: Clock
) -> None:
    clock.now = NOW - 1800
    batches = await _poll(present, context, source, None)
    cursor = batches[-1].cursor
    assert cursor is not None
    start, polled = cursor, 0
    for clock.now in range(NOW - 1740, NOW + 1, 60):
        batches = await _poll(present, context, source, cursor)
        polled += sum(b.read for b in batches)
        cursor = batches[-1].cursor or cursor
    assert polled == sum(b.read for b in await _poll(present, context, source, start))


async def test_values_arrive_in_the_cockpits_units(present: Present, context: SourceContext) -> None:
    found: dict[str, list[float]] = {}
    for source in ("weather", "reservoirs"):
        for batch in await _poll(present, context, source, None):
            for o in batch.observations:
                if o.value is not None:
                    found.setdefault(o.metric, []).append(o.value)
    assert max(found["weather.wind"]) < 20
    assert max(found["reservoir.storage"]) > 50_000


async def test_a_faulty_device_is_stored_as_invalid_and_a_blank_as_missing(
    present: Present, context: SourceContext
) -> None:
    batches = await _poll(present, context, "air", str((NOW - 8 * 86_400) * 10_000))
    qualities = Counter(o.quality.name for b in batches for o in b.observations)
    assert qualities["GOOD"] > 20 * (qualities["MISSING"] + qualities["INVALID"])
    assert qualities["MISSING"] > 0
    assert qualities["INVALID"] > 0


def _client(department: Any, present: Present) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app(department, present, SECRET)), base_url="http://hall")


async def test_the_hall_wants_a_token_and_the_right_secret(present: Present, clock: Clock) -> None:
    async with _client(HALL, present) as client:
        assert (await client.get("/openapi/v1/queue")).status_code == 401
        wrong = await client.post("/openapi/token", json={"appId": "x", "appSecret": "guess"})
        assert wrong.status_code == 401
        right = await client.post("/openapi/token", json={"appId": "x", "appSecret": SECRET})
        header = {"Authorization": f"Bearer {right.json()['data']['token']}"}
        assert (await client.get("/openapi/v1/queue", headers=header)).status_code == 200
        clock.now += right.json()["data"]["expiresIn"] + 1
        assert (await client.get("/openapi/v1/queue", headers=header)).status_code == 401


async def test_a_senseless_question_is_a_sentence_not_a_crash(present: Present) -> None:
    async with _client(TRAFFIC, present) as client:
        for query in ("since=yesterday", "page=0", "size=5000"):
            answer = await client.get(f"/road/segments?{query}")
            assert answer.status_code == 400
            assert answer.json()["message"]


async def test_pages_are_parts_of_one_answer_even_when_new_data_come_between(present: Present, clock: Clock) -> None:
    async with _client(TRAFFIC, present) as client:
        since = (NOW - 3600) * 10_000
        first = (await client.get(f"/road/segments?since={since}&page=1&size=300")).json()
        clock.now += 120
        second = (await client.get(f"/road/segments?since={since}&page=2&size=300")).json()
        assert first["total"] == second["total"]
        seqs = [r["seq"] for r in first["segments"] + second["segments"]]
        assert seqs == sorted(set(seqs))


async def test_an_unchanged_answer_is_not_sent_again(present: Present) -> None:
    async with _client(ENVIRONMENT, present) as client:
        first = await client.get("/air/hourly")
        again = await client.get("/air/hourly", headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304


async def test_an_outage_silences_traffic_and_its_end_brings_the_gap(
    tmp_path: Path, clock: Clock, context: SourceContext
) -> None:
    present = Present(load(tmp_path), tmp_path, clock)
    before = await _poll(present, context, "parking", None)
    cursor = before[-1].cursor
    switch(tmp_path, "feed_outage", clock())
    assert present.refresh()
    with pytest.raises(SourceError, match="503"):
        await _poll(present, context, "parking", cursor)
    clock.now += 1200
    switch(tmp_path, "normal", clock())
    present.refresh()
    gap = await _poll(present, context, "parking", cursor)
    times = {o.at for b in gap for o in b.observations}
    assert (max(times) - min(times)).total_seconds() >= 1100


async def test_a_server_under_maintenance_refuses_and_is_back_after_it(present: Present, clock: Clock) -> None:
    outage = next(o for o in present.publisher.world.outages.between(NOW, NOW + 7 * 86_400) if o.what == "traffic")
    answers = []
    for clock.now in (outage.start - 1, outage.start, outage.end - 1, outage.end):
        async with _client(TRAFFIC, present) as client:
            answers.append((await client.get("/parking/lots?page=1&size=5")).status_code)
    assert answers == [200, 503, 503, 200]


async def test_a_broken_control_file_changes_nothing(present: Present, caplog: pytest.LogCaptureFixture) -> None:
    (present.var / "scenario.json").write_text("{", encoding="utf-8")
    assert not present.refresh()
    assert "is not a script" in caplog.text
    assert present.script.at(NOW) == "normal"
