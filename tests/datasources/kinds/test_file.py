"""The drop folder."""

import asyncio
import gzip
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from datasources.context import SourceContext
from datasources.kinds.file import FileSource, FileSpec
from domain.errors import SourceError
from domain.source import Ask, Page, SourceSpec

Make = Callable[..., SourceSpec]
CSV = "time,site,pm\n2026-11-24 14:00,A1,12\n"


@pytest.fixture
def folder(context: SourceContext) -> Path:
    place = context.root / "drop"
    place.mkdir()
    return place


@pytest.fixture
def source(spec: Make, context: SourceContext, folder: Path) -> Callable[..., FileSource]:
    def make(**keys: Any) -> FileSource:
        made = spec(**keys)
        assert isinstance(made, FileSpec)
        return FileSource(made, context)

    return make


Source = Callable[..., FileSource]


async def fetched(source: FileSource, now: datetime, cursor: str | None = None) -> list[Page]:
    return [page async for page in source.fetch(Ask(now, cursor))]


async def polled(source: FileSource, now: datetime) -> list[Page]:
    pages = []
    async for page in source.fetch(Ask(now)):
        pages.append(page)
        await source.acknowledge(page)
    return pages


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def test_a_file_is_read_and_moved_once_it_is_durable(source: Source, folder: Path, now: datetime) -> None:
    (folder / "a.csv").write_text(CSV)
    feed = source()
    (page,) = await fetched(feed, now)
    assert page.records[0].fields == {"time": "2026-11-24 14:00", "site": "A1", "pm": "12"}
    assert page.records[0].where == "a.csv:2"
    assert names(folder) == ["a.csv"]
    await feed.acknowledge(page)
    assert names(folder) == ["done/a.csv"]
    await feed.acknowledge(page)
    assert await fetched(feed, now) == []


async def test_files_come_oldest_first_and_in_chunks(source: Source, folder: Path, now: datetime) -> None:
    for age, name in ((30, "b.csv"), (20, "a.csv")):
        (folder / name).write_text("time,site,pm\n" + "2026-11-24 14:00,A1,12\n" * 3)
        os.utime(folder / name, (now.timestamp() - age, now.timestamp() - age))
    pages = await polled(source(chunk=2), now)
    assert [[r.where for r in page.records] for page in pages] == [
        ["b.csv:2", "b.csv:3"], ["b.csv:4"], ["a.csv:2", "a.csv:3"], ["a.csv:4"],
    ]  # fmt: skip
    assert [page.done for page in pages] == [None, "b.csv", None, "a.csv"]


async def test_a_broken_file_goes_to_bad_with_its_reason(source: Source, folder: Path, now: datetime) -> None:
    (folder / "a.json").write_text('{"half": ')
    (folder / "b.csv").write_text(CSV)
    pages = await polled(source(), now)
    assert sorted(len(page.records) for page in pages) == [0, 1]
    assert names(folder) == ["bad/a.json", "bad/a.json.reason", "done/b.csv"]
    assert "a.json: not a JSON document" in (folder / "bad" / "a.json.reason").read_text()
    (where, raw, reason) = next(page.bad[0] for page in pages if page.bad)
    assert (where, raw) == ("a.json", '{"half": ')
    assert "not a JSON document" in reason


@pytest.mark.parametrize(
    "name", [".hidden.csv", "~$book.xlsx", "a.csv.tmp", "a.csv.part", "a.csv.filepart", "A.CSV.PARTIAL"]
)
async def test_unfinished_files_are_not_looked_at(source: Source, folder: Path, now: datetime, name: str) -> None:
    (folder / name).write_text(CSV)
    assert await fetched(source(), now) == []


async def test_a_file_that_still_grows_is_left_for_the_next_poll(source: Source, folder: Path, now: datetime) -> None:
    file = folder / "a.csv"
    file.write_text(CSV)
    feed = source(settle="0.2s")
    reading = asyncio.create_task(fetched(feed, now))
    await asyncio.sleep(0.02)
    with file.open("a") as stream:
        stream.write("2026-11-24 14:05,A1,13\n")
    assert await reading == []
    (page,) = await fetched(feed, now)
    assert len(page.records) == 2


async def test_with_a_done_mark_only_marked_files_are_read(source: Source, folder: Path, now: datetime) -> None:
    (folder / "a.csv").write_text(CSV)
    feed = source(done_mark=".ok")
    assert await fetched(feed, now) == []
    (folder / "a.csv.ok").touch()
    assert len(await polled(feed, now)) == 1
    assert names(folder) == ["done/a.csv"]


