"""Silences as rows."""

import json
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from domain.deed import Deed
from domain.silence import Matcher, Silence, Weekly
from store.audit import write_deed
from store.desk_tables import silence
from store.driver import storable
from store.moment import from_ms, from_ms_or_none, to_ms


def add(connection: Connection, new: Silence, deed: Deed) -> int:
    """Keep a silence with its deed; its number."""
    row = {
        "matchers": json.dumps([[one.name, list(one.values)] for one in new.matchers], ensure_ascii=False),
        "weekly": None if new.weekly is None else json.dumps(_weekly(new.weekly)),
        **{name: storable(getattr(new, name)) for name in ("reason", "author", "approved")},
        **{name: to_ms(getattr(new, name)) for name in ("start", "end", "created")},
    }
    number = int(connection.execute(silence.insert().returning(silence.c.id), row).scalar_one())
    write_deed(connection, deed)
    return number


def end(connection: Connection, number: int, deed: Deed) -> bool:
    """End a silence early; False when it is not there or over."""
    open_one = (silence.c.id == number, silence.c.ended.is_(None), silence.c.end > to_ms(deed.at))
    if connection.execute(silence.update().where(*open_one).values(ended=to_ms(deed.at))).rowcount == 0:
        return False
    write_deed(connection, deed)
    return True


def read(connection: Connection, since: datetime) -> list[Silence]:
    """Silences that were not over by then, those that end first first."""
    statement = select(silence).where(silence.c.end > to_ms(since)).order_by(silence.c.end, silence.c.id)
    found = [_silence(row) for row in connection.execute(statement).mappings()]
    return [one for one in found if one.ended is None or one.ended > since]


def _weekly(one: Weekly) -> list[Any]:
    return [list(one.days), one.begin.isoformat(), one.minutes]


def _silence(row: RowMapping) -> Silence:
    weekly = json.loads(row["weekly"]) if row["weekly"] else None
    known: dict[str, Any] = {name: row[name] for name in ("reason", "author", "approved")}
    known |= {name: from_ms(row[name]) for name in ("start", "end", "created")}
    return Silence(
        id=row["id"],
        matchers=tuple(Matcher(name, tuple(values)) for name, values in json.loads(row["matchers"])),
        weekly=Weekly(tuple(weekly[0]), time.fromisoformat(weekly[1]), weekly[2]) if weekly else None,
        **known,
        ended=from_ms_or_none(row["ended"]),
    )
