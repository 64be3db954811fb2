"""Typing customers inside the engine: the nearest center, as one expression over prepared variables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

if TYPE_CHECKING:
    from segmentry.science import FittedPreparation
    from segmentry.science.inputs import FloatArray


def assigned(base: ir.Table, preparation: FittedPreparation, centers: FloatArray, ids: Sequence[str]) -> ir.Table:
    """The segment of every customer: ``customer_id`` and ``segment_id``.

    Args:
        base: Customers with the variables of the preparation.
        preparation: How the variables were prepared when the segments were found.
        centers: Centers in the prepared scale, shape (segments, variables).
        ids: Id of each segment, in the order of ``centers``.
    """
    prepared = base.select(
        "customer_id",
        **{f"x{place}": each for place, each in enumerate(_prepared(base, preparation))},
    )
    distances = prepared.select(
        "customer_id", **{f"d{place}": _distance(prepared, center) for place, center in enumerate(centers)}
    )
    columns = [distances[f"d{place}"] for place in range(len(ids))]
    nearest = ibis.least(*columns)
    cases = [(column == nearest, segment) for column, segment in zip(columns, ids, strict=True)]
    return distances.select("customer_id", segment_id=ibis.cases(*cases))


def _prepared(base: ir.Table, preparation: FittedPreparation) -> list[ir.FloatingValue]:
    """Each variable as `FittedPreparation.transform` makes it, as an expression."""
    columns = []
    for fitted in preparation.variables:
        value = base[fitted.plan.name].cast("float64").fill_null(fitted.filling)
        if fitted.plan.transform == "log":
            value = value.sign() * (value.abs() + 1.0).ln()
        value = ibis.least(ibis.greatest(value, fitted.low), fitted.high)
        columns.append((value - fitted.offset) * fitted.factor)
    return columns


def _distance(prepared: ir.Table, center: FloatArray) -> ir.FloatingValue:
    total: ir.FloatingValue = ibis.literal(0.0)
    for place, at in enumerate(center):
        gap = prepared[f"x{place}"] - float(at)
        total = total + gap * gap
    return total
