"""Batches that wait on disk."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from datasources.spool import DiskSpool
from domain.batch import Batch, Reject, Written
from domain.errors import StoreError
from domain.incident import Incident
from domain.observation import Observation, Quality
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
    assert await DiskSpool(tmp_path / "spool").drain(write) == 1
    assert written == [BATCH]
    assert await spool.drain(write) == 0


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


async def test_a_file_that_cannot_be_read_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def write(_: Batch) -> Written:
        return Written(1)

    spool = DiskSpool(tmp_path)
    await spool.keep(BATCH)
    (tmp_path / "000000000000.json").write_text("{")
    assert await spool.drain(write) == 1
    assert [p.name for p in await asyncio.to_thread(lambda: list(tmp_path.iterdir()))] == ["000000000000.broken"]
    assert "set aside" in caplog.text


async def test_a_full_or_unwritable_spool_says_so(tmp_path: Path) -> None:
    spool = DiskSpool(tmp_path, limit=10)
    with pytest.raises(StoreError, match="is full"):
        await spool.keep(BATCH)
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be written"):
        await DiskSpool(tmp_path / "file" / "spool").keep(BATCH)