async def test_a_file_replaced_after_the_reading_is_not_moved(source: Source, folder: Path, now: datetime) -> None:
    (folder / "a.csv").write_text(CSV)
    feed = source()
    (page,) = await fetched(feed, now)
    (folder / "a.csv").write_text(CSV + "2026-11-24 14:05,A1,13\n")
    await feed.acknowledge(page)
    assert names(folder) == ["a.csv"]


async def test_a_name_that_comes_again_does_not_overwrite_the_first(
    source: Source, folder: Path, now: datetime
) -> None:
    feed = source()
    for text in (CSV, CSV + "2026-11-24 14:05,A1,13\n"):
        (folder / "a.csv").write_text(text)
        await polled(feed, now)
    assert len(names(folder)) == 2
    assert (folder / "done" / "a.csv").read_text() == CSV


async def test_a_folder_that_may_not_be_changed_is_remembered(source: Source, folder: Path, now: datetime) -> None:
    (folder / "a.csv").write_text(CSV)
    feed = source(after="leave")
    (page,) = await fetched(feed, now)
    await feed.acknowledge(page)
    assert names(folder) == ["a.csv"]
    assert await fetched(feed, now, page.cursor) == []
    (folder / "a.csv").write_text(CSV + "2026-11-24 14:05,A1,13\n")
    assert len(await fetched(feed, now, page.cursor)) == 1
    assert len(await fetched(feed, now, "[broken")) == 1


async def test_geojson_xml_and_packed_files_are_records_too(source: Source, folder: Path, now: datetime) -> None:
    (folder / "a.geojson").write_text('{"features": [{"properties": {"pm": 1}}]}')
    (folder / "b.csv.gz").write_bytes(gzip.compress(CSV.encode("gb18030")))
    pages = await polled(source(pattern="*"), now)
    assert [r.fields for page in pages for r in page.records] == [
        {"properties": {"pm": 1}}, {"time": "2026-11-24 14:00", "site": "A1", "pm": "12"},
    ]  # fmt: skip
    (folder / "c.xml").write_text("<r><s><pm>1</pm></s><s><pm>2</pm></s></r>")
    (page,) = await polled(source(rows="r.s"), now)
    assert [r.fields for r in page.records] == [{"pm": "1"}, {"pm": "2"}]


async def test_a_wide_table_is_unpivoted(source: Source, folder: Path, now: datetime) -> None:
    (folder / "w.csv").write_text("time,S1,S2\n2026-11-24 14:00,1,2\n")
    (page,) = await polled(source(unpivot={"keep": ["time"], "name": "site", "value": "pm"}), now)
    assert [r.fields["site"] for r in page.records] == ["S1", "S2"]


async def test_fixed_width_is_declared_with_widths_and_columns(source: Source, folder: Path, now: datetime) -> None:
    (folder / "f.txt").write_bytes("清远 12\n".encode("gb18030"))
    (page,) = await polled(source(format="fixed", widths=[3, 4], columns=["site", "pm"]), now)
    assert page.records[0].fields == {"site": "清远", "pm": "12"}
    with pytest.raises(ValueError, match="widths"):
        source(format="fixed", widths=[3])


async def test_an_unknown_suffix_and_a_too_large_file_are_bad(source: Source, folder: Path, now: datetime) -> None:
    (folder / "a.pdf").write_text("x")
    (folder / "b.csv").write_text(CSV)
    await polled(source(max_bytes=20), now)
    assert "declare format" in (folder / "bad" / "a.pdf.reason").read_text()
    assert "larger than 20 bytes" in (folder / "bad" / "b.csv.reason").read_text()


async def test_a_folder_that_is_not_there_is_an_outage(source: Source, now: datetime) -> None:
    with pytest.raises(SourceError, match="does not exist") as caught:
        await fetched(source(folder="elsewhere"), now)
    assert not caught.value.permanent


async def test_a_file_taken_away_during_the_look_is_no_fault(source: Source, folder: Path, now: datetime) -> None:
    (folder / "a.csv").write_text(CSV)
    feed = source(settle="0.1s")
    reading = asyncio.create_task(fetched(feed, now))
    await asyncio.sleep(0.02)
    (folder / "a.csv").unlink()
    assert await reading == []
