"""Which traits are old: the newest fact behind each basis against how fast its traits age."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import ibis

from segmentry.sources.parties import MENTIONS, TELLERS
from segmentry.workspace.looking import rows_where

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace

_TIMES = {each.table: each.since for each in (*TELLERS, *MENTIONS) if each.since is not None}
_TIMES |= {"orders": "ordered_at", "order_lines": "ordered_at", "purchase_history": "last_on"}
_TIMES |= {"opportunities": "closed_on"}


def renewals(workspace: Workspace) -> list[dict[str, Any]]:
    """Traits that should be asked for or computed again, by basis and table they are made from, the oldest first.

    A table that tells no times, such as a file of customers, is of unknown age.
    """
    refreshed = workspace.engine.last_run("refresh")
    if refreshed is None or refreshed.as_of is None:
        return []
    now = refreshed.as_of
    known: dict[str, datetime | None] = {}
    due: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows_where(workspace, "trait_catalog"):
        if row["renew_after_days"] is None or not row["basis"]:
            continue
        for table in (each.strip() for each in row["source"].split(",")):
            newest = known[table] if table in known else known.setdefault(table, _newest(workspace, table, now))
            if newest is not None and (now - newest).days > row["renew_after_days"]:
                due.setdefault((row["basis"], table), []).append(row)
    found = [
        {
            "basis": basis,
            "table": table,
            "newest": newest.isoformat(timespec="seconds") + "Z",
            "age_days": (now - newest).days,
            "traits": sorted(row["trait"] for row in rows),
        }
        for (basis, table), rows in due.items()
        if (newest := known[table]) is not None
    ]
    return sorted(found, key=lambda each: (-each["age_days"], each["basis"], each["table"]))


def _newest(workspace: Workspace, table: str, now: datetime) -> datetime | None:
    """The newest fact of a table up to an instant; None where it tells no times."""
    engine, time = workspace.engine, _TIMES.get(table)
    if time is None or not engine.has(table) or time not in engine.table(table).columns:
        return None
    rows = engine.table(table)
    told = rows[time].cast("timestamp(6)")
    known = rows.filter(told <= ibis.literal(now, type="timestamp(6)"))
    newest: datetime | None = engine.rows(known.aggregate(newest=told.max()))[0]["newest"]
    return newest
