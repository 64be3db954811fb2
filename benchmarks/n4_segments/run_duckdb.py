"""The alternative: DuckDB with SQL written by hand, from the company's tables to members and what changed.

``run_duckdb.py company before target memory_limit``; with ``plan`` as the target it prints DuckDB's plan instead.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

from measuring import Report

HERE = Path(__file__).parent


def statements(name: str) -> Iterator[str]:
    """The statements of a file of SQL, without the comment at its head."""
    written = (HERE / name).read_text().partition("\n\n")[2]
    return (statement for statement in written.split(";") if statement.strip())


company, before, target, memory_limit = sys.argv[1:]
explained = target == "plan"
config = {"memory_limit": memory_limit, "preserve_insertion_order": False}
connection = duckdb.connect(":memory:" if explained else target, config=config)
connection.execute(f"ATTACH '{company}' AS company (READ_ONLY)")
connection.execute(f"ATTACH '{before}' AS earlier (READ_ONLY)")
home = "memory" if explained else Path(target).stem
connection.execute(f"SET search_path = '{home}.main,company.main,earlier.main'")
if explained:
    for statement in statements("segments.sql"):
        print(connection.execute(f"EXPLAIN {statement}").fetchall()[0][1])
else:
    report = Report()
    with report.timed("segments"):
        for statement in statements("segments.sql"):
            connection.execute(statement)
    with report.timed("changes"):
        for statement in statements("changes.sql"):
            connection.execute(statement)
    report.note(version=f"DuckDB {duckdb.__version__}")
    report.print()
