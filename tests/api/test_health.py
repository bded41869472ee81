import pytest

from domain.batch import Batch
from domain.errors import StoreError
from domain.run import SourceRun
from tests.api.conftest import Web
from tests.cities import NOW, observed


async def test_healthy_with_the_age_of_the_newest_value(web: Web) -> None:
    web.services.store.write(Batch("hydro", NOW, (observed("hydro.level", "gauge-1", 1, NOW, "hydro"),)))
    await web.tick(3)
    async with web.client() as client:
        answer = await client.get("/healthz")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["status"], body["store"], body["build"]) == ("ok", "ok", "build-1")
    assert body["newest_data_age_s"] == 3
    assert body["snapshot_age_s"] == 0
    assert body["viewers"] == 0


async def test_not_healthy_before_the_first_snapshot(web: Web) -> None:
    async with web.client() as client:
        answer = await client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "unhealthy"


async def test_not_healthy_when_snapshots_stopped(web: Web) -> None:
    await web.tick()
    web.clock[0] = NOW.replace(hour=8)
    async with web.client() as client:
        assert (await client.get("/healthz")).status_code == 503


async def test_not_healthy_when_the_store_cannot_be_read(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    await web.tick()

    def gone() -> int:
        raise StoreError("The store at city.db cannot be read.")

    monkeypatch.setattr(web.services.store, "version", gone)
    async with web.client() as client:
        answer = await client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["error"]["message"] == "The store at city.db cannot be read."


async def test_metrics_are_prometheus_text(web: Web) -> None:
    web.services.store.record_run(SourceRun("hydro", NOW, NOW, ok=True))
    await web.tick(7)
    await web.tick(1)
    async with web.client() as client:
        answer = await client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    samples = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    assert samples['cockpit_build_info{build="build-1"}'] == "1"
    assert samples["cockpit_ticks_total"] == "2"
    assert samples["cockpit_viewers"] == "0"
    assert samples['cockpit_source_age_seconds{source="hydro"}'] == "8.0"
    assert samples['cockpit_source_state{source="hydro",state="live"}'] == "1.0"
    assert samples['cockpit_source_state{source="air",state="none"}'] == "1.0"
    names = {line.split()[2] for line in answer.text.splitlines() if line.startswith("# TYPE")}
    assert {sample.split("{")[0] for sample in samples} == names
