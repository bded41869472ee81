"""Access to a fresh store, with passwords that cost no time; `access` is on SQLite, `everywhere` on each database in turn."""

from dataclasses import replace
from datetime import datetime

import pytest
from argon2 import PasswordHasher

from access.opening import Access, open_access
from access.passwords import Passwords
from access.secret import Key
from access.sessions import Entered
from domain.account import Account, Role, Viewer
from domain.session import Visit
from store import Store
from tests.store.conftest import (  # noqa: F401 - fixtures
    address,
    backend,
    empty_address,
    postgres,
    sqlite_store,
    store,
    url,
)
from tests.store.values import NOW

KEY = Key(b"k" * 48)
WEAK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
DEPARTMENTS = {"air": "市生态环境局", "water_sections": "市生态环境局", "hydro": "市水利局"}
ADDRESS = "10.0.0.7"
PASSWORD = "一夜鱼龙舞 1207"


def opened(kept: Store, *, demo: bool = False) -> Access:
    return open_access(kept, KEY, departments=DEPARTMENTS, demo=demo, passwords=Passwords(WEAK))


@pytest.fixture
def access(sqlite_store: Store) -> Access:  # noqa: F811
    return opened(sqlite_store)


@pytest.fixture
def everywhere(store: Store) -> Access:  # noqa: F811
    return opened(store)


def visit(at: datetime = NOW, address: str = ADDRESS) -> Visit:  # noqa: F811
    return Visit(at, address, "Mozilla/5.0")


def come_in(access: Access, login: str, password: str, at: datetime = NOW, *, remember: bool = False) -> Entered:
    entered = access.people.sign_in(login, password, visit(at), remember=remember)
    assert isinstance(entered, Entered)
    return entered


def let_in(access: Access, account: Account, at: datetime = NOW) -> Entered:
    """Make an account, change its first password to PASSWORD, come in."""
    first = access.people.add(account, admin(access), at)
    entered = come_in(access, account.login, first, at)
    access.people.change_password(entered.viewer, first, PASSWORD, at)
    return replace(entered, viewer=replace(entered.viewer, must_change=False))


def admin(access: Access) -> Viewer:
    """The administrator, made at the first call."""
    made = access.people.first_administrator(NOW)
    if made is not None:
        viewer = come_in(access, *made).viewer
        access.people.change_password(viewer, made[1], PASSWORD, NOW)
        return replace(viewer, must_change=False)
    return come_in(access, "admin", PASSWORD).viewer


def of(role: Role, login: str = "li.wei") -> Account:
    return Account(login, "李伟", role, department="市生态环境局" if role is Role.CLERK else "")
