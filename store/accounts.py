"""Accounts as rows: read, added, changed; every change with its deed."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select

from domain.account import Account, Reach, Role
from domain.deed import Deed
from domain.errors import TransitionRefused
from store.attempts import Attempt, login_subject, read_attempts
from store.audit import write_deed
from store.moment import from_ms, from_ms_or_none, to_ms
from store.people_tables import account
from store.sessions import end_sessions

# What an audit row tells of an account, and a change of which ends its sessions.
TOLD = ("name", "role", "districts", "topics", "department", "disabled", "must_change")
ENDING = frozenset({"role", "districts", "topics", "department", "disabled"})


@dataclass(frozen=True, slots=True)
class Known:
    """An account with the hash of its password ("" = no password opens it)."""

    account: Account
    password: str


def read_accounts(connection: Connection) -> list[Account]:
    """Every account, in order of login."""
    rows = connection.execute(select(account).order_by(account.c.login)).mappings().all()
    attempts = read_attempts(connection, [login_subject(row["login"]) for row in rows])
    return [account_of(row, attempts.get(login_subject(row["login"]))) for row in rows]


def read_account(connection: Connection, login: str) -> Known | None:
    """One account; None when there is none of this login."""
    row = connection.execute(_of(login)).mappings().first()
    if row is None:
        return None
    attempt = read_attempts(connection, [login_subject(login)]).get(login_subject(login))
    return Known(account_of(row, attempt), row["password"])


def add_account(connection: Connection, new: Account, password: str, deed: Deed) -> bool:
    """Add an account; False when its login is taken."""
    if connection.execute(_of(new.login)).first() is not None:
        return False
    moment = to_ms(deed.at)
    row = {"login": new.login, **_told(new), "password": password, "created": moment, "changed": moment}
    connection.execute(account.insert(), row)
    write_deed(connection, replace(deed, after={**deed.after, **_shown(new)}))
    return True


def has_password(connection: Connection) -> bool:
    """Whether a password opens any account at all."""
    return connection.execute(select(account.c.login).where(account.c.password != "").limit(1)).first() is not None


def change_account(
    connection: Connection, login: str, change: Callable[[Account], Account], deed: Deed
) -> Account | None:
    """Change an account, with a deed that says what is different; None when there is none of this login.

    Nothing is kept when nothing is different. TransitionRefused when nobody would be left who can administer.
    """
    known = read_account(connection, login)
    if known is None:
        return None
    old, new = known.account, change(known.account)
    differs = {name for name in TOLD if _shown(old)[name] != _shown(new)[name]}
    if not differs:
        return old
    _write(connection, login, {**_told(new), "changed": to_ms(deed.at)})
    _keep_an_administrator(connection, old)
    after = {**deed.after, **_part(new, differs)}
    write_deed(connection, replace(deed, before=_part(old, differs), after=after))
    if differs & ENDING:
        end_sessions(connection, login, deed)
    return new


def set_password(connection: Connection, login: str, password: str, must_change: bool, deed: Deed) -> bool:
    """Set the hash of a password; False when there is no such account. The caller ends the sessions."""
    known = read_account(connection, login)
    if known is None:
        return False
    _write(connection, login, {"password": password, "must_change": int(must_change), "changed": to_ms(deed.at)})
    write_deed(connection, replace(deed, after={**deed.after, "must_change": must_change}))
    return True


def renew_hash(connection: Connection, login: str, old: str, new: str) -> None:
    """Exchange a password's hash, unless another was set meanwhile."""
    meant = (account.c.login == login, account.c.password == old)
    connection.execute(account.update().where(*meant).values(password=new))


def account_of(row: RowMapping, attempt: Attempt | None = None) -> Account:
    """The account of a row of its table, with the lock-out that stands against it."""
    return Account(
        login=row["login"],
        name=row["name"],
        role=Role(row["role"]),
        reach=Reach(_names(row["districts"]), _names(row["topics"])),
        department=row["department"],
        disabled=bool(row["disabled"]),
        must_change=bool(row["must_change"]),
        created=from_ms(row["created"]),
        changed=from_ms(row["changed"]),
        last_seen=from_ms_or_none(row["last_seen"]),
        failures=attempt.failures if attempt else 0,
        locked_until=attempt.locked_until if attempt else None,
    )


def _keep_an_administrator(connection: Connection, old: Account) -> None:
    """Whoever was the last one that can sign in and administer stays: else nobody could let anybody in again."""
    if old.role is not Role.ADMIN or old.disabled:
        return
    able = (account.c.role == Role.ADMIN.value, account.c.disabled == 0, account.c.password != "")
    if connection.execute(select(func.count()).select_from(account).where(*able)).scalar_one() == 0:
        raise TransitionRefused(f"{old.login} is the last administrator who can sign in", permanent=True)


def _of(login: str) -> Select[Any]:
    return select(account).where(account.c.login == login)


def _write(connection: Connection, login: str, values: Mapping[str, object]) -> None:
    connection.execute(account.update().where(account.c.login == login).values(**values))


def _told(one: Account) -> dict[str, object]:
    """An account's columns, without its login and times."""
    return {
        "name": one.name,
        "role": one.role.value,
        "department": one.department,
        "districts": _text(one.reach.districts),
        "topics": _text(one.reach.topics),
        "disabled": int(one.disabled),
        "must_change": int(one.must_change),
    }


def _shown(one: Account) -> dict[str, object]:
    """An account as an audit row tells it; null = all of them."""
    lists = {
        "districts": None if one.reach.districts is None else sorted(one.reach.districts),
        "topics": None if one.reach.topics is None else sorted(one.reach.topics),
    }
    flags = {"disabled": one.disabled, "must_change": one.must_change}
    return {"name": one.name, "role": one.role.value, "department": one.department, **lists, **flags}


def _part(one: Account, names: set[str]) -> dict[str, object]:
    return {name: value for name, value in _shown(one).items() if name in names}


def _text(names: frozenset[str] | None) -> str | None:
    return None if names is None else json.dumps(sorted(names), ensure_ascii=False)


def _names(text: str | None) -> frozenset[str] | None:
    return None if text is None else frozenset(json.loads(text))
