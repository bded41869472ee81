"""What the store remembers about itself: the zone it was made for, and up to where roll-ups are closed."""

from sqlalchemy import Connection, select

from store.driver import upsert
from store.tables import meta

ZONE = "zone"
CLOSED_UNTIL = "closed_until"  # ms: hours before it are in `hour`
DAYS_UNTIL = "days_until"  # ms, a local midnight: days before it are in `day`
HOURS_FROM = "hours_from"  # ms: hours before it are deleted
LONG_AGO = -(1 << 62)


def get_mark(connection: Connection, key: str) -> str | None:
    """A remembered text, None when nothing was remembered."""
    return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar_one_or_none()


def get_number(connection: Connection, key: str) -> int:
    """A remembered time in ms, `LONG_AGO` when nothing was remembered."""
    text = get_mark(connection, key)
    return LONG_AGO if text is None else int(text)


def put_mark(connection: Connection, key: str, value: str | int) -> None:
    """Remember a text or number."""
    upsert(connection, meta, [{"key": key, "value": str(value)}], update=["value"])
