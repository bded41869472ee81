"""The page of orders against a real store: who sees which, and the way of one order by presses alone."""

import json
from dataclasses import replace
from typing import Any

import pytest

from access.opening import Access
from access.verbs import Verb
from callbacks import orders
from callbacks.accounts_press import Press, perform
from callbacks.accounts_services import AccountServices
from domain.account import Account, Role
from domain.case import Handling
from domain.order import Attachment, Order
from duty.attachments import ticket
from layouts.accounts.desk import Desk
from store import Store
from tests.access.conftest import (  # noqa: F401 - fixtures
    access,
    address,
    empty_address,
    let_in,
    postgres,
    sqlite_store,
)
from tests.duty.rosters import local
from tests.layouts.alerts.duty import case, city, officer, opened
from tests.layouts.test_screen import texts

NOW = local(25, 10)
SEATS = {"li.wei": Role.DUTY, "zhou.fang": Role.DUTY, "lin.hua": Role.LEADER, "chen": Role.CLERK, "sun": Role.CLERK}


@pytest.fixture
def services(access: Access, sqlite_store: Store) -> AccountServices:  # noqa: F811
    for login, role in SEATS.items():
        let_in(access, Account(login, f"姓名{login}", role, department="市水利局" if role is Role.CLERK else ""))
    return AccountServices(city(), sqlite_store, access, lambda: NOW)


def unit(services: AccountServices, at: int = 0) -> str:
    return services.city.departments[at]


def desk(services: AccountServices, login: str, lang: str = "zh") -> Desk:
    who = officer(SEATS[login], login)
    department = {"chen": unit(services), "sun": unit(services, 1)}.get(login, "")
    return Desk(services.city, replace(who, department=department), lang, services.now())


def do(services: AccountServices, login: str, name: str, of: str = "", lang: str = "zh", **fields: Any) -> str:
    done = perform(orders.ACTS, services, desk(services, login, lang), Press(name, of, fields))
    return " ".join(texts(done.notice))


def read(services: AccountServices, login: str, search: str = "", lang: str = "zh") -> str:
    seen = desk(services, login, lang)
    return " ".join([*texts(orders.body(services, seen, search)), *texts(orders.pane(services, seen, search))])


def sent(services: AccountServices, **fields: object) -> Order:
    told = do(services, "li.wei", "dispatch", unit=unit(services), words="排除积水", level="2", span="", **fields)
    assert "工单已派发" in told
    return services.store.duty.dossiers(Order)[0]


def test_a_case_goes_out_as_an_order_and_comes_back_closed(services: AccountServices) -> None:
    (held,) = opened(services.store, case(handling=Handling.ACKNOWLEDGED, owner="li.wei"))
    assert held.say in read(services, "li.wei", f"?about={held.id}")
    do(services, "li.wei", "dispatch", f"{held.id} {held.version}", unit=unit(services), words="排除积水", span="")
    (order,) = services.store.duty.dossiers(Order)
    steps: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("chen", "accept", {}),
        ("chen", "report", {"words": "已到场"}),
        ("chen", "hand_in", {"words": "已排除", "evidence": "照片"}),
        ("zhou.fang", "pass", {"words": "属实", "lasting": "继续观察"}),
    )
    for login, verb, fields in steps:
        (order,) = services.store.duty.dossiers(Order)
        assert order.id in do(services, login, verb, f"{order.id} {order.version}", **fields)
    (order,) = services.store.duty.dossiers(Order)
    closed = services.store.desk.case(held.id)
    assert closed is not None
    assert (order.state, closed.handling) == ("done", Handling.DONE)
    assert "已办结" in read(services, "li.wei", f"?id={order.id}&show=over")
    assert [row.verb for row in services.store.audit.search()].count(Verb.ORDER) == 5


