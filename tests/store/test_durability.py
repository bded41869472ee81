"""What was acknowledged survives the death of the process, and is there once."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from datasources.spool import DiskSpool
from domain.batch import Batch, Written
from store import Store, open_store
from tests.store.values import FAR, LONG_AGO, naive, told

ROOT = Path(__file__).parents[2]

# Writes values 0, 1, 2 ... one batch of ten each, and says the number of a batch when the store has answered.
WRITER = """
import sys
from store import open_store
from tests.store.values import MINUTE, NOW, batch, seen
store = open_store(sys.argv[1])
for n in range(10_000):
    store.write(batch(*(seen(float(n), NOW + n * MINUTE, f"s{i}") for i in range(10)), cursor=str(n)))
    if n % 7 == 0:
        store.close_buckets(NOW + n * MINUTE)
    print(n, flush=True)
"""

# The same into the spool; after every fifth batch what waits goes on to the store.
SPOOLER = """
import asyncio, sys
from pathlib import Path
from datasources.spool import DiskSpool
from store import open_store
from tests.store.values import MINUTE, NOW, batch, seen

async def main():
    store, spool = open_store(sys.argv[1]), DiskSpool(Path(sys.argv[2]))
    async def write(one):
        return await asyncio.to_thread(store.write, one)
    for n in range(10_000):
        await spool.keep(batch(*(seen(float(n), NOW + n * MINUTE, f"s{i}") for i in range(10)), cursor=str(n)))
        print(n, flush=True)
        if n % 5 == 4:
            await spool.drain(write)

asyncio.run(main())
"""


@contextmanager
def running(code: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()  # SIGKILL
        process.communicate()


def killed_after(count: int, code: str, *arguments: str) -> int:
    """Let the process acknowledge `count` batches, kill it, and give the last number that it acknowledged."""
    with running(code, *arguments) as process:
        assert process.stdout is not None
        for _ in range(count):
            last = int(process.stdout.readline())
        process.kill()
        left = process.stdout.read().split("\n")[:-1]  # a line cut off by the kill was not acknowledged
        return int(left[-1]) if left else last


def _check(store: Store, acknowledged: int) -> None:
    rows = store.window(LONG_AGO, FAR)
    batches = rows.value.reshape(-1, 10)
    assert batches[:, 0].tolist() == [float(n) for n in range(len(batches))]  # in order, none missing, none twice
    assert (batches == batches[:, :1]).all()  # and each of them whole
    assert len(batches) > acknowledged
    assert store.cursor("air") == str(len(batches) - 1)
    assert {one.value for one in store.latest()} == {float(len(batches) - 1)}
    assert told(store, store.hours(LONG_AGO, FAR)) == naive(store, "Asia/Shanghai", "hour")


@pytest.mark.parametrize("count", [1, 8, 23])
def test_a_killed_writer_has_lost_nothing_that_was_acknowledged(url: str, count: int) -> None:
    acknowledged = killed_after(count, WRITER, url)
    with open_store(url) as store:
        _check(store, acknowledged)
        store.close_buckets(FAR)
        _check(store, acknowledged)


@pytest.mark.parametrize("count", [1, 4, 5, 7, 15])
def test_a_spool_killed_at_any_point_loses_nothing_and_writes_nothing_twice(
    url: str, tmp_path: Path, count: int
) -> None:
    acknowledged = killed_after(count, SPOOLER, url, str(tmp_path))
    with open_store(url) as store:

        async def write(batch: Batch) -> Written:
            return await asyncio.to_thread(store.write, batch)

        spool = DiskSpool(tmp_path)
        asyncio.run(spool.drain(write))
        asyncio.run(spool.drain(write))
        _check(store, acknowledged)
        assert asyncio.run(spool.fill()).batches == 0
        spool.close()
