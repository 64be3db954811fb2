"""The past of identity: what was stated so far, what held at an instant, and rows that are only ever added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.profiles.identity.naming import Statement
from segmentry.profiles.picking import first_rows
from segmentry.terms.artifacts import Spec
from segmentry.terms.tables import Contract

STATED = ("party_key", "customer_id", "valid_from", "recorded_at")
"""The columns of a statement."""


def newest(history: ir.Table) -> ir.Table:
    """The newest statement about each party.

    Args:
        history: Statements with the columns of `STATED`.
    """
    return first_rows(history, "party_key", [history.recorded_at.desc()]).select(*STATED)


def identity_as_known(history: ir.Table, recorded_by: datetime) -> ir.Table:
    """Identity as it was on record at an instant, in the columns of `IDENTITY`.

    Args:
        history: The table `identity_history`.
        recorded_by: The instant (UTC).
    """
    return newest(history.filter(history.recorded_at <= ibis.literal(recorded_by, type="timestamp(6)")))


def on_file(run: Run) -> ir.Table | None:
    """All statements so far: the history, or what was published of identity before there was one; None for nothing."""
    name = next((name for name in ("identity_history", "identity") if run.has(name)), None)
    return None if name is None else run.table(name).select(*STATED)


def statements(run: Run, table: ir.Table) -> list[Statement]:
    """Rows of a history as statements."""
    return [
        Statement(row["party_key"], row["customer_id"], row["recorded_at"], row["valid_from"])
        for row in run.rows(table)
    ]


def ruled_rows(run: Run) -> list[dict[str, Any]]:
    """The rows of `identity_rulings`; none before anybody ruled."""
    return run.rows(run.table("identity_rulings")) if run.has("identity_rulings") else []


def chosen(run: Run, parties: Iterable[str]) -> ir.Table:
    """Party keys as a table of the engine, with the one column ``party_key``."""
    return run.engine.warehouse.bring(pa.table({"party_key": pa.array(sorted(parties), pa.string())}))


def as_table(contract: Contract, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows in the shape of a contract."""
    return pa.Table.from_pylist(list(rows), schema=arrow_schema(contract))


def append(run: Run, contract: Contract, rows: Sequence[Mapping[str, Any]], spec: Spec | str = "") -> None:
    """Publish the table as it stands with ``rows`` added; what is on record is never rewritten."""
    added = as_table(contract, rows)
    if not run.has(contract.name):
        run.publish(contract, added, spec=spec)
    elif rows:
        old = run.table(contract.name)
        run.publish(contract, old.union(run.engine.warehouse.bring(added)), spec=spec, parents=(contract.name,))
