"""The poll loop: retry, commit, acknowledge, and what people are told."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from datasources.collector import Collector
from datasources.context import SourceContext
from datasources.failure import Busy
from datasources.spool import DiskSpool
from domain.batch import Batch, Written
from domain.errors import SourceError, StoreError, TransitionRefused
from domain.operation import Breaker, Told, Window
from domain.place import Site
from domain.run import SourceRun
from domain.source import Ask, Page, SourceSpec

Make = Callable[..., SourceSpec]
Pages = Callable[..., Page]
ROW = {"time": "2026-11-24 14:00", "site": "A1", "pm": 12}
STEP = timedelta(minutes=5)


class Script:
    """A source that does what a list says: a page is given, an exception raised, a float waited for; one list a fetch."""

    def __init__(self, spec: SourceSpec, *fetches: Sequence[object]) -> None:
        self.spec = spec
        self.asked: list[Ask] = []
        self.acknowledged: list[Page] = []
        self.closed = 0
        self._fetches = list(fetches)

    async def fetch(self, ask: Ask) -> AsyncGenerator[Page, None]:
        self.asked.append(ask)
        try:
            for step in self._fetches.pop(0) if self._fetches else ():
                if isinstance(step, BaseException):
                    raise step
                if isinstance(step, float):
                    await asyncio.sleep(step)
                else:
                    assert isinstance(step, Page)
                    yield step
        finally:
            self.closed += 1

    async def acknowledge(self, page: Page) -> None:
        self.acknowledged.append(page)

    async def close(self) -> None:
        self.closed = -1


class Keeper:
    """A store in memory; `down` makes it fail, `full` only its writes."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.runs: list[SourceRun] = []
        self.cursors: dict[str, str] = {}
        self.down = False
        self.full = False
        self.learnt: list[Site] = []

    async def write(self, batch: Batch) -> Written:
        if self.down or self.full:
            raise StoreError("the disk is full")
        self.batches.append(batch)
        if batch.cursor is not None:
            self.cursors[batch.source] = batch.cursor
        return Written(len(self.batches), inserted=len(batch.observations), incidents=len(batch.incidents))

    def cursor(self, key: str) -> str | None:
        if self.down:
            raise StoreError("the disk is full")
        return self.cursors.get(key)

    async def record(self, run: SourceRun) -> None:
        if self.down:
            raise StoreError("the disk is full")
        self.runs.append(run)


class Desk:
    """A collector with one scripted source and everything that it touches."""

    def __init__(self, source: Script, context: SourceContext, **more: Any) -> None:
        self.source = source
        self.keeper = Keeper()
        self.waited: list[float] = []

        async def pause(seconds: float) -> None:
            self.waited.append(seconds)

        self.collector = Collector(
            {"feed": source}, self.keeper.write, self.keeper.cursor, self.keeper.record, context=context, pause=pause,
            learn=self.keeper.learnt.extend, **more,
        )  # fmt: skip

    async def poll(self, now: datetime) -> SourceRun:
        return await self.collector.poll("feed", now)


@pytest.fixture
def desk(spec: Make, context: SourceContext) -> Callable[..., Desk]:
    def make(*fetches: Sequence[object], keys: dict[str, Any] | None = None, **more: Any) -> Desk:
        return Desk(Script(spec(**(keys or {})), *fetches), context, **more)

    return make


Desks = Callable[..., Desk]


async def test_a_page_is_written_then_acknowledged_and_the_run_recorded(
    desk: Desks, page: Pages, now: datetime
) -> None:
    d = desk([page(ROW, ROW | {"pm": "x"}, ROW, cursor="7")])
    run = await d.poll(now)
    assert run.ok
    assert (run.read, run.written, run.duplicates, run.rejected, run.cursor) == (3, 1, 1, 1, "7")
    assert run.started == now <= run.ended
    assert len(d.source.acknowledged) == 1
    assert d.keeper.runs == [run]
    assert d.keeper.batches[0].received >= now


