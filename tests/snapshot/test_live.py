import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from domain.errors import StoreError
from snapshot.hub import Hub, Topic
from snapshot.live import Live, Pace
from tests.cities import NOW, observed
from tests.snapshot.conftest import Desk, ago
from tests.snapshot.test_hub import data_of

OVERVIEW = Topic("overview")
QUICK = Pace(least=0.01, tick=30, beat=0.05, retry=0.01, retry_most=0.02)


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at


def level(snapshot):  # type: ignore[no-untyped-def]
    return {"level": {"children": snapshot.reading("hydro.level", "gauge-1").value}}


@asynccontextmanager
async def running(live: Live) -> AsyncIterator[None]:
    task = asyncio.create_task(live.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def make(desk: Desk, pace: Pace = QUICK) -> tuple[Live, Hub]:
    hub = Hub(lambda topic: {"level": level}, OVERVIEW)
    return Live(desk.builder, hub, desk.store, Clock(), pace), hub


async def until_data(feed, name: str = "set") -> dict:  # type: ignore[no-untyped-def]
    while True:
        data = data_of(await asyncio.wait_for(feed.take(), 10))
        if name in data:
            return data


async def test_what_is_written_reaches_the_reader(desk: Desk) -> None:
    desk.put(observed("hydro.level", "gauge-1", 1, ago(1), "hydro"))
    live, hub = make(desk)
    async with running(live):
        feed = await hub.subscribe(OVERVIEW)
        assert (await until_data(feed))["set"] == [["level", {"children": 1.0}]]
        await asyncio.to_thread(desk.put, observed("hydro.level", "gauge-1", 2, NOW, "hydro"))
        assert (await until_data(feed))["set"] == [["level", {"children": 2.0}]]
        assert live.error == ""


async def test_heartbeats_come_without_a_change(desk: Desk) -> None:
    live, hub = make(desk)
    async with running(live):
        feed = await hub.subscribe(OVERVIEW)
        # The very first may come before there is a snapshot to tell of.
        beats = [await until_data(feed, "now") for _ in range(3)]
    assert beats[1]["v"] == beats[2]["v"]


async def test_without_a_change_a_snapshot_still_comes_so_that_ages_move(desk: Desk) -> None:
    live, hub = make(desk, Pace(least=0.01, tick=0.05, beat=30))
    async with running(live):
        async with asyncio.timeout(10):
            while hub.stats.ticks < 3:
                await asyncio.sleep(0.01)


async def test_a_failure_is_told_once_and_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    live, hub = make(desk)
    good, failures = desk.builder.live, 3

    def moody(now: datetime):  # type: ignore[no-untyped-def]
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise StoreError("the disk is full") if failures else ZeroDivisionError("strange")
        return good(now)

    monkeypatch.setattr(desk.builder, "live", moody)
    with caplog.at_level(logging.INFO, "snapshot.live"):
        async with running(live):
            feed = await hub.subscribe(OVERVIEW)
            await until_data(feed)
    told = [r.message for r in caplog.records]
    assert told.count("the live loop stopped and is tried again: the disk is full") == 1
    assert "the live loop goes on" in told
    assert len(told) == 2
    assert live.error == ""


async def test_bursts_are_taken_together(desk: Desk) -> None:
    live, hub = make(desk, Pace(least=0.5, tick=30, beat=30))
    async with running(live):
        feed = await hub.subscribe(OVERVIEW)
        await until_data(feed)
        for value in range(5):
            await asyncio.to_thread(desk.put, observed("hydro.level", "gauge-1", value, ago(5 - value), "hydro"))
        while (await until_data(feed))["set"] != [["level", {"children": 4.0}]]:
            pass
        assert hub.stats.messages <= 3
