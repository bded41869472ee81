"""A store of the first version, whose log has a column for each fact, opened by this software; and the way back."""

from collections.abc import Callable

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from domain.observation import Quality
from store import Store, open_store
from store.moment import to_ms
from store.opening import _driver
from tests.store.conftest import Address
from tests.store.test_schema import FOLDER
from tests.store.values import HOUR, MINUTE, NOW, batch, seen, state_of

TOLD = (
    seen(35.5, NOW - 30 * HOUR, received=NOW),
    seen(None, NOW - HOUR, quality=Quality.MISSING),
    seen(36, NOW - HOUR, "b", received=NOW - HOUR, quality=Quality.SUSPECT),
    seen(0, NOW, "b", received=NOW - MINUTE),  # a clock that runs ahead
    seen(-7.25, NOW, quality=Quality.INVALID, received=NOW + 90 * 24 * HOUR),
)
NUMBERS = {"a": 1, "b": 2}
PLAIN = "SELECT ts, series_id, value, quality, received FROM {} ORDER BY ts, series_id"
ADD_SERIES = "INSERT INTO series (id, metric, site, source, standard) VALUES (:id, 'air.pm25', :site, 'air', '')"
ADD_VALUE = (
    "INSERT INTO observation (ts, received, value, series_id, quality) VALUES (:ts, :received, :value, :id, :quality)"
)


def test_every_value_of_an_older_store_is_there_with_its_quality_and_arrival(
    backend: str, empty_address: Address, sqlite_store: Store
) -> None:
    url = empty_address(backend)
    _on(url, lambda connection: (_migrate(connection, command.upgrade, "0001"), _fill(connection)))
    sqlite_store.write(batch(*TOLD))
    with open_store(url) as store:
        assert state_of(store).log == state_of(sqlite_store).log
        assert store.write(batch(*TOLD)).duplicates == len(TOLD)
        assert store.write(batch(seen(36.5, NOW - HOUR, received=NOW))).corrected == 1
        assert store.hours(NOW - 31 * HOUR, NOW + HOUR).sum.tolist() == [35.5, 36.5, 36.0, 0.0]


def test_the_view_shows_the_log_in_plain_columns(url: str) -> None:
    with open_store(url) as store:
        store.write(batch(*TOLD))
        numbers = {key.site: number for number, key in store.series().items()}
    rows = sorted((to_ms(o.at), numbers[o.site], o.value, int(o.quality), to_ms(o.received)) for o in TOLD)
    assert _on(url, lambda connection: _rows(connection, "log")) == rows


def test_the_older_shape_can_be_had_back(url: str) -> None:
    with open_store(url) as store:
        store.write(batch(*TOLD))
        state = state_of(store)
    rows = _on(url, lambda connection: _rows(connection, "log"))
    _on(url, lambda connection: _migrate(connection, command.downgrade, "0004"))
    assert _on(url, lambda connection: _rows(connection, "observation")) == rows
    with open_store(url) as store:
        assert state_of(store) == state


def _on(url: str, work: Callable[[Connection], object]) -> object:
    driver = _driver(url, url, "FULL")
    try:
        with driver.writing() as connection:
            return work(connection)
    finally:
        driver.close()


def _migrate(connection: Connection, step: Callable[[Config, str], None], revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    step(config, revision)


def _fill(connection: Connection) -> None:
    connection.execute(text(ADD_SERIES), [{"id": number, "site": site} for site, number in NUMBERS.items()])
    for o in TOLD:
        row = {"ts": to_ms(o.at), "received": to_ms(o.received), "value": o.value, "quality": int(o.quality)}
        connection.execute(text(ADD_VALUE), row | {"id": NUMBERS[o.site]})


def _rows(connection: Connection, table: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(text(PLAIN.format(table)))]
