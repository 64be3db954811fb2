"""The same warehouse on Spark: the same expressions, tables as Parquet in a folder of the session's warehouse."""

from __future__ import annotations

import uuid
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from segmentry.engine.warehouse import PHYSICAL, unanswered
from segmentry.terms.errors import Problem, SettingsError


class SparkWarehouse:
    """Spark through Ibis; wants the ``spark`` extra and Java 17.

    Times are UTC throughout, decimals keep their scale, and a division by zero is guarded in the expressions, so that
    answers equal DuckDB's cell by cell.
    """

    name = "spark"

    def __init__(self, master: str, folder: Path) -> None:
        self.folder = folder
        self.session = _session(master, folder)
        self._backend = ibis.pyspark.connect(self.session)
        self._backend.compiler = _compiler()
        self.session.sql(f"CREATE DATABASE IF NOT EXISTS {PHYSICAL}")

    def backend(self) -> Any:
        """The Ibis backend; one session serves all threads."""
        return self._backend

    def bring(self, table: pa.Table) -> ir.Table:
        """An Arrow table as an expression, by way of a Parquet file: Ibis hands Spark no missing decimals."""
        path = self.folder / f"{uuid.uuid4().hex}.parquet"
        pq.write_table(table, path)
        return self._backend.read_parquet(str(path))

    def arrow(self, expression: ir.Expr) -> pa.Table:
        """Run an expression and bring the answer home as Arrow, by way of pandas, whose options Spark sets in vain.

        Raises:
            QueryError: Spark could not answer.
        """
        from pyspark.errors import PySparkException

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            try:
                return self._backend.to_pyarrow(expression)
            except PySparkException as error:
                raise unanswered(self.name, error) from error

    def write(self, physical_name: str, table: ir.Table) -> int:
        """Write ``table`` under a new physical name; returns its number of rows."""
        self._backend.create_table(physical_name, table, database=PHYSICAL)
        return self._rows(physical_name)

    def write_arrow(self, physical_name: str, table: pa.Table) -> int:
        """Write an Arrow table as it is under a new physical name; returns its number of rows."""
        return self.write(physical_name, self.bring(table))

    def write_view(self, physical_name: str, table: ir.Table) -> int:
        """Lay a view over tables that never change; returns its number of rows."""
        sql = self._backend.compile(table)
        self.session.sql(f"CREATE VIEW {PHYSICAL}.`{physical_name}` AS {sql}")
        return self._rows(physical_name)

    def _rows(self, physical_name: str) -> int:
        return int(self.session.table(f"{PHYSICAL}.`{physical_name}`").count())

    def table(self, physical_name: str) -> ir.Table:
        """The physical table as an expression."""
        return self._backend.table(physical_name, database=PHYSICAL)

    def names(self) -> set[str]:
        """All physical names, whether or not the ledger knows them."""
        return {row.tableName for row in self.session.sql(f"SHOW TABLES IN {PHYSICAL}").collect()}

    def drop(self, physical_names: Iterable[str]) -> None:
        """Remove physical tables and views; unknown names are passed over."""
        known = self.names()
        for name in sorted(set(physical_names) & known):
            kind = self.session.catalog.getTable(f"{PHYSICAL}.{name}").tableType
            self.session.sql(f"DROP {'VIEW' if kind == 'VIEW' else 'TABLE'} {PHYSICAL}.`{name}`")

    def close(self) -> None:
        """End the session."""
        self.session.stop()


def _compiler() -> Any:
    """Ibis' compiler, which tells Spark to trim by an escape that Spark reads as the letters v and f."""
    from ibis.backends.sql.compilers.pyspark import PySparkCompiler

    class Compiler(PySparkCompiler):  # type: ignore[misc]
        """Trims blanks, tabs and ends of lines."""

        def visit_Strip(self, op: Any, *, arg: Any) -> Any:  # noqa: N802  (a name of Ibis)
            return self.f.trim(arg, " \t\n\r")

    return Compiler()


def _session(master: str, folder: Path) -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        next_step = "Run: pip install 'segmentry[spark]'"
        raise SettingsError(
            Problem("LIBRARY_MISSING", "Spark is not installed", "engine", master, next_step)
        ) from error
    builder = SparkSession.builder.master(master).appName("segmentry")
    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": str(folder / "tables"),
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.ansi.enabled": "true",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
