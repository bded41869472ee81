"""`store.leases`: which collector works which source. A lease runs out by the store's own clock; a number fences commits."""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import BigInteger, Connection, cast, delete, func, select, update

from domain.errors import TransitionRefused
from domain.operation import CollectorSeen
from store.control_tables import collector, source_control
from store.driver import Driver, upsert
from store.moment import SECOND_MS, to_ms, to_ms_or_none

TERM = timedelta(seconds=9)  # how long a lease holds without being renewed
FORGOTTEN = timedelta(days=1)  # a collector that told nothing for so long is no longer listed
VOID = -1  # the number of a lease that nobody has
_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to commit for one source, until somebody else got a higher number."""

    source: str
    holder: str
    number: int


class Leases:
    """Claims and renewals. On PostgreSQL they wait for no writer: a long commit costs nobody a lease."""

    def __init__(self, aside: Callable[[], AbstractContextManager[Connection]], driver: Driver) -> None:
        self._aside, self._driver = aside, driver
        self.shared = driver.shared

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only collector where the store allows but one; StoreError when another runs."""
        with self._driver.alone():
            yield

    def beat(self, me: CollectorSeen) -> int:
        """Tell that a collector lives and how full its spool is; how many live, this one included."""
        with self._aside() as connection:
            at = self._clock(connection, me)
            spool = me.spool
            row = {
                "holder": me.holder, "started": to_ms(me.started), "seen": at, "batches": spool.batches,
                "bytes": spool.bytes, "limit": spool.limit, "oldest": to_ms_or_none(spool.oldest),
            }  # fmt: skip
            upsert(connection, collector, [row], update=[name for name in row if name != "holder"])
            connection.execute(delete(collector).where(collector.c.seen < at - FORGOTTEN // _MS))
            living = select(func.count()).select_from(collector).where(collector.c.seen > at - TERM // _MS)
            return int(connection.execute(living).scalar_one())

    def claim(self, me: CollectorSeen, wanted: Collection[str], most: int | None = None) -> dict[str, Lease]:
        """Renew what this collector holds of these sources and take what is free, up to `most` in all; what it holds now."""
        table = source_control.c
        with self._aside() as connection:
            at = self._clock(connection, me)
            self._listed(connection, wanted)
            mine = (table.holder == me.holder) & table.source.in_(wanted)
            held = self._moved(connection, mine, {"until": at + TERM // _MS})
            room = len(wanted) if most is None else most - len(held)
            if room > 0:
                open_ = (table.until < at) if self.shared else (table.holder != me.holder)
                free = select(table.source).where(open_, table.source.in_(wanted)).order_by(table.source).limit(room)
                found = connection.execute(free.with_for_update(skip_locked=True)).scalars().all()
                taken = {"holder": me.holder, "number": table.number + 1, "until": at + TERM // _MS}
                held |= self._moved(connection, table.source.in_(found), taken) if found else {}
        return {source: Lease(source, me.holder, number) for source, number in held.items()}

    def release(self, holder: str, sources: Collection[str]) -> None:
        """Give sources back, so that another may take them at once."""
        table = source_control.c
        with self._aside() as connection:
            mine = (table.holder == holder) & table.source.in_(sources)
            connection.execute(update(source_control).where(mine).values(holder="", until=0))

    def leave(self, holder: str) -> None:
        """Give everything back and be no longer listed."""
        with self._aside() as connection:
            connection.execute(
                update(source_control).where(source_control.c.holder == holder).values(holder="", until=0)
            )
            connection.execute(delete(collector).where(collector.c.holder == holder))

    def _clock(self, connection: Connection, me: CollectorSeen) -> int:
        """One clock for all: machines differ. A file's one collector has its own."""
        if not self.shared:
            return to_ms(me.seen)
        now = cast(func.extract("epoch", func.clock_timestamp()) * SECOND_MS, BigInteger)
        return int(connection.execute(select(now)).scalar_one())

    def _listed(self, connection: Connection, wanted: Collection[str]) -> None:
        known = select(source_control.c.source).where(source_control.c.source.in_(wanted))
        there = set(connection.execute(known).scalars())
        upsert(connection, source_control, [{"source": source} for source in sorted(set(wanted) - there)])

    def _moved(self, connection: Connection, which: object, values: dict[str, object]) -> dict[str, int]:
        table = source_control
        statement = update(table).where(which).values(values).returning(table.c.source, table.c.number)  # type: ignore[arg-type]
        return {source: int(number) for source, number in connection.execute(statement)}


def hold(connection: Connection, lease: Lease | None) -> None:
    """Keep a lease from moving until this transaction ends; TransitionRefused when it has moved already. None: no lease."""
    if lease is None:
        return
    table = source_control.c
    mine = (table.source == lease.source) & (table.holder == lease.holder) & (table.number == lease.number)
    held = select(table.source).where(mine).with_for_update(read=True, key_share=True)
    if connection.execute(held).first() is None:
        raise TransitionRefused(f"another collector works the source {lease.source} now")
