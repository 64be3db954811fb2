"""Expected value of every customer, scored inside the engine from what was learned on distinct histories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

TIERS = (("top", 0.05), ("high", 0.20), ("middle", 0.50), ("low", 1.0))
"""Value tiers by rank of value: the best 5 %, the next 15 %, the next 30 %, the rest."""


@dataclass(frozen=True, slots=True)
class SpendParameters:
    """Gamma-Gamma parameters and the share of placed amounts that is kept after returns.

    Attributes:
        p: Shape of one amount.
        q: Shape of the customers' rates.
        gamma: Scale of the customers' rates.
        kept_share: Net amount over amount placed, of the whole base.
        prior_amount: Amount at which a customer's own returns weigh as much as the base's.
    """

    p: float
    q: float
    gamma: float
    kept_share: float
    prior_amount: float = 0.0

    @classmethod
    def of(cls, parameters: dict[str, float], kept_share: float, prior_amount: float) -> SpendParameters:
        """From a fitted model's ``parameters_``."""
        return cls(parameters["p"], parameters["q"], parameters["gamma"], kept_share, prior_amount)


def distinct_histories(history: ir.Table) -> ir.Table:
    """Distinct frequency, recency_age and age (days) with the number of customers: all that a purchase model needs.

    Sorted, so that the same customers give the same last digit whatever the order of rows.
    """
    keys = ("frequency", "recency_age", "age")
    return history.group_by(*keys).aggregate(customers=history.count()).order_by(*keys)


def spend_rows(history: ir.Table) -> ir.Table:
    """Frequency and mean spend of repeat buyers with positive spend, sorted: all that the spend model needs."""
    repeat = history.filter((history.frequency > 0) & (history.repeat_spend > 0))
    return repeat.select("frequency", "repeat_spend").order_by("frequency", "repeat_spend")


def score(history: ir.Table, scored: pa.Table, spend: SpendParameters | None) -> ir.Table:
    """Purchases and spend expected of each customer.

    The expected spend is the Gamma-Gamma mean given the customer's own (Fader & Hardie 2013, equation 5): own mean
    and population mean weighed by p·x and q - 1.

    Args:
        history: The purchase history.
        scored: Distinct histories with ``p_alive``, ``expected_purchases``, ``discounted_purchases``.
        spend: Parameters of the spend model; None where it could not be estimated.
    """
    joined = history.inner_join(ibis.memtable(scored), ["frequency", "recency_age", "age"])
    columns: dict[str, Any] = {
        name: joined[name] for name in ("customer_id", "p_alive", "expected_purchases", "discounted_purchases")
    }
    expected = ibis.null("float64") if spend is None else _expected_spend(joined, spend)
    value = joined.discounted_purchases * expected
    return joined.select(**columns, expected_spend=expected, expected_discounted_revenue=value)


def _expected_spend(history: ir.Table, spend: SpendParameters) -> ir.Value:
    own = history.repeat_spend.fill_null(0.0)
    weight = spend.p * (history.repeat_spend > 0).fill_null(False).ifelse(history.frequency, 0)
    mean = (spend.p * spend.gamma + weight * own) / (weight + spend.q - 1.0)
    return mean * own_kept_share(history, spend.kept_share, spend.prior_amount)


def own_kept_share(history: ir.Table, kept_share: float, prior_amount: float) -> ir.Value:
    """The share that a customer keeps after returns: own net over own placed, drawn towards the base's share.

    (net + prior · base) / (placed + prior), within 0 and 1, so that who gave everything back is not valued as if the
    goods had been kept, and one return of a small buyer does not decide.
    """
    net, placed = history.spend.cast("float64"), history.placed_amount.cast("float64")
    share = (net + prior_amount * kept_share) / (placed + prior_amount)
    return ibis.greatest(ibis.least(share, 1.0), 0.0)


def value_tier(value: ir.NumericValue) -> ir.StringValue:
    """The tier of each value, ties together; without a value there is no tier."""
    above = ibis.rank().over(ibis.window(order_by=value.desc())).cast("float64")
    number = value.count().over(ibis.window()).cast("float64")
    branches = [(value.isnull(), ibis.null("string"))]
    branches += [(above < number * share, name) for name, share in TIERS[:-1]]
    return ibis.cases(*branches, else_=TIERS[-1][0])
