"""The figures of the whole base: concentration, whale curve, season, equity, acquisition cost."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segmentry.science import WhaleCurve, gini, lorenz, seasonal_indices, top_share, whale_curve
from segmentry.science.concentration import TopShare
from segmentry.terms.numbers import NotEstimable

POINTS = 200
"""Points kept of a curve; enough to draw it."""

_MONTHS = 12


def concentration(revenue: NDArray[np.float64]) -> dict[str, Any]:
    """Shares of the best customers in revenue and the Gini coefficient, exact.

    Args:
        revenue: Net revenue of each customer; those of 0 or less (all returned) are left out, shape (n,).
    """
    values = revenue[revenue > 0]
    return {
        "top_10_percent": _share_of(top_share(values, 0.1)),
        "top_20_percent": _share_of(top_share(values, 0.2)),
        "gini": gini(values),
        "unit": "share of net revenue",
        "left_out": int((revenue <= 0).sum()),
    }


def _share_of(found: TopShare | NotEstimable) -> Any:
    if isinstance(found, NotEstimable):
        return found
    return {"share": found.share, "customers_share": found.customers_share}


def curve_rows(revenue: NDArray[np.float64], contribution: NDArray[np.float64] | None) -> list[dict[str, Any]]:
    """Rows of the contract `PROFIT_CURVE`: the revenue curve, and the whale curve where contribution is known."""
    rows: list[dict[str, Any]] = []
    found = lorenz(revenue[revenue > 0])
    if not isinstance(found, NotEstimable):
        rows += _thinned("revenue", 1.0 - found[0][::-1], 1.0 - found[1][::-1])
    whale = NotEstimable("no costs") if contribution is None else whale_curve(contribution)
    if isinstance(whale, WhaleCurve):
        rows += _thinned("contribution", whale.customers_share, whale.profit_share)
    return rows


def _thinned(measure: str, across: NDArray[np.float64], up: NDArray[np.float64]) -> list[dict[str, Any]]:
    places = np.unique(np.linspace(0, across.size - 1, min(POINTS, across.size)).astype(np.int64))
    return [
        {
            "measure": measure,
            "position": number,
            "customers_share": float(across[place]),
            "amount_share": float(up[place]),
        }
        for number, place in enumerate(places)
    ]


def whale(contribution: NDArray[np.float64] | None, reason: str) -> dict[str, Any] | NotEstimable:
    """Where the whale curve peaks and how many customers lose money, exact.

    Args:
        contribution: Contribution of each customer, shape (n,), or None where it is unknown.
        reason: Why it is unknown.
    """
    if contribution is None:
        return NotEstimable(reason)
    found = whale_curve(contribution)
    if isinstance(found, NotEstimable):
        return found
    return {
        "total": found.total,
        "peak": found.peak,
        "peak_at": found.peak_at,
        "unprofitable_customers": int((contribution < 0).sum()),
        "lost_on_them": float(-contribution[contribution < 0].sum()),
    }


def season(months: pa.Table, first: date, last: date) -> dict[str, Any] | NotEstimable:
    """Seasonal indices of monthly revenue, whole months only.

    Args:
        months: Rows of the contract `MONTHLY_SALES` in order of month.
        first: First day with an order.
        last: Last day that counts.
    """
    told = {row["month"]: float(row["revenue"]) for row in months.to_pylist()}
    series = _whole_months(told, first, last)
    if not series:
        return NotEstimable("there is no whole month of orders")
    if min(value for _, value in series) < 0:
        return NotEstimable("a month brought back more than it sold")
    found = seasonal_indices([value for _, value in series], series[0][0].month)
    if isinstance(found, NotEstimable):
        return found
    return {
        "unit": "index, 100 being the average month",
        "months": len(series),
        "indices": [round(float(index), 2) for index in found.indices],
        "peak_month": int(np.argmax(found.indices)) + 1,
    }


def _whole_months(told: dict[date, float], first: date, last: date) -> list[tuple[date, float]]:
    """Months fully inside the period, those without orders as 0; a month in whose first week orders begin counts."""
    month = first.replace(day=1) if first.day <= 7 else _next(first)
    series = []
    while _next(month).toordinal() - 1 <= last.toordinal():
        series.append((month, told.get(month, 0.0)))
        month = _next(month)
    return series


def _next(day: date) -> date:
    return date(day.year + day.month // _MONTHS, day.month % _MONTHS + 1, 1)


def acquisition(spent: list[dict[str, Any]], new_customers: int, unit: str) -> dict[str, Any] | NotEstimable:
    """Acquisition cost of a new customer over the time for which marketing costs are told.

    Args:
        spent: Rows with ``purpose`` and ``amount``.
        new_customers: Customers whose first order lies in that time.
        unit: Currency.
    """
    amounts = [float(row["amount"]) for row in spent if row["purpose"] == "acquire"]
    if not amounts:
        return NotEstimable("no marketing cost is marked as spent to acquire")
    if new_customers == 0:
        return NotEstimable("no customer was new in the time for which marketing costs are told")
    total = sum(amounts)
    return {"spent": total, "new_customers": new_customers, "per_new_customer": total / new_customers, "unit": unit}
