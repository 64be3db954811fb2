"""The ledger: promises kept in transactions. One row in ``runs`` commits all that a run published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from segmentry.engine.ledger.due import DueRecord, due_head, replace_due
from segmentry.engine.ledger.migration import upgrade
from segmentry.engine.ledger.models import ArtifactRow, LoadRow, RunRow
from segmentry.terms.artifacts import Artifact

IN_MEMORY = "sqlite://"
"""A ledger that is gone when it is closed."""

_ONE_CONNECTION: dict[str, Any] = {"poolclass": sa.StaticPool, "connect_args": {"check_same_thread": False}}


@dataclass(frozen=True, slots=True)
class LoadRecord:
    """One load as the ledger remembers it.

    Attributes:
        id: Id of the load, carried by its rows.
        source: Name of the source.
        contract_name: Canonical table it fills.
        file_name: Name of the file, without its folder.
        content_hash: SHA-256 of the file's bytes.
        spec_hash: Fingerprint of the mapping and rules it was read with.
        rows_read: Rows read from the file.
        report: What was read, excluded and put aside, as a JSON-ready mapping.
        replaces: Id of the load this one corrects, if any.
    """

    id: str
    source: str
    contract_name: str
    file_name: str
    content_hash: str
    spec_hash: str
    rows_read: int
    report: dict[str, Any] = field(default_factory=dict)
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as it is committed."""

    id: str
    kind: str
    started_at: datetime
    committed_at: datetime
    as_of: datetime | None
    code_version: str
    tzdata_version: str
    notes: dict[str, Any]
    sequence: int = 0
    watermark: int = 0


