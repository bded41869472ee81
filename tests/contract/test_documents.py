"""What kinds keep whose documents hold no free rows: nonsense, outages, slowness and secrets, whatever the protocol."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from datasources.collector import Collector
from datasources.context import SourceContext
from datasources.docs import models, page
from datasources.kinds import KINDS
from domain.batch import Batch, Written
from domain.run import SourceRun
from domain.source import Source, SourceSpec

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
SECRET = "hunter2-c0ckp1t"
_PM = {"air.pm25": "pm"}
KEYS: dict[str, dict[str, Any]] = {
    "cap": {},
    "gtfs_rt": {"site": {"fixed": "A1"}, "metrics": {"air.pm25": "vehicles"}},
    "open_meteo": {"site": {"fixed": "A1"}, "metrics": _PM},
    "openaq": {"locations": [7], "site": {"fixed": "A1"}, "metrics": {"air.pm25": "pm25.value"}},
    "prometheus": {"picks": {"pm": {"name": "pm"}}, "site": {"fixed": "A1"}, "metrics": _PM},
    "usgs_quakes": {"centre": [113, 24], "site": {"fixed": "441800"}},
}


class Desk:
    """A collector with one source; the service's answer is set by the test."""

    def __init__(self, kind: str, context: SourceContext, **keys: Any) -> None:
        auth = {"type": "header", "header": "X-Key", "env": "SECRET"}
        base = {"key": "feed", "kind": kind, "department": "d", "every": "5m", "retries": 0, "auth": auth}
        spec = KINDS[kind][0].model_validate(base | {"url": "http://dept.test/x"} | KEYS[kind] | keys)
        make: Any = KINDS[kind][1]
        self.answer: httpx.Response | Exception | float = httpx.Response(200, content=b"<html>\xff")
        self.source: Source = make(spec, context, httpx.MockTransport(self._told))
        self.batches: list[Batch] = []
        self.runs: list[SourceRun] = []
        self.collector = Collector({"feed": self.source}, self._write, lambda _: None, self._record, context=context)

    async def poll(self, minutes: int = 0) -> SourceRun:
        return await self.collector.poll("feed", NOW + timedelta(minutes=minutes))

    async def _told(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["x-key"] == SECRET
        if isinstance(self.answer, Exception):
            raise self.answer
        if isinstance(self.answer, float):
            await asyncio.sleep(self.answer)
            return httpx.Response(200)
        return self.answer

    async def _write(self, batch: Batch) -> Written:
        self.batches.append(batch)
        return Written(1)

    async def _record(self, run: SourceRun) -> None:
        self.runs.append(run)


@pytest.fixture(params=sorted(KEYS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def desk(kind: str, documents: SourceContext) -> Desk:
    return Desk(kind, replace(documents, env={"SECRET": SECRET}))


async def test_nonsense_is_a_failure_and_nothing_is_stored(desk: Desk) -> None:
    run = await desk.poll()
    assert not run.ok
    assert not run.error.startswith("unexpected")
    assert desk.batches == []


@pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
async def test_a_refusal_is_an_outage_that_names_the_address_and_the_status(desk: Desk, status: int) -> None:
    desk.answer = httpx.Response(status)
    run = await desk.poll()
    assert not run.ok
    assert "dept.test" in run.error
    assert str(status) in run.error


async def test_a_service_that_is_away_or_asleep_is_an_outage(kind: str, documents: SourceContext) -> None:
    desk = Desk(kind, replace(documents, env={"SECRET": SECRET}), timeout="0.3s")
    desk.answer = httpx.ConnectError("refused")
    assert "cannot be read" in (await desk.poll()).error
    desk.answer = 60.0
    assert "not finished within" in (await desk.poll(5)).error


async def test_no_secret_is_in_an_error_a_log_or_the_declaration(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    for answer in (httpx.ConnectError(f"refused {SECRET}"), httpx.Response(200, content=SECRET.encode())):
        desk.answer = answer
        await desk.poll()
    assert SECRET not in caplog.text + repr(desk.runs) + repr(desk.batches) + repr(desk.source.spec)


async def test_an_answer_that_is_too_large_is_refused(kind: str, documents: SourceContext) -> None:
    desk = Desk(kind, replace(documents, env={"SECRET": SECRET}), max_bytes=1000)
    desk.answer = httpx.Response(200, content=b"x" * 1001)
    assert "more than 1,000 bytes" in (await desk.poll()).error


async def test_a_source_can_be_closed_twice(desk: Desk) -> None:
    await desk.source.close()
    await desk.source.close()


def test_every_key_is_documented_on_the_page(kind: str) -> None:
    text = page().split(f"## kind: {kind}\n", 1)[1].split("\n## ", 1)[0]
    spec = KINDS[kind][0]
    for name in set(spec.model_fields) - set(SourceSpec.model_fields):
        assert f"| `{name}` |" in text
    assert all(model.__doc__ for model in models(spec))
