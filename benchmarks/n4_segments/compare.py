"""Compares the answers of two runs member by member, and what each says has changed."""

from __future__ import annotations

import json
import sys

import duckdb


def main(theirs: str, ours: str) -> None:
    """Print one JSON object: segments, members, and how many differ on each side."""
    with duckdb.connect(config={"preserve_insertion_order": False}) as connection:
        connection.execute(f"ATTACH '{theirs}' AS theirs (READ_ONLY); ATTACH '{ours}' AS ours (READ_ONLY)")
        found = connection.execute("SELECT count(DISTINCT segment_id), count(*) FROM theirs.members").fetchone()
        apart = {}
        for table, columns in (("members", "segment_id, customer_id"), ("changes", "segment_id, customer_id, change")):
            one, other = f"SELECT {columns} FROM theirs.{table}", f"SELECT {columns} FROM ours.physical.{table}"
            sides = (f"({one}) EXCEPT ALL ({other})", f"({other}) EXCEPT ALL ({one})")
            apart[table] = sum(_number(connection, each) for each in sides)
        wrong = connection.execute(
            "SELECT segment_id, count(*) FROM (FROM theirs.members ANTI JOIN ours.physical.members "
            "USING (segment_id, customer_id)) GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    told = {"segments": found[0], "members": found[1], "different": apart, "missing": dict(wrong)}
    print(json.dumps(told))


def _number(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM ({rows})").fetchone()
    return int(found[0]) if found else 0


if __name__ == "__main__":
    main(*sys.argv[1:])
