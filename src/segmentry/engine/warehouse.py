"""What any warehouse must do, and DuckDB doing it: immutable physical tables, one cursor per thread."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.expr.operations import InMemoryTable

from segmentry.engine.settings import EngineSettings
from segmentry.terms.errors import Problem, QueryError, WorkspaceError, shorten

PHYSICAL = "physical"
"""The schema of the immutable tables."""

WAREHOUSE_SHARE = 0.8
"""Share of the told memory limit that DuckDB is given."""

_SLOW_COMPRESSION = "fsst"
"""Not tried on texts: it takes longer than all else in writing them, and loses to a dictionary on ids and names."""

_PLANS = 1000
"""So many compiled expressions are kept."""


class Warehouse(Protocol):
    """An analytical store with immutable physical tables; written once per engine."""

    name: str

    def backend(self) -> Any:
        """The Ibis backend of the calling thread."""

    def bring(self, table: pa.Table) -> ir.Table:
        """An Arrow table as an expression of this engine."""

    def arrow(self, expression: ir.Expr) -> pa.Table:
        """Run an expression and bring the answer home as Arrow."""

    def write(self, physical_name: str, table: ir.Table) -> int:
        """Write ``table`` under a new physical name; returns its number of rows."""

    def write_arrow(self, physical_name: str, table: pa.Table) -> int:
        """Write an Arrow table as it is under a new physical name; returns its number of rows."""

    def write_view(self, physical_name: str, table: ir.Table) -> int:
        """Lay a view over tables that never change; returns its number of rows."""

    def table(self, physical_name: str) -> ir.Table:
        """The physical table as an expression."""

    def names(self) -> set[str]:
        """All physical names, whether or not the ledger knows them."""

    def drop(self, physical_names: Iterable[str]) -> None:
        """Remove physical tables and views; unknown names are passed over."""

    def close(self) -> None:
        """Let go of the store."""


class DuckWarehouse:
    """DuckDB in one file, or in memory where no path is given."""

    name = "duckdb"

    def __init__(self, path: Path | None, settings: EngineSettings) -> None:
        self.path = path
        self.settings = settings
        self._closed = False
        self._local = threading.local()
        self._connection = self._connect()
        self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {PHYSICAL}")

    def _connect(self) -> duckdb.DuckDBPyConnection:
        config: dict[str, Any] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": False,
            "disabled_compression_methods": _SLOW_COMPRESSION,
            "threads": self.settings.threads or os.cpu_count() or 1,
        }
        if self.settings.memory_limit:
            config["memory_limit"] = _share_of_memory(self.settings.memory_limit)
        if self.settings.temp_directory:
            config["temp_directory"] = self.settings.temp_directory
        try:
            return duckdb.connect(str(self.path) if self.path else ":memory:", config=config)
        except duckdb.Error as error:
            raise WorkspaceError(
                Problem(
                    "WAREHOUSE_UNREADABLE",
                    "The warehouse cannot be opened",
                    str(self.path or "memory"),
                    shorten(str(error), 200),
                    "Check the engine settings and the file; restore it from a copy if it is damaged.",
                )
            ) from error

    def backend(self) -> Any:
        """The Ibis backend of the calling thread, on a cursor of its own."""
        if self._closed:
            next_step = "Open it again, or ask inside the with block."
            raise WorkspaceError(Problem("WORKSPACE_CLOSED", "The workspace is closed", str(self.path), "", next_step))
        backend = getattr(self._local, "backend", None)
        if backend is None:
            backend = ibis.duckdb.from_connection(self._connection.cursor())
            self._local.backend = backend
        return backend

    def bring(self, table: pa.Table) -> ir.Table:
        """An Arrow table as an expression of this engine."""
        return ibis.memtable(table)

    def arrow(self, expression: ir.Expr) -> pa.Table:
        """Run an expression and bring the answer home as Arrow.

        What Ibis does in ``to_pyarrow``, without the conversion that loads pandas for a third of a second.

        Raises:
            QueryError: DuckDB could not answer.
        """
        backend, table = self.backend(), expression.as_table()
        try:
            backend._run_pre_execute_hooks(table)
            answer = backend.con.sql(self._plan(backend, table)).to_arrow_table()
        except duckdb.Error as error:
            raise unanswered(self.name, error) from error
        return answer.cast(table.schema().to_pyarrow())

    def _plan(self, backend: Any, table: ir.Table) -> str:
        """The SQL of an expression, kept for the thread: the same looks are taken at the same versions again.

        Expressions that carry rows of their own are not kept, lest their rows be.
        """
        known: dict[Any, str] = self._local.__dict__.setdefault("plans", {})
        wanted = table.op()
        if wanted in known:
            return known[wanted]
        sql = str(backend.compile(table))
        if not wanted.find(InMemoryTable):
            if len(known) >= _PLANS:
                known.clear()
            known[wanted] = sql
        return sql

    def write(self, physical_name: str, table: ir.Table) -> int:
        """Write ``table`` under a new physical name; returns its number of rows.

        Raises:
            QueryError: DuckDB could not compute it.
        """
        backend = self.backend()
        try:
            backend.create_table(physical_name, table, database=PHYSICAL)
        except duckdb.Error as error:
            raise unanswered(self.name, error) from error
        return self._rows(physical_name)

    def write_arrow(self, physical_name: str, table: pa.Table) -> int:
        """Write an Arrow table as it is under a new physical name; returns its number of rows.

        Without Ibis, whose compilation takes longer than the small tables of findings take to write.
        """
        connection = self.backend().con
        connection.register("handed_over", table)
        try:
            connection.execute(f'CREATE TABLE {PHYSICAL}."{physical_name}" AS SELECT * FROM handed_over')
        finally:
            connection.unregister("handed_over")
        return int(table.num_rows)

    def write_view(self, physical_name: str, table: ir.Table) -> int:
        """Lay a view over tables that never change; returns its number of rows."""
        self.backend().create_view(physical_name, table, database=PHYSICAL)
        return self._rows(physical_name)

    def _rows(self, physical_name: str) -> int:
        found = self.backend().con.execute(f'SELECT count(*) FROM {PHYSICAL}."{physical_name}"').fetchone()
        return int(found[0])

    def table(self, physical_name: str) -> ir.Table:
        """The physical table as an expression, kept for the thread: what is written never changes its columns."""
        backend = self.backend()
        known: dict[str, ir.Table] = self._local.__dict__.setdefault("tables", {})
        if physical_name not in known:
            known[physical_name] = backend.table(physical_name, database=PHYSICAL)
        return known[physical_name]

    def names(self) -> set[str]:
        """All physical names, whether or not the ledger knows them."""
        return set(self._kinds())

    def _kinds(self) -> dict[str, str]:
        rows = self._connection.cursor().execute(
            f"SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = '{PHYSICAL}'"
        )
        return {name: "VIEW" if kind == "VIEW" else "TABLE" for name, kind in rows.fetchall()}

    def drop(self, physical_names: Iterable[str]) -> None:
        """Remove physical tables and views; unknown names are passed over."""
        kinds, cursor = self._kinds(), self._connection.cursor()
        for name in sorted(physical_names, key=lambda name: kinds.get(name) != "VIEW"):
            if name in kinds:
                cursor.execute(f'DROP {kinds[name]} {PHYSICAL}."{name}"')

    def close(self) -> None:
        """Let go of the file."""
        self._closed = True
        self._local = threading.local()
        self._connection.close()


def unanswered(name: str, error: Exception) -> QueryError:
    """What to tell where a database answers with an error of its own."""
    told = str(error).partition("\n\nLINE ")[0]
    next_step = "If memory ran out, raise the limit in the settings; else check the data of the tables it names."
    return QueryError(Problem("QUERY_FAILED", "The database could not answer", name, shorten(told, 300), next_step))


def _share_of_memory(limit: str) -> str:
    """The warehouse's part of the memory that a process may have.

    The rest is for Python and for what DuckDB does not count. Other words than a number with a unit are handed on.
    """
    told = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]i?B)\s*", limit, re.IGNORECASE)
    return f"{float(told[1]) * WAREHOUSE_SHARE:.4f}{told[2]}" if told else limit
