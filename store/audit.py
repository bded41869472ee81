"""The audit log: who did what, append-only, each row sealed with the hash of the one before it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, or_, select

from domain.deed import Deed
from store.driver import storable
from store.marks import get_mark, put_mark
from store.moment import EPOCH, from_ms, to_ms
from store.people_tables import audit
from store.plain import plain_json
from store.work import Work

HEAD = "audit_head"  # "<id> <hash>" of the newest row: rows cut off at the end leave no other trace
START = ""  # what the first row has for the hash before it
LARGEST = (1 << 31) - 1  # a row number that both databases take
SEALED = ("actor", "address", "after", "at", "before", "id", "reason", "thing", "verb")
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
CHUNK = 5000  # rows checked at a time


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One deed as it was kept. `hash` seals this row and, through `prev`, all rows before it."""

    id: int
    at: datetime
    actor: str
    verb: str
    thing: str
    address: str
    before: Mapping[str, object]
    after: Mapping[str, object]
    reason: str
    prev: str
    hash: str


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """What to look for; empty = anything. verb: also a part before a dot ("session"). text: a piece of any text.

    since <= at < until. actor is matched whole, thing whole or by its beginning ("account:").
    """

    actor: str = ""
    verb: str = ""
    thing: str = ""
    address: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row's number and hash (0 and "" before the first): noted elsewhere, it proves what was there."""

    id: int = 0
    hash: str = START


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking the whole chain found. rows: how many were checked; broken_at: the number of the first bad row.

    why: "" or one of missing (a row is not there), changed (a row is not what was sealed), unlinked (it does not follow the
    row before it), cut (the newest rows are not there), unlike (the row noted elsewhere is another one).
    """

    ok: bool
    rows: int
    broken_at: int | None = None
    why: str = ""
    head: Head = Head()


class AuditLog:
    """`store.audit`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def append(self, deed: Deed) -> int:
        """Keep a deed that changes nothing in the store (an export, a refused sign-in); its number."""
        with self._work.writing() as connection:
            return write_deed(connection, deed)

    def search(
        self, query: AuditQuery = AuditQuery(), limit: int = 100, before_id: int | None = None
    ) -> list[AuditRow]:
        """Rows that match, newest first; `before_id` continues below a row."""
        statement = select(audit).where(*_conditions(query)).order_by(audit.c.id.desc()).limit(limit)
        if before_id is not None:
            statement = statement.where(audit.c.id < min(before_id, LARGEST))
        with self._work.reading() as connection:
            return [_row(row) for row in connection.execute(statement).mappings()]

    def head(self) -> Head:
        """The newest row."""
        with self._work.reading() as connection:
            return _head(connection)

    def verify(self, noted: Head | None = None) -> Verdict:
        """Check every row, in chunks; `noted` is a head that was written down elsewhere and has to be found again."""
        with self._work.reading() as connection:
            return _verify(connection, noted)


def write_deed(connection: Connection, deed: Deed) -> int:
    """Keep a deed inside the transaction of what it did, so that neither is there without the other; its number."""
    last = _head(connection)
    sealed = {
        "id": last.id + 1,
        "at": to_ms(deed.at),
        **{name: storable(getattr(deed, name)) for name in ("actor", "verb", "thing", "address", "reason")},
        "before": plain_json(deed.before),
        "after": plain_json(deed.after),
        "prev": last.hash,
    }
    seal = hash_of(sealed)
    connection.execute(audit.insert(), {**sealed, "hash": seal})
    put_mark(connection, HEAD, f"{last.id + 1} {seal}")
    return last.id + 1


def hash_of(row: Mapping[str, object] | RowMapping) -> str:
    """SHA-256 over the hash before it and the row as canonical JSON (sorted keys, no spaces, UTF-8), in hex."""
    text = _canonical({name: row[name] for name in SEALED})
    return hashlib.sha256(f"{row['prev']}{text}".encode()).hexdigest()


def _head(connection: Connection) -> Head:
    row = connection.execute(select(audit.c.id, audit.c.hash).order_by(audit.c.id.desc()).limit(1)).first()
    return Head(*row) if row else Head()


def _mark(connection: Connection) -> Head:
    number, _, seal = (get_mark(connection, HEAD) or "0 ").partition(" ")
    return Head(int(number), seal)


def _verify(connection: Connection, noted: Head | None) -> Verdict:
    """1. each row follows the one before it and is what was sealed; 2. none is cut off; 3. the noted one is among them."""
    last, met = Head(), noted is None or noted.id == 0
    for row in _all(connection):
        why = _fault(row, last)
        if not why and noted is not None and row["id"] == noted.id:
            met, why = True, "" if row["hash"] == noted.hash else "unlike"
        if why:
            return Verdict(False, last.id, last.id + 1, why, last)
        last = Head(row["id"], row["hash"])
    if last != _mark(connection) or not met:
        return Verdict(False, last.id, last.id + 1, "cut", last)
    return Verdict(True, last.id, head=last)


def _fault(row: RowMapping, last: Head) -> str:
    if row["id"] != last.id + 1:
        return "missing"
    if row["prev"] != last.hash:
        return "unlinked"
    return "" if row["hash"] == hash_of(row) else "changed"


def _all(connection: Connection) -> Iterator[RowMapping]:
    after = 0
    while True:
        statement = select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(CHUNK)
        rows = connection.execute(statement).mappings().all()
        yield from rows
        if len(rows) < CHUNK:
            return
        after = rows[-1]["id"]


def _conditions(query: AuditQuery) -> list[ColumnElement[bool]]:
    row = audit.c
    actor, verb, thing, address, text = (
        storable(one) for one in (query.actor, query.verb, query.thing, query.address, query.text)
    )
    places = (row.actor, row.verb, row.thing, row.before, row.after, row.reason)
    wanted = (
        (actor, row.actor == actor),
        (address, row.address == address),
        (verb, or_(row.verb == verb, row.verb.startswith(f"{verb}.", autoescape=True))),
        (thing, row.thing.startswith(thing, autoescape=True)),
        (text, or_(*(place.icontains(text, autoescape=True) for place in places))),
        (query.since, row.at >= to_ms(query.since or EPOCH)),
        (query.until, row.at < to_ms(query.until or EPOCH)),
    )
    return [condition for given, condition in wanted if given]


def _row(row: RowMapping) -> AuditRow:
    before, after = json.loads(row["before"]), json.loads(row["after"])
    return AuditRow(**{**row, "at": from_ms(row["at"]), "before": before, "after": after})
