"""Loyalty as Ibis expressions: share of wallet, attitude, patronage, and the cell of the two."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segmentry.profiles.catalog import Trait
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis, Observability

KEEPS_BUYING = ("regular", "reactivated")
"""Where somebody stands who buys again and again."""
SATISFIED = 0.75
"""Satisfaction from which attitude is high, where nobody asked for a recommendation."""


def _trait(name: str, kind: ColumnType, description: str, unit: str, source: str, seen: Observability) -> Trait:
    return Trait(
        name, Basis.BEHAVIORAL, kind, description, unit, source=source, renew_after_days=90, observability=seen
    )


WALLET_TRAIT = _trait(
    "share_of_wallet",
    ColumnType.NUMBER,
    "Spend with us over spend in the category; unknown where that is not told.",
    "share",
    "purchase_history, customers",
    Observability.UNOBSERVABLE,
)
TRAITS = (
    _trait("patronage_high", ColumnType.BOOLEAN, "Whether the customer keeps buying, or spends mostly with us.", "",
           "purchase_history", Observability.OBSERVABLE),
    _trait("attitude_high", ColumnType.BOOLEAN, "Whether the customer would recommend, or is well satisfied.", "",
           "feedback", Observability.UNOBSERVABLE),
    _trait("loyalty_type", ColumnType.TEXT, "true, latent, spurious or none (Dick & Basu 1994); needs both.", "",
           "purchase_history, feedback", Observability.UNOBSERVABLE),
)  # fmt: skip
"""The traits made here, beside the share of wallet."""


def loyalty_traits(people: ir.Table, high_share: float) -> ir.Table:
    """The traits of loyalty.

    Args:
        people: ``customer_id``, ``user_status``, ``spend``, ``category_spend``, ``nps_class`` and
            ``stated_satisfaction``, each unknown where it is not told.
        high_share: Share of wallet from which patronage is high.
    """
    spend, whole = people.spend.cast("float64"), people.category_spend
    possible = (whole > 0) & (spend <= whole)
    share = ibis.ifelse(possible.fill_null(False), spend / whole.nullif(0.0), ibis.null("float64"))
    told = people.mutate(share_of_wallet=share)
    by_status = told.user_status.isin(KEEPS_BUYING)
    patronage = ibis.coalesce(told.share_of_wallet >= high_share, by_status)
    attitude = ibis.coalesce(told.nps_class == "promoter", told.stated_satisfaction >= SATISFIED)
    cells = ibis.cases(
        (attitude & patronage, "true"),
        (attitude & ~patronage, "latent"),
        (~attitude & patronage, "spurious"),
        (~attitude & ~patronage, "none"),
        else_=ibis.null("string"),
    )
    return told.select(
        "customer_id", "share_of_wallet", patronage_high=patronage, attitude_high=attitude, loyalty_type=cells
    )
