"""Compares two warehouses column by column: rows on one side only, differing values, largest relative difference."""

from __future__ import annotations

import json
import sys
from typing import Any

import duckdb

TABLES = {
    "orders": ("order_id", "party_key", "customer_id"),
    "purchase_history": ("customer_id",),
    "behavioral_traits": ("customer_id",),
    "rfm_scores": ("customer_id",),
    "monthly_sales": ("month",),
}


def main(theirs: str, ours: str) -> None:
    """Print one JSON object: per table its rows, the worst column and how far it is off."""
    connection = duckdb.connect(config={"memory_limit": "4GB", "preserve_insertion_order": False})
    connection.execute(f"ATTACH '{theirs}' AS theirs (READ_ONLY); ATTACH '{ours}' AS ours (READ_ONLY)")
    physical = [name for (name,) in connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'ours' AND schema_name = 'physical'"
    ).fetchall()]  # fmt: skip
    found = {}
    for table, keys in TABLES.items():
        own = next(name for name in physical if name.partition("__")[0] == table)
        found[table] = compare(connection, f"theirs.main.{table}", f'ours.physical."{own}"', keys)
    print(json.dumps({"agreement": found}))


def compare(connection: Any, one: str, other: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """How far two tables of one contract are apart; columns that only one of them has are left out."""
    types = {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE {one}").fetchall()}
    others = {name for name, *_ in connection.execute(f"DESCRIBE {other}").fetchall()}
    using = [name for name in keys if name in types and name in others]
    columns = [name for name in types if name in others and name not in keys]
    parts = [_difference(name, types[name] in {"DOUBLE", "HUGEINT"} or "DEC" in types[name]) for name in columns]
    rows, *apart = connection.execute(
        f"SELECT count(*), {', '.join(parts)} FROM {one} AS a FULL JOIN {other} AS b USING ({', '.join(using)})"
    ).fetchone()
    worst = max(zip(apart, columns, strict=True))
    return {"rows": rows, "columns": len(columns), "worst": worst[1], "difference": float(worst[0])}


def _difference(name: str, number: bool) -> str:
    if number:
        gap = f"abs(a.{name}::DOUBLE - b.{name}::DOUBLE) / greatest(1, abs(a.{name}::DOUBLE))"
        one_side = f"CASE WHEN (a.{name} IS NULL) <> (b.{name} IS NULL) THEN 1e9 END"
        return f"coalesce(max(coalesce({gap}, {one_side})), 0)"
    return f"count(*) FILTER (a.{name} IS DISTINCT FROM b.{name})::DOUBLE"


if __name__ == "__main__":
    main(*sys.argv[1:])
