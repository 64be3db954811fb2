"""What regions prefer: the share of an item in what an area buys, over its share in what everybody buys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.profiles.geographic.suppression import EVERYBODY, kept_back

_NORMAL = 1.96
_FIGURES = ("share", "preference_index", "index_low", "index_high")
_WITH_BASE = "Its share in what everybody buys is kept back, lest that of few buyers be told from it."
_WITH_OTHERS = "Kept back, lest a cell of few buyers be told from what it lacks to the whole."


def preferences(lines: ir.Table, areas: ir.Table, item: str) -> ir.Table:
    """One row for each area and item it buys, with every figure of the contract `REGIONAL_PREFERENCES`.

    The mean of the index over areas, weighted by what each buys, is 100 for every item.
    An index is about an area and says nothing about a single customer in it. Its interval is that of the share s, on
    the log (delta method): buyers are drawn, each with what they spent on each item, x, so that of an area's amount A
    the share varies by (sum of x^2 (1 - s)^2 over the item + sum of x^2 s^2 over the rest) / A^2; the base stands.

    Args:
        lines: Keyed order lines that are sales.
        areas: ``customer_id`` and ``area``.
        item: Column of ``lines`` with the item.
    """
    bought = lines.filter(lines[item].notnull()).inner_join(areas.filter(areas.area.notnull()), "customer_id")
    spent = bought.group_by("customer_id", "area", item=bought[item]).aggregate(
        amount=bought.amount.sum().cast("float64")
    )
    cells = spent.group_by("area", "item").aggregate(
        customers=spent.count(), amount=spent.amount.sum(), squares=(spent.amount * spent.amount).sum()
    )
    of_area = ibis.window(group_by=cells.area)
    of_item = ibis.window(group_by=cells["item"])
    of_all = cells.amount.sum().over(of_area).nullif(0.0)
    share = cells.amount / of_all
    base = cells.amount.sum().over(of_item) / cells.amount.sum().over(ibis.window()).nullif(0.0)
    rest = ibis.greatest(cells.squares.sum().over(of_area) - cells.squares, 0.0)
    varies = (cells.squares * (1.0 - share) * (1.0 - share) + rest * share * share).sqrt() / of_all
    told = cells.mutate(share=share, base_share=base, log_error=varies / share.nullif(0.0))
    index = 100.0 * told.share / told.base_share.nullif(0.0)
    factor = (_NORMAL * told.log_error).exp()
    return told.select(
        "area",
        "item",
        "customers",
        share=told.share,
        base_share=told.base_share.fill_null(0.0),
        preference_index=index,
        index_low=index / factor,
        index_high=index * factor,
    )


def told_openly(rows: Sequence[dict[str, Any]], fewest: int) -> list[dict[str, Any]]:
    """The rows that may be published, each with the ``reason`` for what is kept back in it.

    Cells of few buyers are kept back, and further ones until no sum tells the first (`suppression.kept_back`). An area
    where few bought a single item is left out: its share is 1 whatever is kept back.

    Args:
        rows: As `preferences` tells.
        fewest: Buyers below which a cell keeps its figures to itself.
    """
    bought = Counter(row["area"] for row in rows)
    usable = [row for row in rows if bought[row["area"]] > 1 or row["customers"] >= fewest]
    hidden = kept_back({(row["area"], row["item"]): row["customers"] for row in usable}, fewest)
    return [_told(row, hidden, fewest) for row in sorted(usable, key=lambda row: (row["area"], row["item"]))]


def _told(row: dict[str, Any], hidden: set[tuple[str, str]], fewest: int) -> dict[str, Any]:
    few, based = row["customers"] < fewest, (EVERYBODY, row["item"]) in hidden
    without = set(_FIGURES) if (row["area"], row["item"]) in hidden else set()
    without |= {"base_share", *_FIGURES[1:]} if based else set()
    reason = (_WITH_BASE if "share" not in without else _WITH_OTHERS) if without else None
    told = {name: None if name in without else value for name, value in row.items()}
    return told | {"reason": f"Fewer than {fewest} customers bought it there." if few else reason}
