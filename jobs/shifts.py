"""The shifts' clock: opens the first, draws up sheets before a change, and tells when one stays unsigned."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from domain.city import City
from domain.errors import TransitionRefused
from domain.handover import Handover
from domain.shift import Shift
from duty.shifts import OPEN, turn
from store import Store

log = logging.getLogger("shifts")

EVERY = timedelta(seconds=5)


def keeper(city: City, store: Store) -> Callable[[datetime], Awaitable[None]]:
    """What the timetable runs: nothing without a roster; otherwise a look, and a decision when one is due."""

    async def keep(now: datetime) -> None:
        if city.roster is not None:
            await asyncio.to_thread(turned, city, store, now)

    return keep


def turned(city: City, store: Store, now: datetime) -> bool:
    """Let time pass for shifts and sheets; whether anything moved."""
    shifts, sheets = store.duty.dossiers(Shift, OPEN), store.duty.dossiers(Handover, OPEN)
    due = any(one.due is not None and one.due <= now for one in (*shifts, *sheets))
    if not due and any(one.state == "on" for one in shifts):
        return False
    try:
        done = store.duty.decide(turn(city.roster, city.zone, now), None, now)
    except TransitionRefused as error:  # a person was faster; the next look sees what they did
        log.info("shifts could not be turned: %s", error)
        return False
    for step in done.dossiers:
        log.info("%s %s: %s", step.verb, step.dossier.id, step.dossier.title)
    return bool(done.dossiers)
