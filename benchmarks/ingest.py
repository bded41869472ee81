"""Rows a second into the store against the bare driver into the same keyed table, in one run.

    python benchmarks/ingest.py [--rows 600000] [--batch 20000] [--backend sqlite postgresql]

Full path = what `Store.write_columns` and `Store.write` do: check, order, look for duplicates, append, move `latest`, tell
the change feed, commit; and close the hours and days that are over. Raw = the driver's own bulk path (executemany; binary COPY) of the
same rows, ready in memory, into a table of the same key, committed as often. The paths take turns at every batch, so that
what else the machine does meets all of them alike; the medians of the batches are compared. The first batch, which makes
tables' first pages and the dictionary of series, is not counted.
"""

import argparse
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from domain.batch import Batch
from domain.observation import Observation, SeriesKey
from store import Columns, Store, open_store
from store.moment import from_ms, to_ms
from store.postgres import block_of
from tests.servers import private_postgres

SERIES = 5_000
START = to_ms(datetime(2026, 11, 1, tzinfo=UTC))
TABLE = "(ts bigint, received bigint, value {real}, series_id integer, quality smallint, PRIMARY KEY {key})"
TIME_FIRST, SERIES_FIRST = "(ts, series_id)", "(series_id, ts)"
RAW, COLUMNS, PAGES = "raw, key (ts, series)", "full path, columns", "full path, observations"
CLOSE_COLUMNS, CLOSE_PAGES = "closing, columns", "closing, observations"
Path_ = Callable[[int], None]


def made(rows: int, batch: int) -> list[Columns]:
    """One value a minute of each of 5,000 series, in order of time, cut into batches."""
    keys = [SeriesKey(f"bench.m{i % 50}", f"site{i // 50}", "bench") for i in range(SERIES)]
    number = np.arange(rows)
    series = (number % SERIES).astype(np.int32)
    at = START + number // SERIES * 60_000
    value = np.round(50 + 20 * np.sin(number / 977) + np.random.default_rng(1).normal(0, 3, rows), 2)
    quality = np.zeros(rows, np.uint8)
    cuts = range(0, rows, batch)
    return [
        Columns(keys, series[i : i + batch], at[i : i + batch], value[i : i + batch], quality[i : i + batch])
        for i in cuts
    ]


def observed(one: Columns) -> Batch:
    """The same as a batch of observations, as a source brings it."""
    return Batch("bench", arrival(one), tuple(_observations(one)))


def _observations(one: Columns) -> Iterator[Observation]:
    moments = {ms: from_ms(ms) for ms in np.unique(one.at).tolist()}
    received = arrival(one)
    for series, at, value in zip(one.series.tolist(), one.at.tolist(), one.value.tolist(), strict=True):
        key = one.keys[series]
        yield Observation(key.metric, key.site, key.source, moments[at], value, received)


def arrival(one: Columns) -> datetime:
    return from_ms(int(one.at[-1])) + timedelta(seconds=5)


def rows_of(one: Columns) -> tuple[NDArray[Any], ...]:
    received = np.full(len(one), to_ms(arrival(one)), np.int64)
    return one.at, received, one.value, one.series + 1, one.quality.astype(np.int16)


def raw_sqlite(batches: Sequence[Columns], path: Path, key: str) -> Path_:
    ready = [list(zip(*(column.tolist() for column in rows_of(one)), strict=True)) for one in batches]
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"CREATE TABLE raw {TABLE.format(real='real', key=key)} WITHOUT ROWID")

    def write(number: int) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO raw VALUES (?,?,?,?,?)", ready[number])
        connection.execute("COMMIT")

    return write