async def test_the_next_poll_goes_on_from_the_durable_cursor(desk: Desks, page: Pages, now: datetime) -> None:
    d = desk([page(ROW, cursor="7"), page(ROW)], [])
    await d.poll(now)
    await d.poll(now + STEP)
    assert [ask.cursor for ask in d.source.asked] == [None, "7"]


async def test_a_failure_that_may_pass_is_tried_again_with_growing_waits(
    desk: Desks, page: Pages, now: datetime
) -> None:
    d = desk([SourceError("away")], [page(ROW, cursor="1"), SourceError("away")], [page(ROW)])
    run = await d.poll(now)
    assert run.ok
    assert run.read == 2
    assert [ask.cursor for ask in d.source.asked] == [None, None, "1"]
    assert len(d.waited) == 2
    assert 0.5 <= d.waited[0] <= 1.0 <= d.waited[1] <= 1.5
    assert d.source.closed == 3


async def test_retries_end_and_a_permanent_failure_is_not_tried_again(desk: Desks, now: datetime) -> None:
    d = desk(*[[SourceError("away")]] * 9, keys={"retries": 2})
    run = await d.poll(now)
    assert (run.ok, run.error) == (False, "away")
    assert len(d.source.asked) == 3
    d = desk([SourceError("wrong key", permanent=True)])
    assert (await d.poll(now)).error == "wrong key"
    assert d.waited == []


async def test_a_provider_that_asks_to_wait_is_left_alone_until_then(desk: Desks, page: Pages, now: datetime) -> None:
    d = desk([Busy("answered 429", 600.0)], [page(ROW)])
    assert not (await d.poll(now)).ok
    early = await d.poll(now + STEP)
    assert early.skipped
    assert "asked to wait" in early.error
    assert len(d.keeper.runs) == 1
    assert (await d.poll(now + 3 * STEP)).ok


async def test_a_short_wait_is_kept_within_the_run(desk: Desks, page: Pages, now: datetime) -> None:
    d = desk([Busy("answered 503", 2.0)], [page(ROW)])
    assert (await d.poll(now)).ok
    assert d.waited == [2.0]


async def test_an_outage_is_told_once_and_so_is_the_recovery(
    desk: Desks, page: Pages, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "datasources")
    d = desk(
        [page(ROW)],
        [SourceError("away")],
        [SourceError("away")],
        [SourceError("gone")],
        [page(ROW)],
        [],
        keys={"retries": 0},
    )
    for step in range(6):
        await d.poll(now + step * STEP)
    assert [r.getMessage() for r in caplog.records] == [
        "source feed is down: away", "source feed is back after 15m",
    ]  # fmt: skip
    assert [run.ok for run in d.keeper.runs] == [True, False, False, False, True, True]


