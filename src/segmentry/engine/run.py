"""A run: the unit of work in which rooms publish tables that become visible together."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import ibis.expr.types as ir
import pyarrow as pa

from segmentry import __version__
from segmentry.engine.ledger import DueRecord, LoadRecord, RunRecord
from segmentry.engine.types import arrow_schema, conform
from segmentry.terms.artifacts import Artifact, Spec
from segmentry.terms.clock import tzdata_version
from segmentry.terms.tables import Contract

if TYPE_CHECKING:
    from segmentry.engine.engine import Engine


class Run:
    """What a room's ``run`` module is handed: it reads current tables, publishes new ones and remembers loads.

    Inside the run, tables that it has already published are read in their new version.

    Attributes:
        engine: The engine.
        id: Id of the run; sorts by time.
        kind: What the run does, such as ``load`` or ``refresh``.
        as_of: Instant (UTC) for which statements are made, where there is one.
        notes: Free JSON-ready remarks that are committed with the run.
    """

    def __init__(self, engine: Engine, kind: str, as_of: datetime | None = None) -> None:
        self.engine = engine
        self.kind = kind
        self.as_of = as_of
        self.started_at = _now()
        self.id = f"{self.started_at:%Y%m%d%H%M%S}{secrets.token_hex(4)}"
        self.notes: dict[str, Any] = {}
        self._published: dict[str, Artifact] = {}
        self._loads: list[LoadRecord] = []
        self._due: Sequence[DueRecord] | None = None

    def has(self, logical_name: str) -> bool:
        """Whether this run or an earlier one has published the table."""
        return logical_name in self._published or self.engine.has(logical_name)

    def artifact(self, logical_name: str) -> Artifact:
        """The version this run reads: its own where it published one, else the current one."""
        return self._published.get(logical_name) or self.engine.artifact(logical_name)

    def table(self, logical_name: str) -> ir.Table:
        """The table in the version this run reads, as an Ibis expression."""
        return self.engine.warehouse.table(self.artifact(logical_name).physical_name)

    def publish(
        self,
        contract: Contract,
        table: ir.Table | pa.Table,
        *,
        spec: Spec | str = "",
        parents: tuple[str, ...] = (),
        view: bool = False,
    ) -> Artifact:
        """Write a new version of ``contract.name``; others see it once the run commits.

        Args:
            contract: What the table promises; it is brought into this shape or refused.
            table: An Ibis expression, or Arrow.
            spec: What was asked.
            parents: Logical names of the tables it was made from.
            view: Lay a view over its (immutable) parents instead of writing rows.

        Raises:
            ContractError: the table cannot keep the contract.
        """
        physical_name = f"{contract.name}__{self.id}"
        rows = self._write(physical_name, contract, table, view)
        artifact = Artifact(
            contract.name,
            physical_name,
            self.id,
            contract.as_dict(),
            self.as_of,
            spec if isinstance(spec, str) else spec.fingerprint,
            tuple(self.artifact(name).physical_name for name in parents),
            rows,
            __version__,
            tzdata_version(),
            view,
        )
        self._published[contract.name] = artifact
        return artifact

    def _write(self, physical_name: str, contract: Contract, table: ir.Table | pa.Table, view: bool) -> int:
        warehouse = self.engine.warehouse
        laid_out = bool(contract.layout) and not view
        if isinstance(table, pa.Table) and not view and not laid_out and table.schema.equals(arrow_schema(contract)):
            return warehouse.write_arrow(physical_name, table)
        expression = warehouse.bring(table) if isinstance(table, pa.Table) else table
        shaped = conform(expression, contract)
        shaped = shaped.order_by(*contract.layout) if laid_out else shaped
        return (warehouse.write_view if view else warehouse.write)(physical_name, shaped)

    def record_load(self, load: LoadRecord) -> None:
        """Remember a load; it is committed with the run and raises the data watermark."""
        self._loads.append(load)

    def record_due(self, due: Sequence[DueRecord]) -> None:
        """Put a new head of the due-queue in place of the one before, once the run commits."""
        self._due = due

    def arrow(self, expression: ir.Expr) -> pa.Table:
        """Run an expression and bring the answer home as Arrow."""
        return self.engine.arrow(expression)

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        """Run an expression that yields few rows and bring them home as mappings."""
        return self.engine.rows(expression)

    def commit(self) -> RunRecord:
        """Make everything visible by one row in the ledger."""
        record = RunRecord(
            self.id, self.kind, self.started_at, _now(), self.as_of, __version__, tzdata_version(), self.notes
        )
        return self.engine.ledger.commit(record, self._published.values(), self._loads, self._due)

    def abandon(self) -> None:
        """Remove what was written; the last good versions stay current."""
        self.engine.warehouse.drop(artifact.physical_name for artifact in self._published.values())


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
