"""The margin by which revenue becomes value: told by the settings, else learned from the costs of the lines."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir

from segmentry.terms.numbers import NotEstimable

COST_COVERAGE = 0.95
"""Share of the amount sold that must carry a cost before a margin is learned from it."""


@dataclass(frozen=True, slots=True)
class Margin:
    """A margin as a share of net revenue.

    Attributes:
        rate: The share.
        source: ``settings`` or ``costs``.
    """

    rate: float
    source: str


def cost_facts(lines: ir.Table) -> ir.Table:
    """One row: ``amount`` sold net, ``covered`` (amount of lines with a cost), ``cost`` of those lines."""
    told = lines["cost"].notnull()
    return lines.aggregate(
        amount=lines.amount.sum().cast("float64"),
        gross=lines.amount.abs().sum().cast("float64"),
        covered=lines.amount.sum(where=told).cast("float64"),
        gross_covered=lines.amount.abs().sum(where=told).cast("float64"),
        cost=lines["cost"].sum().cast("float64"),
    )


def margin_of(told: float | None, facts: dict[str, float | None]) -> Margin | NotEstimable:
    """The margin in force, or why there is none.

    Args:
        told: The setting ``margin_rate``.
        facts: The row of `cost_facts`.
    """
    if told is not None:
        return Margin(told, "settings")
    gross, covered = facts["gross"] or 0.0, facts["gross_covered"] or 0.0
    net, cost = facts["covered"] or 0.0, facts["cost"] or 0.0
    if not covered:
        return NotEstimable("no cost is known: set margin_rate, or load lines with their cost")
    if covered < COST_COVERAGE * gross:
        return NotEstimable(f"only {covered / gross:.0%} of the amount carries a cost: set margin_rate")
    if net <= 0 or cost < 0 or cost >= net:
        return NotEstimable("the costs of the lines leave no margin: set margin_rate, or correct the costs")
    return Margin(1.0 - cost / net, "costs")


def customer_costs_of_goods(lines: ir.Table, margin: Margin | NotEstimable) -> ir.Table:
    """Cost of goods per customer: the lines' own where they tell, else revenue less margin; columns customer_id, cost.

    Args:
        lines: Keyed order lines.
        margin: The margin in force.
    """
    rate = margin.rate if isinstance(margin, Margin) else None
    own = lines["cost"].cast("float64")
    if rate is None:
        return lines.group_by("customer_id").aggregate(cost_of_goods=own.sum())
    assumed = lines.amount.cast("float64") * (1.0 - rate)
    from_settings = isinstance(margin, Margin) and margin.source == "settings"
    cost = assumed if from_settings else own.fill_null(assumed)
    return lines.group_by("customer_id").aggregate(cost_of_goods=cost.sum().round(4))
