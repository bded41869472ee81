"""How the sources did over a span, and what of their records could not be understood: counted, looked through, let go."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, select

from store.driver import chunks
from store.moment import from_ms, to_ms
from store.quarantine import Quarantined
from store.tables import quarantine, source_run
from store.work import Work


@dataclass(frozen=True, slots=True)
class RunCount:
    """The runs of a source in a span. first and last: when they started."""

    runs: int
    good: int
    read: int
    rejected: int
    first: datetime
    last: datetime

    @property
    def interval(self) -> timedelta | None:
        """The mean time between two runs; None of a single one."""
        return (self.last - self.first) / (self.runs - 1) if self.runs > 1 else None


@dataclass(frozen=True, slots=True)
class KeptQuery:
    """Which quarantined records; empty = any. sources: None for all. text: a piece of the reason or of the place."""

    sources: frozenset[str] | None = None
    text: str = ""
    digests: frozenset[str] = frozenset()
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A quarantined record with the digest it goes by."""

    digest: str
    record: Quarantined


class Feeds:
    """`store.feeds`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def counts(self, since: datetime, until: datetime) -> dict[str, RunCount]:
        """What the runs with since <= started < until come to, by source."""
        with self._work.reading() as connection:
            return _counts(connection, since, until)

    def first(self, sources: Iterable[str]) -> dict[str, datetime]:
        """When the oldest run that is still kept started, of those sources that have run: a look at an index for each."""
        with self._work.reading() as connection:
            return {source: at for source in sources if (at := _first(connection, source)) is not None}

    def kept(self, query: KeptQuery, limit: int, offset: int = 0) -> list[Kept]:
        """Quarantined records, those seen last first."""
        column = quarantine.c
        statement = (
            select(quarantine)
            .where(*_conditions(query))
            .order_by(column.seen.desc(), column.source, column.place, column.digest)
        )
        with self._work.reading() as connection:
            return [_kept(row) for row in connection.execute(statement.limit(limit).offset(offset)).mappings()]

    def kept_count(self, query: KeptQuery) -> dict[str, int]:
        """How many there are, by source."""
        statement = select(quarantine.c.source, func.count()).where(*_conditions(query)).group_by(quarantine.c.source)
        with self._work.reading() as connection:
            return {source: int(count) for source, count in connection.execute(statement)}

    def release(self, source: str, digests: Collection[str]) -> int:
        """Let records go that have been understood since; how many."""
        gone = 0
        with self._work.writing() as connection:
            for part in chunks(sorted(digests)):
                mine = (quarantine.c.source == source) & quarantine.c.digest.in_(part)
                gone += int(connection.execute(delete(quarantine).where(mine)).rowcount)
        return gone


def _counts(connection: Connection, since: datetime, until: datetime) -> dict[str, RunCount]:
    started = source_run.c.started
    sums = (func.sum(source_run.c[name]) for name in ("ok", "read", "rejected"))
    statement = (
        select(source_run.c.source, func.count(), *sums, func.min(started), func.max(started))
        .where(started >= to_ms(since), started < to_ms(until))
        .group_by(source_run.c.source)
    )
    return {
        source: RunCount(int(runs), int(good), int(read), int(rejected), from_ms(first), from_ms(last))
        for source, runs, good, read, rejected, first, last in connection.execute(statement)
    }


def _first(connection: Connection, source: str) -> datetime | None:
    statement = select(source_run.c.started).where(source_run.c.source == source)
    found = connection.execute(statement.order_by(source_run.c.started).limit(1)).scalar()
    return None if found is None else from_ms(found)


def _conditions(query: KeptQuery) -> Sequence[ColumnElement[bool]]:
    column = quarantine.c
    found: list[ColumnElement[bool]] = []
    if query.sources is not None:
        found.append(column.source.in_(sorted(query.sources)))
    if query.text:
        found.append(
            column.reason.contains(query.text, autoescape=True) | column.place.contains(query.text, autoescape=True)
        )
    if query.digests:
        found.append(column.digest.in_(sorted(query.digests)))
    if query.since is not None:
        found.append(column.seen >= to_ms(query.since))
    return found


def _kept(values: RowMapping) -> Kept:
    record = Quarantined(
        values["source"], values["reason"], values["place"], values["raw"], from_ms(values["received"]),
        from_ms(values["seen"]), values["times"],
    )  # fmt: skip
    return Kept(values["digest"], record)