def test_units_see_their_own_orders_and_leaders_read_all(services: AccountServices) -> None:
    order = sent(services)
    assert order.id in read(services, "chen")
    assert order.id in read(services, "lin.hua")
    assert order.id not in read(services, "sun", f"?id={order.id}")
    assert "没有这件工单" in do(services, "sun", "accept", f"{order.id} 1")
    assert (
        "签收"
        not in " ".join(texts(orders.pane(services, desk(services, "lin.hua"), f"?id={order.id}"))).split("经过")[1]
    )


def test_who_comes_second_is_told_who_came_first(services: AccountServices) -> None:
    order = sent(services)
    do(services, "chen", "accept", f"{order.id} {order.version}")
    told = do(services, "li.wei", "urge", f"{order.id} {order.version}")
    assert "chen" in told
    assert services.store.duty.dossiers(Order)[0].supervision == ""


def test_nonsense_from_the_browser_is_answered(services: AccountServices) -> None:
    sent(services)
    for name in orders.ACTS:
        for of in ("", "GD-20261125-0009 1", "GD-20261125-0001 x", "GJ-1", "'; drop"):
            assert do(services, "sun", name, of, words=3, unit=["x"], span="x", level="9")
    assert len(services.store.duty.dossiers(Order)) == 1


def test_refusals_are_told_in_the_readers_language(services: AccountServices) -> None:
    order = sent(services)
    told = do(services, "chen", "return", f"{order.id} 1", "en")
    assert "Send back needs" in told
    missing = do(services, "li.wei", "pass", f"{order.id} 1", "en")
    assert "Possible: " in missing
    assert not any("一" <= char <= "鿿" for char in missing)


def test_an_order_is_shown_in_english_too(services: AccountServices) -> None:
    order = sent(services)
    shown = read(services, "chen", f"?id={order.id}", "en")
    assert "Sent out" in shown
    assert "min left" in shown


def test_files_that_were_uploaded_go_with_the_step_and_are_listed(services: AccountServices) -> None:
    held = sent(services)
    file = Attachment(sha256="ab" * 32, name="现场.png", size=2048, media="image/png", by="chen", at=NOW)
    good = json.dumps([ticket(services.access.key, held, file)])
    do(services, "chen", "accept", held.id, files=good)
    assert "请重新上传" in do(services, "li.wei", "note", held.id, words="见附件", files=good)  # not his
    do(services, "chen", "report", held.id, words="见附件", files=good)
    kept = services.store.duty.dossier(Order, held.id)
    assert kept is not None
    assert (kept.state, kept.files) == ("reported", (file,))
    shown = read(services, "li.wei", f"?id={held.id}")
    assert "现场.png" in shown
    assert f"2 KB · SHA-256 {file.sha256[:16]}…" in shown


def test_an_order_about_a_number_keeps_the_number_as_it_was_seen(services: AccountServices) -> None:
    metric = next(iter(services.city.metrics.values()))
    place = next(iter(services.city.districts))
    about = f"metric:{metric.key}@{place}"
    form = read(services, "li.wei", f"?about={about}&shown=126 µg/m³")
    assert metric.name in form
    assert "当时所见" in form
    told = do(
        services,
        "li.wei",
        "dispatch",
        f"{about} 0",
        unit=unit(services),
        words="查明原因",
        level="3",
        span="",
        shown="126 µg/m³",
    )
    assert "工单已派发" in told
    (order,) = services.store.duty.dossiers(Order)
    assert (order.about, order.shown, order.topic, order.district) == (about, "126 µg/m³", metric.topic, place)
    assert "126 µg/m³" in read(services, "li.wei", f"?id={order.id}")
    assert metric.name in read(services, "li.wei", f"?id={order.id}")


def test_no_order_goes_out_about_a_number_that_is_none_or_out_of_reach(services: AccountServices) -> None:
    fields = {"unit": unit(services), "words": "查明原因", "level": "3", "span": ""}
    assert "没有这个指标" in do(services, "li.wei", "dispatch", "metric:none.such@ 0", **fields)
    metric = next(iter(services.city.metrics))
    assert "没有这个指标" in do(services, "li.wei", "dispatch", f"metric:{metric}@999999 0", **fields)
    assert services.store.duty.dossiers(Order) == []
