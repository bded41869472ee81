"""A department's database, read with SQL and never written."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from time import monotonic
from typing import Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from datasources.auth import CLOSED
from datasources.context import SourceContext
from datasources.guard import Guard
from datasources.times import TimeReader
from datasources.watermark import Seen
from domain.errors import SourceError
from domain.source import Ask, Page, Record, SourceSpec

_CONNECT_SECONDS = 10
_LEAD_ELSEWHERE = {
    "hostaddr",
    "service",
    "servicefile",
    "unix_socket",
    "read_default_file",
}  # drivers' ways round a host
_GUARDS = {
    "sqlite": ("PRAGMA query_only = ON",),
    "postgresql": ("SET TRANSACTION READ ONLY", "SET LOCAL statement_timeout = {ms}"),
    "mysql": ("SET TRANSACTION READ ONLY", "SET SESSION max_execution_time = {ms}"),
    "mariadb": ("SET TRANSACTION READ ONLY",),
    "oracle": ("SET TRANSACTION READ ONLY",),
}


class Watermark(BaseModel):
    """The column that grows. Rows are read from the last value on, that value included; rows already read are left out."""

    model_config = CLOSED
    column: str = Field(description="Column of the query's result, never null for rows that matter, e.g. updated_at.")
    start: str | int | float | None = Field(None, description="Where the first run begins; empty: everything.")


class SqlSpec(SourceSpec):
    """A query against any SQLAlchemy URL. Use a user that may only read; the transaction is read-only besides."""

    model_config = ConfigDict(hide_input_in_errors=True)
    kind: Literal["sql"]
    url: str = Field("", description="SQLAlchemy URL without a password.")
    url_env: str = Field("", description="Environment variable that holds the URL, password included.")
    password_env: str = Field("", description="Environment variable of the password that belongs to `url`.")
    query: str = Field(description="A SELECT without ORDER BY, LIMIT and final semicolon.")
    watermark: Watermark | None = Field(None, description="Incremental reading; without it every run reads all rows.")
    chunk: int = Field(5000, gt=0, description="Rows of one page (one transaction of the store).")

    @field_validator("url")
    @classmethod
    def _no_password(cls, url: str) -> str:
        try:
            password = make_url(url).password if url else None
        except ArgumentError as error:
            raise ValueError("url: not a SQLAlchemy URL, e.g. postgresql+psycopg://reader@host/name") from error
        if password:
            raise ValueError("url: a password does not belong into a file; use password_env: or url_env:")
        return url

    @field_validator("query")
    @classmethod
    def _reads(cls, query: str) -> str:
        words = query.split(None, 1)
        if not words or words[0].lower() not in {"select", "with"} or ";" in query:
            raise ValueError("query: one SELECT (or WITH ... SELECT) without semicolon")
        return query

    @model_validator(mode="after")
    def _one_url(self) -> "SqlSpec":
        if bool(self.url) == bool(self.url_env):
            raise ValueError("give exactly one of url: and url_env:")
        return self


class SqlSource:
    """Reads in one thread of its own, page by page from one result, in one read-only transaction.

    The cursor holds the newest watermark value and the digests of the rows with exactly that value, so that rows which
    share it, even those that appear later, are read once and none is lost.
    """

    def __init__(self, spec: SqlSpec, context: SourceContext) -> None:
        self.spec: SourceSpec = spec
        self._spec = spec
        self._context = context
        self._time = TimeReader(spec.at, spec.clock.ahead)
        self._engine: Engine | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"sql-{spec.key}")

    async def fetch(self, ask: Ask) -> AsyncGenerator[Page, None]:
        """Pages in the watermark's order."""
        loop = asyncio.get_running_loop()
        pages = self._pages(ask)
        try:
            while (page := await loop.run_in_executor(self._thread, _step, pages)) is not None:
                yield page
        finally:
            # The thread does one thing after another, so this waits for a query that a time-out left running.
            self._thread.submit(pages.close)

    async def acknowledge(self, page: Page) -> None:
        """Nothing is owed to a database that is only read."""

    async def close(self) -> None:
        """End the thread and the connections."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        if self._engine is not None:
            self._engine.dispose()

    def _pages(self, ask: Ask) -> Generator[Page, None, None]:
        """Runs in the thread. Only SourceError comes out."""
        try:
            if self._engine is None:
                self._engine = self._opened()
            with self._engine.connect() as connection:
                _read_only(connection, self.spec.timeout.total_seconds())
                yield from self._read(connection, ask)
                connection.rollback()
        except (SQLAlchemyError, sqlite3.Error, UnicodeError, OverflowError) as error:
            reason = getattr(error, "orig", None) or error
            sentence = " ".join(str(reason).split())[:200]
            raise SourceError(self._context.redact(f"{type(reason).__name__}: {sentence}")) from None

    def _read(self, connection: Connection, ask: Ask) -> Iterator[Page]:
        mark = self._spec.watermark
        seen = Seen.parse(ask.cursor) if ask.cursor else Seen(mark.start if mark else None)
        statement, values = self._statement(connection, seen)
        result = connection.execution_options(yield_per=self._spec.chunk).execute(text(statement), values)
        columns = list(result.keys())
        if mark is not None and mark.column not in columns:
            raise SourceError(f"the query gives no column {mark.column!r} for the watermark", permanent=True)
        number = 0
        for rows in result.partitions(self._spec.chunk):
            records: list[Record] = []
            for row in rows:
                number += 1
                fields = dict(zip(columns, row, strict=True))
                if mark is None or self._new(fields[mark.column], row, seen, ask.now):
                    records.append(Record(fields, f"row {number}"))
            if records:
                yield Page(tuple(records), seen.cursor() if mark else None)

    def _new(self, value: object, row: Sequence[object], seen: Seen, now: datetime) -> bool:
        """A watermark that is null or lies in the future does not move the cursor: it would hide every later row."""
        if value is None or (self._timed(value) and self._time.in_future(value, now)):
            return True
        return seen.is_new(value, row)

    def _timed(self, value: object) -> bool:
        mark = self._spec.watermark
        return isinstance(value, date) or (mark is not None and mark.column == self._spec.at.path)

    def _statement(self, connection: Connection, seen: Seen) -> tuple[str, dict[str, object]]:
        mark = self._spec.watermark
        if mark is None:
            return self._spec.query, {}
        column = connection.dialect.identifier_preparer.quote(mark.column)
        after = f" WHERE feed.{column} >= :cockpit_after" if seen.value is not None else ""
        values = {"cockpit_after": seen.value} if after else {}
        return f"SELECT * FROM ({self._spec.query}) feed{after} ORDER BY feed.{column}", values  # noqa: S608 - the city's own query

    def _opened(self) -> Engine:
        try:
            url = make_url(self._context.secret(self._spec.url_env) if self._spec.url_env else self._spec.url)
            if self._spec.password_env:
                url = url.set(password=self._context.secret(self._spec.password_env))
            if url.password:
                self._context.hide(str(url.password))
            return _engine(url, self._context)
        except (ArgumentError, NoSuchModuleError, ImportError, ValueError) as error:
            raise SourceError(f"the database URL cannot be used ({type(error).__name__})", permanent=True) from None


def _step(pages: Iterator[Page]) -> Page | None:
    return next(pages, None)


def _engine(url: URL, context: SourceContext) -> Engine:
    """One connection a run (NullPool): nothing to go stale while a database is away. SQLite files are opened read-only."""
    if url.get_backend_name() == "sqlite":
        path = quote(str(context.guard.inside(context.root / (url.database or ""), context.root)))
        address = f"file:{path}?mode=ro"
        return create_engine(
            "sqlite://",
            creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False),
            poolclass=NullPool,
            hide_parameters=True,
        )
    if led := sorted(_LEAD_ELSEWHERE & set(url.query)):
        raise SourceError(f"{led[0]}= does not belong into the database URL; write the host into it", permanent=True)
    known = url.get_backend_name() in {"postgresql", "mysql", "mariadb"}
    options = {"connect_timeout": _CONNECT_SECONDS} if known else {}
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=options)
    hosts = _hosts(url)

    def judge(dialect: Dialect, _record: object, _arguments: object, parameters: dict[str, object]) -> None:
        """Before each connection: every address is judged, and libpq connects to a judged one without asking again."""
        found = [(host, address) for host in hosts for address in _judged(context.guard, host, url.port or 0)]
        if dialect.name == "postgresql" and not any(host.startswith("/") for host in hosts):
            parameters |= {"host": ",".join(host for host, _ in found), "hostaddr": ",".join(a for _, a in found)}

    event.listen(engine, "do_connect", judge)
    return engine


def _hosts(url: URL) -> list[str]:
    """The hosts a database URL names; without one the driver calls this machine."""
    asked = url.query.get("host", ())
    named = [url.host or "", *([asked] if isinstance(asked, str) else asked)]
    return [host for text_ in named for host in text_.split(",") if host] or ["localhost"]


def _judged(guard: Guard, host: str, port: int) -> list[str]:
    """The addresses of a database's host; a socket in the file system is this machine."""
    if host.startswith("/"):
        return guard.judged(host, ["127.0.0.1"])
    try:
        return guard.resolve_here(host, port)
    except OSError:
        raise SourceError(f"the name of the database's host, {host}, is not known") from None


def _read_only(connection: Connection, seconds: float) -> None:
    """Make the transaction read-only and bound its statements, as far as the database can."""
    for statement in _GUARDS.get(connection.dialect.name, ()):
        connection.execute(text(statement.format(ms=int(seconds * 1000))))
    if connection.dialect.name == "sqlite":
        until = monotonic() + seconds
        raw = connection.connection.dbapi_connection
        if isinstance(raw, sqlite3.Connection):
            raw.set_progress_handler(lambda: monotonic() > until, 10_000)
