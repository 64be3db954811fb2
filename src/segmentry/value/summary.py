"""The summary of value: which models, on what grounds, and the figures of the whole base with their intervals."""

from __future__ import annotations

from typing import Any

from segmentry.science import GammaGamma, GroupIntervals
from segmentry.terms.numbers import Estimate, NotEstimable
from segmentry.value.learning import Learned
from segmentry.value.margin import Margin
from segmentry.value.spec import ValueSpec


def summarize(spec: ValueSpec, learned: Learned, facts: dict[str, Any]) -> dict[str, Any]:
    """The document of the contract `VALUE_SUMMARY`.

    Args:
        spec: What was asked.
        learned: The models.
        facts: ``base``, ``total`` (intervals of the whole base), ``tracking``, ``concentration``, ``whale``,
            ``season``, ``acquisition``, ``cost_to_serve``.
    """
    margin = learned.margin
    contribution = margin if isinstance(margin, NotEstimable) else {"known": True}
    return {
        "base": facts["base"],
        "concentration": facts["concentration"] | {"whale_curve": facts["whale"]},
        "clv": _clv(spec, learned, facts),
        "customer_equity": _equity(spec, learned, facts["total"]),
        "cost_to_serve": facts["cost_to_serve"],
        "acquisition": facts["acquisition"],
        "contribution": contribution,
        "season": facts["season"],
    }


def _clv(spec: ValueSpec, learned: Learned, facts: dict[str, Any]) -> dict[str, Any] | NotEstimable:
    checks = [check.as_dict() for check in learned.checks]
    if isinstance(learned.purchases, NotEstimable):
        return {**learned.purchases.as_dict(), "checks": checks}
    model = learned.purchases
    rate = learned.margin
    return {
        "measure": learned.measure,
        "unit": "margin" if isinstance(rate, Margin) else "revenue",
        "currency": spec.currency,
        "margin": {"rate": rate.rate, "source": rate.source} if isinstance(rate, Margin) else rate,
        "kept_share": learned.kept_share,
        "model": model.name,
        "reasons": list(learned.reasons),
        "time_unit": "weeks",
        "parameters": model.parameters_,
        "standard_errors": model.standard_errors_,
        "log_likelihood": model.log_likelihood_,
        "spend": _spend(learned.spend),
        "horizon_months": spec.horizon_months,
        "annual_discount": spec.annual_discount,
        "level": spec.level,
        "total": _total(facts["total"], spec),
        "checks": checks,
        "tracking": facts["tracking"],
    }


def _spend(model: GammaGamma | NotEstimable) -> dict[str, Any] | NotEstimable:
    if isinstance(model, NotEstimable):
        return model
    return {
        "model": "Gamma-Gamma",
        "parameters": model.parameters_,
        "standard_errors": model.standard_errors_,
        "log_likelihood": model.log_likelihood_,
        "population_mean": model.population_mean,
    }


def _total(found: tuple[GroupIntervals, GroupIntervals] | NotEstimable, spec: ValueSpec) -> Any:
    if isinstance(found, NotEstimable):
        return found
    mean, outcome = (each.estimates(spec.unit)[0] for each in found)
    return {"mean": mean, "outcome": outcome}


def _equity(
    spec: ValueSpec, learned: Learned, found: tuple[GroupIntervals, GroupIntervals] | NotEstimable
) -> dict[str, Any] | NotEstimable:
    if isinstance(learned.margin, NotEstimable):
        return learned.margin
    if isinstance(found, NotEstimable):
        return found
    mean = found[0].estimates(spec.unit)[0]
    return {
        "current_customers": mean.as_dict() if isinstance(mean, Estimate) else mean,
        "future_customers": NotEstimable("no forecast of newcomers is made"),
        "horizon_months": spec.horizon_months,
    }
