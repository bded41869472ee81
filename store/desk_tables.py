"""The tables of the duty desk's core: cases, their steps, notices, silences. Times are int64 ms UTC."""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, SmallInteger, Table, Text

from store.tables import metadata

# `number` is the part of the id that counts within its day, so that the next one is one look at an index.
alert_case = Table(
    "alert_case",
    metadata,
    Column("id", Text, primary_key=True),
    Column("day", Text, nullable=False),
    Column("number", Integer, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("fingerprint", "rule", "metric", "site", "district", "topic")),
    *(Column(name, Text, nullable=False) for name in ("say", "condition", "handling", "owner", "cause", "note")),
    *(Column(name, Text, nullable=False) for name in ("group_key", "hidden")),
    *(Column(name, Integer, nullable=False) for name in ("version", "recurrence")),
    Column("level", SmallInteger, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in ("opened", "updated")),
    *(Column(name, BigInteger) for name in ("recovered", "closed", "acknowledged", "due", "escalates")),
    *(Column(name, Double) for name in ("value", "peak")),
    Column("flapping", Double, nullable=False),
    Column("rung", Integer, nullable=False, server_default="0"),
    Index("alert_case_number", "day", "number", unique=True),
    Index("alert_case_fingerprint", "fingerprint", "opened"),
    Index("alert_case_handling", "handling"),
    Index("alert_case_due", "due"),
    Index("alert_case_escalates", "escalates"),
    Index("alert_case_opened", "opened"),
    Index("alert_case_closed", "closed"),
)

case_step = Table(
    "case_step",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("actor", "verb", "new", "told")),
    Column("old", Text),
    Index("case_step_case", "case_id"),
    Index("case_step_at", "at"),
)

# `body` is JSON. `lease` is until when a worker holds it; after that it waits again.
notice = Table(
    "notice",
    metadata,
    Column("id", Text, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("kind", "receiver", "group_key", "state", "body")),
    *(Column(name, Text, nullable=False) for name in ("worker", "receipt", "error")),
    Column("level", SmallInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in ("made", "due")),
    *(Column(name, BigInteger) for name in ("lease", "sent")),
    Index("notice_state", "state", "due"),
    Index("notice_receiver", "receiver", "made"),
)

notice_case = Table(
    "notice_case",
    metadata,
    Column("notice_id", Text, primary_key=True),
    Column("case_id", Text, primary_key=True),
    Index("notice_case_case", "case_id"),
)

silence = Table(
    "silence",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    *(Column(name, Text, nullable=False) for name in ("matchers", "reason", "author", "approved")),
    Column("weekly", Text),
    *(Column(name, BigInteger, nullable=False) for name in ("start", "end", "created")),
    Column("ended", BigInteger),
    Index("silence_end", "end"),
    sqlite_autoincrement=True,
)

# One row a rule: what the collector knows of its evaluations. `failing` is since when it fails, null while it works.
rule_health = Table(
    "rule_health",
    metadata,
    Column("rule", Text, primary_key=True),
    Column("evaluated", BigInteger),
    *(Column(name, BigInteger, nullable=False) for name in ("evaluations", "failures", "updated")),
    Column("failing", BigInteger),
    Column("error", Text, nullable=False),
)
