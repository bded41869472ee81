"""What other systems push: taken in once however often it is sent, and handed on to the collector."""

import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import Connection, delete, insert, select

from domain.batch import Batch, Written
from domain.observation import Observation, Quality, SeriesKey
from domain.run import SourceRun
from store import changes as feed
from store.batches import Put, Writer
from store.columns import Bool, Rows
from store.incidents import already_told
from store.leases import Lease, hold
from store.moment import from_ms, to_ms
from store.push_rows import from_bytes, pieces, to_bytes
from store.push_runs import write_push
from store.push_tables import push_answer, push_waiting
from store.rollup import paired
from store.work import Work

KEPT = timedelta(days=7)  # how long a repeated request gets its first answer, and values wait for a collector


@dataclass(frozen=True, slots=True)
class Receipt:
    """What tells a repeated request: the idempotency key its sender gave, and the digest of what was sent."""

    source: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered. repeated: it was answered before; same: to the very same request."""

    body: bytes
    repeated: bool = False
    same: bool = True


@dataclass(frozen=True, slots=True)
class Taken:
    """What the store did with a batch. held[i]: observation i said what was stored already; `told`: ids of such incidents."""

    written: Written
    held: Bool
    told: frozenset[str]


@dataclass(frozen=True, slots=True)
class Settled:
    """What the caller makes of it, inside the transaction: the answer, and the run that source health counts."""

    body: bytes
    run: SourceRun


@dataclass(frozen=True, slots=True)
class Delivery:
    """A batch to write, what is made of it, and the metrics of which the collector gets new values."""

    batch: Batch
    settle: Callable[[Taken], Settled]
    followed: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """Pushed observations, stored already, that nothing was computed from yet."""

    number: int
    batch: Batch


class Inbox:
    """`store.inbox`."""

    def __init__(self, work: Work, writer: Writer) -> None:
        self._work = work
        self._writer = writer

    def answered(self, receipt: Receipt, now: datetime) -> Answer | None:
        """What was answered to this key within the last 7 days; None when nothing was."""
        with self._work.reading() as connection:
            return _answered(connection, receipt, now)

    def take(
        self,
        batch: Batch,
        receipt: Receipt | None,
        settle: Callable[[Taken], Settled],
        followed: Collection[str] = (),
    ) -> Answer:
        """Write a pushed batch, its run, its answer, and values of the `followed` metrics for the collector: all or nothing.

        Once this returns it is durable. A key that was answered before gets its answer, and nothing is written.
        """
        with self._work.writing() as connection:
            before = _answered(connection, receipt, batch.received) if receipt is not None else None
            if before is not None:
                return before
            body = self.put(connection, Delivery(batch, settle, followed))
            if receipt is not None:
                _keep(connection, receipt, body, to_ms(batch.received))
            return Answer(body)

    def put(self, connection: Connection, one: Delivery) -> bytes:
        """Write a delivery within a transaction that its caller holds."""
        told = already_told(connection, one.batch.incidents)
        put = self._writer.put(connection, one.batch)
        settled = one.settle(Taken(put.written, _held(put), told))
        _wait(connection, one.batch, put, one.followed)
        self._ran(connection, settled.run)
        return settled.body

    def hand_on(self, batch: Batch, followed: Collection[str], lease: Lease | None = None) -> Written:
        """Write a batch, and leave values of the `followed` metrics for the collector that leads. As `Store.write` otherwise."""
        with self._work.writing() as connection:
            hold(connection, lease)
            put = self._writer.put(connection, batch)
            if len(put.moved):
                _wait(connection, batch, put, followed)
            return put.written

    def refuse(self, run: SourceRun) -> None:
        """Keep that a push could not be understood, for source health."""
        with self._work.writing() as connection:
            self._ran(connection, run)

    def waiting(self, limit: int) -> list[Waiting]:
        """The oldest batches that wait for the collector."""
        statement = select(push_waiting).order_by(push_waiting.c.id).limit(limit)
        with self._work.reading() as connection:
            found = connection.execute(statement).mappings().all()
            keys = self._writer.dictionary.keys(connection) if found else {}
        out = []
        for row in found:
            observations = tuple(_observations(from_bytes(row["rows"]), keys))
            out.append(Waiting(row["id"], Batch(row["source"], from_ms(row["received"]), observations)))
        return out

    def done(self, number: int) -> None:
        """Forget a batch that waited: what follows from it is stored."""
        with self._work.writing() as connection:
            connection.execute(delete(push_waiting).where(push_waiting.c.id == number))

    def _ran(self, connection: Connection, run: SourceRun) -> None:
        write_push(connection, run)
        feed.record_change(connection, self._writer.driver, to_ms(run.ended), [feed.HEALTH])


def _observations(rows: Rows, keys: Mapping[int, SeriesKey]) -> Iterator[Observation]:
    columns = (rows.at, rows.series, rows.value, rows.quality, rows.received)
    for at, number, value, quality, received in zip(*(column.tolist() for column in columns), strict=True):
        key = keys[number]
        held = None if value != value else value
        yield Observation(
            key.metric, key.site, key.source, from_ms(at), held, from_ms(received), Quality(quality), key.standard
        )


def _answered(connection: Connection, receipt: Receipt, now: datetime) -> Answer | None:
    table = push_answer.c
    statement = select(table.digest, table.answer).where(
        table.source == receipt.source, table.key == receipt.key, table.at > to_ms(now - KEPT)
    )
    row = connection.execute(statement).first()
    return (
        None if row is None else Answer(zlib.decompress(row.answer), repeated=True, same=row.digest == receipt.digest)
    )


def _keep(connection: Connection, receipt: Receipt, body: bytes, at: int) -> None:
    """Keep an answer; those whose time is over make room."""
    over = at - KEPT // timedelta(milliseconds=1)
    connection.execute(delete(push_answer).where(push_answer.c.at <= over))
    row = {
        "source": receipt.source,
        "key": receipt.key,
        "digest": receipt.digest,
        "at": at,
        "answer": zlib.compress(body, 1),
    }
    connection.execute(insert(push_answer).values(row))


def _held(put: Put) -> Bool:
    """Which of the rows written had been stored before, unchanged."""
    rows, moved = put.rows, put.moved
    if len(moved) == len(rows):
        return np.zeros(len(rows), np.bool_)
    origin = int(rows.at.min())
    return ~np.isin(paired(origin, rows.at, rows.series), paired(origin, moved.at, moved.series))


def _wait(connection: Connection, batch: Batch, put: Put, followed: Collection[str]) -> None:
    """Leave new values of the followed metrics for the collector; what waited too long makes room."""
    rows = put.moved.take(put.known.of(put.moved.series, followed))
    received = to_ms(batch.received)
    waiting = [{"source": batch.source, "received": received, "rows": to_bytes(piece)} for piece in pieces(rows)]
    if waiting:
        over = received - KEPT // timedelta(milliseconds=1)
        connection.execute(delete(push_waiting).where(push_waiting.c.received <= over))
        connection.execute(insert(push_waiting), waiting)
