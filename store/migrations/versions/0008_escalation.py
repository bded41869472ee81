"""When a case that nobody signs for goes a rung higher; how the rules are doing."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alert_case", sa.Column("escalates", sa.BigInteger()))
    op.add_column("alert_case", sa.Column("rung", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("alert_case_escalates", "alert_case", ["escalates"])
    op.create_table(
        "rule_health",
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("evaluated", sa.BigInteger()),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("evaluations", "failures", "updated")),
        sa.Column("failing", sa.BigInteger()),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rule"),
    )


def downgrade() -> None:
    op.drop_table("rule_health")
    op.drop_index("alert_case_escalates", "alert_case")
    op.drop_column("alert_case", "rung")
    op.drop_column("alert_case", "escalates")
