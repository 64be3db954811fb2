"""Expected value of every customer, scored inside the engine from what was learned on distinct histories."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

if TYPE_CHECKING:
    from segmentry.science import GammaGamma

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
        covariance: That of the logarithms of ``p``, ``q``, ``gamma``, row by row; zeros where they are known for sure.
        kept_error: Relative standard error of the share kept.
    """

    p: float
    q: float
    gamma: float
    kept_share: float
    prior_amount: float = 0.0
    covariance: tuple[tuple[float, float, float], ...] = ((0.0, 0.0, 0.0),) * 3
    kept_error: float = 0.0

    @classmethod
    def of(cls, model: GammaGamma, kept_share: float, prior_amount: float, kept_error: float = 0.0) -> SpendParameters:
        """From a fitted model."""
        known = model.parameters_
        order = [model.parameter_names.index(name) for name in ("p", "q", "gamma")]
        rows = tuple((float(row[0]), float(row[1]), float(row[2])) for row in model.covariance_[order][:, order])
        return cls(known["p"], known["q"], known["gamma"], kept_share, prior_amount, rows, kept_error)


_MOST_OFF = 50.0
"""Beyond e to this power an interval says nothing and is left out."""


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


def score(history: ir.Table, scored: pa.Table, spend: SpendParameters | None, level: float = 0.95) -> ir.Table:
    """Purchases and spend expected of each customer, and by which factor their product may be off.

    The expected spend is the Gamma-Gamma mean given the customer's own (Fader & Hardie 2013, equation 5): own mean
    and population mean weighed by p·x and q - 1.

    Args:
        history: The purchase history.
        scored: Distinct histories with ``p_alive``, ``expected_purchases``, ``discounted_purchases`` and
            ``relative_variance``.
        spend: Parameters of the spend model; None where it could not be estimated.
        level: Coverage of the interval of the mean: the value divided by ``value_factor``, to the value times it
            (log-normal, delta method, as for groups in `segmentry.science.intervals`).
    """
    joined = history.inner_join(ibis.memtable(scored), ["frequency", "recency_age", "age"])
    columns: dict[str, Any] = {
        name: joined[name] for name in ("customer_id", "p_alive", "expected_purchases", "discounted_purchases")
    }
    expected = ibis.null("float64") if spend is None else _expected_spend(joined, spend)
    value = joined.discounted_purchases * expected
    factor = ibis.null("float64") if spend is None else _factor(joined, spend, level)
    return joined.select(**columns, expected_spend=expected, expected_discounted_revenue=value, value_factor=factor)


def _factor(joined: ir.Table, spend: SpendParameters, level: float) -> ir.Value:
    """What the ends of the interval lie away from the mean by: e to the power of z times the relative error."""
    weight = spend.p * _bought(joined)
    steady = weight + spend.q - 1.0
    amounts = spend.p * spend.gamma + weight * joined.repeat_spend.fill_null(0.0)
    slopes = ((spend.q - 1.0) / steady, -spend.q / steady, spend.p * spend.gamma / amounts)
    variance = joined.relative_variance + spend.kept_error**2
    for mine, row in zip(slopes, spend.covariance, strict=True):
        for other, covariance in zip(slopes, row, strict=True):
            variance = variance + mine * other * covariance
    z = NormalDist().inv_cdf((1 + level) / 2)
    off = z * ibis.greatest(variance, 0.0).sqrt()
    return (off < _MOST_OFF).ifelse(off.exp(), ibis.null("float64"))


def _expected_spend(history: ir.Table, spend: SpendParameters) -> ir.Value:
    own = history.repeat_spend.fill_null(0.0)
    weight = spend.p * _bought(history)
    mean = (spend.p * spend.gamma + weight * own) / (weight + spend.q - 1.0)
    return mean * own_kept_share(history, spend.kept_share, spend.prior_amount)


def _bought(history: ir.Table) -> ir.NumericValue:
    """Purchases whose mean spend is known."""
    return (history.repeat_spend > 0).fill_null(False).ifelse(history.frequency, 0)


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
