"""What the cockpit measures of the data themselves: each source's quality by the hour, and figures that must tell the same."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta

from domain.batch import Batch, Written
from domain.city import City
from domain.health import QUALITY, SYSTEM, Freshness, freshness, source_place
from domain.metric import Agreement, Metric
from domain.observation import Observation, Quality
from indicators.agree import Told, differences
from snapshot.quality import measure
from store import Latest, Store

EVERY = timedelta(hours=1)
COMPARED_EVERY = timedelta(minutes=5)
Write = Callable[[Batch], Awaitable[Written]]
Record = Callable[[datetime], Awaitable[None]]


def recorder(city: City, store: Store, write: Write) -> Record:
    """The job: measure, and write each source's score of the hour; its day roll-ups are what months are told from."""

    async def record(now: datetime) -> None:
        if QUALITY not in city.metrics:
            return
        measured = await asyncio.to_thread(measure, city, store, now)
        at = now.replace(minute=0, second=0, microsecond=0)
        told = [
            Observation(QUALITY, source_place(key), SYSTEM, at, one.score, now)
            for key, one in measured.sources.items()
            if one.score is not None
        ]
        await _put(write, told, now)

    return record


def comparer(city: City, store: Store, write: Write) -> Record:
    """The job: hold declared pairs of figures against each other; the differences are a metric like others, so rules see them."""
    declared = [metric for metric in city.metrics.values() if metric.agree is not None]

    async def compare(now: datetime) -> None:
        if declared:
            await _put(write, await asyncio.to_thread(lambda: list(compared(city, store, declared, now))), now)

    return compare


async def _put(write: Write, told: Sequence[Observation], now: datetime) -> None:
    if told:
        await write(Batch(SYSTEM, now, tuple(told), read=len(told)))


def compared(city: City, store: Store, declared: Sequence[Metric], now: datetime) -> Iterator[Observation]:
    """The differences of this moment, each at the older of the two moments it rests on. StoreError."""
    needed = {key for metric in declared if metric.agree for key, _ in metric.agree.figures}
    told = [one for one in (_usable(city, latest, now) for latest in store.latest(needed)) if one is not None]
    for metric in declared:
        if metric.agree is not None:
            group, apart = _group(city, metric.agree), _apart(city, metric.agree)
            for one in differences(metric.agree, told, group, apart):
                yield Observation(metric.key, one.place, SYSTEM, one.at, one.by, now)


def _usable(city: City, latest: Latest, now: datetime) -> Told | None:
    """A newest value that may speak: there is one, it is good, and it is not stale."""
    key, metric = latest.key, city.metrics.get(latest.key.metric)
    if metric is None or latest.value is None or latest.quality > Quality.SUSPECT:
        return None
    if freshness(latest.at, now, metric.every, metric.stale_after) is Freshness.STALE:
        return None
    return Told(key.metric, key.source, key.site, latest.at, latest.value)


def _group(city: City, pair: Agreement) -> Callable[[str], str]:
    def place(site: str) -> str:
        if pair.by == "site":
            return site
        return city.adcode if pair.by == "city" else city.district_of(site)

    return place


def _apart(city: City, pair: Agreement) -> timedelta:
    """How far apart two moments may be that still speak of one time: the longer of the two intervals."""
    every = [city.metrics[key].every for key, _ in pair.figures if key in city.metrics]
    return max(every, default=timedelta(0))
