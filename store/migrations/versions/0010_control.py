"""How sources are worked: leases, breakers, pauses, commands, and the collectors."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source_control",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False, server_default=""),
        sa.Column("number", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("until", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("breaker", sa.Text(), nullable=False, server_default="closed"),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        *(sa.Column(name, sa.BigInteger()) for name in ("opened", "probe", "next_run", "told", "paused")),
        *(sa.Column(name, sa.Text(), nullable=False, server_default="") for name in ("paused_by", "paused_why")),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_table(
        "source_command",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("source", "verb", "actor", "state", "holder", "result")
        ),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger()) for name in ("start", "end", "taken", "ended")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("source_command_source", "source_command", ["source", "id"])
    op.create_index("source_command_state", "source_command", ["state"])
    op.create_table(
        "collector",
        sa.Column("holder", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("started", "seen", "batches", "bytes", "limit")),
        sa.Column("oldest", sa.BigInteger()),
        sa.PrimaryKeyConstraint("holder"),
    )


def downgrade() -> None:
    for name in ("collector", "source_command", "source_control"):
        op.drop_table(name)
