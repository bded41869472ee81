"""Turns what the drivers raise into one sentence that a person can act on."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from domain.errors import StoreError

# (a piece of the driver's own words, what it means here, whether trying again is useless)
MEANINGS = (
    ("readonly database", "cannot be written: the file or its folder is read-only", True),
    ("unable to open database file", "cannot be opened: the folder is missing or may not be written", True),
    ("file is not a database", "is not a SQLite database", True),
    ("disk image is malformed", "is damaged; restore it from a copy", True),
    ("database or disk is full", "cannot be written: the disk is full", False),
    ("no space left on device", "cannot be written: the disk is full", False),
    ("could not extend file", "cannot be written: the disk is full", False),
    ("disk i/o error", "cannot be read or written: the disk reports an error", False),
    ("database is locked", "is busy: another process has held it for too long", False),
    ("password authentication failed", "refused the user or the password", True),
    ("no password supplied", "asks for a password; put one into DATABASE_URL", True),
    ("does not exist", "does not hold what is asked for", True),
    ("permission denied", "cannot be written: permission denied", True),
    ("read-only transaction", "cannot be written: the server is read-only", False),
    ("too many connections", "has no connection left", False),
    ("connection", "cannot be reached", False),
)


def address(url: URL | str) -> str:
    """The store's address as people may see it: without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return str(url).split("@")[-1]


def explain(where: str, error: BaseException) -> StoreError:
    """The sentence for a driver's error; the driver's own first line is kept at its end."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    detail = (str(cause).strip().splitlines() or [type(cause).__name__])[0]
    lowered = str(cause).lower()
    for piece, meaning, permanent in MEANINGS:
        if piece in lowered:
            return StoreError(f"The store at {where} {meaning} ({detail}).", permanent=permanent)
    return StoreError(f"The store at {where} failed: {detail}.")


@contextmanager
def told(where: str) -> Iterator[None]:
    """Every driver error inside becomes a StoreError."""
    try:
        yield
    # SQLAlchemy wraps what its own calls raise; the fast paths use the drivers' cursors.
    except _raised_by_drivers() as error:
        raise explain(where, error) from error


def _raised_by_drivers() -> tuple[type[BaseException], ...]:
    """Asked when something was raised. PostgreSQL's driver is imported by a store on PostgreSQL alone: it costs a start 0.1 s."""
    known: tuple[type[BaseException], ...] = (SQLAlchemyError, sqlite3.Error, OSError)
    postgres = sys.modules.get("psycopg")
    return known if postgres is None else (*known, postgres.Error)
