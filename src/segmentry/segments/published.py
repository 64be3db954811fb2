"""What is published of segments, as every question about them needs it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import arrow_schema
from segmentry.segments.belonging import Belonging
from segmentry.segments.errors import DefinitionError
from segmentry.segments.membership import instant, timeline
from segmentry.segments.reader import Reader, rows_of
from segmentry.segments.run import manual_in_force
from segmentry.segments.tables import SEGMENT_CHANGES, SEGMENT_MEMBERS
from segmentry.segments.tree import Definition
from segmentry.segments.versions import OnRecord, in_force
from segmentry.terms.errors import Problem, near_miss, shorten
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.tables import Contract


@dataclass(frozen=True)
class Published:
    """Definitions in force and the instant at which everything published holds.

    Attributes:
        reader: Sees what was published.
        as_of: Instant (UTC) of the last refresh.
        complete_through: Instant (UTC) through which the sources told everything.
        record: Definitions in force, by id.
    """

    reader: Reader
    as_of: datetime
    complete_through: datetime
    record: Mapping[str, OnRecord]

    @classmethod
    def read(cls, reader: Reader, as_of: datetime, complete_through: datetime) -> Published:
        """What a reader sees."""
        return cls(reader, as_of, complete_through, in_force(rows_of(reader, "segment_definitions")))

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """The definitions in force, in order of id."""
        return tuple(each.definition for each in self.record.values())

    def find(self, word: str) -> OnRecord:
        """The definition of an id or a name; `DefinitionError` with the near miss if there is none."""
        for each in self.record.values():
            if word in (each.definition.id, each.definition.name):
                return each
        known = [name for each in self.definitions for name in (each.id, each.name)]
        hint = near_miss(word, known) or f"Known: {', '.join(self.record) or 'none yet; write one and apply it'}."
        raise DefinitionError(Problem("SEGMENT_UNKNOWN", "There is no such segment", "segment", shorten(word), hint))

    def belonging(self) -> Belonging:
        """Who belongs, at the instant of everything published."""
        return Belonging(self.reader, self.as_of, manual_in_force(self.reader))

    def with_definition(self, definition: Definition) -> list[Definition]:
        """The definitions in force with one more, or one in another form."""
        return [each for each in self.definitions if each.id != definition.id] + [definition]

    def evaluate(self, definition: Definition, customers: ir.Table | None = None) -> ir.Table:
        """``customer_id`` of the members of a definition that need not be on record, decisions by hand included."""
        found = self.belonging().members(self.with_definition(definition), [definition.id], customers)
        return ibis.memtable(found.select(["customer_id"]))

    def members(self, id_: str | None = None) -> ir.Table:
        """The published members of one segment, or of all."""
        table = self._table("segment_members", SEGMENT_MEMBERS)
        return table if id_ is None else table.filter(table.segment_id == id_)

    def changes(self) -> ir.Table:
        """All statements."""
        return self._table("segment_changes", SEGMENT_CHANGES)

    def course(self, known_at: datetime | None = None) -> ir.Table:
        """The changes that hold, as known now or at an earlier instant."""
        return timeline(self.changes(), known_at)

    def counts(self) -> list[dict[str, Any]]:
        """Counts and states, in order of id; problems as mappings."""
        rows = sorted(rows_of(self.reader, "segment_counts"), key=lambda row: str(row["segment_id"]))
        return [{**row, "error": None if row["error"] is None else json.loads(row["error"])} for row in rows]

    def pending(self, moment: datetime | None = None) -> dict[str, Any] | None:
        """What the clock alone has changed by an instant but is not played yet; None where nothing is due.

        Args:
            moment: The instant (UTC); that of everything published by default.

        Returns:
            ``customers`` who have to be looked at again, whether ``everybody`` has to be, and ``since`` when.
        """
        if not self.reader.has("segment_due"):
            return None
        queue = self.reader.table("segment_due")
        due = queue.filter(queue.due_at <= instant(self.as_of if moment is None else moment))
        everybody = (due.kind == "population").any()
        found = due.aggregate(customers=due.customer_id.nunique(), everybody=everybody, since=due.due_at.min())
        row = self.reader.rows(found)[0]
        return None if row["since"] is None else {**row, "everybody": bool(row["everybody"])}

    def number(self, table: ir.Table) -> int:
        """Number of rows."""
        return int(self.reader.rows(table.aggregate(rows=table.count()))[0]["rows"])

    def ids(self, table: ir.Table, limit: int) -> list[str]:
        """The first customers of a table in order of id."""
        rows = self.reader.rows(table.select("customer_id").order_by("customer_id").limit(limit))
        return [row["customer_id"] for row in rows]

    def _table(self, name: str, contract: Contract) -> ir.Table:
        if self.reader.has(name):
            return self.reader.table(name)
        return ibis.memtable(pa.Table.from_pylist([], schema=arrow_schema(contract)))


def worth(published: Published, customers: ir.Table) -> dict[str, Any]:
    """What customers have brought and are expected to bring.

    Args:
        published: Sees ``customer_value``.
        customers: Rows with ``customer_id``, each customer once.

    Returns:
        ``customers``, ``revenue`` (net, exact, up to the as-of) and ``value`` (sum of single estimates, with the name
        of the measure), each ``NotEstimable`` where it is not known.
    """
    if not published.reader.has("customer_value"):
        reason = NotEstimable("customer value was not computed yet")
        return {"customers": published.number(customers), "revenue": reason, "value": reason}
    value = published.reader.table("customer_value").rename(value_id="customer_id")
    told = customers.left_join(value, customers.customer_id == value.value_id)
    found = published.reader.rows(
        told.aggregate(
            customers=told.count(),
            revenue=told.revenue.sum(),
            clv=told.clv.sum(),
            expected_discounted_revenue=told.expected_discounted_revenue.sum(),
        )
    )[0]
    known = published.reader.rows(value.aggregate(margin=value.clv.count(), any_=value.expected_purchases.count()))[0]
    measure = "clv" if known["margin"] else "expected_discounted_revenue"
    estimate = NotEstimable("no purchase model could be fitted") if not known["any_"] else found[measure] or 0.0
    return {
        "customers": found["customers"],
        "revenue": found["revenue"] or 0,
        "value": {"measure": measure, "amount": estimate} if known["any_"] else estimate,
    }
