"""The tables of people and of the audit log, in the metadata of `store.tables`. Times are int64 ms UTC."""

from sqlalchemy import BigInteger, Column, Index, Integer, SmallInteger, Table, Text

from store.tables import metadata

# `districts` and `topics` are JSON lists, null = all of them. `password` is a hash in PHC form, "" = no password opens it.
account = Table(
    "account",
    metadata,
    Column("login", Text, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("name", "role", "department", "password")),
    *(Column(name, Text) for name in ("districts", "topics")),
    *(Column(name, SmallInteger, nullable=False, server_default="0") for name in ("disabled", "must_change")),
    *(Column(name, BigInteger, nullable=False) for name in ("created", "changed")),
    Column("last_seen", BigInteger),
)

# `secret` is the SHA-256 of what the cookie carries: a copy of the store opens no session.
session = Table(
    "session",
    metadata,
    Column("id", Text, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("secret", "login", "address", "agent")),
    *(Column(name, BigInteger, nullable=False) for name in ("created", "seen", "expires")),
    Column("remembered", SmallInteger, nullable=False),
    Column("revoked", BigInteger),
    Index("session_secret", "secret", unique=True),
    Index("session_login", "login"),
    Index("session_expires", "expires"),
)

# `scopes` and `sources` are JSON lists.
token = Table(
    "token",
    metadata,
    Column("id", Text, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("secret", "login", "name", "scopes", "sources")),
    *(Column(name, BigInteger, nullable=False) for name in ("created", "expires")),
    *(Column(name, BigInteger) for name in ("seen", "revoked")),
    Index("token_secret", "secret", unique=True),
    Index("token_login", "login"),
)

# Failed sign-ins by subject ("login:li.wei", "address:10.0.0.7"): also of logins that do not exist, which are not told apart.
attempt = Table(
    "attempt",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("locked_until", BigInteger),
    Index("attempt_last", "last"),
)

# Append-only by triggers (migration 0002). Numbered by the writer without a gap: a sequence leaves gaps at every roll-back,
# and a gap has to mean that a row is missing. `before` and `after` are canonical JSON.
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("actor", "verb", "thing", "address")),
    *(Column(name, Text, nullable=False) for name in ("before", "after", "reason", "prev", "hash")),
    Index("audit_at", "at"),
    Index("audit_actor", "actor"),
    Index("audit_thing", "thing"),
)
