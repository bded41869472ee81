"""How the sources did lately, as their page shows it: latency, a week in short, and the real interval."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from domain.city import City
from domain.health import LATENCY, STATE, source_at
from snapshot.times import to_ms
from store import Store
from store.feeds import RunCount

DAY, WEEK = timedelta(days=1), timedelta(days=7)
CELL = timedelta(hours=4)
CELLS = WEEK // CELL
ALWAYS = timedelta(minutes=1)  # the page is looked at while something is wrong


@dataclass(frozen=True, slots=True)
class Lately:
    """latency: (median, 95th percentile) of 24 hours in seconds, by source. week: the worst state code of each 4 hours, None unknown."""

    at: datetime
    latency: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    week: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)
    runs: Mapping[str, RunCount] = field(default_factory=dict)


def lately(city: City, store: Store, now: datetime) -> Lately:
    """Reads one day of one metric's log, and a week of another's hours. StoreError."""
    numbers: dict[str, dict[int, str]] = {LATENCY: {}, STATE: {}}
    for number, key in store.series().items():
        if key.metric in numbers and source_at(key.site) in city.sources:
            numbers[key.metric][number] = source_at(key.site)
    return Lately(
        now,
        _latency(store, numbers[LATENCY], now),
        _week(store, numbers[STATE], now),
        store.feeds.counts(now - DAY, now),
    )


def _latency(store: Store, numbers: Mapping[int, str], now: datetime) -> dict[str, tuple[float, float]]:
    if not numbers:
        return {}
    rows = store.window(now - DAY, now, list(numbers))
    found = {}
    for number, source in numbers.items():
        values = rows.value[(rows.series == number) & rows.counts]
        if len(values):
            low, high = np.percentile(values, (50, 95))
            found[source] = (float(low), float(high))
    return found


def _week(store: Store, numbers: Mapping[int, str], now: datetime) -> dict[str, tuple[int | None, ...]]:
    if not numbers:
        return {}
    hours = store.hours(now - WEEK, now, list(numbers))
    start, length = to_ms(now - WEEK), CELL // timedelta(milliseconds=1)
    cells: defaultdict[str, list[int | None]] = defaultdict(lambda: [None] * CELLS)
    for at, series, worst in zip(hours.bucket.tolist(), hours.series.tolist(), hours.max.tolist(), strict=True):
        cell = min(max((at - start) // length, 0), CELLS - 1)
        strip = cells[numbers[series]]
        before = strip[cell]
        strip[cell] = int(worst) if before is None else max(before, int(worst))
    return {source: tuple(strip) for source, strip in cells.items()}
