"""Rows a second into the store against the bare driver into the same keyed table, in one run.

    python benchmarks/ingest.py [--rows 600000] [--batch 20000] [--rounds 3] [--backend sqlite postgresql]

Full path = what `Store.write_columns` and `Store.write` do: check, order, look for duplicates, append, move `latest`, tell
the change feed, commit; then close the hours and days. Raw = the driver's own bulk path (executemany; binary COPY) of the
same rows, ready in memory, into a table of the same key, committed as often. Rounds alternate; the medians are compared.
"""

import argparse
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import numpy as np
import psycopg

from domain.batch import Batch
from domain.observation import Observation, SeriesKey
from store import Columns, open_store
from store.moment import from_ms, to_ms
from store.postgres import block_of
from tests.servers import private_postgres

SERIES = 5_000
START = to_ms(datetime(2026, 11, 1, tzinfo=UTC))
TABLE = "(ts bigint, received bigint, value {real}, series_id integer, quality smallint, PRIMARY KEY (ts, series_id))"
NAMES = ("ts", "received", "value", "series_id", "quality")


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


def observed(batches: Sequence[Columns]) -> list[Batch]:
    """The same as batches of observations, as a source brings them."""
    return [Batch("bench", _arrival(one), tuple(_observations(one))) for one in batches]


def _observations(one: Columns) -> Iterator[Observation]:
    arrival = _arrival(one)
    moments = {ms: from_ms(ms) for ms in np.unique(one.at).tolist()}
    for series, at, value in zip(one.series.tolist(), one.at.tolist(), one.value.tolist(), strict=True):
        key = one.keys[series]
        yield Observation(key.metric, key.site, key.source, moments[at], value, arrival)


def _arrival(one: Columns) -> datetime:
    return from_ms(int(one.at[-1])) + timedelta(seconds=5)


def rows_of(one: Columns) -> tuple[np.ndarray, ...]:
    received = np.full(len(one), to_ms(_arrival(one)), np.int64)
    return one.at, received, one.value, one.series + 1, one.quality.astype(np.int16)


def raw_sqlite(batches: Sequence[Columns], path: Path, key: str = "(ts, series_id)") -> float:
    ready = [list(zip(*(column.tolist() for column in rows_of(one)), strict=True)) for one in batches]
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    table = TABLE.format(real="real").replace("(ts, series_id)", key)
    connection.execute(f"CREATE TABLE raw {table} WITHOUT ROWID")
    begin = time.perf_counter()
    for rows in ready:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO raw VALUES (?,?,?,?,?)", rows)
        connection.execute("COMMIT")
    seconds = time.perf_counter() - begin
    connection.close()
    return seconds


def raw_postgres(batches: Sequence[Columns], url: str) -> float:
    ready = [block_of(["i8", "i8", "f8", "i4", "i2"], rows_of(one)) for one in batches]
    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE IF EXISTS raw")
        connection.execute(f"CREATE TABLE raw {TABLE.format(real='double precision')}".encode())
        connection.commit()
        begin = time.perf_counter()
        for block in ready:
            with connection.cursor() as cursor, cursor.copy(b"COPY raw FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(block)
            connection.commit()
        return time.perf_counter() - begin


def columns_path(batches: Sequence[Columns], url: str) -> float:
    with open_store(url) as store:
        begin = time.perf_counter()
        for one in batches:
            store.write_columns("bench", one, _arrival(one))
        return time.perf_counter() - begin


def closing(batches: Sequence[Columns], url: str) -> float:
    with open_store(url) as store:
        begin = time.perf_counter()
        store.close_buckets(_arrival(batches[-1]) + timedelta(days=2))
        return time.perf_counter() - begin


def batch_path(batches: Sequence[Batch], url: str) -> float:
    with open_store(url) as store:
        begin = time.perf_counter()
        for one in batches:
            store.write(one)
        return time.perf_counter() - begin


def say(name: str, rows: int, seconds: Sequence[float], raw: float) -> None:
    rate = rows / median(seconds)
    low, high = rows / max(seconds), rows / min(seconds)
    print(f"  {name:44}{rate:>11,.0f} rows/s ({low:,.0f}..{high:,.0f})   {rate * raw / rows:5.2f} of raw")


def run(title: str, rows: int, rounds: int, paths: dict[str, Callable[[int], float]]) -> None:
    """Time every path, round by round; the first is the raw one."""
    times: dict[str, list[float]] = {name: [] for name in paths}
    for number in range(rounds):
        for name, path in paths.items():
            times[name].append(path(number))
    print(title)
    raw = median(next(iter(times.values())))
    for name, seconds in times.items():
        say(name, rows, seconds, raw)
    both = [a + b for a, b in zip(times["full path, columns"], times["closing hours and days"], strict=True)]
    say("full path with roll-ups", rows, both, raw)


def sqlite(batches: Sequence[Columns], pages: Sequence[Batch], rounds: int, folder: Path) -> None:
    rows = sum(map(len, batches))

    def url(name: str, number: int) -> str:
        return f"sqlite:///{folder}/{name}{number}.db"

    run("SQLite, synchronous=FULL", rows, rounds, {
        "raw executemany, key (ts, series)": lambda n: raw_sqlite(batches, folder / f"raw{n}.db"),
        "full path, columns": lambda n: columns_path(batches, url("columns", n)),
        "closing hours and days": lambda n: closing(batches, url("columns", n)),
        "full path, batches of observations": lambda n: batch_path(pages, url("pages", n)),
        "raw executemany, key (series, ts)": lambda n: raw_sqlite(batches, folder / f"other{n}.db", "(series_id, ts)"),
    })  # fmt: skip
    print(
        f"  bytes per row on disk: raw {_size(folder / 'raw0.db') / rows:.1f}, store {_size(folder / 'columns0.db') / rows:.1f}"
    )


def postgres(batches: Sequence[Columns], pages: Sequence[Batch], rounds: int, server: str) -> None:
    def fresh(name: str, number: int) -> str:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}{number}".encode())
        return f"{server.rsplit('/', 1)[0]}/{name}{number}"

    run("PostgreSQL, fsync off", sum(map(len, batches)), rounds, {
        "raw binary COPY, key (ts, series)": lambda _: raw_postgres(batches, server),
        "full path, columns": lambda n: columns_path(batches, fresh("columns", n)),
        "closing hours and days": lambda n: closing(batches, f"{server.rsplit('/', 1)[0]}/columns{n}"),
        "full path, batches of observations": lambda n: batch_path(pages, fresh("pages", n)),
    })  # fmt: skip


def _size(path: Path) -> int:
    return sum(each.stat().st_size for each in path.parent.glob(f"{path.name}*"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=600_000)
    parser.add_argument("--batch", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--backend", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    batches = made(asked.rows, asked.batch)
    pages = observed(batches)
    print(f"{asked.rows:,} rows of {SERIES:,} series, {asked.batch:,} a commit; median of {asked.rounds} (worst..best)")
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        if "sqlite" in asked.backend:
            sqlite(batches, pages, asked.rounds, folder)
        if "postgresql" in asked.backend:
            with ExitStack() as stack:
                postgres(batches, pages, asked.rounds, stack.enter_context(private_postgres()))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
