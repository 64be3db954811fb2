"""What customers tell of their lives: moves and weddings, and what they spend in the category, with others too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmentry.simulate.orders import party_keys
from segmentry.simulate.parts.ground import Ground, empty
from segmentry.simulate.purchase_process import Floats

MOVED, WED = 0.2, 0.06
"""Shares of the customers who move, and who marry, from two years before the end to a third of a year after it."""
BEFORE, AFTER = 730.0, 120.0
TOLD = 0.6
"""Share of the customers who tell what they spend in the category."""
WALLET, LOST, PRECISION = 0.75, 0.5, 6.0
"""Mean share that the contented spend here, what dissatisfaction takes away from it, and how alike customers are."""


def grow_lives(ground: Ground, random: np.random.Generator) -> tuple[dict[str, Any], Any]:
    """Columns of the file of customers, and the truth ``lives``: days of moves and weddings, and the share of wallet.

    Args:
        ground: The company.
        random: Draws of its own.
    """
    count = len(ground.people)
    moved, wed = (_days(count, share, ground.spec.days, random) for share in (MOVED, WED))
    mean = WALLET - LOST * ground.unhappy
    share = np.clip(random.beta(PRECISION * mean, PRECISION * (1.0 - mean)), 0.02, 1.0)
    spent = _spent(ground)
    category = np.round(spent / share, 2)
    told = (random.random(count) < TOLD) & (spent > 0)
    columns = {
        "moved_on": ground.dates(np.nan_to_num(moved), ~np.isnan(moved)),
        "wedding_date": ground.dates(np.nan_to_num(wed), ~np.isnan(wed)),
        "category_spend": empty(pa.array(category), told),
    }
    truth = {
        "record": ground.customers(np.arange(count)),
        "moved_on": columns["moved_on"],
        "wedding_date": columns["wedding_date"],
        "wallet_share": pa.array(share),
        "told": pa.array(told),
    }
    return columns, pa.table(truth)


def _days(count: int, share: float, end: float, random: np.random.Generator) -> Floats:
    """Days since the start at which it happens; NaN where it does not."""
    day = random.uniform(end - BEFORE, end + AFTER, count)
    return np.where(random.random(count) < share, day, np.nan)


def _spent(ground: Ground) -> Floats:
    """What each customer spent here, returns taken off; shape (customers,)."""
    lines = ground.tables["order_lines"]
    sums = lines.select(["party_key", "amount"]).group_by("party_key").aggregate([("amount", "sum")])
    place = pc.index_in(party_keys(ground.spec.source, ground.people.number), sums["party_key"].combine_chunks())
    amounts = sums["amount_sum"].cast(pa.float64()).take(place)
    return np.asarray(pc.fill_null(amounts, 0.0).to_numpy(), dtype=np.float64)
