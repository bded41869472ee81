"""SQLite: one file, one writer at a time, readers beside it (WAL)."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import chain
from pathlib import Path
from threading import Condition
from typing import Any, cast

import numpy as np
from sqlalchemy import URL, ColumnElement, Connection, Engine, Select, Table, create_engine, event, func, literal_column
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from domain.errors import StoreError
from store.driver import Array, Clash, dtypes
from store.tables import latest, observation

BUSY_MS = 15_000
POLL_SECONDS = 0.03  # how often a waiter asks whether another process has committed: 5 µs each time
STAGE = "stage_observation"
# SQLite stores NaN as null and no statement can return NaN: infinity, which the store never holds, stands for it.
NONE_MARK = "9e999"


class SqliteDriver:
    """A store in one SQLite file."""

    shared = False

    def __init__(self, url: URL, synchronous: str) -> None:
        self.path = Path(url.database or "")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        _make_private(self.path)
        self.reader = _engine(url, "BEGIN", synchronous, size=4)
        self._writer = _engine(url, "BEGIN IMMEDIATE", synchronous, size=1)
        self._wake = Condition()
        self._closed = False
        self._stage = observation.to_metadata(type(observation.metadata)(), name=STAGE)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """BEGIN IMMEDIATE on the one writer connection."""
        with self._writer.begin() as connection:
            yield connection

    def aside(self) -> AbstractContextManager[Connection]:
        """There is one writer; nothing goes beside it."""
        return self.writing()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """A locked file beside the store: the system opens the lock when the process dies."""
        path = self.path.with_name(self.path.name + ".collector")
        lock = sqlite3.connect(path, timeout=0.2, isolation_level=None)
        try:
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                raise StoreError(
                    f"Another collector works on {self.path}. A store in a file has one; for several use PostgreSQL.",
                    permanent=True,
                ) from error
            yield
        finally:
            lock.close()

    def add(
        self, connection: Connection, table: Table, columns: Sequence[str], parts: Iterable[Sequence[Array]]
    ) -> None:
        """The driver's executemany on the raw cursor, inside a savepoint."""
        marks = ",".join("?" * len(columns))
        names = ",".join(f'"{name}"' for name in columns)
        cursor = connection.connection.cursor()
        cursor.execute("SAVEPOINT adding")
        try:
            for arrays in parts:
                cursor.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', _python_rows(arrays))  # noqa: S608 - names of our own tables
        except (sqlite3.IntegrityError, Clash):
            cursor.execute("ROLLBACK TO adding")
            cursor.execute("RELEASE adding")
            raise Clash from None
        cursor.execute("RELEASE adding")  # not after other errors: a full disk has undone the whole transaction already

    def replace_latest(self, connection: Connection, columns: Sequence[str], arrays: Sequence[Array]) -> None:
        """One upsert for each row through the raw cursor."""
        names = ",".join(columns)
        changes = ",".join(f"{name}=excluded.{name}" for name in columns if name != "series_id")
        cursor = connection.connection.cursor()
        cursor.executemany(
            f"INSERT INTO {latest.name} ({names}) VALUES ({','.join('?' * len(columns))}) "  # noqa: S608 - our own names
            f"ON CONFLICT (series_id) DO UPDATE SET {changes} WHERE excluded.at >= {latest.name}.at",
            _python_rows(arrays),
        )

    def stage(self, connection: Connection, columns: Sequence[str], arrays: Sequence[Array]) -> Table:
        """A temporary table, kept in memory."""
        cursor = connection.connection.cursor()
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {STAGE} (key INTEGER PRIMARY KEY, told INTEGER, value REAL)")
        cursor.execute(f"DELETE FROM {STAGE}")  # noqa: S608 - our own name
        self.add(connection, self._stage, columns, [arrays])
        return self._stage

    def arrays(self, connection: Connection, statement: Select[Any]) -> list[Array]:
        """Straight from the raw cursor into one array, so that no more than one row is Python objects at a time."""
        types = dtypes(statement)
        text = str(statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
        cursor = connection.connection.cursor()
        cursor.execute(text)
        # The cursor is its own iterator of rows; the database interface of SQLAlchemy does not say so.
        whole = np.fromiter(chain.from_iterable(cast(Iterator[Any], cursor)), np.float64).reshape(-1, len(types))
        return [_column(whole[:, i], dtype) for i, dtype in enumerate(types)]

    def number(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Null as the mark that `arrays` turns into NaN."""
        return func.coalesce(column, literal_column(NONE_MARK), type_=column.type)

    def announce(self, connection: Connection, version: int) -> None:
        """Nothing: other processes see PRAGMA data_version move."""

    def committed(self) -> None:
        """Wake this process's waiters at once."""
        with self._wake:
            self._wake.notify_all()

    def wait(self, moved: Callable[[], bool], timeout: float) -> bool:
        """Ask PRAGMA data_version, which moves with every commit of another connection; `moved` only when it did."""
        deadline = time.monotonic() + timeout
        with self.reader.connect() as connection:
            seen = _data_version(connection)
            answer = moved()
            while not answer and not self._closed:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                with self._wake:
                    self._wake.wait(min(left, POLL_SECONDS))
                now = _data_version(connection)
                if now != seen:
                    seen, answer = now, moved()
        return answer

    def close(self) -> None:
        """Close the files; the write-ahead log is folded in by SQLite when the last process leaves."""
        self._closed = True
        self.committed()
        self.reader.dispose()
        self._writer.dispose()


def _make_private(path: Path) -> None:
    """A new store is its owner's alone, for it holds the hashes of passwords; SQLite gives its other files the same mode."""
    with suppress(OSError):  # it is there already, or SQLite itself will say why it cannot be
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _engine(url: URL, begin: str, synchronous: str, size: int) -> Engine:
    engine = create_engine(url, pool_size=size, max_overflow=16 if size > 1 else 0)

    def connected(dbapi: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        dbapi.isolation_level = None  # sqlite3's own: we begin transactions ourselves
        cursor = dbapi.cursor()
        for pragma in (
            f"busy_timeout={BUSY_MS}",
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "temp_store=MEMORY",
            "cache_size=-16000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def _data_version(connection: Connection) -> int:
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA data_version")
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def _python_rows(arrays: Sequence[Array]) -> Any:
    """Arrays as tuples of Python numbers; sqlite3 itself turns NaN into null."""
    return zip(*(array.tolist() for array in arrays), strict=True)


def _column(values: Array, dtype: np.dtype[Any]) -> Array:
    if dtype.kind != "f":
        return values.astype(dtype)
    return np.where(np.isinf(values), np.nan, values)
