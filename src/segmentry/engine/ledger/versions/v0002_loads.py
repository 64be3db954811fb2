"""What was loaded from where, with its report."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "loads",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("run_sequence", _BIG, sa.ForeignKey("runs.sequence"), nullable=False),
        sa.Column("source", sa.String(96), nullable=False),
        sa.Column("contract_name", sa.String(96), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("spec_hash", sa.String(32), nullable=False),
        sa.Column("rows_read", _BIG, nullable=False),
        sa.Column("replaced_by", sa.String(32), nullable=True),
        sa.Column("report", sa.JSON(), nullable=False),
    )
