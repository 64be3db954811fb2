"""The books of a load: rows, amounts and customers at each step, from one pass over its lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.engine import Engine
from segmentry.engine.files import hold
from segmentry.sources.report import RuleEffect
from segmentry.sources.rules import NAMES, RULES, switched_on
from segmentry.sources.spec import Rules
from segmentry.sources.tables import QUARANTINED

_USED = len(NAMES) + 1
_ZERO = Decimal("0.0000")


@dataclass
class Counts:
    """What became of the lines of one load; steps are 0 for put aside, then the rules in order, then used.

    Attributes:
        rows: Rows by step.
        amounts: Amounts by step.
        customers: Customers by the last step that one of their lines reached.
        currencies: Amount of the used lines by currency.
        first: First local day of the used lines.
        last: Last local day of the used lines.
        repeated: Used lines that repeat another of their part.
        returns: Used lines that are returns.
        reasons: Rows put aside by reason.
    """

    rows: dict[int, int] = field(default_factory=dict)
    amounts: dict[int, Decimal] = field(default_factory=dict)
    customers: dict[int, int] = field(default_factory=dict)
    currencies: dict[str, Decimal] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None
    repeated: int = 0
    returns: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def used(self) -> int:
        """Rows that are used."""
        return self.rows.get(_USED, 0)

    @property
    def buyers(self) -> int:
        """Customers with a row that is used."""
        return self.customers.get(_USED, 0)

    @property
    def excluded(self) -> dict[str, tuple[int, Decimal]]:
        """Rows and amount by rule, of the rules that left something out."""
        return {
            name: (self.rows[step], self.amounts[step])
            for step, name in enumerate(NAMES, start=1)
            if self.rows.get(step)
        }

    def effects(self, rules: Rules) -> tuple[RuleEffect, ...]:
        """Each rule that is on, with rows and customers before and after it."""
        rows = sum(count for step, count in self.rows.items() if step > 0)
        customers = sum(count for step, count in self.customers.items() if step > 0)
        on = {rule.name for rule in switched_on(rules)}
        effects = []
        for step, rule in enumerate(RULES, start=1):
            if rule.name not in on:
                continue
            rows_after = rows - self.rows.get(step, 0)
            customers_after = customers - self.customers.get(step, 0)
            amount = self.amounts.get(step, _ZERO)
            effects.append(
                RuleEffect(rule.name, rule.description, rows, rows_after, customers, customers_after, amount)
            )
            rows, customers = rows_after, customers_after
        return tuple(effects)


def count_lines(engine: Engine, loaded: ir.Table, load_ids: tuple[str, ...]) -> dict[str, Counts]:
    """The books of the given loads."""
    lines = loaded.filter(loaded.load_id.isin(load_ids))
    steps = {QUARANTINED: 0} | {name: step for step, name in enumerate(NAMES, start=1)}
    small, _ = hold(
        engine,
        lines.group_by("load_id", "party_key", "excluded_by", "currency", "reason").aggregate(
            rows=lines.count(),
            amount=lines.amount.sum(),
            first=lines.ordered_on.min(),
            last=lines.ordered_on.max(),
            repeated=lines.repeated.sum(),
            returns=(lines.line_kind == "return").sum(),
        ),
    )
    step = ibis.cases(*((small.excluded_by == name, place) for name, place in steps.items()), else_=_USED)
    small = small.mutate(step=step)
    books = {load_id: Counts() for load_id in load_ids}
    for row in engine.rows(_sums(small)):
        _add(books[row["load_id"]], row)
    for row in engine.rows(_customers(small)):
        books[row["load_id"]].customers[row["step"]] = row["customers"]
    return books


def _sums(small: ir.Table) -> ir.Table:
    return small.group_by("load_id", "step", "currency", "reason").aggregate(
        rows=small.rows.sum(),
        amount=small.amount.sum(),
        first=small["first"].min(),
        last=small["last"].max(),
        repeated=small.repeated.sum(),
        returns=small.returns.sum(),
    )


def _customers(small: ir.Table) -> ir.Table:
    furthest = small.filter(small.party_key.notnull()).group_by("load_id", "party_key").aggregate(step=small.step.max())
    return furthest.group_by("load_id", "step").aggregate(customers=furthest.count())


def _add(books: Counts, row: dict[str, Any]) -> None:
    step, amount = int(row["step"]), row["amount"] or _ZERO
    books.rows[step] = books.rows.get(step, 0) + int(row["rows"])
    books.amounts[step] = books.amounts.get(step, _ZERO) + amount
    if step == 0:
        books.reasons[row["reason"]] = books.reasons.get(row["reason"], 0) + int(row["rows"])
    if step == _USED:
        currency = row["currency"] or ""
        books.currencies[currency] = books.currencies.get(currency, _ZERO) + amount
        books.first = min(filter(None, (books.first, row["first"])), default=None)
        books.last = max(filter(None, (books.last, row["last"])), default=None)
        books.repeated += int(row["repeated"] or 0)
        books.returns += int(row["returns"] or 0)
