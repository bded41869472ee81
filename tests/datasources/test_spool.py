"""Batches that wait on disk."""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from datasources.spool import NAME, DiskSpool
from domain.batch import Batch, Reject, Written
from domain.errors import StoreError
from domain.incident import Incident
from domain.observation import Observation, Quality
from domain.operation import SpoolFill
from domain.place import Site

AT = datetime(2026, 11, 24, 6, tzinfo=UTC)
BATCH = Batch(
    "feed", AT,
    (Observation("air.pm25", "A1", "feed", AT, 0.1, AT), Observation("air.pm25", "A2", "feed", AT, None, AT, Quality.MISSING)),
    (Incident("1", "feed", "fire", "火情", AT, AT, AT, grade=4, lon=113.1, detail={"路段": "G107"}),),
    (Reject("no time", "{}", "row 1"),), 4, 1, "7", (Site(id="A9", name="新站", kind="air", district="441802"),),
)  # fmt: skip


async def test_a_batch_comes_back_as_it_was(tmp_path: Path) -> None:
    written: list[Batch] = []

    async def write(batch: Batch) -> Written:
        written.append(batch)
        return Written(1)

    spool = DiskSpool(tmp_path / "spool")
    assert await spool.drain(write) == 0
    await spool.keep(BATCH)
    spool.close()  # as a process that ends
    again = DiskSpool(tmp_path / "spool")
    assert await again.drain(write) == 1
    assert written == [BATCH]
    assert await again.drain(write) == 0


async def test_order_survives_a_failed_drain(tmp_path: Path) -> None:
    written: list[str | None] = []
    down = True

    async def write(batch: Batch) -> Written:
        if down and batch.cursor == "2":
            raise StoreError("away")
        written.append(batch.cursor)
        return Written(1)

    spool = DiskSpool(tmp_path)
    for number in "123":
        await spool.keep(Batch("feed", AT, cursor=number))
    with pytest.raises(StoreError):
        await spool.drain(write)
    assert written == ["1"]
    down = False
    await spool.drain(write)
    assert written == ["1", "2", "3"]


async def test_what_cannot_be_understood_is_set_aside_and_holds_up_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    written: list[Batch] = []

    async def write(batch: Batch) -> Written:
        if batch.cursor == "bad":
            raise ValueError("no store takes this")
        written.append(batch)
        return Written(1)

    spool = DiskSpool(tmp_path)
    await spool.keep(replace(BATCH, cursor="bad"))
    await spool.keep(BATCH)
    with spool._opened() as file, file:
        file.execute("INSERT INTO batch (id, received, size, data) VALUES (0, 0, 1, x'7b')")
    assert await spool.drain(write) == 3
    assert written == [BATCH]
    with spool._opened() as file:
        assert file.execute("SELECT id, why FROM broken").fetchall() == [(0, "error"), (1, "ValueError")]
    assert caplog.text.count("set aside") == 2


async def test_a_full_or_unwritable_spool_says_so(tmp_path: Path) -> None:
    spool = DiskSpool(tmp_path, limit=10)
    with pytest.raises(StoreError, match="is full"):
        await spool.keep(BATCH)
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be written"):
        await DiskSpool(tmp_path / "file" / "spool").keep(BATCH)


async def test_the_oldest_stay_when_it_is_full_and_it_is_told_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "datasources")
    size = (await _kept(tmp_path / "one", 1)).bytes
    spool = DiskSpool(tmp_path / "ten", limit=size * 10 + 5)
    for count in range(10):
        await spool.keep(BATCH)
        assert ("fills up" in caplog.text) == (count >= 7)
    with pytest.raises(StoreError, match="is full"):
        await spool.keep(replace(BATCH, cursor="late"))
    fill = await spool.fill()
    assert (fill.batches, fill.bytes, fill.oldest) == (10, size * 10, AT)
    assert spool.behind() is False
    written: list[Batch] = []

    async def write(batch: Batch) -> Written:
        written.append(batch)
        return Written(1)

    assert await spool.drain(write) == 10
    assert {batch.cursor for batch in written} == {"7"}
    assert (await spool.fill()).batches == 0
    assert [record.getMessage().split()[3:5] for record in caplog.records] == [["fills", "up:"], ["has", "room"]]


async def _kept(folder: Path, count: int) -> SpoolFill:
    spool = DiskSpool(folder)
    for _ in range(count):
        await spool.keep(BATCH)
    fill = await spool.fill()
    spool.close()
    return fill


async def test_a_second_process_is_refused_in_words(tmp_path: Path) -> None:
    one = DiskSpool(tmp_path)
    await one.fill()
    with pytest.raises(StoreError, match="another collector's"):
        await DiskSpool(tmp_path).keep(BATCH)
    one.close()


async def test_what_an_earlier_version_left_and_a_damaged_file_lose_nothing_else(tmp_path: Path) -> None:
    for number, cursor in ((1, "1"), (2, "2")):
        data = TypeAdapter(Batch).dump_json(replace(BATCH, cursor=cursor))
        (tmp_path / f"{number:012d}.json").write_bytes(data)
    (tmp_path / NAME).write_bytes(b"this is no database, not at all" * 100)
    spool = DiskSpool(tmp_path)
    written: list[str | None] = []

    async def write(batch: Batch) -> Written:
        written.append(batch.cursor)
        return Written(1)

    assert await spool.drain(write) == 2
    assert written == ["1", "2"]
    spool.close()
    left = await asyncio.to_thread(lambda: {path.name for path in tmp_path.iterdir()})
    assert left == {NAME, f"{NAME}.broken"}


async def test_while_one_drains_others_go_behind(tmp_path: Path) -> None:
    spool, order = DiskSpool(tmp_path), []
    gate = asyncio.Event()

    async def write(batch: Batch) -> Written:
        await gate.wait()
        order.append(batch.cursor)
        return Written(1)

    await spool.keep(replace(BATCH, cursor="1"))
    draining = asyncio.create_task(spool.drain(write))
    await asyncio.sleep(0)
    assert spool.behind()
    await spool.keep(replace(BATCH, cursor="2"))
    gate.set()
    await draining
    await spool.drain(write)
    assert order == ["1", "2"]
