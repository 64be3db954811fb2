"""Parties as sources tell them, and one resolution of who they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from segmentry.engine import Engine, Run
from segmentry.profiles.identity import IdentityReport, IdentitySpec
from segmentry.profiles.run_identity import resolve
from segmentry.terms.canonical import CUSTOMERS
from tests.rooms.shops import arrow, party

EXACT = IdentitySpec()


def told(key: str, since: datetime | None = None, kind: str = "buyer", **given: str | None) -> dict[str, Any]:
    """One party with given columns, whose names come without their prefix."""
    return party(key, since, kind=kind) | {f"given_{name}": value for name, value in given.items()}


def customers(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows of customers, every given column being text."""
    names = sorted({name for row in rows for name in row if name.startswith("given_")})
    plain = [{name: value for name, value in row.items() if not name.startswith("given_")} for row in rows]
    table = arrow(CUSTOMERS, plain)
    for name in names:
        table = table.append_column(name, pa.array([row.get(name) for row in rows], pa.string()))
    return table


def resolved(
    engine: Engine,
    rows: Sequence[Mapping[str, Any]] | None = None,
    spec: IdentitySpec = EXACT,
    ruling: Callable[[Run], None] | None = None,
    **tables: pa.Table,
) -> IdentityReport:
    """Load what is told and resolve it, after a ruling if there is one; tables besides customers by contract name."""
    from segmentry.terms.canonical import CANONICAL

    if rows is not None:
        with engine.run("load") as run:
            run.publish(CUSTOMERS, customers(rows))
            for name, table in tables.items():
                run.publish(CANONICAL[name], table)
    with engine.run("refresh") as run:
        if ruling is not None:
            ruling(run)
        return resolve(run, spec)


def who(engine: Engine) -> dict[str, str]:
    """The customer of each party."""
    return {row["party_key"]: row["customer_id"] for row in engine.rows(engine.table("identity"))}


def groups(engine: Engine) -> set[frozenset[str]]:
    """Parties that are one customer, without the ids."""
    found: dict[str, set[str]] = {}
    for party_key, customer in who(engine).items():
        found.setdefault(customer, set()).add(party_key)
    return {frozenset(each) for each in found.values()}


def rows_of(engine: Engine, name: str) -> list[dict[str, Any]]:
    """The rows of a published table."""
    return engine.rows(engine.table(name))
