"""Records that could not be understood: kept with their reason and raw text, counted, listed, never stored as good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import Connection, func, select

from domain.batch import Reject
from store.driver import insert_into, storable
from store.moment import from_ms, to_ms
from store.tables import quarantine

RAW_LIMIT = 2000  # characters of a record kept


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One kept record. `received` is when it came first, `seen` when last, `times` how often."""

    source: str
    reason: str
    where: str
    raw: str
    received: datetime
    seen: datetime
    times: int


def write_rejects(connection: Connection, source: str, rejects: Sequence[Reject], received: datetime) -> int:
    """Keep the rejects of a batch; how many had not been kept before. The same batch again changes nothing."""
    if not rejects:
        return 0
    moment = to_ms(received)
    before = _count(connection, source)
    rows = [
        {
            "source": source,
            "digest": _digest(reject),
            "reason": storable(reject.reason),
            "place": storable(reject.where),
            "raw": storable(reject.raw[:RAW_LIMIT]),
            "received": moment,
            "seen": moment,
            "times": 1,
        }
        for reject in rejects
    ]
    statement = insert_into(connection, quarantine)
    again = statement.on_conflict_do_update(
        index_elements=["source", "digest"],
        set_={"seen": statement.excluded.seen, "times": quarantine.c.times + 1},
        where=quarantine.c.seen < statement.excluded.seen,
    )
    connection.execute(again, rows)
    return _count(connection, source) - before


def read_quarantine(connection: Connection, limit: int, source: str | None = None) -> list[Quarantined]:
    """The records seen last, newest first."""
    columns = [quarantine.c[name] for name in ("source", "reason", "place", "raw", "received", "seen", "times")]
    statement = select(*columns).order_by(quarantine.c.seen.desc(), quarantine.c.place, quarantine.c.digest)
    if source is not None:
        statement = statement.where(quarantine.c.source == source)
    return [
        Quarantined(name, reason, place, raw, from_ms(received), from_ms(seen), times)
        for name, reason, place, raw, received, seen, times in connection.execute(statement.limit(limit))
    ]


def count_quarantine(connection: Connection, since: datetime) -> dict[str, int]:
    """Records of each source that were met since a moment."""
    statement = select(quarantine.c.source, func.count()).where(quarantine.c.seen >= to_ms(since))
    rows = connection.execute(statement.group_by(quarantine.c.source)).all()
    return {source: int(count) for source, count in rows}


def _count(connection: Connection, source: str) -> int:
    statement = select(func.count()).select_from(quarantine).where(quarantine.c.source == source)
    return int(connection.execute(statement).scalar_one())


def _digest(reject: Reject) -> str:
    text = "\0".join((reject.reason, reject.where, reject.raw))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
