"""Opening a store: its address, its database, its tables, its zone."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from domain.errors import StoreError
from store.buckets import Calendar
from store.driver import Driver
from store.failure import address, told
from store.marks import ZONE, get_mark, put_mark
from store.schema import migrate
from store.sqlite import SqliteDriver
from store.store import Store


def open_store(url: str, *, synchronous: str = "FULL", zone: str = "Asia/Shanghai") -> Store:
    """Open the store at sqlite:///path or postgresql://..., making or migrating its tables.

    `synchronous` is SQLite's: FULL = acknowledged means durable; NORMAL may lose the last commits when the power fails.
    `zone` is the city's, whose local days the day roll-ups are; a store keeps the zone it was made with.
    StoreError with one sentence when it cannot be opened or written, or was made by newer software.
    """
    where = address(url)
    calendar = _calendar(zone)
    with told(where):
        driver = _driver(url, where, synchronous)
        try:
            with driver.writing() as connection:
                migrate(connection, where)
                _keep_zone(connection, where, zone)
        except BaseException:
            driver.close()
            raise
    return Store(driver, calendar, where)


def _driver(url: str, where: str, synchronous: str) -> Driver:
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url)
    except ArgumentError as error:
        raise StoreError(
            f"{where!r} is no address of a store; write sqlite:///path or postgresql://...", permanent=True
        ) from error
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return _sqlite(parsed, where, synchronous)
    if kind == "postgresql":
        from store.postgres import PostgresDriver  # its driver is imported only where it is used

        return PostgresDriver(parsed)
    raise StoreError(f"A store can be sqlite:/// or postgresql://, not {kind}:// ({where}).", permanent=True)


def _sqlite(url: URL, where: str, synchronous: str) -> Driver:
    if synchronous.upper() not in {"FULL", "NORMAL", "EXTRA", "OFF"}:
        raise StoreError(f"synchronous is FULL, NORMAL, EXTRA or OFF, not {synchronous!r}.", permanent=True)
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise StoreError(f"The store needs a file that several processes can open, not {where}.", permanent=True)
    return SqliteDriver(url.set(drivername="sqlite"), synchronous.upper())


def _calendar(zone: str) -> Calendar:
    try:
        return Calendar(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise StoreError(
            f"{zone!r} is no time zone that can be served ({error}); write one like Asia/Shanghai.", permanent=True
        ) from error


def _keep_zone(connection: Connection, where: str, zone: str) -> None:
    """The day roll-ups were made for one zone; reading them as another's days would be silently wrong."""
    held = get_mark(connection, ZONE)
    if held is None:
        put_mark(connection, ZONE, zone)
    elif held != zone:
        raise StoreError(
            f"The store at {where} was made for the time zone {held}, not {zone}: use another store for this city.",
            permanent=True,
        )
