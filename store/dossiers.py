"""Dossiers as rows: numbered, moved by compare-and-set, with every step they took and what they were after it."""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    RowMapping,
    Table,
    Text,
    func,
    select,
)

from domain.dossier import Dossier, DossierEvent, DossierStep
from store.driver import chunks, storable
from store.moment import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from store.plain import plain_json
from store.tables import metadata

D = TypeVar("D", bound=Dossier)

_TEXTS = ("state", "title", "district", "topic", "unit", "owner", "about")
_MOMENTS = ("opened", "updated", "due", "closed")

# `body` is the whole dossier as JSON; the columns beside it are what is looked for. `prefix` tells its kind.
dossier = Table(
    "dossier",
    metadata,
    Column("id", Text, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("prefix", "day")),
    Column("number", Integer, nullable=False),
    *(Column(name, Text, nullable=False) for name in _TEXTS),
    *(Column(name, Integer, nullable=False) for name in ("version", "level", "exercise", "over")),
    *(Column(name, BigInteger, nullable=name in ("due", "closed")) for name in _MOMENTS),
    Column("body", Text, nullable=False),
    Index("dossier_number", "prefix", "day", "number", unique=True),
    Index("dossier_open", "prefix", "over", "opened"),
    Index("dossier_unit", "unit", "prefix", "over"),
    Index("dossier_about", "about"),
    Index("dossier_due", "due"),
)

