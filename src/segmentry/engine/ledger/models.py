"""The tables of the ledger."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, DateTime, ForeignKey, Index, Integer, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_BIG = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """Base of the ledger's tables, with names for every constraint so that migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
        }
    )


class RunRow(Base):
    """One finished run; its row is the commit point of everything the run published."""

    __tablename__ = "runs"

    sequence: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[Any] = mapped_column(DateTime)
    committed_at: Mapped[Any] = mapped_column(DateTime)
    as_of: Mapped[Any | None] = mapped_column(DateTime, nullable=True)
    watermark: Mapped[int] = mapped_column(_BIG)
    code_version: Mapped[str] = mapped_column(String(32))
    tzdata_version: Mapped[str] = mapped_column(String(32))
    notes: Mapped[Any] = mapped_column(JSON)


class ArtifactRow(Base):
    """One published version of a table."""

    __tablename__ = "artifacts"
    __table_args__ = (Index("ix_artifacts_logical_name_run_sequence", "logical_name", "run_sequence"),)

    physical_name: Mapped[str] = mapped_column(String(128), primary_key=True)
    logical_name: Mapped[str] = mapped_column(String(96))
    run_sequence: Mapped[int] = mapped_column(_BIG, ForeignKey("runs.sequence"))
    contract: Mapped[Any] = mapped_column(JSON)
    as_of: Mapped[Any | None] = mapped_column(DateTime, nullable=True)
    spec_hash: Mapped[str] = mapped_column(String(32))
    parents: Mapped[Any] = mapped_column(JSON)
    rows: Mapped[int] = mapped_column(_BIG)
    is_view: Mapped[bool] = mapped_column(Boolean)


class LoadRow(Base):
    """One file (or part of a source) that was loaded; a corrected file replaces its earlier load."""

    __tablename__ = "loads"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    run_sequence: Mapped[int] = mapped_column(_BIG, ForeignKey("runs.sequence"))
    source: Mapped[str] = mapped_column(String(96))
    contract_name: Mapped[str] = mapped_column(String(96))
    file_name: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    spec_hash: Mapped[str] = mapped_column(String(32))
    rows_read: Mapped[int] = mapped_column(_BIG)
    replaced_by: Mapped[str | None] = mapped_column(String(32), nullable=True)
    report: Mapped[Any] = mapped_column(JSON)


class DueRow(Base):
    """One instant at which something is due though nothing happens; a new head of the queue replaces all rows."""

    __tablename__ = "due"

    due_at: Mapped[Any] = mapped_column(DateTime, primary_key=True)
    kind: Mapped[Any] = mapped_column(String(16), primary_key=True)
    customers: Mapped[int] = mapped_column(_BIG)
    run_sequence: Mapped[int] = mapped_column(_BIG, ForeignKey("runs.sequence"))
