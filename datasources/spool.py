"""Batches kept on disk while the store is down, and written in order when it is back."""

import asyncio
import logging
import sqlite3
import threading
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Protocol

from pydantic import TypeAdapter, ValidationError

from domain.batch import Batch, Written
from domain.errors import StoreError
from domain.operation import SpoolFill

log = logging.getLogger("datasources")

LIMIT = 1 << 30  # bytes; a day of a large city's feeds, and no full disk
ALARM = 0.7  # of the limit: told in the log, and by the rule on spool.fill
AT_ONCE = 50  # batches between two deletions: a crash in between writes them twice, which changes nothing
NAME = "spool.sqlite"
Write = Callable[[Batch], Awaitable[Written]]
_TABLES = """
CREATE TABLE IF NOT EXISTS batch (
  id INTEGER PRIMARY KEY AUTOINCREMENT, received INTEGER NOT NULL, size INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS broken (id INTEGER PRIMARY KEY, why TEXT NOT NULL, data BLOB NOT NULL);
"""
_INSERT = "INSERT INTO batch (received, size, data) VALUES (?, ?, ?)"


class Spool(Protocol):
    """Where batches wait for the store."""

    async def keep(self, batch: Batch) -> None:
        """Make the batch durable; StoreError when even that is impossible."""
        ...

    async def drain(self, write: Write) -> int:
        """Write what waits, oldest first, and tell how many; stops with the StoreError of the first that fails."""
        ...

    async def fill(self) -> SpoolFill:
        """What waits, against what may."""
        ...

    def behind(self) -> bool:
        """Whether what comes belongs behind what waits: a drain is under way, or more waits than is written in passing."""
        ...


