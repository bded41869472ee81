"""What a screen reads, at 1 and 10 million observations, against the naive way, in one run.

    python benchmarks/reads.py [--rows 1000000 10000000] [--backend sqlite|postgresql] [--fifty]

5,000 series, one value a minute. The store is filled through its own bulk path and closed; then each read is timed many
times. Naive = the newest value of every series by GROUP BY over the log; the hours of a district from the log. --fifty adds
50 million (about ten minutes and 2 GB). At 1 million the data span 3.3 hours, so what is read for "24 h" is less there.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import numpy as np
from sqlalchemy import text

from domain.observation import SeriesKey
from store import Columns, Store, open_store
from store.moment import from_ms, to_ms
from tests.servers import private_postgres

SERIES = 5_000
BULK = 500_000
START = to_ms(datetime(2026, 11, 1, tzinfo=UTC))
KEYS = [SeriesKey(f"bench.m{i % 50}", f"site{i // 50}", "bench") for i in range(SERIES)]
DISTRICT = range(1, 11)
DAY = timedelta(hours=24)


def columns(first: int, rows: int) -> Columns:
    number = np.arange(first, first + rows)
    value = np.round(50 + 20 * np.sin(number / 977), 2)
    series = (number % SERIES).astype(np.int32)
    return Columns(KEYS, series, START + number // SERIES * 60_000, value, np.zeros(rows, np.uint8))


def fill(store: Store, held: int, rows: int) -> datetime:
    """Write up to `rows` in all, close what is over, and give the moment after the newest."""
    begin = time.perf_counter()
    for first in range(held, rows, BULK):
        part = columns(first, min(BULK, rows - first))
        store.write_columns("bench", part, from_ms(int(part.at[-1])))
    now = from_ms(START + rows // SERIES * 60_000)
    written = time.perf_counter()
    store.close_buckets(now)
    seconds, closing = written - begin, time.perf_counter() - written
    print(f"  {rows - held:,} rows written in {seconds:.1f} s, hours and days closed in {closing:.1f} s")
    return now


def clock(read: Callable[[], object], times: int) -> float:
    """The median of several readings, in ms."""
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        read()
        taken.append(1000 * (time.perf_counter() - begin))
    return median(taken)


def naive(store: Store, statement: str) -> Callable[[], object]:
    def read() -> object:
        with store._reading() as connection:  # noqa: SLF001 - no question of the store's own is this slow
            return connection.execute(text(statement)).all()

    return read


def one_tick(store: Store, now: datetime, numbers: Iterator[int]) -> Callable[[], object]:
    """What the snapshot reads after one commit of all series: the changes, the rows that arrived, the newest values."""

    def read() -> object:
        version = store.version()
        at = to_ms(now) + next(numbers) * 60_000
        every = np.arange(SERIES, dtype=np.int32)
        value = np.ones(SERIES)
        store.write_columns("bench", Columns(KEYS, every, np.full(SERIES, at), value, np.zeros(SERIES, np.uint8)), now)
        begin = time.perf_counter()
        store.changes(version)
        arrived = store.arrived(version, now - timedelta(hours=48))
        store.latest()
        assert len(arrived.rows) == SERIES
        ticks.append(1000 * (time.perf_counter() - begin))
        return None

    ticks: list[float] = []
    read.__dict__["ticks"] = ticks
    return read


def measure(store: Store, now: datetime, rows: int) -> dict[str, float]:
    over = now.replace(minute=0)
    ms = to_ms(over)
    hourly = (
        f"SELECT key / {3_600_000 << 20}, key & 1048575, avg(value) FROM observation WHERE key >= {ms - 86_400_000 << 20} "
        f"AND key < {ms << 20} AND key & 1048575 BETWEEN 1 AND 10 GROUP BY 1, 2"
    )
    newest = (
        "SELECT o.key & 1048575, o.value FROM observation o "
        "JOIN (SELECT max(key) AS key FROM observation GROUP BY key & 1048575) l ON o.key = l.key"
    )
    few = 1 if rows > 20_000_000 else 3
    out = {
        "newest of all series: `latest`": clock(store.latest, 15),
        "newest of all series: naive GROUP BY": clock(naive(store, newest), few),
        "newest of one metric (100 series)": clock(lambda: store.latest(["bench.m7"]), 15),
        "24 closed hours, 1 series": clock(lambda: store.hours(over - DAY, over, [7]), 15),
        "24 closed hours, district of 10": clock(lambda: store.hours(over - DAY, over, DISTRICT), 15),
        "the same from the log: naive": clock(naive(store, hourly), few),
        "24 h to this minute, district of 10": clock(lambda: store.hours(now - DAY, now, DISTRICT), 9),
        "24 closed hours, all series": clock(lambda: store.hours(over - DAY, over), 5),
        "days, all series": clock(lambda: store.days(now - 30 * DAY, now), 5),
        "log of the last hour, all series": clock(lambda: store.window(now - timedelta(hours=1), now), 3),
    }
    tick = one_tick(store, now, iter(range(100)))
    clock(tick, 7)
    out["snapshot inputs of one tick (5,000 rows)"] = median(tick.__dict__["ticks"])
    return out


def table(results: dict[int, dict[str, float]]) -> None:
    sizes = list(results)
    print(f"\n{'ms':46}" + "".join(f"{size / 1e6:>10.0f} M" for size in sizes) + "    last : first")
    for name in results[sizes[0]]:
        row = [results[size][name] for size in sizes]
        print(f"{name:46}" + "".join(f"{value:>12.2f}" for value in row) + f"{row[-1] / row[0]:>14.2f}")
    last = results[sizes[-1]]
    newest = last["newest of all series: naive GROUP BY"] / last["newest of all series: `latest`"]
    hours = last["the same from the log: naive"] / last["24 closed hours, district of 10"]
    print(
        f"\nat {sizes[-1]:,} rows: `latest` {newest:.0f}x the naive GROUP BY; a district's hours {hours:.0f}x the log"
    )


@contextmanager
def opened(backend: str) -> Iterator[Store]:
    if backend == "postgresql":
        with private_postgres() as url, open_store(url) as store:
            yield store
        return
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        with open_store(f"sqlite:///{folder}/store.db") as store:
            yield store
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--fifty", action="store_true")
    parser.add_argument("--backend", default="sqlite", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    sizes = sorted({*asked.rows, *([50_000_000] if asked.fifty else [])})
    print(f"{asked.backend}, {SERIES:,} series, one value a minute")
    results: dict[int, dict[str, float]] = {}
    with opened(asked.backend) as store:
        held = 0
        for size in sizes:
            now = fill(store, held, size)
            results[size] = measure(store, now, size)
            held = size
    table(results)


if __name__ == "__main__":
    main()
