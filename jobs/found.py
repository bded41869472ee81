"""主动发现 as a metric: hour by hour what the system found first and what there was, rewritten while people still sort it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from domain.batch import Batch, Written
from domain.city import City
from domain.health import SYSTEM
from domain.incident_file import IncidentFile
from domain.observation import Observation
from duty.found import by_hour, called_rules, matters
from store import Store
from store.desk import CaseQuery
from store.duty import DossierQuery

EVERY = timedelta(minutes=5)
BACK = timedelta(hours=48)  # within it a case is told from a false alarm; what is settled later stays as it was counted
MOST = 20_000
FIRST, ALL = "found.first", "found.cases"
Counts = dict[tuple[datetime, str], tuple[int, int]]


def recorder(
    city: City, store: Store, write: Callable[[Batch], Awaitable[Written]]
) -> Callable[[datetime], Awaitable[None]]:
    """The job. Hours that did not change since it looked last are not written again."""
    called, written = called_rules(city.rules), Counts()

    async def record(now: datetime) -> None:
        nonlocal written
        if ALL not in city.metrics or FIRST not in city.metrics:
            return
        counts = await asyncio.to_thread(_counted, city, store, called, now)
        told = [one for key, both in counts.items() if written.get(key) != both for one in _said(key, both, now)]
        if told:
            await write(Batch(SYSTEM, now, tuple(told), read=len(told)))
        written = counts

    return record


def _counted(city: City, store: Store, called: frozenset[str], now: datetime) -> Counts:
    """Every whole hour of the last two days and the running one, at every place: none is a number too. StoreError."""
    end = now.replace(minute=0, second=0, microsecond=0)
    start = end - BACK
    cases = store.desk.cases(CaseQuery(since=start), MOST)
    files = store.duty.dossiers(IncidentFile, DossierQuery(since=start), MOST)
    found = by_hour(matters(cases, files, called), city.adcode)
    hours = [start + timedelta(hours=n) for n in range(BACK // timedelta(hours=1) + 1)]
    places = (city.adcode, *city.districts)
    return {(hour, place): found.get((hour, place), (0, 0)) for hour in hours for place in places}


def _said(key: tuple[datetime, str], both: tuple[int, int], now: datetime) -> list[Observation]:
    (at, place), (first, every) = key, both
    return [
        Observation(FIRST, place, SYSTEM, at, float(first), now),
        Observation(ALL, place, SYSTEM, at, float(every), now),
    ]