dossier_step = Table(
    "dossier_step",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    *(Column(name, Text, nullable=False) for name in ("dossier_id", "actor", "verb", "old", "new", "told", "body")),
    Column("at", BigInteger, nullable=False),
    Index("dossier_step_dossier", "dossier_id"),
    Index("dossier_step_at", "at"),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class DossierQuery:
    """What to look for; empty or None = anything. opened: since <= opened < until. text: a piece of title or number."""

    states: frozenset[str] = frozenset()
    units: frozenset[str] | None = None
    topics: frozenset[str] | None = None
    districts: frozenset[str] | None = None
    about: frozenset[str] = frozenset()
    owner: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    over: bool | None = None


def next_id(connection: Connection, prefix: str, day: str) -> str:
    """The next number of a kind on a local day; the caller is the only writer and uses it in the same transaction."""
    held = (dossier.c.prefix == prefix, dossier.c.day == day)
    last = connection.execute(select(func.max(dossier.c.number)).where(*held)).scalar() or 0
    return f"{prefix}-{day}-{last + 1:04d}"


def put(connection: Connection, steps: Sequence[DossierStep], day: Callable[[datetime], str]) -> list[Dossier] | None:
    """Write steps in their order; the dossiers as they now stand, None when somebody else has moved one since it was read.

    One without a number gets the next of its local day; one of version 0 with a number is new and keeps it.
    """
    written: list[Dossier] = []
    for step in steps:
        held = _held(connection, step.dossier.id)
        if (held[1] if held else 0) != step.dossier.version:
            return None
        key = step.dossier.id or next_id(connection, step.dossier.PREFIX, day(step.at))
        now = step.dossier.become(id=key, version=step.dossier.version + 1)
        if held:
            connection.execute(dossier.update().where(dossier.c.id == key).values(**_row(now)))
        else:
            connection.execute(dossier.insert().values(**_row(now)))
        connection.execute(dossier_step.insert().values(**_note(now, step, held[0] if held else "")))
        written.append(now)
    return written


def read(connection: Connection, kind: type[D], key: str) -> D | None:
    """One dossier by its number."""
    statement = select(dossier.c.body).where(dossier.c.id == storable(key), dossier.c.prefix == kind.PREFIX)
    body = connection.execute(statement).scalar()
    return None if body is None else kind.model_validate_json(body)


def read_many(
    connection: Connection, kind: type[D], query: DossierQuery, limit: int, before: str | None = None
) -> list[D]:
    """Dossiers of a kind that match, newest first; `before` continues below a number."""
    statement = select(dossier.c.body).where(dossier.c.prefix == kind.PREFIX, *_conditions(query))
    if before is not None:
        _, day, number = ([*before.split("-"), "", "0"])[:3]
        count = int(number) if number.isdecimal() else 0
        statement = statement.where((dossier.c.day < day) | ((dossier.c.day == day) & (dossier.c.number < count)))
    ordered = statement.order_by(dossier.c.day.desc(), dossier.c.number.desc()).limit(limit)
    return [kind.model_validate_json(body) for body in connection.execute(ordered).scalars()]


def read_due(connection: Connection, now: datetime, limit: int) -> list[tuple[str, str]]:
    """(prefix, number) of what time moves now, due longest first."""
    ready = dossier.c.due <= to_ms(now)
    rows = connection.execute(select(dossier.c.prefix, dossier.c.id).where(ready).order_by(dossier.c.due).limit(limit))
    return [(prefix, key) for prefix, key in rows]


def next_due(connection: Connection) -> datetime | None:
    """When time next moves a dossier."""
    return from_ms_or_none(connection.execute(select(func.min(dossier.c.due))).scalar())


def read_events(connection: Connection, keys: Collection[str]) -> list[DossierEvent]:
    """Every step of some dossiers, oldest first."""
    found: list[RowMapping] = []
    for part in chunks(keys):
        found += connection.execute(select(dossier_step).where(dossier_step.c.dossier_id.in_(part))).mappings()
    return [_event(row) for row in sorted(found, key=lambda row: row["id"])]


def count_steps(connection: Connection) -> int:
    """How many steps were ever kept: none is taken back."""
    return connection.execute(select(func.max(dossier_step.c.id))).scalar_one() or 0


def _held(connection: Connection, key: str) -> tuple[str, int] | None:
    """State and version as they stand."""
    row = connection.execute(select(dossier.c.state, dossier.c.version).where(dossier.c.id == key)).first()
    return None if row is None else (row[0], row[1])


def _row(one: Dossier) -> dict[str, object]:
    prefix, day, number = one.id.split("-")
    return {
        "id": one.id,
        "prefix": prefix,
        "day": day,
        "number": int(number),
        **{name: storable(getattr(one, name)) for name in _TEXTS},
        **{name: to_ms_or_none(getattr(one, name)) for name in _MOMENTS},
        "version": one.version,
        "level": one.level,
        "exercise": int(one.exercise),
        "over": int(one.over),
        "body": storable(one.model_dump_json()),
    }


def _note(one: Dossier, step: DossierStep, old: str) -> dict[str, object]:
    return {
        "dossier_id": one.id,
        "at": to_ms(step.at),
        "actor": storable(step.actor),
        "verb": step.verb,
        "old": old,
        "new": one.state,
        "told": plain_json(step.told),
        "body": storable(one.model_dump_json()),
    }


def _event(row: RowMapping) -> DossierEvent:
    return DossierEvent(
        dossier=row["dossier_id"],
        at=from_ms(row["at"]),
        actor=row["actor"],
        verb=row["verb"],
        old=row["old"],
        new=row["new"],
        told=json.loads(row["told"]),
        body=json.loads(row["body"]),
    )


def _conditions(query: DossierQuery) -> Iterable[ColumnElement[bool]]:
    column = dossier.c
    chosen: Sequence[tuple[ColumnElement[Any], Collection[str] | None]] = (
        (column.state, query.states or None),
        (column.unit, query.units),
        (column.topic, query.topics),
        (column.district, query.districts),
        (column.about, query.about or None),
        (column.owner, {query.owner} if query.owner else None),
    )
    yield from (name.in_(sorted(values)) for name, values in chosen if values is not None)
    if query.over is not None:
        yield column.over == int(query.over)
    if query.text:
        yield column.title.contains(query.text, autoescape=True) | column.id.contains(query.text, autoescape=True)
    if query.since is not None:
        yield column.opened >= to_ms(query.since)
    if query.until is not None:
        yield column.opened < to_ms(query.until)
