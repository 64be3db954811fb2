"""Cost-to-serve and profit, where costs are known."""

from __future__ import annotations

from collections.abc import Mapping

from segmentry.reports.blocks import Block, Grid, Heading, Notice, Picture, Section, Text
from segmentry.reports.told import Told, refusal, sentence


def section(told: Told) -> Section:
    """The section on cost-to-serve and profit."""
    blocks: list[Block] = [*_served(told), Picture("activity_costs"), *_by_segment(told), *_profit(told)]
    blocks += [Picture("whale_curve"), *_acquisition(told)]
    return Section("costs", "Cost-to-serve and profit", blocks)


def _served(told: Told) -> list[Block]:
    cost = told.get("cost_to_serve")
    reason = refusal(cost)
    if reason is not None or not isinstance(cost, Mapping):
        return [Notice("Cost-to-serve is not known", (sentence(reason or "Nothing was told"),))]
    unused = refusal(cost.get("unused"))
    idle = (
        f"Unused capacity is not known: {sentence(unused)}"
        if unused is not None
        else f"Capacity worth {told.money(cost.get('unused'))} stood unused; it is charged to nobody."
    )
    ratio = cost.get("ratio_to_revenue")
    part = f", {told.share(ratio, 1)} of net revenue" if isinstance(ratio, float) else ""
    return [Text(f"Serving customers cost {told.money(cost.get('allocated'))} to date{part}. {idle}")]


def _by_segment(told: Told) -> list[Block]:
    known = [each for each in told.get("segments") or [] if isinstance(each.get("cost_to_serve"), int | float)]
    if not known:
        return []
    rows = tuple(
        (
            str(each["name"]),
            told.count(each["customers"]),
            told.amount(each["revenue"]),
            told.amount(each["cost_to_serve"]),
            _or_not(told, each.get("contribution")),
        )
        for each in known
    )
    columns = (
        "Segment",
        "Customers\t",
        f"Net revenue ({told.unit})\t",
        f"Cost-to-serve ({told.unit})\t",
        f"Contribution ({told.unit})\t",
    )
    return [Grid("Cost-to-serve and contribution by segment, to date", columns, rows)]


def _or_not(told: Told, value: object) -> str:
    return "not estimable" if refusal(value) is not None else told.amount(value)


def _profit(told: Told) -> list[Block]:
    whale = told.get("concentration.whale_curve")
    reason = refusal(whale)
    if reason is not None or not isinstance(whale, Mapping):
        return [Notice("Profit by customer is not known", (sentence(reason or "Nothing was told"),))]
    losing = whale.get("unprofitable_customers") or 0
    tail = (
        f"{told.count(losing)} customers cost more than they brought, {told.money(whale.get('lost_on_them'))} in all."
        if losing
        else "No customer cost more than it brought."
    )
    text = (
        f"All customers together contributed {told.money(whale.get('total'))} to date (net revenue less cost of goods "
        f"and, where known, cost-to-serve). {tail}"
    )
    return [Heading("Profit by customer"), Text(text)]


def _acquisition(told: Told) -> list[Block]:
    found = told.get("acquisition")
    if not isinstance(found, Mapping):
        return []
    reason = refusal(found)
    if reason is not None:
        return [Notice("The cost of a new customer is not known", (sentence(reason),))]
    new, each = told.count(found.get("new_customers")), told.money(found.get("per_new_customer"))
    text = (
        f"{told.money(found.get('spent'))} was spent to acquire, and {new} customers were new in that time: {each} for "
        "each. How many of them would have come without it is not known."
    )
    return [Heading("Acquisition"), Text(text)]