class DiskSpool:
    """One SQLite file in a folder, for one process at a time; StoreError when another has it.

    Bounded: what has waited longest is kept, and a batch that finds no room is refused, so that its sender is not answered.
    """

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self._folder, self._limit = folder, limit
        self._drains = asyncio.Lock()
        self._turn = threading.Lock()
        self._file: sqlite3.Connection | None = None
        self._fill = SpoolFill(limit=limit)
        self._alarmed = False

    async def keep(self, batch: Batch) -> None:
        """Commit the batch to the file, which survives a power cut."""
        await asyncio.to_thread(self._keep, batch)

    async def drain(self, write: Write) -> int:
        """Write what waits, oldest first; what cannot be understood is set aside and told in the log. One drain at a time."""
        if self._file is not None and not self._fill.batches:
            return 0
        count = 0
        async with self._drains:
            while rows := await asyncio.to_thread(self._oldest):
                count += await self._written(rows, write)
        if count:
            log.info("spool: %d batches that had waited are in the store", count)
        return count

    async def fill(self) -> SpoolFill:
        """What waits, against what may."""
        return await asyncio.to_thread(self._looked)

    def behind(self) -> bool:
        """Whether what comes belongs behind what waits: a drain is under way, or more waits than is written in passing."""
        return self._drains.locked() or self._fill.batches > AT_ONCE

    def close(self) -> None:
        """Let go of the file."""
        with self._turn:
            if self._file is not None:
                self._file.close()
                self._file = None

    async def _written(self, rows: list[tuple[int, bytes]], write: Write) -> int:
        done: list[int] = []
        try:
            for number, data in rows:
                await self._passed_on(number, data, write)
                done.append(number)
        finally:
            await asyncio.shield(asyncio.to_thread(self._forget, done))
        return len(done)

    def _keep(self, batch: Batch) -> None:
        data = zlib.compress(_adapter().dump_json(batch), 1)
        with self._opened() as file:
            if self._fill.bytes + len(data) > self._limit:
                raise StoreError(f"the spool {self._folder} is full ({self._limit:,} bytes)")
            with file:
                file.execute(_INSERT, (int(batch.received.timestamp() * 1000), len(data), data))
            held = self._fill
            self._filled(
                SpoolFill(held.batches + 1, held.bytes + len(data), self._limit, held.oldest or batch.received)
            )

    def _oldest(self) -> list[tuple[int, bytes]]:
        with self._opened() as file:
            return file.execute("SELECT id, data FROM batch ORDER BY id LIMIT ?", (AT_ONCE,)).fetchall()

    def _forget(self, numbers: list[int]) -> None:
        if numbers:
            with self._opened() as file:
                ends = (numbers[0], numbers[-1])
                size = file.execute("SELECT sum(size) FROM batch WHERE id BETWEEN ? AND ?", ends).fetchone()[0]
                with file:
                    file.execute("DELETE FROM batch WHERE id BETWEEN ? AND ?", ends)
                left = (self._fill.batches - len(numbers), self._fill.bytes - size)
                self._filled(SpoolFill(*left, self._limit, _first(file)))

    def _looked(self) -> SpoolFill:
        with self._opened():
            return self._fill

    async def _passed_on(self, number: int, data: bytes, write: Write) -> None:
        """One batch into the store, or aside: it may not stand in the way of those behind it."""
        try:
            await write(_adapter().validate_json(zlib.decompress(data)))
        except (ValidationError, zlib.error, ValueError, TypeError, LookupError, ArithmeticError) as error:
            log.exception("spool: batch %d cannot be written and is set aside", number)
            await asyncio.to_thread(self._aside, number, type(error).__name__, data)

    def _aside(self, number: int, why: str, data: bytes) -> None:
        with self._opened() as file, file:
            file.execute("INSERT OR REPLACE INTO broken VALUES (?, ?, ?)", (number, why, data))

    def _filled(self, fill: SpoolFill) -> None:
        self._fill = fill
        if (fill.share >= ALARM) != self._alarmed:
            self._alarmed = not self._alarmed
            word = "fills up" if self._alarmed else "has room again"
            log.warning("the spool %s %s: %d batches, %.0f %%", self._folder, word, fill.batches, fill.share * 100)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The file, for one thread at a time."""
        with self._turn:
            try:
                if self._file is None:
                    self._file = _open(self._folder)
                    batches, size = self._file.execute("SELECT count(*), coalesce(sum(size), 0) FROM batch").fetchone()
                    self._filled(SpoolFill(batches, size, self._limit, _first(self._file)))
                yield self._file
            except (sqlite3.Error, OSError) as error:
                raise StoreError(_why(self._folder, error)) from error


def _first(file: sqlite3.Connection) -> datetime | None:
    found = file.execute("SELECT received FROM batch ORDER BY id LIMIT 1").fetchone()
    return None if found is None else datetime.fromtimestamp(found[0] / 1000, UTC)


def _open(folder: Path) -> sqlite3.Connection:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        file = _connected(folder / NAME)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        log.exception("spool: %s is damaged and is set aside", folder / NAME)
        (folder / NAME).rename(folder / f"{NAME}.broken")
        file = _connected(folder / NAME)
    _take_in(file, folder)
    return file


def _connected(path: Path) -> sqlite3.Connection:
    """Locked for as long as the process lives: two that share one spool would drain each other's batches twice."""
    file = sqlite3.connect(path, timeout=1, check_same_thread=False)
    try:
        for word in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL"):
            file.execute(f"PRAGMA {word}")
        file.executescript(_TABLES)
    except sqlite3.Error:
        file.close()
        raise
    path.chmod(0o600)
    return file


def _take_in(file: sqlite3.Connection, folder: Path) -> None:
    """Batches that an earlier version has left, one in a file each."""
    paths = sorted(folder.glob("[0-9]*.json"))
    with file:
        for path in paths:
            data = zlib.compress(path.read_bytes(), 1)
            row = (int(path.stat().st_mtime * 1000), len(data), data)
            file.execute(_INSERT, row)
    for path in paths:
        with suppress(FileNotFoundError):
            path.unlink()


def _why(folder: Path, error: Exception) -> str:
    if "locked" in str(error):
        return f"the spool {folder} is another collector's: give each its own VAR"
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return f"the spool {folder} cannot be written: {reason}"


@cache
def _adapter() -> TypeAdapter[Batch]:
    return TypeAdapter(Batch)
