"""Passes over facts: what is asked of rows of one kind is gathered together, and only rows that can count are read.

Facts are kept in order of name and time (see the contracts' layout), so a pass over one name between two instants
reads that stretch alone. That is why each name of an event has a pass of its own, up to `MOST_PASSES`: beyond it, one
pass over the table costs less than many short ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.profiles.picking import first_rows
from segmentry.segments.layout import FACT_TABLES, FactTable
from segmentry.segments.literals import BEGINNING
from segmentry.segments.tree import Facts
from segmentry.segments.windows import Bounds

MOST_PASSES = 24
"""Passes over one table."""
Reach = tuple[datetime | None, datetime | None]
"""First instant that can count and first after it; None for no such end, or one that differs from row to row."""
Make = Callable[[ir.Table, Any], Any]
"""Gives an aggregate over the rows of a table where a condition holds."""
Where = Callable[[ir.Table], Any]
"""Gives the condition."""


@dataclass
class Scan:
    """One pass over the facts of one table, or of one name in it.

    Attributes:
        table: Logical name of the table.
        time: Column with the instant.
        name: Name of the events; None for all rows.
        made: Aggregates by column.
        reaches: Between which instants each aggregate looks.
        gathered: The table of all of them, once it was made.
    """

    table: str
    time: str
    name: str | None = None
    made: dict[str, tuple[Make, Where]] = field(default_factory=dict)
    reaches: list[Reach] = field(default_factory=list)
    gathered: ir.Table | None = None

    def ask(self, column: str, make: Make, where: Where, reach: Reach) -> None:
        """Ask for one more aggregate."""
        self.made[column] = (make, where)
        self.reaches.append(reach)
        self.gathered = None

    def per_customer(self, table: ir.Table) -> ir.Table:
        """``customer_id`` and every aggregate asked for; one expression however often it is read."""
        if self.gathered is None:
            rows = self.rows(table)
            columns = {column: make(rows, where(rows)) for column, (make, where) in self.made.items()}
            self.gathered = rows.group_by("customer_id").aggregate(**columns)
        return self.gathered

    def rows(self, table: ir.Table) -> ir.Table:
        """The rows that can count for any aggregate."""
        time, tests = table[self.time], []
        if self.name is not None:
            tests.append(table.event == self.name)
        starts, ends = zip(*self.reaches, strict=True)
        if None not in starts:
            tests.append(time >= ibis.literal(min(starts), type="timestamp(6)"))
        if None not in ends:
            tests.append(time < ibis.literal(max(ends), type="timestamp(6)"))
        return table.filter(*tests) if tests else table


def scan_of(facts: Facts, scans: dict[tuple[str, str | None], Scan]) -> Scan:
    """The pass in which facts are gathered; a new one where they are the first of their name."""
    home = FACT_TABLES[facts.kind]
    crowded = sum(table == home.table for table, _ in scans) >= MOST_PASSES
    key = (home.table, facts.name)
    if key not in scans and crowded:
        key = (home.table, None)
    return scans.setdefault(key, Scan(home.table, home.time, key[1]))


def edge_of(time: Any, which: str, where: Any = None) -> Any:
    """The first or the last of several times."""
    return time.min(where=where) if which == "first" else time.max(where=where)


def at_edge(rows: ir.Table, which: str, home: FactTable, name: str) -> ir.Table:
    """``customer_id`` and, as ``value_``, a column of the first or last row of each, the smaller id at one instant.

    Args:
        rows: Facts that count.
        which: ``first`` or ``last``.
        home: Says which column is the time, and which tell facts of one instant apart.
        name: The column wanted.
    """
    ids = {f"id_{place}": rows[each] for place, each in enumerate(home.ids)}
    kept = rows.select("customer_id", at_=rows[home.time], value_=rows[name], **ids)
    edge = kept.group_by(other_id=kept.customer_id).aggregate(edge_=edge_of(kept.at_, which))
    there = kept.inner_join(edge, [kept.customer_id == edge.other_id, kept.at_ == edge.edge_])
    return first_rows(there, "customer_id", [there[each] for each in ids]).select("customer_id", "value_")


def periods_hit(rows: ir.Table, home: FactTable, periods: Sequence[Bounds], column: str) -> ir.Table:
    """``customer_id`` and, as ``column``, in how many of several periods a customer has rows.

    Args:
        rows: Facts that count.
        home: Says which column is the time.
        periods: Intervals that do not overlap.
        column: Name for the number.
    """
    instant = pa.timestamp("us")
    spans = ibis.memtable(
        pa.table(
            {
                "period": pa.array(range(len(periods)), pa.int64()),
                "starts": pa.array([each.start or BEGINNING for each in periods], instant),
                "ends": pa.array([each.end for each in periods], instant),
            }
        )
    )
    kept = rows.select("customer_id", at_=rows[home.time])
    told = kept.inner_join(spans, [kept.at_ >= spans.starts, kept.at_ < spans.ends])
    return told.group_by("customer_id").aggregate(**{column: told.period.nunique()})
