"""When something is due though nothing happens."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "due",
        sa.Column("due_at", sa.DateTime(), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("customers", _BIG, nullable=False),
        sa.Column("run_sequence", _BIG, sa.ForeignKey("runs.sequence"), nullable=False),
    )
