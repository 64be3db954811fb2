"""How much of the value sits with how few: Gini, Lorenz, top shares, the whale curve, customer equity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray, Inputs
from segmentry.terms.errors import EstimationError, Problem
from segmentry.terms.numbers import NotEstimable


@dataclass(frozen=True, slots=True)
class TopShare:
    """What the best customers bring.

    Attributes:
        share: Their share of the total, from 0 to 1.
        customers_share: The share of customers they really are; above the one asked for where values tie at the cut.
        cut: The smallest value among them.
    """

    share: float
    customers_share: float
    cut: float


@dataclass(frozen=True, slots=True)
class WhaleCurve:
    """Cumulative profit of customers, the most profitable first.

    Attributes:
        customers_share: From 0 to 1, shape (n + 1,) over distinct profits.
        profit_share: Cumulative profit over the total, from 0 to 1 by way of the peak, same shape.
        peak: Largest ``profit_share``: profit of the profitable over the total; above 1 where some lose money.
        peak_at: Share of customers at the peak.
        total: Total profit, in money.
    """

    customers_share: FloatArray
    profit_share: FloatArray
    peak: float
    peak_at: float
    total: float


def _read(where: str, values: ArrayLike, weights: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    """Values from small to large with their counts, shape (n,) each."""
    inputs = Inputs(where, {"values": values} if weights is None else {"values": values, "weights": weights})
    if weights is not None:
        inputs.require_positive("weights")
    inputs.raise_problems()
    order = np.argsort(inputs["values"], kind="stable")
    counts = np.ones(order.size) if weights is None else inputs["weights"][order]
    return inputs["values"][order], counts


def lorenz(values: ArrayLike, weights: ArrayLike | None = None) -> tuple[FloatArray, FloatArray] | NotEstimable:
    """The Lorenz curve, the poorest first.

    Args:
        values: Spend or value of each customer, 0 or more, shape (n,).
        weights: Customers with that value, shape (n,); 1 each if left out.

    Returns:
        Shares of customers and of the total, each (n + 1,) from 0 to 1; not estimable where the total is 0 or a value
        is negative.

    Raises:
        EstimationError: With all mistakes in the arrays.
    """
    ordered, counts = _read("lorenz", values, weights)
    refusal = _refuse(ordered, counts)
    if refusal is not None:
        return refusal
    customers, money = np.cumsum(counts), np.cumsum(ordered * counts)
    return np.append(0.0, customers / customers[-1]), np.append(0.0, money / money[-1])


def gini(values: ArrayLike, weights: ArrayLike | None = None) -> float | NotEstimable:
    """Gini coefficient: 0 where all are equal, (n - 1) / n where one of n has everything.

    One minus twice the area under the Lorenz curve, without small-sample correction. Arguments as in ``lorenz``.
    """
    curve = lorenz(values, weights)
    if isinstance(curve, NotEstimable):
        return curve
    customers, money = curve
    return float(1 - np.sum(np.diff(customers) * (money[1:] + money[:-1])))


def top_share(values: ArrayLike, share: float, weights: ArrayLike | None = None) -> TopShare | NotEstimable:
    """What the top ``share`` of customers bring; the cut is the value at rank ceil(n share), ties are in.

    Args:
        values: Spend or value of each customer, 0 or more, shape (n,).
        share: From 0 (left out) to 1.
        weights: Customers with that value, shape (n,); 1 each if left out.

    Returns:
        The share with the share of customers it really stands for; not estimable as for ``lorenz``.

    Raises:
        EstimationError: With all mistakes in the arguments.
    """
    if not 0 < share <= 1:
        what = "A share lies above 0 and at most at 1."
        raise EstimationError(Problem("SHARE_OUT_OF_RANGE", what, "top_share", str(share), "Give 0.1 for 10 %."))
    ordered, counts = _read("top_share", values, weights)
    refusal = _refuse(ordered, counts)
    if refusal is not None:
        return refusal
    rank = np.ceil(counts.sum() * share - 1e-9)
    from_top = np.cumsum(counts[::-1])
    cut = float(ordered[::-1][np.searchsorted(from_top, rank - 1e-9)])
    inside = ordered >= cut
    taken = float(counts[inside] @ ordered[inside]) / float(counts @ ordered)
    return TopShare(taken, float(counts[inside].sum() / counts.sum()), cut)


def whale_curve(profits: ArrayLike, weights: ArrayLike | None = None) -> WhaleCurve | NotEstimable:
    """Cumulative profit over customers, the most profitable first (Kaplan & Narayanan 2001).

    Args:
        profits: Profit of each customer, of any sign, shape (n,).
        weights: Customers with that profit, shape (n,); 1 each if left out.

    Returns:
        The curve; not estimable where the total is 0 or less, where shares of it mean nothing.

    Raises:
        EstimationError: With all mistakes in the arrays.
    """
    ordered, counts = _read("whale_curve", profits, weights)
    total = float(counts @ ordered)
    if total <= 1e-12 * float(counts @ np.abs(ordered)):
        return NotEstimable("The customers together bring no profit, so shares of it mean nothing.")
    distinct, position = np.unique(-ordered, return_inverse=True)
    people = np.bincount(position.ravel(), counts)
    customers, money = np.cumsum(people), np.cumsum(-distinct * people)
    customers_share = np.append(0.0, customers / customers[-1])
    profit_share = np.append(0.0, money / total)
    peak = int(np.argmax(profit_share))
    profit_share[-1] = 1.0
    return WhaleCurve(customers_share, profit_share, float(profit_share[peak]), float(customers_share[peak]), total)


def customer_equity(
    current_value: ArrayLike,
    cohort_sizes: ArrayLike = (),
    cohort_value: ArrayLike = 0.0,
    acquisition_cost: ArrayLike = 0.0,
    discount_rate: float = 0.0,
) -> float:
    """The value of current and future customers (Gupta, Lehmann & Stuart 2004).

    Args:
        current_value: Residual value of each current customer, shape (n,), in money; no acquisition cost is taken off.
        cohort_sizes: Customers to be acquired in the coming periods 1, 2, ..., shape (k,).
        cohort_value: Value of one new customer at acquisition, a scalar or shape (k,).
        acquisition_cost: Cost of one new customer, a scalar or shape (k,).
        discount_rate: Per period.

    Returns:
        Sum of the current values, plus size x (value - cost) of each cohort discounted to now, in money.

    Raises:
        EstimationError: With all mistakes in the arrays.
    """
    current = Inputs("customer_equity", {"current_value": current_value})
    current.raise_problems()
    sizes = np.asarray(cohort_sizes, dtype=np.float64).ravel()
    periods = np.arange(1, sizes.size + 1)
    worth = np.asarray(cohort_value, dtype=np.float64) - np.asarray(acquisition_cost, dtype=np.float64)
    return float(current["current_value"].sum() + np.sum(sizes * worth * (1 + discount_rate) ** -periods.astype(float)))


def _refuse(ordered: FloatArray, counts: FloatArray) -> NotEstimable | None:
    if ordered[0] < 0:
        return NotEstimable("Some values are negative; use the whale curve, which shows losses.")
    if float(counts @ ordered) <= 0:
        return NotEstimable("The total is 0, so shares of it mean nothing.")
    return None
