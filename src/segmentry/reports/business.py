"""The business at a glance, and its customers: a few exact figures, the one estimate that matters, the pictures."""

from __future__ import annotations

from segmentry.reports.blocks import Block, Card, Cards, Notice, Picture, Section, Text
from segmentry.reports.told import Told, is_estimate, sentence


def glance(told: Told) -> Section:
    """The section with the figures to remember."""
    buyers = told.get("customers.buyers") or 0
    again, net, orders = told.get("customers.repeat_buyers") or 0, told.get("revenue.net"), told.get("orders") or 0
    cards = [
        Card(told.count(buyers), "customers who bought", f"exact; {told.count(told.get('customers.known'))} known"),
        Card(told.count(orders), "orders", "exact; placed and worth more than zero"),
        Card(told.money(net), "net revenue", "exact; bought less returned"),
    ]
    if buyers and net is not None:
        cards += [
            Card(told.share(again / buyers), "bought on more than one day", f"exact; {told.count(again)} customers"),
            Card(told.money(float(net) / buyers), "net revenue per customer", "exact; mean of all who bought"),
        ]
    total = told.get("clv.total.mean")
    if is_estimate(total):
        note = f"estimated; {told.level(total)} interval of the mean {told.interval(total)}; {told.horizon}"
        cards.append(Card(told.money(total["estimate"]), told.measure, note))
    blocks: list[Block] = [Cards(tuple(cards)), Picture("monthly_sales")]
    return Section("glance", "The business at a glance", blocks)


def customers(told: Told) -> Section:
    """The section on concentration, seasons and return."""
    blocks: list[Block] = [*_concentration(told), Picture("concentration")]
    season = told.reason("season")
    if season is not None:
        blocks.append(Notice("Seasons are not known", (sentence(season),)))
    blocks += [Picture("seasons"), Picture("cohorts")]
    return Section("customers", "Customers", blocks)


def _concentration(told: Told) -> list[Block]:
    reason = told.reason("concentration.top_10_percent") or told.reason("concentration")
    if reason is not None:
        return [Notice("Concentration is not known", (sentence(reason),))]
    parts = [
        f"The best {told.share(asked / 100)} of customers ({told.share(top.get('customers_share'), 1)} with ties) "
        f"bring {told.share(top.get('share'), 1)} of net revenue."
        for asked, top in (
            (10, told.get("concentration.top_10_percent")),
            (20, told.get("concentration.top_20_percent")),
        )
        if isinstance(top, dict) and "share" in top
    ]
    gini = told.get("concentration.gini")
    if isinstance(gini, float):
        parts.append(
            f"The Gini coefficient is {told.write.number(gini, 2)} (0: all equal; near 1: one has everything)."
        )
    return [Text(" ".join([*parts, "These figures are exact."]))] if parts else []
