"""A department's database."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasources.context import SourceContext
from datasources.guard import Guard
from datasources.kinds.sql import SqlSource, SqlSpec
from datasources.watermark import Seen
from domain.errors import SourceError
from domain.source import Ask, SourceSpec

Make = Callable[..., SourceSpec]
MARK = {"column": "updated"}


@pytest.fixture
def database(context: SourceContext) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(context.root / "d.db")
    connection.execute("create table calls (id integer, updated text, n integer)")
    yield connection
    connection.close()


@pytest.fixture
def source(spec: Make, context: SourceContext, database: sqlite3.Connection) -> Callable[..., SqlSource]:
    def make(**keys: Any) -> SqlSource:
        keys = {"query": "select id, updated, n from calls", "at": {"path": "updated"}} | keys
        made = spec(kind="sql", **keys)
        assert isinstance(made, SqlSpec)
        return SqlSource(made, context)

    return make


Source = Callable[..., SqlSource]


def put(database: sqlite3.Connection, *rows: tuple[int, str | None, int]) -> None:
    database.executemany("insert into calls values (?, ?, ?)", rows)
    database.commit()


async def read(source: SqlSource, now: datetime, cursor: str | None = None) -> tuple[list[int], str | None]:
    """Ids of all new rows, and the cursor that follows."""
    ids: list[int] = []
    async for page in source.fetch(Ask(now, cursor)):
        ids += [record.fields["id"] for record in page.records]
        cursor = page.cursor or cursor
    return ids, cursor


async def test_rows_that_share_the_watermark_are_neither_lost_nor_read_twice(
    source: Source, database: sqlite3.Connection, now: datetime
) -> None:
    feed = source(watermark=MARK)
    put(database, (1, "2026-11-24 10:00", 1), (3, "2026-11-24 10:05", 1))
    ids, cursor = await read(feed, now)
    assert ids == [1, 3]
    put(database, (2, "2026-11-24 10:05", 1), (4, "2026-11-24 10:06", 1))
    ids, cursor = await read(feed, now, cursor)
    assert ids == [2, 4]
    assert await read(feed, now, cursor) == ([], cursor)


async def test_ties_longer_than_a_chunk_are_read_whole(
    source: Source, database: sqlite3.Connection, now: datetime
) -> None:
    feed = source(watermark=MARK, chunk=3)
    put(database, *((i, "2026-11-24 10:00", 1) for i in range(10)))
    pages = [page async for page in feed.fetch(Ask(now))]
    assert [len(page.records) for page in pages] == [3, 3, 3, 1]
    rest, _ = await read(feed, now, pages[1].cursor)
    assert rest == [6, 7, 8, 9]


async def test_a_row_changed_without_moving_the_watermark_is_read_again(
    source: Source, database: sqlite3.Connection, now: datetime
) -> None:
    feed = source(watermark=MARK)
    put(database, (1, "2026-11-24 10:00", 1))
    _, cursor = await read(feed, now)
    database.execute("update calls set n = 2")
    database.commit()
    assert (await read(feed, now, cursor))[0] == [1]


async def test_a_watermark_in_the_future_or_null_does_not_end_the_feed(
    source: Source, database: sqlite3.Connection, now: datetime
) -> None:
    feed = source(watermark=MARK)
    put(database, (1, None, 1), (2, "2026-11-24 10:00", 1), (3, "2099-01-01 00:00", 1))
    ids, cursor = await read(feed, now)
    assert sorted(ids) == [1, 2, 3]
    put(database, (4, "2026-11-24 11:00", 1))
    assert 4 in (await read(feed, now, cursor))[0]


async def test_without_a_watermark_every_run_reads_all(
    source: Source, database: sqlite3.Connection, now: datetime
) -> None:
    put(database, (1, "2026-11-24 10:00", 1))
    feed = source()
    assert await read(feed, now) == ([1], None)
    assert await read(feed, now) == ([1], None)


async def test_the_first_run_can_begin_at_a_declared_place(
    source: Source, database: sqlite3.Connection, now: datetime
) -> None:
    put(database, (1, "2026-11-23 10:00", 1), (2, "2026-11-24 10:00", 1))
    assert (await read(source(watermark=MARK | {"start": "2026-11-24"}), now))[0] == [2]


async def test_the_database_cannot_be_written_or_created(
    source: Source, database: sqlite3.Connection, context: SourceContext, now: datetime
) -> None:
    with pytest.raises(ValueError, match="one SELECT"):
        source(query="delete from calls")
    with pytest.raises(ValueError, match="one SELECT"):
        source(query="select 1; delete from calls")
    put(database, (1, "2026-11-24 10:00", 1))
    sneaky = source(query="with gone as (select 1) delete from calls returning id, updated, n")
    with pytest.raises(SourceError, match="readonly"):
        await read(sneaky, now)
    database.close()
    (context.root / "d.db").unlink()
    with pytest.raises(SourceError, match="unable to open"):
        await read(source(), now)
    assert not (context.root / "d.db").exists()


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"query": "select missing from calls"}, "no such column"),
        ({"watermark": {"column": "updatd"}}, "updatd"),
        ({"watermark": MARK, "query": "select id, 1 as at from calls"}, "updated"),
    ],
)
async def test_a_broken_query_is_one_clear_sentence(
    source: Source, database: sqlite3.Connection, now: datetime, keys: dict[str, Any], text: str
) -> None:
    with pytest.raises(SourceError, match=text) as caught:
        await read(source(**keys), now)
    assert "\n" not in str(caught.value)


async def test_a_foreign_cursor_is_refused(source: Source, now: datetime) -> None:
    with pytest.raises(SourceError, match="cursor"):
        await read(source(watermark=MARK), now, "{}")


def test_a_password_in_the_file_is_refused_and_not_repeated(spec: Make) -> None:
    with pytest.raises(ValueError, match="does not belong into a file") as caught:
        spec(kind="sql", url="postgresql://reader:hunter2@db/x")
    assert "hunter2" not in str(caught.value)
    with pytest.raises(ValueError, match="exactly one"):
        spec(kind="sql", url="sqlite:///x.db", url_env="X")


async def test_an_unreachable_server_is_told_without_the_password(
    spec: Make, context: SourceContext, now: datetime, tmp_path: Path
) -> None:
    url = "postgresql+psycopg://reader:hunter2@127.0.0.1:1/hotline"
    env, guard = {"HOTLINE": url}, Guard(loopback=True)
    secret = SourceContext(context.metrics, context.sites, context.places, env, tmp_path, guard=guard)
    made = spec(kind="sql", url="", url_env="HOTLINE")
    assert isinstance(made, SqlSpec)
    feed = SqlSource(made, secret)
    with pytest.raises(SourceError, match="OperationalError") as caught:
        await read(feed, now)
    assert "hunter2" not in str(caught.value)
    assert not caught.value.permanent
    await feed.close()


async def test_an_unset_variable_or_unknown_driver_is_permanent(
    spec: Make, context: SourceContext, now: datetime
) -> None:
    for keys, text in (
        ({"url": "", "url_env": "NOWHERE"}, "NOWHERE is not set"),
        ({"url": "nosuch://h/d"}, "cannot be used"),
    ):
        made = spec(kind="sql", **keys)
        assert isinstance(made, SqlSpec)
        with pytest.raises(SourceError, match=text) as caught:
            await read(SqlSource(made, context), now)
        assert caught.value.permanent


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(st.integers(0, 5), max_size=8), max_size=6), st.booleans())
def test_whatever_arrives_in_whatever_order_within_a_tie_is_read_once(waves: list[list[int]], restart: bool) -> None:
    """A model of the database: each wave adds rows whose watermark is not below the newest one read."""
    table: list[tuple[int, int]] = []
    got: list[tuple[int, int]] = []
    seen = Seen(None)
    floor = 0
    for wave in waves:
        table += [(floor + step, len(table) + i) for i, step in enumerate(wave)]
        due = [row for row in sorted(table) if seen.value is None or row[0] >= seen.value]  # type: ignore[operator] # an int here
        got += [row for row in due if seen.is_new(row[0], row)]
        cursor = seen.cursor()
        if restart and cursor:
            seen = Seen.parse(cursor)
        floor = max([floor, *(mark for mark, _ in table)])
    assert sorted(got) == sorted(table)


def test_the_cursor_keeps_the_watermarks_type() -> None:
    for value in (7, 1.5, "x", datetime(2026, 1, 1), datetime(2026, 1, 1).date()):  # noqa: DTZ001
        seen = Seen(None)
        seen.is_new(value, (value,))
        cursor = seen.cursor()
        assert cursor is not None
        assert Seen.parse(cursor).value == value
        assert type(Seen.parse(cursor).value) is type(value)
    with pytest.raises(SourceError, match="of type bytes"):
        Seen(b"x").cursor()


def test_a_watermark_that_is_too_coarse_is_told() -> None:
    seen = Seen("2026-11-24", [str(i) for i in range(50_000)])
    with pytest.raises(SourceError, match="finer column"):
        seen.is_new("2026-11-24", ("x",))
