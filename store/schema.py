"""Making and migrating the tables when a store is opened; safe when several processes open one store at once."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from domain.errors import StoreError

# Oldest first; a test holds this equal to store/migrations/versions.
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0010")


def migrate(connection: Connection, where: str) -> None:
    """Bring the tables to the newest revision, inside the caller's write transaction.

    StoreError when the store was made by newer software: old software must not write to tables it does not know.
    """
    present = _revision(connection)
    if present == REVISIONS[-1]:
        return
    if present is not None and present not in REVISIONS:
        raise StoreError(
            f"The store at {where} is of version {present}, newer than this software ({REVISIONS[-1]}): "
            "update the software, or point DATABASE_URL to another store.",
            permanent=True,
        )
    _upgrade(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _upgrade(connection: Connection) -> None:
    # Imported here: needed at the first start and after an update only.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
