"""Forecasts in the collector's timetable: hours that are over give every series that has a new one its next outlook.

What an hour costs is milliseconds a series, in a thread. Weights are sought once a week, which takes the library's import
and a search a series: in a process of its own, at low priority, that ends when it is done.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

import indicators
from domain.city import City
from domain.forecast import Outlook, Weights
from domain.metric import Metric
from domain.observation import SeriesKey
from indicators.forecast.outlook import Task, outlook, weights_of
from indicators.forecast.past import HOUR, Floats, past_of
from indicators.forecast.winters import Found
from store import Rollups, Store

log = logging.getLogger("forecast")

EVERY = timedelta(minutes=10)  # a source may tell of an hour some minutes after it
BACK = timedelta(days=30)
SEARCHES = 80  # series that get weights in a run: some 20 s of CPU; the others are forecast naively until their turn
CHUNK = 100  # outlooks made and kept at a time
WHOLE = 0.8  # of an hour's values must be there for its total to be one
HOUR_MS = 3_600_000
Fitter = Callable[[Sequence[Task]], Awaitable[list[Found]]]


def forecaster(city: City, store: Store) -> Callable[[datetime], Awaitable[None]]:
    """The job. Runs of it must not overlap. Metrics that a rule expects something of get their weights first."""
    first = {rule.when.metric for rule in city.rules.values() if rule.when.forecast is not None}
    metrics = dict(sorted(city.metrics.items(), key=lambda item: item[0] not in first))

    async def run(now: datetime) -> None:
        await refresh(metrics, store, now, fit_apart)

    return run


async def refresh(metrics: Mapping[str, Metric], store: Store, now: datetime, fitter: Fitter) -> int:
    """Make and keep what is due; how many outlooks there were. StoreError when the store cannot be read or written."""
    work = await asyncio.to_thread(tasks, metrics, store, now)
    missing = [task for task in work if task.wants_fit][:SEARCHES]
    found = await fitter(missing) if missing else []
    fresh = {task.key: weights_of(task, one) for task, one in zip(missing, found, strict=False)}
    count = 0
    for i in range(0, len(work), CHUNK):
        count += await asyncio.to_thread(_kept, store, work[i : i + CHUNK], fresh)
    return count


async def fit_apart(work: Sequence[Task]) -> list[Found]:
    """Weights from a process of its own. None when it fails: those held, or naive forecasts, serve until the next hour's try."""
    command = (sys.executable, "-m", "indicators.forecast.fitting")
    root = Path(indicators.__file__).parent.parent
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=root, stdin=pipe, stdout=pipe)
    asked = json.dumps([[task.past.season, task.fitted_on.tolist()] for task in work])
    try:
        told, _ = await process.communicate(asked.encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        log.warning("no weights for forecasts: the process that seeks them ended with %d", process.returncode)
        return []
    return [(level, trend, season, damping) for level, trend, season, damping in json.loads(told)]


def tasks(metrics: Mapping[str, Metric], store: Store, now: datetime) -> list[Task]:
    """What to forecast: every series of a metric that is declared so, and has an hour its outlook did not know."""
    wanted = {key: metric for key, metric in metrics.items() if metric.forecast}
    ids = {number: key for number, key in store.series().items() if key.metric in wanted}
    held = {one.key: one for one in store.forecasts.of(wanted)} if ids else {}
    end = datetime.fromtimestamp(store.calendar.hour_of(int(now.timestamp() * 1000)) / 1000, UTC)
    order = {key: place for place, key in enumerate(metrics)}
    late = {n: key for n, key in ids.items() if key not in held or held[key].made < end}
    due = dict(sorted(late.items(), key=lambda item: order[item[1].metric]))
    if not due:
        return []
    start = end - BACK
    columns = _columns(store.hours(start, end, due), due, wanted, start)
    made = (_task(key, wanted[key.metric], start, columns[number], held.get(key)) for number, key in due.items())
    return [task for task in made if task is not None]


def _kept(store: Store, part: Sequence[Task], fresh: Mapping[SeriesKey, Weights]) -> int:
    held = {task.key: task.before.weights if task.before else None for task in part}
    made = [outlook(task, fresh.get(task.key, held[task.key])) for task in part]
    known: list[Outlook] = [one for one in made if one is not None]
    store.forecasts.save(known)
    return len(known)


def _task(key: SeriesKey, metric: Metric, start: datetime, values: Floats, before: Outlook | None) -> Task | None:
    spec = metric.forecast
    past = past_of(start, values, spec.season // HOUR) if spec else None
    if spec is None or past is None or (before is not None and before.made >= past.end):
        return None
    task = Task(key, past, spec.horizon // HOUR, metric.valid, before)
    return task if task.long_enough else None


def _columns(
    found: Rollups, keys: Mapping[int, SeriesKey], metrics: Mapping[str, Metric], start: datetime
) -> dict[int, Floats]:
    """Each series' hours from `start` on, NaN where nothing was measured."""
    begin = round(start.timestamp() * 1000)
    out = {}
    for number, key in keys.items():
        rows = found.take(found.series == number)
        column = np.full(BACK // HOUR, np.nan)
        column[(rows.bucket - begin) // HOUR_MS] = _values(rows, metrics[key.metric])
        out[number] = column
    return out


def _values(rows: Rollups, metric: Metric) -> Floats:
    """Totals of sums, extremes of extremes, else means. A total of which a part is missing is unknown."""
    if metric.aggregate == "sum":
        expected = max(HOUR / metric.every, 1)
        return np.where((rows.n == 1) | (rows.n >= WHOLE * expected), rows.sum, np.nan)  # history may hold whole hours
    if metric.aggregate == "max":
        return rows.max
    return rows.min if metric.aggregate == "min" else rows.mean
