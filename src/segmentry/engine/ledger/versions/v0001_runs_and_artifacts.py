"""Runs and the artifacts they published."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "runs",
        sa.Column("sequence", _BIG, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("committed_at", sa.DateTime(), nullable=False),
        sa.Column("as_of", sa.DateTime(), nullable=True),
        sa.Column("watermark", _BIG, nullable=False),
        sa.Column("code_version", sa.String(32), nullable=False),
        sa.Column("tzdata_version", sa.String(32), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.UniqueConstraint("id", name="uq_runs_id"),
    )
    op.create_table(
        "artifacts",
        sa.Column("physical_name", sa.String(128), primary_key=True),
        sa.Column("logical_name", sa.String(96), nullable=False),
        sa.Column("run_sequence", _BIG, sa.ForeignKey("runs.sequence"), nullable=False),
        sa.Column("contract", sa.JSON(), nullable=False),
        sa.Column("as_of", sa.DateTime(), nullable=True),
        sa.Column("spec_hash", sa.String(32), nullable=False),
        sa.Column("parents", sa.JSON(), nullable=False),
        sa.Column("rows", _BIG, nullable=False),
        sa.Column("is_view", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_artifacts_logical_name_run_sequence", "artifacts", ["logical_name", "run_sequence"])
