import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from domain.errors import StoreError
from store.failure import address, explain, told


@pytest.mark.parametrize(
    ("words", "sentence", "permanent"),
    [
        ("attempt to write a readonly database", "is read-only", True),
        ("database or disk is full", "the disk is full", False),
        ("database is locked", "is busy", False),
        ("disk I/O error", "the disk reports an error", False),
        ("something else", "failed: something else", False),
    ],
)
def test_what_a_driver_says_becomes_one_sentence(words: str, sentence: str, permanent: bool) -> None:
    error = explain("sqlite:///x", OperationalError("SELECT 1", {}, sqlite3.OperationalError(words)))
    assert sentence in str(error)
    assert words in str(error)
    assert error.permanent is permanent


@pytest.mark.parametrize(
    "raised",
    [
        psycopg.OperationalError("connection refused\nmore"),
        sqlite3.OperationalError("database is locked"),
        OSError("No space left on device"),
    ],
)
def test_every_driver_error_leaves_as_a_store_error(raised: Exception) -> None:
    with pytest.raises(StoreError) as caught, told("there"):
        raise raised
    assert "\n" not in str(caught.value)


def test_an_address_is_shown_without_its_password() -> None:
    assert address("postgresql://city:secret@host/db") == "postgresql://city:***@host/db"
    assert "secret" not in address("postgresql//city:secret@host/db")
