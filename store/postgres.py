"""PostgreSQL: one writer at a time by advisory lock, binary COPY built with NumPy, LISTEN/NOTIFY."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import psycopg
from psycopg.errors import UniqueViolation
from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    create_engine,
    func,
    literal_column,
)

from store.driver import Array, Clash, dtypes
from store.tables import latest, observation

LOCK = 0x636F636B  # one advisory lock for all writers of a database: versions follow each other in order of commit
CHANNEL = "cockpit_change"
PATIENCE = "15s"  # how long a writer waits for another
CONNECT_SECONDS = 10
SLICE_SECONDS = 0.5  # a waiter looks up this often whether the store is being closed

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_NULL = -1


class PostgresDriver:
    """A store in one PostgreSQL database."""

    shared = True

    def __init__(self, url: URL) -> None:
        url = url.set(drivername="postgresql+psycopg")
        arguments = {"connect_timeout": CONNECT_SECONDS, "application_name": "cockpit", "options": "-c timezone=UTC"}
        # Repeatable read: every statement of a read sees one moment.
        self.reader = create_engine(
            url,
            pool_size=4,
            max_overflow=16,
            isolation_level="REPEATABLE READ",
            connect_args=arguments,
            pool_pre_ping=True,
        )
        self._writer = create_engine(url, pool_size=1, max_overflow=0, connect_args=arguments, pool_pre_ping=True)
        self._address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._idle: list[psycopg.Connection[Any]] = []
        self._closed = False
        self._stage = observation.to_metadata(MetaData(), name="stage_observation")
        self._newest = latest.to_metadata(MetaData(), name="stage_latest")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the advisory lock: no second writer in any process, so no deadlock and no lost order."""
        with self._writer.begin() as connection:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
            yield connection

    @contextmanager
    def aside(self) -> Iterator[Connection]:
        """Read committed, so that a row somebody else has just moved is seen as it is now."""
        with self.reader.connect() as connection:
            connection.execution_options(isolation_level="READ COMMITTED")
            with connection.begin():
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}'")
                yield connection

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody need be: leases share the sources out."""
        yield

    def add(
        self, connection: Connection, table: Table, columns: Sequence[str], parts: Iterable[Sequence[Array]]
    ) -> None:
        """One binary COPY straight into the table, inside a savepoint. The server works on a part while we make the next."""
        raw = _raw(connection)
        try:
            with raw.transaction():
                self._copy(raw, table, columns, parts)
        except UniqueViolation:
            raise Clash from None

    def replace_latest(self, connection: Connection, columns: Sequence[str], arrays: Sequence[Array]) -> None:
        """COPY into a scratch table, then one UPDATE: a third of the time of an upsert. New series are inserted after it."""
        raw = _raw(connection)
        self._scratch(raw, self._newest)
        self._copy(raw, self._newest, columns, [arrays])
        names = ",".join(columns)
        changes = ",".join(f"{name}=s.{name}" for name in columns if name != "series_id")
        same = "s.series_id = latest.series_id"
        update = f"UPDATE latest SET {changes} FROM stage_latest s WHERE {same} AND s.at >= latest.at"  # noqa: S608 - our own names
        moved = raw.execute(update.encode())
        if moved.rowcount < len(arrays[0]):
            raw.execute(
                f"INSERT INTO latest ({names}) SELECT {names} FROM stage_latest s "  # noqa: S608 - our own names
                f"WHERE NOT EXISTS (SELECT FROM latest WHERE {same})".encode()
            )

    def stage(self, connection: Connection, columns: Sequence[str], arrays: Sequence[Array]) -> Table:
        """A temporary table of this connection, empty again at commit."""
        raw = _raw(connection)
        self._scratch(raw, self._stage)
        self._copy(raw, self._stage, columns, [arrays])
        return self._stage

    def arrays(self, connection: Connection, statement: Select[Any]) -> list[Array]:
        """Each column packed by the server into one binary value: rows one by one, even by COPY, take five times as long."""
        types = dtypes(statement)
        text = str(statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
        packed = ",".join(f"string_agg({_SENDS[dtype.str[1:]]}(c{i}), ''::bytea)" for i, dtype in enumerate(types))
        names = ",".join(f"c{i}" for i in range(len(types)))
        with _raw(connection).cursor(binary=True) as cursor:
            cursor.execute(f"SELECT {packed} FROM ({text}) AS rows({names})".encode())  # noqa: S608 - compiled from Core
            found = cursor.fetchone() or ()
        return [
            np.frombuffer(data or b"", dtype.newbyteorder(">")).astype(dtype)
            for data, dtype in zip(found, types, strict=True)
        ]

    def number(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Null as NaN: `string_agg` would leave a null out."""
        return func.coalesce(column, literal_column("'NaN'::double precision"), type_=column.type)

    def announce(self, connection: Connection, version: int) -> None:
        """NOTIFY, delivered when this transaction commits."""
        connection.exec_driver_sql(f"NOTIFY {CHANNEL}, '{version}'")

    def committed(self) -> None:
        """Nothing: this process listens like every other."""

    def wait(self, moved: Callable[[], bool], timeout: float) -> bool:
        """LISTEN on a connection of its own, then ask; a notification that came in between is not missed."""
        deadline = time.monotonic() + timeout
        listener = self._listener()
        try:
            answer = moved()
            while not answer and not self._closed and (left := deadline - time.monotonic()) > 0:
                told = list(listener.notifies(timeout=min(left, SLICE_SECONDS), stop_after=1))
                answer = bool(told) and moved()
        except BaseException:
            listener.close()
            raise
        self._idle.append(listener)
        if self._closed:
            self._hang_up()
        return answer

    def close(self) -> None:
        """Close every connection."""
        self._closed = True
        self._hang_up()
        self.reader.dispose()
        self._writer.dispose()

    def _listener(self) -> psycopg.Connection[Any]:
        """A listening connection: one that an earlier wait has left, or a new one."""
        with suppress(IndexError):
            return self._idle.pop()
        connection = psycopg.connect(self._address, autocommit=True, connect_timeout=CONNECT_SECONDS)
        connection.execute(f"LISTEN {CHANNEL}".encode())
        return connection

    def _hang_up(self) -> None:
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def _scratch(self, raw: psycopg.Connection[Any], table: Table) -> None:
        """This connection's own empty table, without an index; created at its first use."""
        columns = ",".join(f"{column.name} {_TYPES[str(column.type)][1]}" for column in table.columns)
        raw.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table.name} ({columns}) ON COMMIT DELETE ROWS".encode())
        raw.execute(f"DELETE FROM {table.name}".encode())  # noqa: S608 - names of our own tables

    def _copy(
        self, raw: psycopg.Connection[Any], table: Table, columns: Sequence[str], parts: Iterable[Sequence[Array]]
    ) -> None:
        names = ",".join(f'"{name}"' for name in columns)
        types = [_TYPES[str(table.c[name].type)][0] for name in columns]
        command = f'COPY "{table.name}" ({names}) FROM STDIN (FORMAT BINARY)'
        with raw.cursor() as cursor, cursor.copy(command.encode()) as copy:
            copy.write(_HEADER)
            for arrays in parts:
                copy.write(b"".join(_blocks(types, arrays)))
            copy.write(_TRAILER)


