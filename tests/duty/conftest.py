"""A store to decide in; that both databases keep decisions alike is held by tests/store."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import Store, open_store


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty store: copying it is quicker than making its tables."""
    path = tmp_path_factory.mktemp("empty") / "store.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def store(empty_store: Path, tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    shutil.copy(empty_store, tmp_path / "store.db")
    with open_store(f"sqlite:///{tmp_path}/store.db") as kept:
        yield kept
