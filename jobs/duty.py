"""The clock of orders: what is due is urged, supervised, brought back or archived, one decision each."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from domain.city import City
from domain.order import Order
from duty.order_notices import telling
from duty.orders import timed
from jobs.passing import decided
from store import Store

log = logging.getLogger("duty")

EVERY = timedelta(seconds=2)


def keeper(city: City, store: Store) -> Callable[[datetime], Awaitable[None]]:
    """What the timetable runs."""

    async def keep(now: datetime) -> None:
        await asyncio.to_thread(turned, city, store, now)

    return keep


def turned(city: City, store: Store, now: datetime) -> int:
    """Let time pass for every order that is due; how many it moved."""
    due = [key for prefix, key in store.duty.due(now) if prefix == Order.PREFIX]
    receivers = city.receivers.values()
    return sum(decided(store, telling(timed(key, now, city.zone), receivers, now), now, log) for key in due)
