"""Small shops as Arrow tables: orders, lines and histories with only what a test says, the rest filled in."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from itertools import count
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import arrow_schema
from segmentry.profiles.tables import PURCHASE_HISTORY
from segmentry.terms.canonical import CUSTOMERS, ORDER_LINES, ORDERS
from segmentry.terms.tables import Contract

LAST = date(2021, 12, 31)
AS_OF = datetime(2022, 1, 1)

_numbers = count(1)


def order(party: str, day: date, amount: object = 10, **told: Any) -> dict[str, Any]:
    """One order of ``party``; a negative amount makes a return note that was never placed."""
    money = Decimal(str(amount))
    filled = {
        "source": "shop",
        "order_id": f"o{next(_numbers)}",
        "party_key": party,
        "ordered_at": datetime.combine(day, time(12)),
        "ordered_on": day,
        "currency": "EUR",
        "lines": 1,
        "products": 1,
        "units": Decimal(1),
        "amount": money,
        "returned": max(-money, Decimal(0)),
        "placed": money > 0,
    }
    return filled | told


def line(party: str, day: date, amount: object = 10, **told: Any) -> dict[str, Any]:
    """One line of an order of ``party``; a negative amount is a return."""
    money, number = Decimal(str(amount)), next(_numbers)
    filled = {
        "load_id": "l",
        "line_number": number,
        "source": "shop",
        "order_id": f"o{number}",
        "party_key": party,
        "ordered_at": datetime.combine(day, time(12)),
        "ordered_on": day,
        "timezone": "UTC",
        "product_id": "p1",
        "quantity": Decimal(1 if money > 0 else -1),
        "unit_price": abs(money),
        "amount": money,
        "currency": "EUR",
        "line_kind": "sale" if money > 0 else "return",
        "repeated": False,
    }
    return filled | told


def order_of(line: dict[str, Any]) -> dict[str, Any]:
    """The order that consists of one line."""
    told = {name: line[name] for name in ("discount", "channel") if name in line}
    return order(line["party_key"], line["ordered_on"], line["amount"], order_id=line["order_id"], **told)


def party(key: str, since: datetime | None = None, **told: Any) -> dict[str, Any]:
    """One row of customers."""
    return {"party_key": key, "source": "shop", "kind": "buyer", "known_since": since, "country": None} | told


def arrow(contract: Contract, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows in the shape of a contract, what is not told being null; further columns follow as they are."""
    schema = arrow_schema(contract)
    table = pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema=schema)
    further = [name for name in (rows[0] if rows else {}) if name not in schema.names]
    for name in further:
        table = table.append_column(name, pa.array([row[name] for row in rows]))
    return table


def orders_table(rows: list[dict[str, Any]]) -> ir.Table:
    """Orders as an expression with ``customer_id``, every party being its own customer."""
    table = ibis.memtable(arrow(ORDERS, rows))
    return table.mutate(customer_id=table.party_key)


def lines_table(rows: list[dict[str, Any]]) -> ir.Table:
    """Order lines as an expression with ``customer_id``."""
    table = ibis.memtable(arrow(ORDER_LINES, rows))
    return table.mutate(customer_id=table.party_key)


def history(customer: str, frequency: int, recency_age: int, silent: int, **told: Any) -> dict[str, Any]:
    """One row of the purchase history of a customer silent for ``silent`` days up to `LAST`."""
    last_on = date.fromordinal(LAST.toordinal() - silent)
    spend = Decimal(str(told.pop("spend", 10 * (frequency + 1))))
    filled = {
        "customer_id": customer,
        "first_on": date.fromordinal(last_on.toordinal() - recency_age),
        "last_on": last_on,
        "orders": frequency + 1,
        "purchase_days": frequency + 1,
        "frequency": frequency,
        "recency_age": recency_age,
        "age": recency_age + silent,
        "days_since_last": silent,
        "spend": spend,
        "placed_amount": spend,
        "repeat_spend": 10.0 if frequency else None,
        "last_gap": recency_age // frequency if frequency else None,
        "gap_deviation": 0.0 if frequency else None,
        "currency": "EUR",
    }
    return filled | told


def history_table(rows: list[dict[str, Any]]) -> ir.Table:
    """A purchase history as an expression."""
    return ibis.memtable(arrow(PURCHASE_HISTORY, rows))


def publish_shop(run: Any, lines: list[dict[str, Any]], parties: list[dict[str, Any]] | None = None) -> None:
    """Publish lines with the orders and customers that follow from them, as a load would."""
    keys = dict.fromkeys(each["party_key"] for each in lines)
    first = {key: min(each["ordered_at"] for each in lines if each["party_key"] == key) for key in keys}
    run.publish(ORDER_LINES, arrow(ORDER_LINES, lines))
    run.publish(ORDERS, arrow(ORDERS, [order_of(each) for each in lines]))
    run.publish(CUSTOMERS, arrow(CUSTOMERS, parties or [party(key, first[key]) for key in keys]))


def by_customer(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows by their customer."""
    return {row["customer_id"]: row for row in rows}