# SQLAlchemy's name of a type: NumPy's, and PostgreSQL's own.
_TYPES = {
    "BIGINT": ("i8", "bigint"),
    "INTEGER": ("i4", "integer"),
    "SMALLINT": ("i2", "smallint"),
    "DOUBLE": ("f8", "double precision"),
}


# NumPy's name of a type: the function that gives its binary form.
_SENDS = {"i8": "int8send", "i4": "int4send", "i2": "int2send", "f8": "float8send"}


def _raw(connection: Connection) -> psycopg.Connection[Any]:
    raw = connection.connection.driver_connection
    if not isinstance(raw, psycopg.Connection):
        raise TypeError("the engine of a PostgreSQL store is made with psycopg")
    return raw


def _record(types: Sequence[np.dtype[Any]], null: int | None = None) -> np.dtype[Any]:
    """A row of the binary COPY format: the number of fields, then each field's length and value; `null` has no value."""
    fields: list[tuple[str, str]] = [("count", ">i2")]
    for i, dtype in enumerate(types):
        fields.append((f"l{i}", ">i4"))
        if i != null:
            fields.append((f"v{i}", f">{dtype.kind}{dtype.itemsize}"))
    return np.dtype(fields)


def block_of(names: Sequence[str], arrays: Sequence[Array]) -> bytes:
    """Columns of the given NumPy types as one stream in binary COPY format; NaN in the only double column is null."""
    return b"".join((_HEADER, *_blocks(names, arrays), _TRAILER))


def _blocks(names: Sequence[str], arrays: Sequence[Array]) -> Iterator[bytes]:
    """The rows in binary COPY format: those with all their values, then those whose one double is null (NaN)."""
    types = [np.dtype(name) for name in names]
    doubles = [i for i, dtype in enumerate(types) if dtype.kind == "f"]
    empty = np.isnan(arrays[doubles[0]]) if len(doubles) == 1 else np.zeros(len(arrays[0]), np.bool_)
    if not empty.any():
        yield _block(types, arrays, None)
        return
    yield _block(types, [array[~empty] for array in arrays], None)
    yield _block(types, [array[empty] for array in arrays], doubles[0])


def _block(types: Sequence[np.dtype[Any]], arrays: Sequence[Array], null: int | None) -> bytes:
    rows = np.empty(len(arrays[0]), _record(types, null))
    rows["count"] = len(types)
    for i, (dtype, array) in enumerate(zip(types, arrays, strict=True)):
        rows[f"l{i}"] = _NULL if i == null else dtype.itemsize
        if i != null:
            rows[f"v{i}"] = array
    return rows.tobytes()