async def test_an_unforeseen_fault_is_caught_shown_and_logged_with_its_traceback(
    desk: Desks, context: SourceContext, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    context.hide("hunter2")
    d = desk([KeyError("hunter2")], [KeyError("hunter2")])
    run = await d.poll(now)
    await d.poll(now + STEP)
    assert run.error == "unexpected KeyError: '***'"
    assert caplog.text.count("Traceback") == 1
    assert "hunter2" not in caplog.text


async def test_a_run_that_takes_too_long_is_cut_and_what_was_durable_stays(
    desk: Desks, page: Pages, now: datetime
) -> None:
    d = desk([page(ROW, cursor="1"), 30.0], keys={"timeout": "0.2s"})
    run = await d.poll(now)
    assert run.error == "not finished within 0s" or "within" in run.error
    assert (run.read, run.cursor) == (1, "1")
    assert d.source.closed == 1


async def test_two_runs_of_one_source_never_overlap(desk: Desks, page: Pages, now: datetime) -> None:
    d = desk([0.05, page(ROW)], [page(ROW)])
    one, two = await asyncio.gather(d.poll(now), d.poll(now))
    assert one.ok
    assert two.skipped
    assert "still under way" in two.error
    assert len(d.source.asked) == 1


async def test_without_a_spool_nothing_is_acknowledged_while_the_store_is_down(
    desk: Desks, page: Pages, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    d = desk([page(ROW, cursor="1")], [page(ROW, cursor="1")])
    d.keeper.down = True
    run = await d.poll(now)
    assert run.error == "nothing could be kept: the disk is full"
    assert d.source.acknowledged == []
    d.keeper.down = False
    assert (await d.poll(now + STEP)).ok
    assert len(d.source.acknowledged) == 1


async def test_with_a_spool_batches_wait_on_disk_and_go_in_order(
    desk: Desks, page: Pages, context: SourceContext, now: datetime
) -> None:
    spool = DiskSpool(context.root / "spool")
    first, second, third = (page(ROW | {"pm": n}, cursor=str(n)) for n in (1, 2, 3))
    d = desk([first], [second], [third], spool=spool)
    await d.poll(now)
    d.keeper.down = True
    run = await d.poll(now + STEP)
    assert run.ok
    assert "kept in the spool" in run.error
    assert (run.read, run.written) == (1, 0)
    assert len(d.source.acknowledged) == 2
    d.keeper.down = False
    d.keeper.cursors["feed"] = "1"
    await d.poll(now + 2 * STEP)
    assert [ask.cursor for ask in d.source.asked] == [None, "1", "2"]
    assert [b.cursor for b in d.keeper.batches] == ["1", "2", "3"]
    assert (await spool.fill()).batches == 0
    spool.close()


async def test_while_the_store_is_down_a_source_is_asked_from_what_the_spool_holds(
    desk: Desks, page: Pages, context: SourceContext, now: datetime
) -> None:
    d = desk([page(ROW)], [page(ROW, cursor="1")], [page(ROW, cursor="2")], spool=DiskSpool(context.root / "spool"))
    await d.poll(now)
    d.keeper.down = True
    await d.poll(now + STEP)
    await d.poll(now + 2 * STEP)
    assert [ask.cursor for ask in d.source.asked] == [None, None, "1"]


async def test_a_source_whose_cursor_nobody_knows_is_not_read_from_its_beginning(
    desk: Desks, page: Pages, context: SourceContext, now: datetime
) -> None:
    d = desk([page(ROW)], spool=DiskSpool(context.root / "spool"))
    d.keeper.down = True
    assert not (await d.poll(now)).ok
    assert d.source.asked == []


async def test_a_learnt_site_is_known_before_the_write_and_kept_until_it_is_durable(
    desk: Desks, page: Pages, now: datetime
) -> None:
    site = {"path": "site", "district": "d", "learn": {"kind": "air"}}
    new = page(ROW | {"site": "new", "d": "441802"})
    d = desk([new], [new], keys={"site": site})
    d.keeper.full = True
    await d.poll(now)
    assert [s.id for s in d.keeper.learnt] == ["new"]
    d.collector._context.sites["new"] = d.keeper.learnt[0]  # type: ignore[index] # a dictionary in this test
    d.keeper.full = False
    await d.poll(now + STEP)
    assert [s.id for s in d.keeper.batches[0].sites] == ["new"]


async def test_closing_releases_every_source(desk: Desks) -> None:
    d = desk()
    await d.collector.close()
    assert d.source.closed == -1


async def test_an_unknown_source_is_the_callers_mistake(desk: Desks, now: datetime) -> None:
    with pytest.raises(KeyError):
        await desk().collector.poll("nobody", now)


def test_secrets_are_hidden_everywhere(context: SourceContext) -> None:
    held = replace(context, env={"KEY": "abc-secret", "EMPTY": ""})
    assert held.secret("KEY") == "abc-secret"
    assert held.redact("x abc-secret y") == "x *** y"
    held.hide("ab")
    assert held.redact("about") == "about"
    with pytest.raises(SourceError, match="EMPTY is not set"):
        held.secret("EMPTY")
    assert "abc-secret" not in repr(replace(held, env={}))


async def test_a_source_that_fails_again_and_again_is_left_alone_and_probed_without_retries(
    desk: Desks, page: Pages, now: datetime
) -> None:
    failing: list[list[object]] = [[SourceError("away")] for _ in range(9)]
    d = desk(*failing, [page(ROW)], chance=lambda: 0.5)
    await d.poll(now)
    await d.poll(now + STEP)
    assert len(d.source.asked) == 8
    told = d.collector.told("feed")
    assert told.breaker is Breaker.OPEN
    assert told.probe is not None
    early = await d.poll(now + STEP)
    assert early.skipped
    assert "left alone until" in early.error
    assert d.collector.probes(now + STEP) == []
    later = told.probe
    assert d.collector.probes(later) == ["feed"]
    assert not (await d.poll(later)).ok
    assert len(d.source.asked) == 9  # one attempt, not four
    asked = await d.collector.poll("feed", later, asked=True)  # a person need not wait
    assert asked.ok
    assert d.collector.told("feed") == Told()
    assert len(d.keeper.runs) == 4


async def test_a_store_that_is_down_opens_no_breaker(desk: Desks, page: Pages, now: datetime) -> None:
    d = desk([page(ROW)], [page(ROW)], [page(ROW)])
    d.keeper.down = True
    for step in range(3):
        await d.poll(now + step * STEP)
    assert d.collector.told("feed") == Told()


async def test_a_hanging_source_delays_no_other(spec: Make, context: SourceContext, page: Pages, now: datetime) -> None:
    slow, quick = Script(spec(key="slow"), [30.0]), Script(spec(key="quick"), *[[page(ROW)]] * 3)
    keeper = Keeper()
    collector = Collector({"slow": slow, "quick": quick}, keeper.write, keeper.cursor, keeper.record, context=context)
    hanging = asyncio.create_task(collector.poll("slow", now))
    for step in range(3):
        async with asyncio.timeout(5):
            assert (await collector.poll("quick", now + step * STEP)).ok
    assert len(keeper.batches) == 3
    assert not hanging.done()
    hanging.cancel()
    await asyncio.gather(hanging, return_exceptions=True)


async def test_what_is_barred_is_not_asked(desk: Desks, page: Pages, now: datetime) -> None:
    d = desk([page(ROW)], barred=lambda key: f"{key} is another's")
    run = await d.poll(now)
    assert (run.skipped, run.error) == (True, "feed is another's")
    assert d.source.asked == []


async def test_a_run_that_lost_its_lease_leaves_no_trace(desk: Desks, page: Pages, now: datetime) -> None:
    d = desk([page(ROW)])

    async def write(_: Batch) -> Written:
        raise TransitionRefused("another collector has it")

    d.collector._durable._write = write
    run = await d.poll(now)
    assert run.skipped
    assert d.source.acknowledged == []
    assert d.keeper.runs == []
    assert d.collector.told("feed") == Told()


async def test_a_window_is_read_again_without_moving_the_progress(desk: Desks, page: Pages, now: datetime) -> None:
    rows = [ROW | {"time": f"2026-11-24 {hour}:00"} for hour in (12, 13, 14)]
    d = desk([page(*rows, cursor="7")], [page(*rows, cursor="3")], [])
    await d.poll(now)
    first = datetime.fromisoformat("2026-11-24T13:00+08:00")
    run = await d.collector.reread("feed", now + STEP, Window(first, first + timedelta(hours=1)))
    assert run.ok
    assert d.source.asked[1].window == Window(first, first + timedelta(hours=1))
    assert [one.at for one in d.keeper.batches[1].observations] == [first]
    assert d.keeper.batches[1].cursor is None
    await d.poll(now + 2 * STEP)
    assert d.source.asked[2].cursor == "7"


async def test_a_source_that_brings_something_each_time_is_not_left_alone(
    desk: Desks, page: Pages, now: datetime
) -> None:
    late = [[page(ROW), SourceError("too slow")] for _ in range(3)]
    d = desk(*late, keys={"retries": 0})
    for step in range(3):
        assert not (await d.poll(now + step * STEP)).ok
    assert d.collector.told("feed") == Told()
