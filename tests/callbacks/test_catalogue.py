"""The catalogue against a real store: rows, reach, filters, pairs, and the file."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from dash import Dash

from access.opening import Access
from callbacks import catalogue
from callbacks.accounts_services import AccountServices
from domain.account import WHOLE, Reach, Role
from domain.batch import Batch
from domain.observation import Observation
from domain.run import SourceRun
from layouts.feeds import catalogue_rows as rows
from snapshot.quality import Measured, measure
from store import Store
from tests.access.conftest import access, address, empty_address, postgres, sqlite_store  # noqa: F401 - fixtures
from tests.cities import metric, observed, tiny_city
from tests.layouts.accounts.people import find
from tests.layouts.alerts.duty import officer
from tests.layouts.test_screen import texts
from tests.store.values import NOW

EAST = "441802"
CHECK = metric("check.air", topic="environment", across="none", agree={"one": "air.pm25", "other": "air.pm25@air"})


@pytest.fixture
def services(access: Access, sqlite_store: Store) -> AccountServices:  # noqa: F811
    plain = tiny_city()
    city = replace(plain, metrics=plain.metrics | {CHECK.key: CHECK})
    sqlite_store.record_run(SourceRun("air", NOW - timedelta(days=3), NOW, ok=True, read=10, rejected=5))
    sqlite_store.write(Batch("air", NOW, (observed("air.pm25", "air-1", 9.0, NOW - timedelta(hours=2), "air"),)))
    sqlite_store.write(Batch("system", NOW, (Observation(CHECK.key, EAST, "system", NOW, -7.5, NOW),)))
    return AccountServices(city, sqlite_store, access, lambda: NOW)


def shown(services: AccountServices, search: str = "", reach: Reach = WHOLE) -> str:
    made = catalogue.paper(Measured(lambda now: measure(services.city, services.store, now)))
    desk = services.desk(officer(Role.LEADER, reach=reach), search)
    body = made.body(services, desk, search)
    rows = [row for node in find(body, "rows-grid") for row in node["props"]["rowData"]]
    return " ".join(
        [*texts([*body, *made.pane(services, desk, search)]), *(str(v) for row in rows for v in row.values())]
    )


def test_every_metric_is_listed_with_its_meaning_source_and_counts(services: AccountServices) -> None:
    said = shown(services)
    for one in services.city.metrics.values():
        assert one.key in said
    assert "质量分 ＝ 完整率 × 40%" in said


def test_the_address_narrows(services: AccountServices) -> None:
    assert "air.pm25" in shown(services, "?text=PM25")
    assert "service.queue" not in shown(services, "?source=air")
    assert "没有符合条件的指标" in shown(services, "?text=nothing-of-this-name")


def test_a_row_opens_beside_the_list_with_the_ways_on(services: AccountServices) -> None:
    pane = catalogue.paper(Measured(lambda now: measure(services.city, services.store, now))).pane
    desk = services.desk(officer(Role.LEADER), "")
    opened = pane(services, desk, "?key=air.pm25")
    ways = {node["props"]["href"] for node in find(opened, "link")}
    assert {"/indicator/air.pm25", "/sources?source=air"} <= ways
    assert services.city.metrics["air.pm25"].definition in " ".join(texts(opened))
    assert pane(services, desk, "?key=nobody.knows") == []
    blind = services.desk(officer(reach=Reach(topics=frozenset({"service"}))), "")
    assert pane(services, blind, "?key=air.pm25") == []


def test_a_pair_tells_where_it_differs_most(services: AccountServices) -> None:
    assert "-7.5" in shown(services) or "-8" in shown(services)


def test_what_may_not_be_read_is_not_listed_and_counts_are_of_the_whole_city(services: AccountServices) -> None:
    narrow = shown(services, reach=Reach(topics=frozenset({"service"})))
    assert "air.pm25" not in narrow
    assert "单位数据质量" not in narrow
    quality = measure(services.city, services.store, NOW)
    desk = services.desk(officer(reach=Reach(districts=frozenset({EAST}))), "")
    (row,) = rows.rows(desk, quality, rows.Asked(text="air.pm25", source="air"))
    assert not row.open
    heads, cells = rows.table(desk, [row])
    assert cells[heads.index("24 小时应收")] == ""


def test_the_file_holds_what_the_page_finds(services: AccountServices) -> None:
    quality = measure(services.city, services.store, NOW)
    desk = services.desk(officer(Role.ADMIN), "?lang=en")
    table = rows.table(desk, rows.rows(desk, quality, rows.Asked(topic="environment")))
    assert {len(line) for line in table} == {len(rows.HEADS)}
    assert "air.pm25" in [line[1] for line in table]


@pytest.mark.parametrize("search", ["?topic=x&state=y", "?text=%00", "?source=" + "x" * 999, "?lang=en&state=thin"])
def test_any_address_is_answered(services: AccountServices, search: str) -> None:
    assert shown(services, search)


def test_it_is_wired(services: AccountServices) -> None:
    app: Any = Dash(__name__)
    catalogue.register(app, services, Measured(lambda now: measure(services.city, services.store, now)))
    assert all(any(output in key for output in app.callback_map) or key for key in catalogue.ACCESS)
