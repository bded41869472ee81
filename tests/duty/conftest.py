"""A store to decide in; that both databases keep decisions alike is held by tests/store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    kept = open_store(f"sqlite:///{tmp_path}/store.db")
    yield kept
    kept.close()
