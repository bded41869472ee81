"""Commands and pauses, from the asking process through the store to the source and back."""

from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from datasources.collector import Collector
from datasources.context import SourceContext
from domain.batch import Batch, Written
from domain.deed import Deed
from domain.errors import SourceError
from domain.operation import CommandState, CommandVerb, Window
from domain.place import Places
from domain.run import SourceRun
from domain.source import Ask, Page, Record, Source, SourceSpec
from jobs.operate import PAUSED, UNDONE, Operator, Standing
from store import Store, open_store
from tests.cities import metric, site, tiny_city

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
DEED = Deed(NOW, "li.wei", "source.run", "source:air")
PAGE = Page(
    (Record({"t": "2026-11-24T14:00:00", "s": "A1", "v": 12}, "row 1"), Record({"t": "?", "s": "A1", "v": 1}, "row 2"))
)


class Answering(Source):
    """Gives one page at each fetch, or fails with what was set."""

    def __init__(self, spec: SourceSpec) -> None:
        self.spec = spec
        self.fails: Exception | None = None
        self.asked: list[Ask] = []

    async def fetch(self, ask: Ask) -> AsyncGenerator[Page, None]:
        self.asked.append(ask)
        if self.fails is not None:
            raise self.fails
        yield PAGE

    async def acknowledge(self, page: Page) -> None: ...

    async def close(self) -> None: ...


class World:
    """A city with one source, its store, and the two sides that meet in it."""

    def __init__(self, store: Store, root: Path) -> None:
        self.store = store
        spec = SourceSpec.model_validate({
            "key": "air", "kind": "file", "department": "d", "every": "5m", "at": {"path": "t"}, "site": {"path": "s"},
            "metrics": {"air.pm25": "v"},
        })  # fmt: skip
        city = tiny_city(
            metrics={"air.pm25": metric("air.pm25", unit="µg/m³")}, sites={"A1": site("A1", "air", "441802")},
            sources={"air": spec},
        )  # fmt: skip
        context = SourceContext(city.metrics, city.sites, cast(Places, None), {}, root)
        self.source, self.standing = Answering(spec), Standing("here")

        async def write(batch: Batch) -> Written:
            return store.write(batch)

        async def record(run: SourceRun) -> None:
            store.record_run(run, self.collector.told(run.source))

        self.collector = Collector(
            {"air": self.source}, write, store.cursor, record, context=context, barred=self.standing.barred
        )
        self.operator = Operator(city, store, self.collector, self.standing, lambda _: self.source, context)

    async def told(self, verb: CommandVerb, window: Window | None = None) -> tuple[CommandState, str]:
        number = self.store.control.ask("air", verb, DEED, window)
        await self.operator.look(NOW)
        await self.operator.done()
        command = self.store.control.command(number)
        assert command is not None
        return command.state, command.result


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        yield World(store, tmp_path)


async def test_a_run_now_says_what_it_brought(world: World) -> None:
    assert await world.told(CommandVerb.RUN) == (
        CommandState.DONE, "2 records read, 1 values written, 0 twice, 1 rejected",
    )  # fmt: skip
    assert len(world.store.runs(source="air")) == 1


async def test_a_failure_is_the_result(world: World) -> None:
    world.source.fails = SourceError("the key is refused", permanent=True)
    assert await world.told(CommandVerb.RUN) == (CommandState.FAILED, "the key is refused")
    assert await world.told(CommandVerb.TEST) == (CommandState.FAILED, "the key is refused")


async def test_an_unforeseen_fault_ends_the_command_too(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.source.fails = KeyError("x")
    number = world.store.control.ask("air", CommandVerb.TEST, DEED)
    await world.operator.look(NOW)
    with pytest.raises(KeyError):
        await world.operator.done()
    command = world.store.control.command(number)
    assert command is not None
    assert (command.state, "unexpectedly" in command.result) == (CommandState.FAILED, True)


async def test_trying_the_connection_keeps_nothing(world: World) -> None:
    state, result = await world.told(CommandVerb.TEST)
    assert state is CommandState.DONE
    assert "2 records, 1 values, 0 incidents, 1 rejected" in result
    assert world.store.latest() == []
    assert world.store.runs() == []


async def test_a_window_reaches_the_source(world: World) -> None:
    window = Window(NOW - timedelta(hours=1), NOW)
    assert (await world.told(CommandVerb.REREAD, window))[0] is CommandState.DONE
    assert world.source.asked[0].window == window


async def test_a_paused_source_is_left_alone_until_it_is_resumed(world: World) -> None:
    world.store.control.pause("air", DEED)
    assert await world.told(CommandVerb.RUN) == (CommandState.FAILED, PAUSED)
    assert (await world.collector.poll("air", NOW)).skipped
    assert world.source.asked == []
    world.store.control.resume("air", DEED)
    assert (await world.told(CommandVerb.RUN))[0] is CommandState.DONE


async def test_commands_for_another_collectors_source_are_left_to_it(world: World) -> None:
    world.standing.leases = {}
    assert (await world.told(CommandVerb.RUN))[0] is CommandState.WAITING
    world.standing.leases = None
    world.store.control.take("dead", {"air"}, NOW)
    await world.operator.took_over({"air"})
    assert world.store.control.commands()[0].result == UNDONE
