"""Batches kept on disk while the store is down, and written in order when it is back."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Protocol

from pydantic import TypeAdapter, ValidationError

from domain.batch import Batch, Written
from domain.errors import StoreError

log = logging.getLogger("datasources")

_LIMIT = 1 << 30  # bytes; a day of a large city's feeds, and no full disk
_DIGITS = 12
Write = Callable[[Batch], Awaitable[Written]]


class Spool(Protocol):
    """Where batches wait for the store."""

    async def keep(self, batch: Batch) -> None:
        """Make the batch durable; StoreError when even that is impossible."""
        ...

    async def drain(self, write: Write) -> int:
        """Write what waits, oldest first, and tell how many; stops with the StoreError of the first that fails."""
        ...


class DiskSpool:
    """One file a batch in one folder, in the order of arrival. For one process; safe within one event loop."""

    def __init__(self, folder: Path, limit: int = _LIMIT) -> None:
        self._folder = folder
        self._limit = limit
        self._lock = asyncio.Lock()

    async def keep(self, batch: Batch) -> None:
        """Write the batch to a file that survives a power cut (fsync of file and folder)."""
        async with self._lock:
            await asyncio.to_thread(self._save, batch)

    async def drain(self, write: Write) -> int:
        """Write what waits, oldest first; a file that cannot be understood is set aside as .broken and told in the log."""
        count = 0
        async with self._lock:
            for path in self.waiting():
                batch = self._load(path)
                if batch is not None:
                    await write(batch)
                    path.unlink()
                    count += 1
        if count:
            log.info("spool: %d batches that had waited are in the store", count)
        return count

    def waiting(self) -> list[Path]:
        """The files of the waiting batches, oldest first."""
        return sorted(self._folder.glob("[0-9]*.json")) if self._folder.is_dir() else []

    def _save(self, batch: Batch) -> None:
        data = _adapter().dump_json(batch)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            waiting = self.waiting()
            if sum(path.stat().st_size for path in waiting) + len(data) > self._limit:
                raise StoreError(f"the spool {self._folder} is full ({self._limit:,} bytes)")
            number = int(waiting[-1].stem) + 1 if waiting else 1
            path = self._folder / f"{number:0{_DIGITS}d}.json"
            part = path.with_suffix(".part")
            with part.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            part.rename(path)
            _sync_folder(self._folder)
        except OSError as error:
            raise StoreError(f"the spool {self._folder} cannot be written: {error.strerror}") from error

    def _load(self, path: Path) -> Batch | None:
        try:
            return _adapter().validate_json(path.read_bytes())
        except (ValidationError, OSError) as error:
            log.error("spool: %s cannot be read and is set aside (%s)", path, type(error).__name__)  # noqa: TRY400
            path.rename(path.with_suffix(".broken"))
            return None


@cache
def _adapter() -> TypeAdapter[Batch]:
    return TypeAdapter(Batch)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable (POSIX); elsewhere a folder cannot be opened and need not be."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
