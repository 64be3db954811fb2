"""The engine: a warehouse for tables, a ledger for promises, and runs that change both as one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine.ledger import DueRecord, Ledger, LoadRecord, RunRecord
from segmentry.engine.ledger.migration import HEAD
from segmentry.engine.ledger.store import IN_MEMORY
from segmentry.engine.owner import Ownership
from segmentry.engine.run import Run
from segmentry.engine.settings import EngineSettings
from segmentry.engine.warehouse import DuckWarehouse, Warehouse
from segmentry.terms.artifacts import Artifact
from segmentry.terms.errors import Problem, WorkspaceError, near_miss


class Engine:
    """The one door to both stores; opened by `Engine.open` and closed by its owner.

    Attributes:
        warehouse: The analytical store.
        ledger: The transactional store.
        settings: How much of the machine may be used.
        upgraded_from: Version of the ledger before it was upgraded at opening; None if it was new or current.
    """

    def __init__(
        self, warehouse: Warehouse, ledger: Ledger, settings: EngineSettings, ownership: Ownership | None = None
    ) -> None:
        self.warehouse = warehouse
        self.ledger = ledger
        self.settings = settings
        self.upgraded_from: str | None = None
        self._ownership = ownership
        self._current: dict[str, Artifact] | None = None

    @classmethod
    def open(cls, folder: Path, settings: EngineSettings | None = None, purpose: str = "python") -> Engine:
        """Open the stores inside ``folder``, creating them where they are missing.

        Raises:
            WorkspaceError: somebody else holds the workspace, or it was written by a newer segmentry.
        """
        settings = settings or EngineSettings()
        ownership = Ownership(folder, purpose)
        ownership.acquire()
        with ExitStack() as undo:
            undo.callback(ownership.release)
            ledger = Ledger(f"sqlite:///{folder / 'ledger.sqlite'}")
            found = ledger.open()
            engine = cls(DuckWarehouse(folder / "warehouse.duckdb", settings), ledger, settings, ownership)
            engine.upgraded_from = found if found != HEAD else None
            engine.sweep()
            undo.pop_all()
        return engine

    @classmethod
    def in_memory(cls, settings: EngineSettings | None = None) -> Engine:
        """An engine that leaves nothing behind: both stores in memory."""
        settings = settings or EngineSettings()
        ledger = Ledger(IN_MEMORY)
        ledger.open()
        return cls(DuckWarehouse(None, settings), ledger, settings)

    @contextmanager
    def run(self, kind: str, as_of: datetime | None = None) -> Iterator[Run]:
        """A run: all that it publishes becomes visible together at the end, or not at all.

        On an error everything written is removed again and the last good versions stay current.
        """
        run = Run(self, kind, as_of)
        with ExitStack() as undo:
            undo.callback(run.abandon)
            yield run
            run.commit()
            undo.pop_all()
        self.refresh()
        self.prune()

    def has(self, logical_name: str) -> bool:
        """Whether a version of this table has been committed."""
        return logical_name in self.current()

    def current(self) -> dict[str, Artifact]:
        """The current version of every logical name."""
        if self._current is None:
            self._current = self.ledger.current()
        return self._current

    def refresh(self) -> None:
        """Forget what is known of the ledger, so that the next look sees the newest commits."""
        self._current = None

    def artifact(self, logical_name: str) -> Artifact:
        """The current version of a table; `WorkspaceError` if nothing was published under this name."""
        known = self.current()
        if logical_name not in known:
            raise WorkspaceError(
                Problem(
                    "TABLE_UNKNOWN",
                    "Nothing was published under this name",
                    "workspace",
                    logical_name,
                    near_miss(logical_name, known) or "Load data and refresh first.",
                )
            )
        return known[logical_name]

    def table(self, logical_name: str) -> ir.Table:
        """The current version of a table as an Ibis expression."""
        return self.warehouse.table(self.artifact(logical_name).physical_name)

    def arrow(self, expression: ir.Expr) -> pa.Table:
        """Run an expression and bring the answer home as Arrow."""
        return self.warehouse.arrow(expression)

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        """Run an expression that yields few rows and bring them home as mappings."""
        return list(self.arrow(expression).to_pylist())

    def loads(self) -> list[LoadRecord]:
        """The loads in force, in order of arrival."""
        return self.ledger.loads()

    def last_run(self, kind: str | None = None) -> RunRecord | None:
        """The newest committed run, of one kind if asked."""
        return self.ledger.last_run(kind)

    def due(self) -> list[DueRecord]:
        """The head of the due-queue, in order of time."""
        return self.ledger.due()

    def sweep(self) -> set[str]:
        """Drop physical tables that no committed run knows; returns their names."""
        orphans = self.warehouse.names() - {artifact.physical_name for artifact in self.ledger.versions()}
        self.warehouse.drop(orphans)
        return orphans

    def prune(self, at_once: Collection[str] = ()) -> set[str]:
        """Drop versions beyond the number to keep, except parents of views that stay; returns their physical names.

        Args:
            at_once: Logical names of which nothing but the current version may stay, as after an erasure.
        """
        versions = self.ledger.versions()
        seen: dict[str, int] = {}
        stay: list[Artifact] = []
        for artifact in versions:
            seen[artifact.logical_name] = seen.get(artifact.logical_name, 0) + 1
            kept = 1 if artifact.logical_name in at_once else self.settings.keep_versions
            if seen[artifact.logical_name] <= kept:
                stay.append(artifact)
        needed = {artifact.physical_name for artifact in stay}
        needed |= {parent for artifact in stay if artifact.is_view for parent in artifact.parents}
        old = {artifact.physical_name for artifact in versions} - needed
        if old:
            self.ledger.forget(old)
            self.warehouse.drop(old)
        return old

    def close(self) -> None:
        """Let go of both stores and of the workspace."""
        self.warehouse.close()
        self.ledger.close()
        if self._ownership is not None:
            self._ownership.release()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
