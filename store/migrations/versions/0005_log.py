"""The log keyed by one number, with arrival and quality beside it in another; the view `log` shows the columns it had."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REACH = 1 << 43  # ms before and after 1970 that a key can hold; what lies beyond is no time that a source may tell
PACK = (
    "INSERT INTO packed SELECT ts << 20 | series_id, (received - ts) << 2 | quality, value FROM observation"
    f" WHERE ts >= -{REACH} AND ts < {REACH} ORDER BY ts, series_id"
)
VIEW = (
    "CREATE VIEW log AS SELECT key >> 20 AS ts, key & 1048575 AS series_id, value, told & 3 AS quality,"
    " (key >> 20) + (told >> 2) AS received FROM observation"
)


def upgrade() -> None:
    op.create_table(
        "packed",
        sa.Column("key", KEY, autoincrement=False, nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    _replace("packed", PACK)
    op.execute(VIEW)


def downgrade() -> None:
    op.create_table(
        "plain",
        sa.Column("ts", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("series_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("quality", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("ts", "series_id"),
        sqlite_with_rowid=False,
    )
    op.execute("CREATE TABLE held AS SELECT * FROM log")
    op.execute("DROP VIEW log")
    _replace("plain", "INSERT INTO plain SELECT ts, received, value, series_id, quality FROM held ORDER BY ts, series_id")
    op.drop_table("held")


def _replace(name: str, fill: str) -> None:
    """Put a new table in the place of the log."""
    op.execute(fill)
    op.drop_table("observation")
    op.rename_table(name, "observation")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER INDEX {name}_pkey RENAME TO observation_pkey")
