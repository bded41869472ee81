"""Dossiers of the duty desk and their steps; a step can neither be changed nor taken away."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WORDS = "the steps of a dossier only grow: they cannot be changed or deleted"

SQLITE = (
    f"CREATE TRIGGER dossier_step_no_update BEFORE UPDATE ON dossier_step BEGIN SELECT RAISE(ABORT, '{WORDS}'); END",
    f"CREATE TRIGGER dossier_step_no_delete BEFORE DELETE ON dossier_step BEGIN SELECT RAISE(ABORT, '{WORDS}'); END",
    # INSERT OR REPLACE deletes without the trigger above.
    "CREATE TRIGGER dossier_step_no_replace BEFORE INSERT ON dossier_step"
    " WHEN EXISTS (SELECT 1 FROM dossier_step WHERE id = NEW.id)"
    f" BEGIN SELECT RAISE(ABORT, '{WORDS}'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION dossier_steps_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$"
    f" BEGIN RAISE EXCEPTION '{WORDS}'; END $$",
    "CREATE TRIGGER dossier_step_no_change BEFORE UPDATE OR DELETE ON dossier_step"
    " FOR EACH ROW EXECUTE FUNCTION dossier_steps_only_grow()",
    "CREATE TRIGGER dossier_step_no_truncate BEFORE TRUNCATE ON dossier_step"
    " FOR EACH STATEMENT EXECUTE FUNCTION dossier_steps_only_grow()",
)


def upgrade() -> None:
    texts = ("state", "title", "district", "topic", "unit", "owner", "about")
    op.create_table(
        "dossier",
        sa.Column("id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("prefix", "day")),
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("version", "level", "exercise", "over")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("opened", "updated")),
        *(sa.Column(name, sa.BigInteger()) for name in ("due", "closed")),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("dossier_number", "dossier", ["prefix", "day", "number"], unique=True)
    op.create_index("dossier_open", "dossier", ["prefix", "over", "opened"])
    op.create_index("dossier_unit", "dossier", ["unit", "prefix", "over"])
    op.create_index("dossier_about", "dossier", ["about"])
    op.create_index("dossier_due", "dossier", ["due"])
    op.create_table(
        "dossier_step",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("dossier_id", "actor", "verb", "old", "new", "told", "body")
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("dossier_step_dossier", "dossier_step", ["dossier_id"])
    op.create_index("dossier_step_at", "dossier_step", ["at"])
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("dossier_step")
    op.drop_table("dossier")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION dossier_steps_only_grow()")
