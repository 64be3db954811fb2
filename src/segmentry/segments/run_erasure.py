"""Erases customers from everything that is published."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pyarrow as pa

from segmentry.engine import Engine, Run, arrow_schema
from segmentry.segments.erasure import SEGMENT_ERASURES, names_of
from segmentry.segments.forgetting import LOADED, MARK, contract_of, redacted, speaking, without_rows
from segmentry.segments.reader import rows_of
from segmentry.segments.said import RULINGS, Said, said_in, telling, unsaid
from segmentry.segments.tables import SEGMENT_CHANGES, SEGMENT_COUNTS, SEGMENT_DUE, SEGMENT_MANUAL, SEGMENT_MEMBERS
from segmentry.sources.erased import ERASURES, tells_of
from segmentry.sources.orders import used_lines
from segmentry.terms.artifacts import Artifact
from segmentry.terms.canonical import ORDER_LINES, QUARANTINE
from segmentry.terms.tables import Contract

NAMING = (SEGMENT_CHANGES, SEGMENT_MEMBERS, SEGMENT_MANUAL, SEGMENT_DUE)
"""What is published of membership with the customer's name in it."""
KIND = "erasure"
"""Kind of the run that erases."""
_LINES = "loaded_lines"
_SEARCHED = 2_000_000
"""In tables of so many rows names are looked for inside texts; in larger ones a cell is a name or none."""


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


def sweep(run: Run, names: Sequence[str]) -> dict[str, int]:
    """Publish every table that names somebody of ``names`` without them, unless this run has published it already.

    Rows about them go; in rows about others their names become empty or, in the chains of identity, tombstones, and
    words in which people ruled about them go. ``run.notes`` remember of which tables only the newest version may stay:
    who commits this run has to call `complete`, which may be done again at any time.

    Args:
        run: The run; tombstones must be published by `erase`.
        names: Every name, as `names_of` gives them.

    Returns:
        Rows taken out, by table.
    """
    salt = str(rows_of(run, ERASURES)[0]["salt"])
    marks = {name: MARK + sha256(f"{salt}:{name}".encode()).hexdigest()[:16] for name in names}
    told = _said(run, names)
    affected = {artifact.logical_name for artifact in _tables(run.engine) if _speaks(run, artifact, names, told)}
    gone = {QUARANTINE.name: _judged_anew(run, names)} if run.has(QUARANTINE.name) else {}
    open_ = sorted(each for each in affected - {QUARANTINE.name} if run.artifact(each).run_id != run.id)
    gone |= {name: _without(run, name, marks, told) for name in open_}
    affected |= gone.keys()
    if _LINES in affected:
        run.publish(ORDER_LINES, used_lines(run.table(_LINES)), parents=(_LINES,), view=True)
        affected.add(ORDER_LINES.name)
    run.notes["only_newest"] = sorted(affected | {contract.name for contract in NAMING})
    return gone


def complete(engine: Engine) -> bool:
    """Drop every version that still names the erased; whether there were any, as after a crash in between.

    Args:
        engine: The engine.
    """
    last = engine.last_run(KIND)
    names = set() if last is None else set(last.notes.get("only_newest", ()))
    old = [each for each in engine.ledger.versions() if each.logical_name in names and last and each.run_id < last.id]
    current = {artifact.physical_name for artifact in engine.current().values()}
    if all(each.physical_name in current for each in old):
        return False
    engine.prune(at_once=names)
    return True


def _tables(engine: Engine) -> list[Artifact]:
    """Every version of every table that is kept, but for views and tombstones."""
    return [each for each in engine.ledger.versions() if not each.is_view and each.logical_name != ERASURES]


def _said(run: Run, names: Sequence[str]) -> Said:
    """What rulings said of the erased, and what lines say of them as contacts of others."""
    said = said_in(rows_of(run, RULINGS), names)
    lines = run.table(_LINES) if run.has(_LINES) else None
    if lines is None or "contact_key" not in lines.columns:
        return said
    given = [name for name in lines.columns if tells_of(name, organization=False)]
    ordered = lines.filter(lines.contact_key.isin(list(names)), lines.party_key.notin(list(names)))
    rows = run.rows(ordered.select("party_key", *given).distinct()) if given else []
    if not rows:
        return said
    cells = {name: frozenset(row[name] for row in rows if row[name] is not None) for name in given}
    owners = {row["party_key"] for row in rows}
    identity = run.table("identity")
    owning = run.rows(identity.filter(identity.party_key.isin(sorted(owners))).select("customer_id").distinct())
    owners |= {row["customer_id"] for row in owning}
    return replace(said, owners=frozenset(owners), cells={name: values for name, values in cells.items() if values})


def _judged_anew(run: Run, names: Sequence[str]) -> int:
    """Publish ``quarantine`` without cells of rows that name the erased; how many rows are gone."""
    table, before = run.table(QUARANTINE.name), run.artifact(QUARANTINE.name)
    for name in sorted(each for each in run.engine.current() if each.startswith(LOADED)):
        loaded = run.table(name)
        naming = loaded.filter(speaking(loaded, names)).select("load_id", "line_number").distinct()
        table = table.anti_join(naming, ["load_id", "line_number"])
    table = table.filter(~speaking(table, names, names))
    return before.rows - run.publish(QUARANTINE, table, parents=()).rows


def _sought(artifact: Artifact, names: Sequence[str]) -> list[str]:
    """What is looked for inside the texts of a table."""
    small = artifact.logical_name.startswith("identity_") or artifact.rows <= _SEARCHED
    return list(names) if small else []


def _speaks(run: Run, artifact: Artifact, names: Sequence[str], told: Said) -> bool:
    table = run.engine.warehouse.table(artifact.physical_name)
    named = speaking(table, names, _sought(artifact, names)) | telling(table, artifact.logical_name, told)
    found = table.filter(named).limit(1)
    return bool(run.rows(found.aggregate(rows=found.count()))[0]["rows"])


def _without(run: Run, name: str, marks: dict[str, str], told: Said) -> int:
    """Publish one table anew; how many of its rows are gone."""
    artifact, table = run.artifact(name), run.table(name)
    contract, words = contract_of(artifact.contract), _sought(artifact, list(marks))
    others = without_rows(table, contract, marks)
    doubtful = speaking(others, marks, words) | telling(others, name, told)
    mentioning = run.arrow(others.filter(doubtful))
    kept = [unsaid(redacted(row, contract, marks, words), name, told) for row in mentioning.to_pylist()]
    whole = others.filter(~doubtful)
    if kept:
        fresh = run.engine.warehouse.bring(pa.Table.from_pylist(kept, schema=mentioning.schema))
        whole = whole.union(fresh.cast(whole.schema()))
    parents = dict.fromkeys(each.rpartition("__")[0] for each in artifact.parents)
    known = tuple(each for each in parents if run.has(each))
    return artifact.rows - run.publish(contract, whole, spec=artifact.spec_hash, parents=known).rows


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
