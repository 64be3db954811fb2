"""Erases customers from everything that is published of membership."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.segments.erasure import SEGMENT_ERASURES, names_of
from segmentry.segments.reader import rows_of
from segmentry.segments.tables import SEGMENT_CHANGES, SEGMENT_COUNTS, SEGMENT_DUE, SEGMENT_MANUAL, SEGMENT_MEMBERS
from segmentry.terms.tables import Contract

NAMING = (SEGMENT_CHANGES, SEGMENT_MEMBERS, SEGMENT_MANUAL, SEGMENT_DUE)
"""What is published of membership with the customer's name in it."""


def erase(run: Run, customers: Sequence[str]) -> dict[str, int]:
    """Publish membership without some customers, and tombstones that name nobody.

    Earlier versions of these tables still name them: who commits this run has to prune those at once.

    Args:
        run: The run.
        customers: Ids of customers; whatever else they were ever called goes with them.

    Returns:
        Rows taken out, by table.
    """
    names = names_of(run, customers)
    gone = {contract.name: _rewritten(run, contract, names) for contract in NAMING if run.has(contract.name)}
    if run.has("segment_counts"):
        members = run.table("segment_members")
        sizes = run.rows(members.group_by("segment_id").aggregate(members=members.count()))
        known = {row["segment_id"]: row["members"] for row in sizes}
        counts = [{**row, "members": known.get(row["segment_id"], 0)} for row in rows_of(run, "segment_counts")]
        _publish(run, SEGMENT_COUNTS, counts)
    before = rows_of(run, "segment_erasures")
    salt = str(before[0]["salt"]) if before else secrets.token_hex(16)
    known_digests = {row["digest"] for row in before}
    fresh = [_tombstone(run, each, salt) for each in names]
    _publish(run, SEGMENT_ERASURES, [*before, *(row for row in fresh if row["digest"] not in known_digests)])
    return gone


def _rewritten(run: Run, contract: Contract, customers: Sequence[str]) -> int:
    table = run.table(contract.name)
    named = table.customer_id.isin(list(customers)).fill_null(False)
    gone = int(run.rows(table.aggregate(rows=named.sum()))[0]["rows"] or 0)
    run.publish(contract, table.filter(~named), parents=())
    return gone


def _tombstone(run: Run, name: str, salt: str) -> dict[str, Any]:
    return {"digest": sha256(f"{salt}:{name}".encode()).hexdigest(), "salt": salt, "erased_at": run.started_at}


def _publish(run: Run, contract: Contract, rows: Sequence[dict[str, Any]]) -> None:
    run.publish(contract, pa.Table.from_pylist(list(rows), schema=arrow_schema(contract)))