def raw_postgres(batches: Sequence[Columns], connection: psycopg.Connection[Any]) -> Path_:
    ready = [block_of(["i8", "i8", "f8", "i4", "i2"], rows_of(one)) for one in batches]
    connection.execute(f"CREATE TABLE raw {TABLE.format(real='double precision', key=TIME_FIRST)}".encode())
    connection.commit()

    def write(number: int) -> None:
        with connection.cursor() as cursor, cursor.copy(b"COPY raw FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(ready[number])
        connection.commit()

    return write


def columns_path(batches: Sequence[Columns], store: Store) -> Path_:
    return lambda number: _done(store.write_columns("bench", batches[number], arrival(batches[number])))


def pages_path(pages: Sequence[Batch], store: Store) -> Path_:
    return lambda number: _done(store.write(pages[number]))


def _done(_: object) -> None:
    return None


def take_turns(count: int, paths: Mapping[str, Path_]) -> dict[str, list[float]]:
    """Seconds of each batch but the first, by path."""
    times: dict[str, list[float]] = {name: [] for name in paths}
    for number in range(count):
        for name, write in paths.items():
            begin = time.perf_counter()
            write(number)
            if number:
                times[name].append(time.perf_counter() - begin)
    return times


def closing_path(batches: Sequence[Columns], store: Store) -> Path_:
    """What a job does once a minute: nothing, until an hour or a day is over."""
    return lambda number: _done(store.close_buckets(arrival(batches[number])))


def report(title: str, batches: Sequence[Columns], paths: Mapping[str, Path_]) -> None:
    """Run the paths and compare them; closing falls on few batches, so what includes it is compared by its sum."""
    times = take_turns(len(batches), paths)
    size, raw = len(batches[0]), median(times[RAW])
    print(title)
    for name, seconds in times.items():
        if name not in (CLOSE_COLUMNS, CLOSE_PAGES):
            say(name, size, seconds, raw)
    for name, parts in (
        ("columns, hours and days closed on the way", (COLUMNS, CLOSE_COLUMNS)),
        ("observations, hours and days closed on the way", (PAGES, CLOSE_PAGES)),
    ):
        whole, bare = sum(sum(times[part]) for part in parts), sum(times[RAW])
        rate = size * len(times[RAW]) / whole
        print(f"  {name:46}{rate:>10,.0f} rows/s  {'(in all)':24}{bare / whole:5.2f} of raw")


def say(name: str, rows: int, seconds: Sequence[float], raw: float) -> None:
    low, middle, high = quantiles(seconds, n=4)
    spread = f"({rows / high:,.0f}..{rows / low:,.0f})"
    print(f"  {name:46}{rows / middle:>10,.0f} rows/s  {spread:24}{raw / middle:5.2f} of raw")


def sqlite(batches: Sequence[Columns], pages: Sequence[Batch], folder: Path) -> None:
    with open_store(f"sqlite:///{folder}/columns.db") as one, open_store(f"sqlite:///{folder}/pages.db") as other:
        paths = {
            RAW: raw_sqlite(batches, folder / "raw.db", TIME_FIRST),
            COLUMNS: columns_path(batches, one),
            CLOSE_COLUMNS: closing_path(batches, one),
            PAGES: pages_path(pages, other),
            CLOSE_PAGES: closing_path(batches, other),
            "raw, key (series, ts)": raw_sqlite(batches, folder / "series.db", SERIES_FIRST),
        }
        report("SQLite, synchronous=FULL", batches, paths)
    rows = sum(map(len, batches))
    sizes = [sum(file.stat().st_size for file in folder.glob(f"{name}.db")) / rows for name in ("raw", "columns")]
    print("  bytes per row on disk: raw {:.1f}, store with latest and roll-ups {:.1f}".format(*sizes))


def postgres(batches: Sequence[Columns], pages: Sequence[Batch], stack: ExitStack) -> None:
    server = stack.enter_context(private_postgres())
    for name in ("one", "other"):
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
    root = server.rsplit("/", 1)[0]
    one, other = (stack.enter_context(open_store(f"{root}/{name}")) for name in ("one", "other"))
    paths = {
        RAW: raw_postgres(batches, stack.enter_context(psycopg.connect(server))),
        COLUMNS: columns_path(batches, one),
        CLOSE_COLUMNS: closing_path(batches, one),
        PAGES: pages_path(pages, other),
        CLOSE_PAGES: closing_path(batches, other),
    }
    report("PostgreSQL, fsync off", batches, paths)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=20_000)
    parser.add_argument("--backend", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    batches = made(asked.rows, asked.batch)
    pages = [observed(one) for one in batches]
    print(f"{asked.rows:,} rows of {SERIES:,} series, {asked.batch:,} a commit; median of the batches (quartiles)")
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        if "sqlite" in asked.backend:
            sqlite(batches, pages, folder)
        if "postgresql" in asked.backend:
            with ExitStack() as stack:
                postgres(batches, pages, stack)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
