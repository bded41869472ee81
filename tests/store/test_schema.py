from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

import store
from domain.deed import Deed
from domain.errors import StoreError
from store import Store, open_store
from store.schema import REVISIONS
from store.tables import metadata
from tests.store.values import NOW, batch, seen

FOLDER = Path(store.__file__).parent / "migrations"


def test_the_migrations_make_the_tables_that_the_code_expects(store: Store) -> None:
    with store._driver.reader.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_listed_revisions_are_those_in_the_folder() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    assert tuple(script.revision for script in reversed(scripts)) == REVISIONS


def _to(opened: Store, revision: str, way: Callable[[Config, str], None]) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with opened._driver.writing() as connection:
        config.attributes["connection"] = connection
        way(config, revision)


def test_a_store_of_an_older_version_is_brought_up_to_date_with_what_it_holds(url: str) -> None:
    with open_store(url) as old:
        old.write(batch(seen(1)))
        _to(old, "0001", command.downgrade)
        with old._reading() as connection:
            assert not inspect(connection).has_table("audit")
    with open_store(url) as new:
        assert len(new.latest()) == 1
        assert new.audit.append(Deed(NOW, "system", "data.export")) == 1
        with pytest.raises(StoreError, match="only grows"), new._writing() as connection:
            connection.exec_driver_sql("DELETE FROM audit")
