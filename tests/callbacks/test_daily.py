"""The page of the daily: a case put in, checked and signed by presses alone; who sees it."""

from dataclasses import replace
from typing import Any

import pytest

from access.opening import Access
from callbacks import daily
from callbacks.accounts_press import Press, perform
from callbacks.accounts_services import AccountServices
from domain.account import Account, Role, Viewer
from domain.daily import Daily
from layouts import address as addresses
from layouts.accounts.desk import Desk
from layouts.address import Address
from layouts.source import Records
from layouts.view import View
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

NOW = local(25, 7)
SEATS = {"li.wei": Role.DUTY, "zhao.min": Role.SHIFT, "lin.hua": Role.LEADER, "chen": Role.CLERK}


class NoSnapshot:
    """A cockpit in its first second."""

    def address(self, search: str, viewer: Viewer | None) -> Address:
        return addresses.read(search, city())

    def view(self, asked: Address, viewer: Viewer | None) -> View | None:
        return None

    def records(self, source: str, viewer: Viewer | None) -> Records:
        return Records(None, None)


PAPER = daily.paper(NoSnapshot())


@pytest.fixture
def services(access: Access, sqlite_store: Store) -> AccountServices:  # noqa: F811
    for login, role in SEATS.items():
        let_in(access, Account(login, f"姓名{login}", role, department="市水利局" if role is Role.CLERK else ""))
    return AccountServices(city(), sqlite_store, access, lambda: NOW)


def desk(services: AccountServices, login: str) -> Desk:
    return Desk(services.city, replace(officer(SEATS[login], login)), "zh", NOW)


def do(services: AccountServices, login: str, name: str, of: str, **fields: Any) -> str:
    return " ".join(texts(perform(PAPER.acts, services, desk(services, login), Press(name, of, fields)).notice))


def read(services: AccountServices, login: str, search: str = "") -> str:
    seen = desk(services, login)
    return " ".join([*texts(PAPER.body(services, seen, search)), *texts(PAPER.pane(services, seen, search))])


def test_a_case_is_put_in_checked_and_signed(services: AccountServices) -> None:
    (held,) = opened(services.store, case())
    assert held.say in read(services, "li.wei", f"?about={held.id}")
    assert "已存入今天的日报草稿" in do(services, "li.wei", "put", held.id, remark="持续关注")
    (one,) = services.store.duty.dossiers(Daily)
    assert (one.lines[0].about, one.lines[0].remark) == (held.id, "持续关注")
    assert "持续关注" in read(services, "lin.hua")
    assert "已核" not in do(services, "li.wei", "check", f"{one.id} {one.version}")
    for login, verb in (("zhao.min", "check"), ("lin.hua", "sign")):
        now = services.store.duty.dossiers(Daily)[0]
        assert now.id in do(services, login, verb, f"{now.id} {now.version}")
    assert services.store.duty.dossiers(Daily)[0].state == "signed"
    assert "已签发" in read(services, "li.wei")


def test_it_is_not_for_everybody(services: AccountServices) -> None:
    (held,) = opened(services.store, case())
    do(services, "li.wei", "put", held.id)
    assert "无权查看" in read(services, "chen")
    assert held.say not in read(services, "chen", f"?about={held.id}")
    assert "值班人员或领导" in do(services, "chen", "put", held.id)


def test_nonsense_is_answered(services: AccountServices) -> None:
    for of in ("", "metric:none@", "metric:air.aqi@nowhere", "GJ-19990101-0001", "RB-1 x y z"):
        assert "没有可以存入的内容" in do(services, "li.wei", "put", of)
        assert do(services, "li.wei", "write", of)
    assert services.store.duty.dossiers(Daily) == []