class Ledger:
    """The transactional store, on SQLite or PostgreSQL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = sa.create_engine(url, **(_ONE_CONNECTION if url == IN_MEMORY else {}))
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _durable)

    def open(self) -> str | None:
        """Create or upgrade the tables; returns the version found before, None for a new ledger."""
        return upgrade(self._engine)

    def commit(
        self,
        run: RunRecord,
        artifacts: Iterable[Artifact],
        loads: Iterable[LoadRecord] = (),
        due: Sequence[DueRecord] | None = None,
    ) -> RunRecord:
        """Commit a run and all that it published in one transaction; after it every reader sees all of it.

        A run that carries loads raises the data watermark by one.

        Args:
            run: The run.
            artifacts: What it published.
            loads: What it loaded.
            due: The new head of the due-queue; None to leave the one before.
        """
        loads = tuple(loads)
        with Session(self._engine) as session, session.begin():
            watermark = self._watermark(session) + bool(loads)
            row = RunRow(**_columns(run, watermark))
            session.add(row)
            session.flush()
            session.add_all(_artifact_row(artifact, row.sequence) for artifact in artifacts)
            for load in loads:
                _add_load(session, load, row.sequence)
            if due is not None:
                replace_due(session, due, row.sequence)
            return _run_record(row)

    def current(self) -> dict[str, Artifact]:
        """The newest committed version of every logical name."""
        newest = (
            sa.select(ArtifactRow.logical_name, sa.func.max(ArtifactRow.run_sequence).label("sequence"))
            .group_by(ArtifactRow.logical_name)
            .subquery()
        )
        query = self._versions().join(
            newest,
            (ArtifactRow.logical_name == newest.c.logical_name) & (ArtifactRow.run_sequence == newest.c.sequence),
        )
        return {artifact.logical_name: artifact for artifact in self._artifacts(query)}

    def versions(self) -> list[Artifact]:
        """Every retained version of every table, newest first."""
        return self._artifacts(self._versions().order_by(ArtifactRow.run_sequence.desc()))

    def forget(self, physical_names: Iterable[str]) -> None:
        """Take versions out of the ledger, before their tables are dropped."""
        with Session(self._engine) as session, session.begin():
            session.execute(sa.delete(ArtifactRow).where(ArtifactRow.physical_name.in_(list(physical_names))))

    def loads(self, *, live_only: bool = True) -> list[LoadRecord]:
        """The loads in order of arrival; replaced ones only on request."""
        query = sa.select(LoadRow).order_by(LoadRow.run_sequence, LoadRow.id)
        if live_only:
            query = query.where(LoadRow.replaced_by.is_(None))
        with Session(self._engine) as session:
            return [_load_record(row) for row in session.scalars(query)]

    def due(self) -> list[DueRecord]:
        """The head of the due-queue, in order of time; empty before one was committed."""
        with Session(self._engine) as session:
            return due_head(session)

    def last_run(self, kind: str | None = None) -> RunRecord | None:
        """The newest committed run, of one kind if asked."""
        query = sa.select(RunRow).order_by(RunRow.sequence.desc()).limit(1)
        if kind is not None:
            query = query.where(RunRow.kind == kind)
        with Session(self._engine) as session:
            row = session.scalars(query).first()
            return None if row is None else _run_record(row)

    def close(self) -> None:
        """Let go of the store."""
        self._engine.dispose()

    @staticmethod
    def _watermark(session: Session) -> int:
        return int(session.scalar(sa.select(sa.func.coalesce(sa.func.max(RunRow.watermark), 0))) or 0)

    @staticmethod
    def _versions() -> sa.Select[ArtifactRow, RunRow]:
        return sa.select(ArtifactRow, RunRow).join(RunRow, RunRow.sequence == ArtifactRow.run_sequence)

    def _artifacts(self, query: sa.Select[ArtifactRow, RunRow]) -> list[Artifact]:
        with Session(self._engine) as session:
            return [_artifact(row, run) for row, run in session.execute(query)]


def _durable(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _columns(run: RunRecord, watermark: int) -> dict[str, Any]:
    return {
        "id": run.id,
        "kind": run.kind,
        "started_at": run.started_at,
        "committed_at": run.committed_at,
        "as_of": run.as_of,
        "watermark": watermark,
        "code_version": run.code_version,
        "tzdata_version": run.tzdata_version,
        "notes": run.notes,
    }


def _run_record(row: RunRow) -> RunRecord:
    return RunRecord(
        row.id,
        row.kind,
        row.started_at,
        row.committed_at,
        row.as_of,
        row.code_version,
        row.tzdata_version,
        dict(row.notes),
        row.sequence,
        row.watermark,
    )


def _artifact_row(artifact: Artifact, sequence: int) -> ArtifactRow:
    return ArtifactRow(
        physical_name=artifact.physical_name,
        logical_name=artifact.logical_name,
        run_sequence=sequence,
        contract=artifact.contract,
        as_of=artifact.as_of,
        spec_hash=artifact.spec_hash,
        parents=list(artifact.parents),
        rows=artifact.rows,
        is_view=artifact.is_view,
    )


def _artifact(row: ArtifactRow, run: RunRow) -> Artifact:
    return Artifact(
        row.logical_name,
        row.physical_name,
        run.id,
        dict(row.contract),
        row.as_of,
        row.spec_hash,
        tuple(row.parents),
        row.rows,
        run.code_version,
        run.tzdata_version,
        row.is_view,
    )


def _add_load(session: Session, load: LoadRecord, sequence: int) -> None:
    if load.replaces is not None:
        session.execute(sa.update(LoadRow).where(LoadRow.id == load.replaces).values(replaced_by=load.id))
    session.add(
        LoadRow(
            id=load.id,
            run_sequence=sequence,
            source=load.source,
            contract_name=load.contract_name,
            file_name=load.file_name,
            content_hash=load.content_hash,
            spec_hash=load.spec_hash,
            rows_read=load.rows_read,
            report=load.report,
        )
    )


def _load_record(row: LoadRow) -> LoadRecord:
    return LoadRecord(
        row.id,
        row.source,
        row.contract_name,
        row.file_name,
        row.content_hash,
        row.spec_hash,
        row.rows_read,
        dict(row.report),
    )
