"""The clock of incidents: steps of plans that run late, and reports that were not sent by their time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from domain.errors import TransitionRefused
from domain.incident_file import IncidentFile
from domain.report import Report
from duty import reports, response
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
    return sum(_decided(store, decide(now), now) for prefix, decide in OVERDUE.items() if prefix in due)


def _decided(store: Store, decision: Callable[[Desktop], Outcome], now: datetime) -> int:
    try:
        done = store.duty.decide(decision, None, now)
    except TransitionRefused as error:  # a person was faster; the next look sees what they did
        log.info("time moved nothing: %s", error)
        return 0
    for step in done.dossiers:
        log.info("%s %s: %s", step.verb, step.dossier.id, step.dossier.title)
    return len(done.dossiers)
