"""Files that were uploaded for an order and never handed in with a step: gone after a day, each with a line in the log."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

from domain.order import Order
from store import Store
from store.attachments import Attachments

log = logging.getLogger("attachments")

AFTER = timedelta(days=1)  # whoever chose a file has taken the step by then, or never will
FOLDER = "attachments"  # under VAR, where the web process of this machine puts them
PAGE = 500  # orders read at a time


def sweeper(store: Store, folder: Path) -> Callable[[datetime], Awaitable[None]]:
    """What the timetable runs. folder: VAR."""

    async def sweep(now: datetime) -> None:
        await asyncio.to_thread(swept, store, Attachments(folder / FOLDER), now)

    return sweep


def swept(store: Store, files: Attachments, now: datetime) -> list[str]:
    """Delete what no order names and is older than a day; which. Nothing is deleted when the orders cannot be read: StoreError."""
    old = files.older(now - AFTER)
    if not old:
        return []
    used = named(store)
    gone = [name for name in old if name not in used and files.remove(name)]
    for name in gone:
        log.info("attachment %s was handed in with no order and is deleted", name)
    return gone


def named(store: Store) -> set[str]:
    """Hashes of every file that an order names, closed ones among them. StoreError."""
    found: set[str] = set()
    before: str | None = None
    while page := store.duty.dossiers(Order, limit=PAGE, before=before):
        found |= {file.sha256 for one in page for file in one.files}
        before = page[-1].id
    return found
