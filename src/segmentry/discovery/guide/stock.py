"""What data are there, how fresh and of how many customers, and a plan for what is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.discovery.guide.needs import DataNeed, needs_of
from segmentry.terms.canonical import CANONICAL
from segmentry.terms.clock import utc_to_local
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.study import Study

THIN = 0.2
"""Share of customers below which data describe few, so that segments made of them leave most people out."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What is there of one kind of data.

    Attributes:
        rows: Rows loaded up to the as-of.
        telling: Rows among them that say more than that somebody or something is there; all where it is None.
        customers: Customers they name; None where they name none.
        last: Latest fact up to the as-of; None where nothing is dated.
    """

    rows: int
    customers: int | None = None
    last: datetime | date | None = None
    telling: int | None = None

    @property
    def silent(self) -> bool:
        """Whether no row says anything."""
        return not (self.rows if self.telling is None else self.telling)


_TELLING = {"products": ("category", "unit_cost")}


def stock_of(table: ir.Table, need: DataNeed, identity: ir.Table | None, as_of: datetime) -> ir.Table:
    """Rows, customers, latest fact and telling rows of a canonical table, facts after the as-of left out.

    Customers and latest fact are those of telling rows.

    Args:
        table: The table.
        need: What it is.
        identity: Which customer a party is, or None where every party is one.
        as_of: Instant (UTC).
    """
    table = table.mutate(telling=_tells(table, need))
    if need.time:
        when = table[need.time]
        table = table.filter((when.cast("timestamp(6)") < ibis.literal(as_of, type="timestamp(6)")) | when.isnull())
    figures: dict[str, ir.Scalar] = {}
    if need.key:
        if identity is not None:
            known = identity.select(known_party="party_key", known_customer="customer_id")
            table = table.left_join(known, table[need.key] == known.known_party)
            table = table.mutate(known_customer=table.known_customer.fill_null(table[need.key]))
        who = table[need.key] if identity is None else table.known_customer
        figures["customers"] = who.nunique(where=table.telling)
    if need.time:
        figures["last"] = table[need.time].max(where=table.telling)
    return table.aggregate(rows=table.count(), telling=table.count(where=table.telling), **figures)


def _tells(table: ir.Table, need: DataNeed) -> ir.BooleanValue:
    """Whether a row says more than that somebody or something is there."""
    plain = set(CANONICAL[need.table].names) - {"country"} if need.table == "customers" else set(table.columns)
    wanted = _TELLING.get(need.table, tuple(set(table.columns) - plain))
    told = [table[name].notnull() for name in sorted(wanted) if name in table.columns]
    return ibis.or_(*told) if told else ibis.literal(need.table not in {"customers", "products"})


def inventory(
    study: Study,
    stocks: Mapping[str, Stock],
    customers: int,
    as_of: datetime,
    base: str = "customers",
    timezone: str = "UTC",
) -> list[dict[str, Any]]:
    """What the study needs against what is there: state, coverage, age, what a gap costs, and the plan to fill it.

    Args:
        study: Objective and what was said of collection.
        stocks: What is there, by table.
        customers: Customers known.
        as_of: Instant (UTC).
        base: What they are called: ``buyers`` where orders tell who is one.
        timezone: IANA time zone whose days are meant.
    """
    rows = []
    today = _day(as_of, timezone)
    for need, strength in needs_of(study.objective):
        stock = stocks.get(need.table)
        latest = None if stock is None or stock.last is None else _day(stock.last, timezone)
        state, remark = _state(need, stock, customers, None if latest is None else (today - latest).days, base)
        row = {
            "table": need.table,
            "bases": [each.value for each in need.bases],
            "strength": strength,
            "tells": need.tells,
            "state": state,
            "rows": 0 if stock is None else stock.rows,
            "customers": None if stock is None else stock.customers,
            "coverage": _coverage(need, stock, customers),
            "latest": None if latest is None else latest.isoformat(),
            "remark": remark,
            "gap_costs": None if state == "there" else need.gap,
        }
        rows.append(row | {"plan": None if state == "there" else _plan(need, study, today)})
    return rows


def _coverage(need: DataNeed, stock: Stock | None, customers: int) -> float | NotEstimable:
    if not need.key:
        return NotEstimable("it names no customers")
    if not customers:
        return NotEstimable("nobody is known yet")
    return 0.0 if stock is None or stock.customers is None else min(stock.customers / customers, 1.0)


def _state(need: DataNeed, stock: Stock | None, customers: int, age: int | None, base: str) -> tuple[str, str]:
    """``missing``, ``old``, ``thin`` or ``there``, and why."""
    if stock is None or stock.silent:
        loaded = 0 if stock is None else stock.rows
        lacks = " nor ".join(_TELLING.get(need.table, ("country", "anything else about them")))
        silent = f"{loaded:,} rows are loaded, but they tell neither {lacks}."
        return "missing", silent if loaded else "Nothing is told."
    if age is not None and age > need.renew_after_days:
        return "old", f"The latest fact is {age:,} days old; it should be renewed after {need.renew_after_days:,}."
    if need.key and customers and (stock.customers or 0) < THIN * customers:
        return "thin", f"It names {stock.customers or 0:,} customers; {customers:,} {base} are known."
    return "there", "Enough to work with."


def _day(moment: datetime | date, timezone: str) -> date:
    """The local day of an instant (UTC); a day is that day."""
    return utc_to_local(moment, timezone).date() if isinstance(moment, datetime) else moment


def _plan(need: DataNeed, study: Study, today: date) -> dict[str, Any]:
    """How it will be collected: what the study says, else the usual; owner and cost are never guessed."""
    told = study.collection.get(need.table, {})
    refresh_on = told.get("refresh_on") or today + timedelta(days=need.renew_after_days)
    return {
        "method": told.get("method") or need.method,
        "owner": told.get("owner"),
        "cost": told.get("cost"),
        "refresh_on": refresh_on.isoformat(),
        "declared": bool(told),
    }


def open_questions(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the team has to settle before data are complete: owners and costs that nobody told."""
    found = []
    for row in rows:
        plan = row["plan"]
        lacks = [] if plan is None else [name for name in ("owner", "cost") if plan[name] is None]
        if lacks and row["strength"] == "needed":
            found.append(f"{row['table']}: say {' and '.join(lacks)} under [study.collection.{row['table']}]")
    return found
