"""Collector, web process and database die by SIGKILL under load from every kind: nothing acknowledged is lost or there twice."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.killing.world import survived
from tests.servers import KillablePostgres, postgres_programs

KILLS = 10


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the database's own user can get through."""
    with TemporaryDirectory(prefix="kills-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        (Path(name) / "work").mkdir()
        yield Path(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def postgres(request: pytest.FixtureRequest, folder: Path) -> Iterator[KillablePostgres | None]:
    if request.param == "sqlite":
        yield None
        return
    if postgres_programs() is None:
        pytest.skip("PostgreSQL is not installed")
    server = KillablePostgres(folder / "pg")
    server.start()
    yield server
    server.stop()


async def test_what_was_acknowledged_is_there_exactly_once(folder: Path, postgres: KillablePostgres | None) -> None:
    outcome = await survived(folder / "work", KILLS, 7, postgres, 0.8)
    assert outcome.kills.total() == KILLS
    assert outcome.acknowledged.keys() == {"hj212", "mqtt", "push", "http_json", "sql", "file"}
    assert outcome.lost == []
    assert (outcome.twice, outcome.strange, outcome.unequal) == (0, 0, 0)
    assert outcome.rolled
