"""How fast batches go to disk while the store is down and from there into the store, against `Store.write` of the same.

python -m benchmarks.spool [--batches 1000] [--rows 100]
"""

import argparse
import asyncio
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from datasources.spool import DiskSpool
from domain.batch import Batch, Written
from domain.observation import Observation
from store import Store, open_store

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


def batches(count: int, rows: int) -> list[Batch]:
    made = []
    for number in range(count):
        at = NOW + timedelta(seconds=number)
        values = tuple(Observation("air.pm25", f"s{i}", "feed", at, float(i), at) for i in range(rows))
        made.append(Batch("feed", at, values, read=rows, cursor=str(number)))
    return made


async def drained(spool: DiskSpool, store: Store) -> float:
    async def write(batch: Batch) -> Written:
        return await asyncio.to_thread(store.write, batch)

    began = time.perf_counter()
    await spool.drain(write)
    return time.perf_counter() - began


async def measured(args: argparse.Namespace, folder: Path) -> None:
    made, total = batches(args.batches, args.rows), args.batches * args.rows
    spool = DiskSpool(folder / "spool")
    began = time.perf_counter()
    for one in made:
        await spool.keep(one)
    kept = time.perf_counter() - began
    fill = await spool.fill()
    with open_store(f"sqlite:///{folder}/a.db") as store, open_store(f"sqlite:///{folder}/b.db") as other:
        took = await drained(spool, store)
        began = time.perf_counter()
        for one in made:
            await asyncio.to_thread(other.write, one)
        alone = time.perf_counter() - began
    spool.close()
    print(
        f"{args.batches:,} batches of {args.rows} rows, {fill.bytes / total:.1f} bytes a row, load {os.getloadavg()[0]:.0f}"
    )
    print(f"to disk {args.batches / kept:,.0f} batches/s, {total / kept:,.0f} rows/s")
    print(f"drained {args.batches / took:,.0f} batches/s, {total / took:,.0f} rows/s")
    print(f"Store.write alone {total / alone:,.0f} rows/s; drain against it {alone / took:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=100)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measured(parser.parse_args(), Path(folder)))


if __name__ == "__main__":
    main()
