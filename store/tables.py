"""The tables, as SQLAlchemy Core. Times are int64 ms UTC. `store/migrations` makes exactly this; a test compares them."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
)

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

series = Table(
    "series",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("metric", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("standard", Text, nullable=False),
    # The log holds nothing older (retention): a late value below it must not replace a roll-up made from deleted rows.
    Column("kept_from", BigInteger, nullable=False, server_default="0"),
    Index("series_key", "metric", "site", "source", "standard", unique=True),
)

# The log. Its key is at << 20 | series_id: time first, so that it appends, and one number, so that in SQLite it is the rowid:
# 27 bytes a value against 35 with a column for each, and a fifth more values a second on both databases.
# `told` is (received - at) << 2 | quality: small when a value arrives soon. The view `log` shows all of it in plain columns.
observation = Table(
    "observation",
    metadata,
    Column("key", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    Column("told", BigInteger, nullable=False),
    Column("value", Double),
)

latest = Table(
    "latest",
    metadata,
    Column("at", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("value", Double),
    Column("series_id", Integer, primary_key=True, autoincrement=False),
    Column("quality", SmallInteger, nullable=False),
    # Rows are replaced in place all the time; free room on the page keeps that away from the index (HOT).
    postgresql_with={"fillfactor": 50},
)


def _rollup(name: str) -> Table:
    """Hours and days have one shape. Keyed by bucket first: a screen reads all series of a few buckets."""
    return Table(
        name,
        metadata,
        Column("bucket", BigInteger, primary_key=True, autoincrement=False),
        Column("series_id", Integer, primary_key=True, autoincrement=False),
        Column("n", Integer, nullable=False),
        *(Column(part, Double, nullable=False) for part in ("sum", "min", "max", "first", "last")),
        sqlite_with_rowid=False,
    )


hour = _rollup("hour")
day = _rollup("day")

# Closed hours whose log has changed since. series_id 0 = every series of the hour.
dirty = Table(
    "dirty",
    metadata,
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    Column("series_id", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# One row for each commit that moved something. `spans` are pairs of int64 ms: where in the log to look for it.
change = Table(
    "change",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=True),
    Column("received", BigInteger, nullable=False),
    Column("kinds", Text, nullable=False),
    Column("metrics", Text, nullable=False),
    Column("spans", LargeBinary, nullable=False),
    sqlite_autoincrement=True,  # a version must not come back after old ones are deleted
)


def _incident_columns() -> list[Column[Any]]:
    text = ("kind", "title", "status", "department", "district", "site", "detail")
    return [
        *(Column(name, BigInteger, nullable=False) for name in ("at",)),
        *(Column(name, Text, nullable=False) for name in text),
        Column("grade", SmallInteger),
        Column("lon", Double),
        Column("lat", Double),
    ]


incident = Table(
    "incident",
    metadata,
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("updated", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    *_incident_columns(),
    Index("incident_at", "at"),
    Index("incident_status", "status"),
    Index("incident_received", "received"),
)

incident_version = Table(
    "incident_version",
    metadata,
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("updated", BigInteger, primary_key=True, autoincrement=False),
    Column("received", BigInteger, primary_key=True, autoincrement=False),
    *_incident_columns(),
)


def _alert_columns() -> list[Column[Any]]:
    return [
        *(Column(name, Text, nullable=False) for name in ("rule", "metric", "site", "condition", "say")),
        *(Column(name, SmallInteger, nullable=False) for name in ("level", "stale")),
        Column("since", BigInteger, nullable=False),
        *(Column(name, BigInteger) for name in ("fired", "cleared")),
        *(Column(name, Double) for name in ("value", "peak")),
    ]


# The present state of each fingerprint: what compare-and-set writes against.
alert = Table(
    "alert",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("updated", BigInteger, nullable=False),
    *_alert_columns(),
    Index("alert_condition", "condition"),
)

# Every state an alert was saved in, for replay.
alert_version = Table(
    "alert_version",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("updated", BigInteger, primary_key=True, autoincrement=False),
    *_alert_columns(),
    Index("alert_version_updated", "updated"),
)

transition = Table(
    "transition",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("fingerprint", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("old", Text, nullable=False),
    Column("new", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("value", Double),
    Column("reason", Text, nullable=False),
    Index("transition_at", "at"),
)

# A record that is met again (the department still serves it) is the same row: `seen` and `times` move.
quarantine = Table(
    "quarantine",
    metadata,
    Column("source", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("times", Integer, nullable=False),
    Index("quarantine_seen", "seen"),
)

source_run = Table(
    "source_run",
    metadata,
    Column("source", Text, primary_key=True),
    Column("started", BigInteger, primary_key=True, autoincrement=False),
    Column("ended", BigInteger, nullable=False),
    Column("ok", SmallInteger, nullable=False),
    *(Column(name, Integer, nullable=False) for name in ("read", "written", "duplicates", "rejected")),
    Column("error", Text, nullable=False),
    Column("cursor", Text),
    Index("source_run_started", "started"),
)

source_state = Table(
    "source_state",
    metadata,
    Column("source", Text, primary_key=True),
    Column("cursor", Text),
    Column("last_run", BigInteger),
    Column("last_success", BigInteger),
    Column("latency_ms", BigInteger),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failing_since", BigInteger),
    Column("well_since", BigInteger),
    Column("error", Text, nullable=False, server_default=""),
)

# Places learnt from records, as domain.place.Site in JSON.
site = Table(
    "site",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("spec", Text, nullable=False),
)
