"""The tables of what other systems push, in the metadata of `store.tables`. Times are int64 ms UTC."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from store.tables import metadata

# What was answered to a request with an idempotency key. `digest` is that of the request, `answer` compressed.
push_answer = Table(
    "push_answer",
    metadata,
    Column("source", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Index("push_answer_at", "at"),
)

# Pushed values that nothing was computed from and no rule has seen yet. `rows` are columns (see store.push_rows).
push_waiting = Table(
    "push_waiting",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("rows", LargeBinary, nullable=False),
    sqlite_autoincrement=True,  # a number that was done must not come back
)
