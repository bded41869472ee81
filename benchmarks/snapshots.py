"""Snapshots do not care how long the history is: building and drawing at growing numbers of observations, in one run.

`python -m benchmarks.snapshots [--rows 200000 1000000 10000000]`. 1,500 series of the city of cities/441800, one value every
5 minutes up to the hot window and every hour before it, then as many years of hours as the rows asked for. For each size: the
first snapshot after a start (loads the hot window), the next one after one commit, all panels drawn from scratch and again
after the commit, and a replayed moment. The last line is the ratio of the largest to the smallest.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np

import config
from domain.batch import Batch
from domain.city import City
from domain.observation import Observation, SeriesKey
from layouts import screen
from snapshot.builder import Builder
from snapshot.drawing import Drawing
from store import Columns, Store, open_store

NOW = datetime(2026, 11, 24, 6, 32, tzinfo=UTC)
SERIES = 1_500
CHUNK = 200_000
ROUNDS = 5
HOT = timedelta(hours=48)


def keys_of(city: City) -> list[SeriesKey]:
    """About 1,500 series over the declared metrics and places, those of the screen among them."""
    found: list[SeriesKey] = []
    for key, metric in city.metrics.items():
        if metric.ratio or metric.composite or metric.derive in ("status", "health"):
            continue
        sites = (
            [s.id for s in city.sites.values() if s.kind == metric.site_kind] if metric.site_kind else city.districts
        )
        found += [SeriesKey(key, site, "bench") for site in list(sites)[:30]]
    return found[:SERIES]


def moments(count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Times of `count` values of one series, oldest first: every 5 minutes in the hot window, hourly before."""
    now = int(NOW.timestamp() * 1000) // 300_000 * 300_000
    fine = now - 300_000 * np.arange(min(count, HOT // timedelta(minutes=5)))
    coarse = int(fine[-1]) - 3_600_000 * np.arange(1, max(count - fine.size, 0) + 1)
    return np.concatenate([fine, coarse])[::-1].astype(np.int64)


def fill(store: Store, keys: list[SeriesKey], rows: int) -> None:
    times = moments(rows // len(keys))
    random = np.random.default_rng(1)
    step = max(CHUNK // len(keys), 1)
    for begin in range(0, times.size, step):
        at = np.repeat(times[begin : begin + step], len(keys))
        series = np.tile(np.arange(len(keys), dtype=np.int32), at.size // len(keys))
        value = random.uniform(10, 60, at.size).round(1)
        store.write_columns("bench", Columns(keys, series, at, value, np.zeros(at.size, np.uint8)), NOW)
    store.close_buckets(NOW)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def measure(city: City, store: Store, keys: list[SeriesKey]) -> list[float]:
    """ms: first snapshot, next one, first drawing, drawing after a commit, replay."""
    builder = Builder(city, store)
    drawing = Drawing(screen.draws(city.screens["overview"]))
    first = timed(lambda: builder.live(NOW))
    drawn = timed(partial(drawing.render, builder.live(NOW)))
    nexts, again = [], []
    for turn in range(1, ROUNDS + 1):
        now = NOW + timedelta(seconds=turn)
        chosen = [keys[(turn * 60 + i) % len(keys)] for i in range(60)]
        store.write(
            Batch("bench", now, tuple(Observation(k.metric, k.site, "bench", NOW, 20.0 + turn, now) for k in chosen))
        )
        nexts.append(timed(partial(builder.live, now)))
        again.append(timed(partial(drawing.render, builder.live(now))))
    replay = timed(lambda: builder.at(NOW - timedelta(hours=5)))
    return [first, statistics.median(nexts), drawn, statistics.median(again), replay]


def opened(folder: str, city: City) -> Store:
    return open_store(f"sqlite:///{folder}/city.db", synchronous="OFF", zone=city.spec.zone)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 5_000_000])
    asked = parser.parse_args()
    city, problems = config.load(Path("cities/441800"), os.environ)
    if city is None:
        raise SystemExit(f"the city folder has problems: {problems}")
    keys = keys_of(city)
    print(f"{len(keys):,} series; ms")
    print(f"{'observations':>13} {'first':>8} {'next':>8} {'draw all':>9} {'draw next':>10} {'replay':>8}")
    table = []
    for rows in asked.rows:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder, opened(folder, city) as store:
            fill(store, keys, rows)
            table.append(measure(city, store, keys))
        print(f"{rows:>13,} " + " ".join(f"{v:>{w}.1f}" for v, w in zip(table[-1], (8, 8, 9, 10, 8), strict=True)))
    ratios = [b / a for a, b in zip(table[0], table[-1], strict=True)]
    print(f"{'ratio':>13} " + " ".join(f"{v:>{w}.2f}" for v, w in zip(ratios, (8, 8, 9, 10, 8), strict=True)))


if __name__ == "__main__":
    main()
