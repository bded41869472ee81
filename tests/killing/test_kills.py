"""Collector, web process and database die by SIGKILL under load from every kind: nothing acknowledged is lost or there twice."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.killing.counting import missing
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


@pytest.mark.timeout(600)
async def test_what_was_acknowledged_is_there_exactly_once(folder: Path, postgres: KillablePostgres | None) -> None:
    outcome = await survived(folder / "work", KILLS, 7, postgres, 0.3)
    victims = {"collector", "web"} | ({"database"} if postgres is not None else set())
    assert outcome.kills.total() == KILLS
    assert outcome.kills.keys() == victims
    assert outcome.acknowledged.keys() == {"hj212", "push", "http_json", "file"}
    assert outcome.published.keys() == {"mqtt", "sql", "http_json", "file"}
    assert outcome.answers["jt808"] > 0
    assert outcome.lost == []
    assert outcome.unread == []
    assert (outcome.twice, outcome.strange, outcome.unequal) == (0, 0, 0)
    assert outcome.rolled


def test_a_record_that_is_not_there_is_named_with_its_source() -> None:
    owed = {("sql-0", 1000): 1.0, ("sql-0", 2000): 2.0, ("push-1", 1000): 1.0}
    assert missing(owed, [("sql-0", 1000), ("push-1", 1000)], "published") == [
        "sql: 1 records published are not there, first that of sql-0 at 1970-01-01T00:00:02+00:00; "
        "newest there: 1970-01-01T00:00:01+00:00"
    ]
    assert missing(owed, owed, "published") == []
