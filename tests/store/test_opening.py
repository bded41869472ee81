import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from domain.errors import StoreError
from store import Store, open_store
from store.schema import REVISIONS
from tests.servers import free_port
from tests.store.conftest import Address
from tests.store.values import MINUTE, NOW, batch, seen

ROOT = Path(__file__).parents[2]


def test_opening_makes_the_tables_and_opening_again_finds_them(backend: str, empty_address: Address) -> None:
    url = empty_address(backend)
    with open_store(url) as store:
        store.write(batch(seen(1)))
    with open_store(url) as store:
        assert [one.value for one in store.latest()] == [1]


def test_several_processes_may_open_a_new_store_at_once(backend: str, empty_address: Address) -> None:
    url = empty_address(backend)
    code = f"from store import open_store; open_store({url!r}).close()"
    processes = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE) for _ in range(3)]
    for process in processes:
        _, error = process.communicate(timeout=100)
        assert process.returncode == 0, error.decode()
    with open_store(url) as store:
        assert store.write(batch(seen(1))).inserted == 1


def test_several_threads_write_and_read_at_once(store: Store) -> None:
    def work(number: int) -> int:
        done = 0
        for i in range(10):
            done += store.write(batch(seen(i, NOW + i * MINUTE, f"site{number}"))).inserted
            store.latest()
        return done

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [10] * 4
    assert store.version() == 40
    assert len(store.series()) == 4


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("mysql://host/db", "sqlite:/// or postgresql://"),
        ("not an address", "no address of a store"),
    ],
)
def test_an_address_that_cannot_be_a_store_is_refused(url: str, sentence: str) -> None:
    with pytest.raises(StoreError, match=sentence) as told:
        open_store(url)
    assert told.value.permanent


def test_unknown_settings_are_refused(empty_address: Address) -> None:
    with pytest.raises(StoreError, match="FULL, NORMAL"):
        open_store(empty_address("sqlite"), synchronous="SOMETIMES")
    for zone in ("Mars/Olympus", "Australia/Lord_Howe", "../etc/passwd"):
        with pytest.raises(StoreError, match="no time zone"):
            open_store(empty_address("sqlite"), zone=zone)


@pytest.mark.parametrize("synchronous", ["FULL", "NORMAL"])
def test_durability_is_a_setting(empty_address: Address, synchronous: str) -> None:
    with open_store(empty_address("sqlite"), synchronous=synchronous) as store:
        assert store.write(batch(seen(1))).inserted == 1
        with store._driver.writing() as connection:
            level = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    assert level == {"FULL": 2, "NORMAL": 1}[synchronous]


def test_a_store_keeps_the_zone_it_was_made_for(url: str) -> None:
    open_store(url).close()
    with pytest.raises(StoreError, match="was made for the time zone Asia/Shanghai, not UTC"):
        open_store(url, zone="UTC")


def test_a_store_of_newer_software_is_refused_and_left_alone(url: str) -> None:
    _execute(url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=rf"version 9999, newer than this software \({REVISIONS[-1]}\)") as told:
        open_store(url)
    assert told.value.permanent


@pytest.mark.parametrize("path", ["/proc/nowhere/store.db", "/dev/null/store.db"])
def test_a_folder_that_cannot_be_written_is_told_in_one_sentence(path: str) -> None:
    with pytest.raises(StoreError) as told:
        open_store(f"sqlite:///{path}")
    assert path in str(told.value)
    assert "\n" not in str(told.value)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_text("this is a letter, not a database\n" * 100)
    with pytest.raises(StoreError, match="is not a SQLite database"):
        open_store(f"sqlite:///{path}")


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with open_store(f"sqlite:///{path}") as store:
        store.write(batch(seen(1)))
        assert {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()} == {0o600}
    path.chmod(0o640)  # the operator has reasons
    open_store(f"sqlite:///{path}").close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_server_that_is_not_there_is_told_without_its_password() -> None:
    with pytest.raises(StoreError, match="cannot be reached") as told:
        open_store(f"postgresql://city:secret@127.0.0.1:{free_port()}/cockpit")
    assert "secret" not in str(told.value)
    assert not told.value.permanent


@pytest.mark.postgres
def test_a_database_that_does_not_exist_is_told(postgres: str) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        open_store(f"{postgres.rsplit('/', 1)[0]}/nowhere")


@pytest.mark.postgres
def test_the_short_form_of_an_address_is_understood(empty_address: Address) -> None:
    url = empty_address("postgresql").replace("postgresql://", "postgres://")
    with open_store(url) as store:
        assert store.version() == 0


def test_a_full_disk_is_told_and_loses_nothing_that_was_acknowledged(sqlite_store: Store) -> None:
    sqlite_store.write(batch(seen(1)))
    with sqlite_store._driver.writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    many = batch(*(seen(float(i), NOW + i * MINUTE) for i in range(5000)))
    with pytest.raises(StoreError, match="the disk is full") as told:
        sqlite_store.write(many)
    assert not told.value.permanent
    assert [one.value for one in sqlite_store.latest()] == [1]
    with sqlite_store._driver.writing() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 100000")
    assert sqlite_store.write(many).inserted == 4999


def _execute(url: str, statement: str) -> None:
    open_store(url).close()
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            connection.execute(statement)
        connection.close()
    else:
        with psycopg.connect(url) as server:
            server.execute(statement.encode())
