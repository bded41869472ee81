"""The clock of incidents: steps of plans that run late, and reports that were not sent by their time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from domain.incident_file import IncidentFile
from domain.report import Report
from duty import reports, response
from jobs.passing import decided
from store import Store
from store.duty import Desktop, Outcome

log = logging.getLogger("incidents")

EVERY = timedelta(seconds=5)
OVERDUE: dict[str, Callable[[datetime], Callable[[Desktop], Outcome]]] = {
    IncidentFile.PREFIX: response.overdue,
    Report.PREFIX: reports.overdue,
}


def keeper(store: Store) -> Callable[[datetime], Awaitable[None]]:
    """What the timetable runs: one read of an index, and a decision when something is due."""

    async def keep(now: datetime) -> None:
        await asyncio.to_thread(turned, store, now)

    return keep


def turned(store: Store, now: datetime) -> int:
    """Let time pass; how many dossiers it moved."""
    due = {prefix for prefix, _ in store.duty.due(now)}
    return sum(decided(store, decide(now), now, log) for prefix, decide in OVERDUE.items() if prefix in due)
