"""Stores to test with: each test that takes `store` runs on SQLite and on a private PostgreSQL."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from store import Store, open_store
from tests.servers import postgres_programs, private_postgres

BACKENDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
Address = Callable[[str], str]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server that lives for the session."""
    if postgres_programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with private_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def empty_address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Address:
    """Makes the address of a database, by kind, in which nothing is yet."""
    numbers = itertools.count()
    folder = tmp_path_factory.mktemp("empty")

    def make(kind: str) -> str:
        name = f"empty_{next(numbers)}"
        if kind == "sqlite":
            return f"sqlite:///{folder}/{name}/store.db"
        return _create(request.getfixturevalue("postgres"), name, "template1")

    return make


@pytest.fixture(scope="session")
def address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, empty_address: Address
) -> Address:
    """Makes the address of a fresh store, by kind; its tables are copied, which is quicker than making them."""
    numbers = itertools.count()
    folder = tmp_path_factory.mktemp("stores")
    templates: dict[str, str] = {}

    def template(kind: str) -> str:
        if kind not in templates:
            templates[kind] = empty_address(kind)
            open_store(templates[kind]).close()
        return templates[kind]

    def make(kind: str) -> str:
        name = f"store_{next(numbers)}"
        if kind == "sqlite":
            path = folder / f"{name}.db"
            shutil.copy(Path(template(kind).removeprefix("sqlite:///")), path)
            return f"sqlite:///{path}"
        return _create(request.getfixturevalue("postgres"), name, template(kind).rsplit("/", 1)[1])

    return make


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database, each in turn."""
    return str(request.param)


@pytest.fixture
def url(backend: str, address: Address) -> str:
    """The address of a fresh store."""
    return address(backend)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A fresh store."""
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def sqlite_store(address: Address) -> Iterator[Store]:
    """A fresh SQLite store, for what does not depend on the database."""
    with open_store(address("sqlite")) as opened:
        yield opened


def _create(server: str, name: str, template: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy".encode())
    return f"{server.rsplit('/', 1)[0]}/{name}"
