"""The clock of the desk's own papers: shifts and sheets, a stage that was ordered for a while, instructions that are overdue."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from domain.city import City
from domain.dossier import Dossier
from domain.handover import Handover
from domain.instruction import Instruction
from domain.shift import Shift
from domain.stage import StageOrder
from duty.handover_notices import telling
from duty.instructions import overdue
from duty.shifts import OPEN, turn
from duty.stage import expire
from jobs.passing import decided
from store import Store

log = logging.getLogger("shifts")

EVERY = timedelta(seconds=5)


def keeper(city: City, store: Store) -> Callable[[datetime], Awaitable[None]]:
    """What the timetable runs: a look, and a decision when one is due. Without a roster there are no shifts."""

    async def keep(now: datetime) -> None:
        await asyncio.to_thread(turned, city, store, now)

    return keep


def turned(city: City, store: Store, now: datetime) -> bool:
    """Let time pass; whether anything moved."""
    decisions = [
        (telling(turn(city.roster, city.zone, now), city.receivers.values(), now), _shifts_due(city, store, now)),
        (expire(now), _due(store.duty.dossiers(StageOrder, OPEN), now)),
        (overdue(now), _due(store.duty.dossiers(Instruction, OPEN), now)),
    ]
    moved = [
        decided(store, decision, now, log) for decision, due in decisions if due
    ]  # each of them, whatever the others do
    return any(moved)


def _shifts_due(city: City, store: Store, now: datetime) -> bool:
    shifts = store.duty.dossiers(Shift, OPEN) if city.roster is not None else []
    on = any(one.state == "on" for one in shifts)
    return city.roster is not None and (not on or _due([*shifts, *store.duty.dossiers(Handover, OPEN)], now))


def _due(found: Sequence[Dossier], now: datetime) -> bool:
    return any(one.due is not None and one.due <= now for one in found)
