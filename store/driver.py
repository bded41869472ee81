"""What the two databases do differently, behind one protocol. Everything else is written once, in SQLAlchemy Core."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Engine, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

Array = NDArray[Any]  # a column of any of the store's types
Values = Mapping[str, Any]  # a row of any table


class Clash(Exception):
    """An answer, not a failure: rows could not be added because a key was there already; the transaction is as it was before."""


class Driver(Protocol):
    """One database. `reader` connections see one moment each; `writing` is the one writer at a time of all processes.

    The caller lets one of its own threads in at a time.
    """

    reader: Engine
    shared: bool  # whether several machines may write to it

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that nobody else can write beside; commits at the end, rolls back on any error."""
        ...

    def aside(self) -> AbstractContextManager[Connection]:
        """A transaction of a few rows beside the writer, where `shared`; never of what the change feed tells."""
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Be the one collector of a store that is not `shared`, however the process ends; StoreError when there is one."""
        ...

    def add(
        self, connection: Connection, table: Table, columns: Sequence[str], parts: Iterable[Sequence[Array]]
    ) -> None:
        """Append rows by the driver's fastest path; Clash when a key is there already, or when a part says so.

        Each part is asked for when those before it are on their way to the database.
        """
        ...

    def replace_latest(self, connection: Connection, columns: Sequence[str], arrays: Sequence[Array]) -> None:
        """Upsert rows of `latest`, each only when it is not older than what stands there."""
        ...

    def stage(self, connection: Connection, columns: Sequence[str], arrays: Sequence[Array]) -> Table:
        """Put rows into this transaction's own scratch table, shaped as `observation`."""
        ...

    def arrays(self, connection: Connection, statement: Select[Any]) -> list[Array]:
        """The columns of a statement as NumPy arrays; its numbers must not be null (see `number`)."""
        ...

    def number(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """A nullable double as `arrays` can carry it: null arrives as NaN."""
        ...

    def announce(self, connection: Connection, version: int) -> None:
        """Tell other processes of a new version, at commit."""
        ...

    def committed(self) -> None:
        """Tell this process's own waiters."""
        ...

    def wait(self, moved: Callable[[], bool], timeout: float) -> bool:
        """Sleep until `moved` answers yes, at most `timeout` seconds; woken by commits of any process."""
        ...

    def close(self) -> None:
        """Release every connection; waiters return."""
        ...


def dtypes(statement: Select[Any]) -> list[np.dtype[Any]]:
    """The NumPy type of each of a statement's columns."""
    kinds = {"BIGINT": "i8", "INTEGER": "i4", "SMALLINT": "i2", "DOUBLE": "f8", "DOUBLE PRECISION": "f8", "FLOAT": "f8"}
    return [np.dtype(kinds[str(column.type)]) for column in statement.selected_columns]


def storable(text: str) -> str:
    """A text as both databases can hold it: PostgreSQL takes no NUL, and neither takes half a surrogate pair."""
    if "\0" not in text and text.isprintable():
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def chunks(names: Collection[str], size: int = 500) -> list[list[str]]:
    """Names in parts that one statement may carry (both databases have a bound)."""
    ordered = sorted(names)
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]


Insert = postgresql.Insert | sqlite.Insert


def insert_into(connection: Connection, table: Table) -> Insert:
    """An insert that can say what happens on conflict; both databases speak the same words for it."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def upsert(connection: Connection, table: Table, rows: Sequence[Values], update: Sequence[str] = ()) -> None:
    """Insert rows; where the key is there already set the columns of `update`, or leave the row when there are none."""
    if not rows:
        return
    statement = insert_into(connection, table)
    keys = [column.name for column in table.primary_key.columns]
    changes = {name: statement.excluded[name] for name in update}
    if changes:
        whole = statement.on_conflict_do_update(index_elements=keys, set_=changes)
    else:
        whole = statement.on_conflict_do_nothing(index_elements=keys)
    connection.execute(whole, [dict(row) for row in rows])
