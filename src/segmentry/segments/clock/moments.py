"""Many instants at once: every row a customer at an instant of its own, with all edges of windows as columns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from segmentry.segments.clock.pieces import pieces
from segmentry.segments.literals import day_begins, first_day_from
from segmentry.segments.windows import NOW, Edge, Fixed

Asked = tuple[Edge, str, bool]
"""An edge, the zone in which it is read, and whether the first day from it on is asked for instead."""
_OWN = "moment_"


class Moments:
    """Customers at instants, and where the edges of windows lie as seen from each.

    Args:
        customers: Ids.
        instants: The instant (UTC) of each; years before 9999.
        edges: Edges that windows will ask for, beside the instant itself.
    """

    def __init__(self, customers: pa.Array, instants: pa.Array, edges: Iterable[Asked] = ()) -> None:
        self.customers = customers
        self.instants = instants
        self._times = instants.to_numpy(zero_copy_only=False).astype("datetime64[us]")
        self._names: dict[tuple[Edge, str, bool], str] = {}
        columns = {
            _OWN: pa.array(range(len(customers)), pa.int64()).cast(pa.string()),
            "customer_id": customers,
            f"{_OWN}at": instants,
        }
        for edge, zone, as_days in dict.fromkeys(_with_now(edges)):
            name = f"{_OWN}{len(self._names)}"
            self._names[edge, zone, as_days] = name
            columns[name] = self._column(edge, zone, as_days)
        self.table = ibis.memtable(pa.table(columns))

    def _column(self, edge: Edge, zone: str, as_days: bool) -> pa.Array:
        """Where an edge lies for each moment: found for whole stretches of time, not instant by instant."""
        course = pieces(edge, zone, self._times.min().item(), self.last) if len(self._times) else []
        starts, firsts = (_times(getattr(each, name) for each in course) for name in ("start", "first"))
        runs = np.array([each.first != each.last for each in course], dtype=bool)
        place = np.searchsorted(starts, self._times, side="right") - 1
        found = firsts[place] + np.where(runs[place], self._times - starts[place], np.timedelta64(0, "us"))
        return pa.array(_days(found, zone), pa.date32()) if as_days else pa.array(found, pa.timestamp("us"))

    @property
    def last(self) -> datetime:
        """The latest instant."""
        found: datetime = self._times.max().item()
        return found

    def __len__(self) -> int:
        return len(self.customers)

    def edge(self, edge: Edge, zone: str, table: ir.Table, as_days: bool) -> Any:
        """An edge as a column of a table that `keyed` or `beside` has made; the first day from it on if asked."""
        now = table[self._names[NOW, zone, as_days]]
        if not isinstance(edge, Fixed):
            return table[self._names[edge, zone, as_days]]
        fixed = ibis.literal(first_day_from(edge.at, zone)) if as_days else ibis.literal(edge.at, type="timestamp(6)")
        return ibis.ifelse(fixed < now, fixed, now)

    def keyed(self, table: ir.Table) -> ir.Table:
        """A table of customers as one of moments: every row once for each moment of its customer.

        ``customer_id`` is the name of the moment from then on.
        """
        own = self.table.rename(moment_of="customer_id")
        clear = table.drop(*(name for name in table.columns if name.startswith(_OWN)))
        joined = clear.inner_join(own, clear.customer_id == own.moment_of).drop("customer_id", "moment_of")
        return joined.rename(customer_id=_OWN)

    def beside(self, table: ir.Table) -> ir.Table:
        """A table of moments with the columns of edges."""
        own = self.table.drop("customer_id")
        return table.inner_join(own, table.customer_id == own[_OWN]).drop(_OWN)

    def instant(self, table: ir.Table) -> Any:
        """The instant of each row of a table that `keyed` or `beside` has made."""
        return table[f"{_OWN}at"]

    def named(self, places: pa.Array) -> tuple[pa.Array, pa.Array]:
        """Customers and instants of moments by number."""
        return self.customers.take(places), self.instants.take(places)


def _with_now(edges: Iterable[Asked]) -> list[Asked]:
    """The edges, and the instant itself wherever something is compared with them."""
    told = list(edges)
    return [*told, *((NOW, zone, as_days) for _, zone, as_days in told)]


def _times(values: Iterable[datetime]) -> np.ndarray[Any, Any]:
    return np.array(list(values), dtype="datetime64[us]")


def _days(instants: np.ndarray[Any, Any], zone: str) -> np.ndarray[Any, Any]:
    """The first local days that begin at instants or after them."""
    if not len(instants):
        return instants.astype("datetime64[D]")
    first, last = (first_day_from(edge.item(), zone) for edge in (instants.min(), instants.max()))
    days = [date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1)]
    begins = _times(day_begins(day, zone) for day in days)
    return np.array(days, dtype="datetime64[D]")[np.searchsorted(begins, instants, side="left")]
