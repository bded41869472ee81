"""Source health as a metric of its own: each minute every source's state becomes observations like all others."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime, timedelta

from domain.batch import Batch, Written
from domain.city import City
from domain.health import (
    AGE,
    LATENCY,
    MEASURED,
    RATE,
    REJECTED,
    ROWS,
    SPOOL,
    STATE,
    STATE_CODES,
    SYSTEM,
    WALL_SILENCE,
    SourceHealth,
    source_place,
)
from domain.observation import Observation
from domain.wall import wall_place
from indicators.status import health_share
from jobs.clock import local_midnight
from snapshot.displays import last_seen
from store import Store

EVERY = timedelta(minutes=1)
LIVING = timedelta(minutes=1)  # a collector that told of itself within this time
_PERCENT = 100.0
_Said = tuple[str, str, float]  # metric, site, value


def recorder(
    city: City, store: Store, write: Callable[[Batch], Awaitable[Written]]
) -> Callable[[datetime], Awaitable[None]]:
    """The job: reads every source's health and writes it by the collector's own path, so that rules see it too."""

    async def record(now: datetime) -> None:
        health = await asyncio.to_thread(store.health, now, city.sources, local_midnight(now, city.zone))
        living = [one for one in await asyncio.to_thread(store.control.collectors, now) if now - one.seen < LIVING]
        observations = measured(city, health, now, max((one.spool.share for one in living), default=None))
        if city.spec.walls and WALL_SILENCE in city.metrics:
            observations += silences(city, await asyncio.to_thread(last_seen, store.walls), now)
        if observations:
            await write(Batch(SYSTEM, now, observations, read=len(observations)))

    return record


def measured(
    city: City, health: Mapping[str, SourceHealth], now: datetime, spool: float | None = None
) -> tuple[Observation, ...]:
    """The health of the sources as observations of this minute: each metric that is declared, at its declared interval.

    spool: how full the fullest spool is, 0 to 1.
    A source that has not run yet is left out, and nothing is said before one has: a start is no breakdown.
    """
    ran = {key: one for key, one in health.items() if one.last_run is not None}
    if not ran:
        return ()
    minute = int(now.timestamp() // 60)
    due = {key for key in MEASURED if key in city.metrics and not minute % max(city.metrics[key].every // EVERY, 1)}
    said = [*_city(city, health, spool), *(told for key, one in ran.items() for told in _source(key, one, now))]
    return tuple(Observation(metric, site, SYSTEM, now, value, now) for metric, site, value in said if metric in due)


def silences(city: City, seen: Mapping[str, datetime], now: datetime) -> tuple[Observation, ...]:
    """Whether each declared wall is silent beyond its time; one that never reported is left out, as a source is."""
    said = [(key, now - seen[key] > wall.silent_after) for key, wall in city.spec.walls.items() if key in seen]
    return tuple(Observation(WALL_SILENCE, wall_place(key), SYSTEM, now, float(silent), now) for key, silent in said)


def _city(city: City, health: Mapping[str, SourceHealth], spool: float | None) -> Iterator[_Said]:
    if spool is not None:
        yield SPOOL, city.adcode, spool * _PERCENT
    share = health_share(health)
    if share is not None:
        yield RATE, city.adcode, share * _PERCENT


def _source(key: str, health: SourceHealth, now: datetime) -> Iterator[_Said]:
    place = source_place(key)
    yield STATE, place, float(STATE_CODES[health.state])
    yield ROWS, place, float(health.rows)
    yield REJECTED, place, float(health.rejected)
    if health.latency is not None:
        yield LATENCY, place, health.latency
    if health.last_success is not None:
        yield AGE, place, max((now - health.last_success).total_seconds(), 0.0)
