"""What every kind of source keeps, whatever its protocol."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from datasources.docs import models, page
from datasources.kinds import KINDS
from domain.source import Ask, SourceSpec

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
STEP = timedelta(minutes=5)
T = "2026-11-24 14:00"
SECRET = "hunter2-c0ckp1t"


def row(**change: object) -> dict[str, object]:
    return {"time": T, "site": "A1", "pm": 12} | change


async def test_good_rows_go_in(stage: Any) -> None:
    stage.department.answers(row(), row(site="A2", pm="7.5"))
    run = await stage.poll()
    assert (run.ok, run.read, run.written, run.rejected, run.error) == (True, 2, 2, 0, "")
    assert stage.stored == [("A1", 12.0), ("A2", 7.5)]


async def test_a_malformed_payload_is_a_failure_or_a_reject_and_nothing_is_stored(stage: Any) -> None:
    stage.department.answers_nonsense()
    run = await stage.poll()
    assert not run.ok or run.rejected == 1
    assert stage.stored == []
    stage.department.answers(row())
    assert (await stage.poll()).ok
    assert stage.stored == [("A1", 12.0)]


async def test_one_bad_record_does_not_stop_the_others(stage: Any) -> None:
    stage.department.answers(row(pm="much"), row(site="Z9"), row(time=None), row(pm=9999), row(site="A2"))
    run = await stage.poll()
    assert (run.ok, run.read, run.rejected) == (True, 5, 4)
    assert stage.stored == [("A2", 12.0)]
    assert all(r.reason and r.raw and r.where for batch in stage.batches for r in batch.rejects)


async def test_a_duplicate_counts_once(stage: Any) -> None:
    stage.department.answers(row(), row(), row(site="A2"))
    run = await stage.poll()
    assert (run.read, run.duplicates, run.written) == (3, 1, 2)


async def test_late_data_keep_both_their_times(stage: Any) -> None:
    stage.department.answers(row(time="2026-11-20 01:00"))
    await stage.poll()
    (seen,) = [o for batch in stage.batches for o in batch.observations]
    assert seen.at.isoformat() == "2026-11-19T17:00:00+00:00"
    assert seen.received - seen.at > timedelta(days=4)


async def test_a_naive_time_is_in_the_declared_zone_and_an_offset_wins(stage: Any) -> None:
    stage.keys["at"] = {"path": "time", "zone": "America/Los_Angeles"}
    stage.department.answers(row(time="2026-11-23T20:00"), row(site="A2", time="2026-11-24T13:00+08:00"))
    await stage.poll()
    assert [o.at.isoformat() for batch in stage.batches for o in batch.observations] == [
        "2026-11-24T04:00:00+00:00", "2026-11-24T05:00:00+00:00",
    ]  # fmt: skip


async def test_an_outage_and_the_recovery_are_each_told_once(stage: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "datasources")
    stage.department.answers(row())
    assert (await stage.poll()).ok
    stage.department.goes_away()
    for step in (1, 2, 3):
        assert not (await stage.poll(stage.runs[0].started + step * STEP)).ok
    stage.department.comes_back()
    stage.department.answers(row(pm=13))
    assert (await stage.poll(stage.runs[0].started + 4 * STEP)).ok
    told = [record.getMessage() for record in caplog.records if record.name == "datasources"]
    assert len(told) == 2
    assert told[0].startswith("source feed is down: ")
    assert told[1] == "source feed is back after 15m"
    assert stage.stored[-1] == ("A1", 13.0)


async def test_a_department_that_does_not_answer_is_given_up_in_time(stage: Any) -> None:
    stage.department.answers(row())
    stage.department.falls_asleep()
    stage.keys["timeout"] = "0.3s"
    run = await stage.poll()
    assert not run.ok
    assert run.ended - run.started < timedelta(seconds=30)
    assert stage.stored == []


async def test_no_secret_is_in_an_error_a_log_a_reject_or_a_page(stage: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for act in (stage.department.answers_nonsense, stage.department.goes_away):
        stage.department.answers(row())
        act()
        await stage.poll()
    assert SECRET not in caplog.text
    assert SECRET not in repr(stage.runs) + repr(stage.batches)
    assert SECRET not in repr(stage.department.source(stage.context, {}).spec)


async def test_a_source_can_be_closed_twice_and_acknowledging_twice_is_allowed(stage: Any) -> None:
    stage.department.answers(row())
    source = stage.department.source(stage.context, {})
    pages = [page async for page in source.fetch(Ask(NOW))]
    assert len(pages) == 1
    for one in pages * 2:
        await source.acknowledge(one)
    await source.close()
    await source.close()


def test_every_key_is_documented_on_the_page(kind: str) -> None:
    text = page().split(f"## kind: {kind}\n", 1)[1].split("\n## ", 1)[0]
    spec = KINDS[kind][0]
    for name in set(spec.model_fields) - set(SourceSpec.model_fields):
        assert f"| `{name}` |" in text
    for model in models(spec):
        assert model.__doc__


@pytest.mark.parametrize("kind", ["http_json"])
@pytest.mark.parametrize("status", [429, 503])
async def test_too_many_requests_and_unavailable_are_outages_that_heed_retry_after(stage: Any, status: int) -> None:
    stage.department.status = (status, {"Retry-After": "600"})
    run = await stage.poll()
    assert (run.ok, run.skipped) == (False, False)
    assert f"answered {status} and asks to wait 600 s" in run.error
    stage.department.status = None
    stage.department.answers(row())
    assert (await stage.poll(run.started + STEP)).skipped
    assert (await stage.poll(run.started + 3 * STEP)).ok
