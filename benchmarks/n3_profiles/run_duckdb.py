"""The alternative: DuckDB with SQL written by hand, from the same Parquet file to the same tables."""

from __future__ import annotations

import sys
from pathlib import Path
from string import Template

import duckdb

from measuring import Report

lines, database, memory_limit, last_day, as_of = sys.argv[1:]
written = (Path(__file__).parent / "profiles.sql").read_text()
sql = Template(written.partition("\n\n")[2]).substitute(lines=lines, last_day=last_day, as_of=as_of)
report = Report()
with report.timed("tables"):
    config = {"memory_limit": memory_limit, "preserve_insertion_order": False}
    connection = duckdb.connect(database, config=config)
    for statement in sql.split(";"):
        if statement.strip():
            with report.timed(statement.split()[2]):
                connection.execute(statement)
    connection.close()
report.note(version=f"DuckDB {duckdb.__version__}")
report.print()
