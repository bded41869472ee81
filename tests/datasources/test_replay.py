"""A recording played as if live."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from datasources.context import SourceContext
from datasources.kinds import KINDS
from datasources.mapping import map_page
from datasources.replay import Replay
from domain.errors import SourceError
from domain.observation import Observation
from domain.source import Ask, Page, Source, SourceSpec

Make = Callable[..., SourceSpec]
NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


def recording(context: SourceContext, *rows: str) -> None:
    folder = context.root / "drop"
    folder.mkdir(exist_ok=True)
    (folder / "rec.csv").write_text("time,site,pm\n" + "".join(f"{row}\n" for row in rows))


@pytest.fixture
def opened(spec: Make, context: SourceContext) -> Callable[..., Source]:
    def make(**replay: Any) -> Source:
        made = spec(replay={"start": "2018-02-20T07:00", **replay})
        return KINDS["file"][1](made, context)

    return make


Opened = Callable[..., Source]


async def play(
    source: Source, context: SourceContext, now: datetime, cursor: str | None = None
) -> tuple[list[Observation], str | None]:
    seen: list[Observation] = []
    async for page in source.fetch(Ask(now, cursor)):
        batch = map_page(source.spec, page, context, now)
        assert batch.rejects == ()
        seen += batch.observations
        cursor = batch.cursor or cursor
        await source.acknowledge(page)
    return seen, cursor


HOURS = [f"2018-02-20T{h:02}:00,A1,{h}" for h in (5, 6, 7, 8, 9)]


async def test_the_past_comes_at_once_and_the_rest_when_its_time_has_come(
    opened: Opened, context: SourceContext
) -> None:
    recording(context, *reversed(HOURS))
    source = opened()
    assert isinstance(source, Replay)
    seen, cursor = await play(source, context, NOW)
    assert [(o.value, o.at) for o in seen] == [(5, NOW - timedelta(hours=2)), (6, NOW - timedelta(hours=1)), (7, NOW)]
    assert await play(source, context, NOW + timedelta(minutes=59), cursor) == ([], cursor)
    seen, cursor = await play(source, context, NOW + timedelta(hours=1), cursor)
    assert [(o.value, o.at) for o in seen] == [(8, NOW + timedelta(hours=1))]
    assert (context.root / "drop" / "rec.csv").exists()
    await source.close()


async def test_speed_shortens_the_recording(opened: Opened, context: SourceContext) -> None:
    recording(context, *HOURS)
    source = opened(speed=60)
    _, cursor = await play(source, context, NOW)
    seen, _ = await play(source, context, NOW + timedelta(minutes=2), cursor)
    assert [o.at for o in seen] == [NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)]


async def test_a_restart_goes_on_where_it_stopped(opened: Opened, context: SourceContext) -> None:
    recording(context, *HOURS)
    _, cursor = await play(opened(), context, NOW)
    seen, _ = await play(opened(), context, NOW + timedelta(hours=2), cursor)
    assert [(o.value, o.at) for o in seen] == [(8, NOW + timedelta(hours=1)), (9, NOW + timedelta(hours=2))]


async def test_a_loop_begins_again_one_step_after_the_end(opened: Opened, context: SourceContext) -> None:
    recording(context, *HOURS)
    source = opened(loop=True)
    _, cursor = await play(source, context, NOW)
    seen, cursor = await play(source, context, NOW + timedelta(hours=4), cursor)
    assert [(o.value, o.at - NOW) for o in seen] == [
        (v, timedelta(hours=h)) for v, h in ((8, 1), (9, 2), (5, 3), (6, 4))
    ]
    seen, _ = await play(source, context, NOW + timedelta(hours=12), cursor)
    assert [o.value for o in seen] == [7, 8, 9, 5, 6, 7, 8, 9]


async def test_at_the_end_without_loop_there_is_silence(opened: Opened, context: SourceContext) -> None:
    recording(context, *HOURS)
    source = opened()
    seen, cursor = await play(source, context, NOW + timedelta(0))
    seen, cursor = await play(source, context, NOW + timedelta(days=9), cursor)
    assert len(seen) == 2
    assert await play(source, context, NOW + timedelta(days=10), cursor) == ([], cursor)


async def test_what_cannot_be_read_is_told_at_the_first_poll_only(opened: Opened, context: SourceContext) -> None:
    recording(context, HOURS[0], "2018,A1", "never,A1,5")
    source = opened()
    pages: list[Page] = [page async for page in source.fetch(Ask(NOW))]
    batches = [map_page(source.spec, page, context, NOW) for page in pages]
    assert sum(batch.read for batch in batches) == 3
    assert sorted(r.where for batch in batches for r in batch.rejects) == ["rec.csv:3", "rec.csv:4"]
    assert [page async for page in source.fetch(Ask(NOW + timedelta(days=1), pages[-1].cursor))] == []


async def test_a_recording_that_is_not_there_is_an_outage_and_may_come_later(
    opened: Opened, context: SourceContext
) -> None:
    (context.root / "drop").mkdir()
    source = opened()
    with pytest.raises(SourceError, match="empty or not there"):
        [page async for page in source.fetch(Ask(NOW))]
    recording(context, *HOURS)
    assert len((await play(source, context, NOW))[0]) == 3


async def test_a_foreign_cursor_begins_anew(opened: Opened, context: SourceContext) -> None:
    recording(context, *HOURS)
    assert len((await play(opened(), context, NOW, '{"a": 1}'))[0]) == 3
    assert len((await play(opened(), context, NOW, "7"))[0]) == 3


async def test_a_start_with_its_own_offset_is_taken_as_it_is(opened: Opened, context: SourceContext) -> None:
    recording(context, *HOURS)
    seen, _ = await play(opened(start="2018-02-19T23:00:00+00:00"), context, NOW)
    assert len(seen) == 3


async def test_every_kind_that_recordings_are_made_of_can_be_a_replay(spec: Make, context: SourceContext) -> None:
    for kind in ("http_json", "sql", "file"):
        make = KINDS[kind][1]
        source = make(spec(kind=kind, replay={"start": "2018-02-20T07:00"}), replace(context, env={}))
        assert isinstance(source, Replay)
        await source.close()


async def test_an_incident_comes_when_its_last_update_was_told(spec: Make, context: SourceContext) -> None:
    folder = context.root / "drop"
    folder.mkdir()
    (folder / "rec.csv").write_text(
        "time,id,title,upd\n2018-02-20T06:00,1,fire,2018-02-20T08:00\n2018-02-20T06:30,2,flood,\n"
    )
    incident = {"id": "id", "title": "title", "updated": "upd"}
    made = spec(incident=incident, site={}, replay={"start": "2018-02-20T07:00"})
    source = KINDS["file"][1](made, context)
    told: list[list[str]] = []
    cursor = None
    for hour in range(2):
        now, batch_ids = NOW + timedelta(hours=hour), []
        async for page in source.fetch(Ask(now, cursor)):
            batch = map_page(made, page, context, now)
            assert batch.rejects == ()
            batch_ids += [i.id for i in batch.incidents]
            cursor = page.cursor
        told.append(batch_ids)
    assert told == [["2"], ["1"]]
