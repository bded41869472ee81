"""The tables of how sources are worked, in the metadata of `store.tables`. Times are int64 ms UTC."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from store.tables import metadata

# One row a source. holder, number, until: the lease; a commit under an older number is refused. told: when its collector last
# wrote breaker to next_run. paused: by a person.
source_control = Table(
    "source_control",
    metadata,
    Column("source", Text, primary_key=True),
    Column("holder", Text, nullable=False, server_default=""),
    Column("number", Integer, nullable=False, server_default="0"),
    Column("until", BigInteger, nullable=False, server_default="0"),
    Column("breaker", Text, nullable=False, server_default="closed"),
    Column("failures", Integer, nullable=False, server_default="0"),
    *(Column(name, BigInteger) for name in ("opened", "probe", "next_run", "told", "paused")),
    *(Column(name, Text, nullable=False, server_default="") for name in ("paused_by", "paused_why")),
)

# What people asked of a source, handed from the web process to the collector that holds it.
source_command = Table(
    "source_command",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    *(Column(name, Text, nullable=False) for name in ("source", "verb", "actor", "state", "holder", "result")),
    Column("asked", BigInteger, nullable=False),
    *(Column(name, BigInteger) for name in ("start", "end", "taken", "ended")),
    Index("source_command_source", "source", "id"),
    Index("source_command_state", "state"),
)

# The collectors, as they last told of themselves.
collector = Table(
    "collector",
    metadata,
    Column("holder", Text, primary_key=True),
    *(Column(name, BigInteger, nullable=False) for name in ("started", "seen")),
    *(Column(name, BigInteger, nullable=False) for name in ("batches", "bytes", "limit")),
    Column("oldest", BigInteger),
)
