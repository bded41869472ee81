"""Sessions and tokens as rows: opened, found by the digest of their secret, ended; each with its deed."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, RowMapping, Select, Table, Text, bindparam, select

from domain.deed import Deed
from domain.session import Scope, Session, Token
from store.audit import write_deed
from store.driver import storable
from store.moment import from_ms, from_ms_or_none, to_ms
from store.people_tables import account, session, token


def add_session(connection: Connection, new: Session, secret: str, deed: Deed) -> None:
    """Keep a session under the digest of its secret."""
    row = {
        "id": new.id,
        "secret": secret,
        "login": new.login,
        "address": storable(new.address),
        "agent": storable(new.agent),
        **{name: to_ms(getattr(new, name)) for name in ("created", "seen", "expires")},
        "remembered": int(new.remembered),
    }
    connection.execute(session.insert(), row)
    _note_seen(connection, new.login, to_ms(new.created))
    write_deed(connection, deed)


def read_sessions(connection: Connection, now: datetime, login: str | None = None) -> list[Session]:
    """Sessions that are neither ended nor expired, those used last first."""
    statement = select(session).where(session.c.revoked.is_(None), session.c.expires > to_ms(now))
    if login is not None:
        statement = statement.where(session.c.login == login)
    rows = connection.execute(statement.order_by(session.c.seen.desc(), session.c.id)).mappings()
    return [session_of(row) for row in rows]


def find_session(connection: Connection, column: str, value: str) -> Session | None:
    """The session of an id, or of the digest of its secret; also one that has ended."""
    row = connection.execute(select(session).where(session.c[column] == storable(value))).mappings().first()
    return None if row is None else session_of(row)


def end_session(connection: Connection, key: str, deed: Deed) -> bool:
    """End one session; False when it is not there or over already."""
    open_one = (session.c.id == key, session.c.revoked.is_(None))
    if connection.execute(session.update().where(*open_one).values(revoked=to_ms(deed.at))).rowcount == 0:
        return False
    write_deed(connection, deed)
    return True


def end_sessions(connection: Connection, login: str, deed: Deed, keep: str = "") -> int:
    """End every session of a login but one, under the deed that is written already; how many."""
    meant = (session.c.login == login, session.c.revoked.is_(None), session.c.id != keep)
    return connection.execute(session.update().where(*meant).values(revoked=to_ms(deed.at))).rowcount


def touch(connection: Connection, table: Table, seen: Mapping[str, datetime]) -> None:
    """Move forward when sessions or tokens, and their accounts, were seen."""
    if not seen:
        return
    rows = [{"key": key, "moment": to_ms(at)} for key, at in seen.items()]
    key, moment = bindparam("key", type_=Text), bindparam("moment", type_=BigInteger)
    owner = select(table.c.login).where(table.c.id == key).scalar_subquery()
    for of, meant, column in ((table, table.c.id == key, "seen"), (account, account.c.login == owner, "last_seen")):
        older = of.c[column].is_(None) | (of.c[column] < moment)
        connection.execute(of.update().where(meant, older).values({column: moment}), rows)


def forget_sessions(connection: Connection, before: datetime) -> None:
    """Delete sessions that expired long ago; the audit log still tells of them."""
    connection.execute(session.delete().where(session.c.expires < to_ms(before)))


def add_token(connection: Connection, new: Token, secret: str, deed: Deed) -> None:
    """Keep a token under the digest of its secret."""
    row = {
        "id": new.id,
        "secret": secret,
        "login": new.login,
        "name": storable(new.name),
        "scopes": json.dumps(sorted(new.scopes)),
        "sources": json.dumps(sorted(new.sources), ensure_ascii=False),
        "created": to_ms(new.created),
        "expires": to_ms(new.expires),
    }
    connection.execute(token.insert(), row)
    told = {"name": new.name, "scopes": new.scopes, "sources": new.sources, "expires": new.expires}
    write_deed(connection, replace(deed, after={**deed.after, **told}))


def read_tokens(connection: Connection, login: str | None = None) -> list[Token]:
    """Every token, also revoked and expired ones, newest first."""
    statement: Select[Any] = select(token).order_by(token.c.created.desc(), token.c.id)
    if login is not None:
        statement = statement.where(token.c.login == login)
    return [token_of(row) for row in connection.execute(statement).mappings()]


def find_token(connection: Connection, column: str, value: str) -> Token | None:
    """The token of an id, or of the digest of its secret; also one that is over."""
    row = connection.execute(select(token).where(token.c[column] == storable(value))).mappings().first()
    return None if row is None else token_of(row)


def end_token(connection: Connection, key: str, deed: Deed) -> bool:
    """Revoke a token; False when it is not there or revoked already."""
    open_one = (token.c.id == key, token.c.revoked.is_(None))
    if connection.execute(token.update().where(*open_one).values(revoked=to_ms(deed.at))).rowcount == 0:
        return False
    write_deed(connection, deed)
    return True


def session_of(row: RowMapping) -> Session:
    """A session of a row of its table."""
    return Session(
        id=row["id"],
        login=row["login"],
        created=from_ms(row["created"]),
        seen=from_ms(row["seen"]),
        expires=from_ms(row["expires"]),
        address=row["address"],
        agent=row["agent"],
        remembered=bool(row["remembered"]),
        revoked=from_ms_or_none(row["revoked"]),
    )


def token_of(row: RowMapping) -> Token:
    """A token of a row of its table."""
    return Token(
        id=row["id"],
        login=row["login"],
        name=row["name"],
        created=from_ms(row["created"]),
        expires=from_ms(row["expires"]),
        scopes=frozenset(Scope(name) for name in json.loads(row["scopes"])),
        sources=frozenset(json.loads(row["sources"])),
        seen=from_ms_or_none(row["seen"]),
        revoked=from_ms_or_none(row["revoked"]),
    )


def _note_seen(connection: Connection, login: str, at: int) -> None:
    older = account.c.last_seen.is_(None) | (account.c.last_seen < at)
    connection.execute(account.update().where(account.c.login == login, older).values(last_seen=at))
