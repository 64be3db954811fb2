"""The value of one customer with what it may really bring, from the published models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from segmentry.science import CustomerValues, GammaGamma, single_outcomes
from segmentry.terms.numbers import NotEstimable
from segmentry.value.learning import MODELS
from segmentry.value.spec import WEEK, discount_of_week, weeks_of


def outcome_of(
    clv: Mapping[str, Any], history: Mapping[str, Any], value: Mapping[str, Any]
) -> dict[str, Any] | NotEstimable:
    """What one customer will bring over the horizon: an interval of the outcome, and the chance of nothing.

    Args:
        clv: The entry ``clv`` of the published summary of value: models, horizon, discount and level.
        history: The customer's row of ``purchase_history``.
        value: The customer's row of ``customer_value``.

    Returns:
        ``low``, ``high``, ``level``, ``kind`` (``prediction``) and ``nothing``, the chance that nothing is bought; not
        estimable where no value is.
    """
    worth = value["clv"] if value["clv"] is not None else value["expected_discounted_revenue"]
    if worth is None or "not_estimable" in clv or "not_estimable" in clv["spend"]:
        return NotEstimable("no value could be estimated")
    model = MODELS[clv["model"]].from_parameters(clv["parameters"])
    spend = GammaGamma.from_parameters(clv["spend"]["parameters"])
    alone = CustomerValues(
        model,
        spend,
        weeks_of(clv["horizon_months"]),
        frequency=np.array([history["frequency"]], dtype=np.float64),
        recency_age=np.array([history["recency_age"]]) / WEEK,
        age=np.array([history["age"]]) / WEEK,
        mean_spend=np.array([history["repeat_spend"] or 0.0], dtype=np.float64),
        rate_per_unit=discount_of_week(clv["annual_discount"]),
    )
    unscaled = float(alone.values[0])
    if unscaled <= 0 or worth <= 0:
        return NotEstimable("everything bought so far was given back, or nothing is expected")
    found = single_outcomes(alone, scale=worth / unscaled, level=clv["level"])
    return {
        "low": float(found.low[0]),
        "high": float(found.high[0]),
        "level": clv["level"],
        "kind": "prediction",
        "nothing": float(found.nothing[0]),
    }
