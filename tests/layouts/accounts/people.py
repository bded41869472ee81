"""People for the tests of the pages about them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from access.rights import RIGHTS
from domain.account import WHOLE, Account, Reach, Role, Viewer
from domain.session import Scope, Session, Token
from layouts.accounts.desk import Desk
from store.audit import AuditRow
from tests.layouts.fake import city as made_city

city = cache(made_city)
NOW = datetime(2026, 11, 23, 6, 34, 8, tzinfo=UTC)  # 14:34:08 in the city


def viewer(role: Role = Role.ADMIN, login: str = "li.wei", reach: Reach = WHOLE) -> Viewer:
    return Viewer(login, "李伟", role, RIGHTS[role], reach, "市水利局", "here", "10.0.0.7")


def desk(role: Role = Role.ADMIN, lang: str = "zh", login: str = "li.wei") -> Desk:
    return Desk(city(), viewer(role, login), lang, NOW)


def account(login: str = "zhao.min", role: Role = Role.DUTY, **facts: Any) -> Account:
    return replace(Account(login, "赵敏", role, created=NOW - timedelta(days=3)), **facts)


def session(key: str = "here", login: str = "li.wei", **facts: Any) -> Session:
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0.0.0 Safari/537.36"
    seen = NOW - timedelta(minutes=5)
    return replace(
        Session(key, login, NOW - timedelta(hours=1), seen, NOW + timedelta(hours=11), "10.0.0.7", agent), **facts
    )


def token(key: str = "t1", **facts: Any) -> Token:
    made = Token(key, "li.wei", "每日抽取", NOW - timedelta(days=1), NOW + timedelta(days=29), frozenset({Scope.READ}))
    return replace(made, **facts)


def row(number: int = 7, **facts: Any) -> AuditRow:
    made = AuditRow(
        id=number,
        at=NOW,
        actor="li.wei",
        verb="account.change",
        thing="account:zhao.min",
        address="10.0.0.7",
        before={"role": "clerk"},
        after={"role": "duty_officer"},
        reason="",
        prev="a" * 64,
        hash="b" * 64,
    )
    return replace(made, **facts)


def pressed_ids(tree: Any) -> set[tuple[str, str]]:
    """(what, of) of every button that a page's callback hears."""
    if isinstance(tree, list):
        return {found for child in tree for found in pressed_ids(child)}
    if not isinstance(tree, dict) or "props" not in tree:
        return set()
    ident = tree["props"].get("id")
    own = {(ident["press"], ident["of"])} if isinstance(ident, dict) and "press" in ident else set()
    return own | pressed_ids(tree["props"].get("children"))


def find(tree: Any, cls: str) -> list[dict[str, Any]]:
    """Every node that has a class."""
    if isinstance(tree, list):
        return [found for child in tree for found in find(child, cls)]
    if not isinstance(tree, dict) or "props" not in tree:
        return []
    own = [tree] if cls in (tree["props"].get("className") or "").split() else []
    return own + find(tree["props"].get("children"), cls)


def plain(page: Any) -> dict[str, Any]:
    """A page as the JSON it is sent as."""
    from plotly.io.json import to_json_plotly

    found: dict[str, Any] = json.loads(to_json_plotly(page))
    return found
