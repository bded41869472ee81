"""Logs an operator can act on: everything in a rotating file a process, warnings on the terminal as well."""

import logging
import logging.handlers
from pathlib import Path

FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
FILE_BYTES = 10_000_000
FILES_KEPT = 5
# Libraries that tell every poll or request at INFO; an outage is told once, by the collector.
CHATTY = ("httpx", "httpcore", "uvicorn.access", "asyncio", "alembic")


def start_logging(folder: Path, process: str, *, terminal: int = logging.WARNING) -> Path:
    """Log this process to `folder/<process>.log` and `terminal` and above to standard error; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{process}.log"
    to_file = logging.handlers.RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8")
    to_file.setFormatter(logging.Formatter(FORMAT))
    to_terminal = logging.StreamHandler()
    to_terminal.setLevel(terminal)
    to_terminal.setFormatter(logging.Formatter(f"{process}: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[to_file, to_terminal], force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # A run skipped because the one before is under way is normal while a backlog is written: the next run takes it all.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    return path
