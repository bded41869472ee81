"""The page of the walls: what they report, and what an operator tells them."""

from datetime import timedelta

import pytest

from access.opening import Access
from access.verbs import Verb
from callbacks import walls
from callbacks.accounts_press import Done, Press
from callbacks.accounts_services import AccountServices
from domain.account import Role
from layouts.accounts.desk import Desk
from layouts.wall import displays as page
from snapshot.displays import Displays
from store import Store
from store.audit import AuditQuery
from tests.access.conftest import access, address, empty_address, postgres, sqlite_store  # noqa: F401 - fixtures
from tests.layouts.alerts.duty import city, officer
from tests.layouts.test_screen import texts
from tests.layouts.wall.test_wall import scene
from tests.store.values import NOW


@pytest.fixture
def services(access: Access, sqlite_store: Store) -> AccountServices:  # noqa: F811
    one = city()
    one.scenes.update({"traffic": scene("traffic")})
    return AccountServices(one, sqlite_store, access, lambda: NOW)


@pytest.fixture
def known(sqlite_store: Store) -> Displays:  # noqa: F811
    made = Displays(sqlite_store.walls)
    made.beat("wall.hall", "", "10.0.0.1", {"scene": "traffic", "fps": 59.0, "build": "abcdef12345"}, NOW)
    made.beat("wall.desk", "", "10.0.0.2", {"call": "0007"}, NOW - timedelta(minutes=5))
    return made


def desk(services: AccountServices) -> Desk:
    return Desk(services.city, officer(Role.SHIFT, "wang.qiang"), "zh", NOW)


def order(services: AccountServices, known: Displays, **fields: str) -> Done:
    filled = {f"wall.{name}": value for name, value in fields.items()}
    return walls.ordered(known, services, desk(services), Press("order", "", filled))


def test_every_wall_says_what_it_shows_and_which_one_is_silent(services: AccountServices, known: Displays) -> None:
    said = " ".join(texts(page.body(desk(services), known.all())))
    for word in (
        "2 块大屏，1 块失联",
        "wall.hall",
        "59 帧/秒",
        "版本 abcdef1",
        "告警接管 0007",
        "失联 5 分钟前",
        "10.0.0.1",
    ):
        assert word in said, word


def test_before_any_wall_reports_the_page_says_how_one_is_made(services: AccountServices) -> None:
    assert "--role wall" in " ".join(texts(page.body(desk(services), [])))


def test_a_scene_is_pushed_to_all_for_a_while_and_audited(services: AccountServices, known: Displays) -> None:
    done = order(services, known, id="*", scene="traffic", minutes="30", message="防汛Ⅲ级响应")
    assert done.changed
    assert {(one.orders.scene, one.orders.until, one.orders.message) for one in known.all()} == {
        ("traffic", NOW + timedelta(minutes=30), "防汛Ⅲ级响应")
    }
    rows = services.store.audit.search(AuditQuery(verb=Verb.WALL))
    assert {(row.actor, row.thing) for row in rows} == {
        ("wang.qiang", "wall:wall.hall"),
        ("wang.qiang", "wall:wall.desk"),
    }


def test_one_wall_goes_back_to_its_round_and_another_is_fetched_afresh(
    services: AccountServices, known: Displays
) -> None:
    order(services, known, id="*", scene="traffic", minutes="0", message="")
    walls.freed(known, services, desk(services), Press("free", "wall.hall"))
    walls.reloaded(known, services, desk(services), Press("reload", "wall.desk"))
    at = {one.id: one.orders for one in known.all()}
    assert (at["wall.hall"].scene, at["wall.hall"].reload) == ("", None)
    assert (at["wall.desk"].scene, at["wall.desk"].reload, at["wall.desk"].until) == ("traffic", NOW, None)


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "nobody", "scene": "traffic", "minutes": "30"},
        {"id": "*", "scene": "nothing", "minutes": "30"},
        {"id": "*", "scene": "traffic", "minutes": "31"},
        {"id": "*", "scene": "traffic"},
    ],
)
def test_what_nothing_would_follow_from_is_refused(
    services: AccountServices, known: Displays, fields: dict[str, str]
) -> None:
    before = [one.orders for one in known.all()]
    order(services, known, **fields)
    assert [one.orders for one in known.all()] == before
    assert services.store.audit.search(AuditQuery(verb=Verb.WALL)) == []


def test_a_wall_is_asked_for_a_picture_which_then_stands_there_with_its_time(
    services: AccountServices, known: Displays
) -> None:
    walls.pictured(known, services, desk(services), Press("picture", "wall.hall"))
    assert "已请求画面" in " ".join(texts(page.body(desk(services), known.all())))
    assert known.send("wall.hall", "", b"jpeg", NOW + timedelta(seconds=20))
    shown = page.body(desk(services), known.all())
    assert "的画面" in " ".join(texts(shown))
    assert "/walls/picture?wall=wall.hall&at=" in str(shown)
    walls.pictured(known, services, desk(services), Press("picture", "wall.desk"))
    assert known.send("wall.desk", "", b"", NOW)
    assert "没能生成" in " ".join(texts(page.body(desk(services), known.all())))
    assert {row.thing for row in services.store.audit.search(AuditQuery(verb=Verb.WALL))} == {
        "wall:wall.hall",
        "wall:wall.desk",
    }
