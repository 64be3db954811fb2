"""What each segment is worth: exact sums of the past, estimated value with its intervals."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from segmentry.engine import MONEY
from segmentry.science import PurchaseModel
from segmentry.terms.numbers import NotEstimable
from segmentry.value.learning import Learned
from segmentry.value.spec import WEEK, ValueSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segmentry.science import CustomerValues, GroupIntervals


def past_of_segments(members: ir.Table, history: ir.Table, values: ir.Table) -> ir.Table:
    """Exact sums of every segment: customers, orders, revenue, costs, and the expected number still active.

    Args:
        members: ``segmentation``, ``customer_id``, ``segment_id``.
        history: The purchase history.
        values: The customer values.
    """
    facts = values.inner_join(history.select("customer_id", "orders"), "customer_id")
    joined = members.inner_join(facts, "customer_id")
    return joined.group_by("segmentation", "segment_id").aggregate(
        customers=joined.count(),
        orders=joined.orders.sum(),
        revenue=joined.revenue.sum().cast(MONEY),
        expected_active=joined.p_alive.sum(),
        cost_to_serve=joined.cost_to_serve.sum(),
        contribution=joined.contribution.sum(),
    )


def codes_of(segments: pa.Array, known: Sequence[str]) -> NDArray[np.int64]:
    """Position in ``known`` of every customer's segment, -1 for none, shape (n,)."""
    import pyarrow.compute as pc

    found = pc.index_in(segments, value_set=pa.array(known, pa.string()))
    return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), dtype=np.int64)


def value_customers(learned: Learned, rows: pa.Table, spec: ValueSpec) -> CustomerValues | NotEstimable:
    """The value of every customer under the fitted models, ready to be added up over segments.

    Args:
        learned: The fitted models.
        rows: ``frequency``, ``recency_age``, ``age`` (days), ``repeat_spend`` and ``kept`` of each customer.
        spec: Horizon and discount.
    """
    from segmentry.science import CustomerValues

    if isinstance(learned.purchases, NotEstimable):
        return learned.purchases
    if isinstance(learned.spend, NotEstimable):
        return learned.spend
    return CustomerValues(
        learned.purchases,
        learned.spend,
        spec.horizon_weeks,
        frequency=column(rows, "frequency"),
        recency_age=column(rows, "recency_age") / WEEK,
        age=column(rows, "age") / WEEK,
        mean_spend=np.nan_to_num(column(rows, "repeat_spend"), nan=0.0),
        margin=column(rows, "kept") * learned.margin_rate,
        scale_error=learned.kept_error,
        rate_per_unit=spec.weekly_discount,
    )


def intervals(
    values: CustomerValues | NotEstimable, codes: NDArray[np.int64], spec: ValueSpec
) -> tuple[GroupIntervals, GroupIntervals] | NotEstimable:
    """Totals of value by group with the interval of the mean and that of the outcome.

    Args:
        values: The answer of `value_customers`.
        codes: Group of each customer, -1 for none, shape (n,).
        spec: Level of the intervals.
    """
    if isinstance(values, NotEstimable):
        return values
    mean = values.of_groups(codes, level=spec.level, kind="mean")
    return mean, values.of_groups(codes, level=spec.level, kind="prediction")


def column(rows: pa.Table, name: str) -> NDArray[np.float64]:
    """A column as numbers, missing ones as NaN, shape (n,)."""
    return np.asarray(rows[name].to_numpy(), dtype=np.float64)


def segment_rows(
    past: list[dict[str, Any]], found: dict[str, tuple[list[str], Any]], learned: Learned
) -> list[dict[str, Any]]:
    """Rows of the contract `SEGMENT_VALUE`: the past beside the intervals.

    Args:
        past: Rows of `past_of_segments`.
        found: Per segmentation: segment ids in the order of their codes, and the answer of `intervals`.
        learned: The fitted models. BG/NBD calls every one-time buyer alive for sure, so under it nobody is counted
            as active.
    """
    base = {name: sum((row["revenue"] for row in past if row["segmentation"] == name), Decimal(0)) for name in found}
    active = isinstance(learned.purchases, PurchaseModel) and learned.purchases.name != "BG/NBD"
    return [
        _segment_row(row, base[row["segmentation"]], *found[row["segmentation"]], counts_active=active) for row in past
    ]


def _segment_row(
    row: dict[str, Any], revenue: Decimal, ids: list[str], answer: Any, *, counts_active: bool
) -> dict[str, Any]:
    shown = row | {"expected_active": row["expected_active"] if counts_active else None}
    shown |= {"revenue_share": float(row["revenue"] / revenue) if revenue > 0 else None}
    if isinstance(answer, NotEstimable):
        return shown
    mean, outcome = answer
    place, total = ids.index(row["segment_id"]), float(mean.estimate.sum())
    return shown | {
        "value": float(mean.estimate[place]),
        "value_low": float(mean.low[place]),
        "value_high": float(mean.high[place]),
        "outcome_low": float(outcome.low[place]),
        "outcome_high": _finite(float(outcome.high[place])),
        "value_share": float(mean.estimate[place]) / total if total > 0 else None,
    }


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
