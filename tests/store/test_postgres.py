"""What only a server can do to its clients."""

from collections.abc import Iterator

import psycopg
import pytest

from domain.errors import StoreError
from store import Store, open_store
from tests.store.conftest import Address
from tests.store.values import MINUTE, NOW, batch, seen

pytestmark = pytest.mark.postgres


@pytest.fixture
def url(address: Address) -> str:
    return address("postgresql")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened


def _cut_off(url: str) -> None:
    """What a restart of the server does to every connection of this database."""
    name = url.rsplit("/", 1)[1]
    with psycopg.connect(f"{url.rsplit('/', 1)[0]}/postgres", autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))


def test_a_store_goes_on_after_its_server_was_restarted(store: Store, url: str) -> None:
    store.write(batch(seen(1)))
    assert len(store.latest()) == 1
    _cut_off(url)
    assert store.write(batch(seen(2, NOW + MINUTE))).inserted == 1
    assert [one.value for one in store.latest()] == [2]


def test_a_wait_that_lost_its_server_says_so_and_the_next_one_works(store: Store, url: str) -> None:
    store.wait(0, 0.01)
    _cut_off(url)
    with pytest.raises(StoreError):
        store.wait(0, 5)
    store.write(batch(seen(1)))
    assert store.wait(0, 5) == 1


def test_missing_values_are_null_for_whoever_else_reads_the_tables(store: Store, url: str) -> None:
    store.write(batch(seen(None), seen(1, NOW + MINUTE)))
    with psycopg.connect(url) as reader:
        assert reader.execute("SELECT value FROM observation ORDER BY key").fetchall() == [(None,), (1.0,)]
