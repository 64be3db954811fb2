"""Learns how customers buy and spend, judges whether the models may be used, and says so in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from segmentry.science import (
    BetaGeometric,
    Check,
    CustomerValues,
    GammaGamma,
    ModifiedBetaGeometric,
    ParetoNBD,
    choose_model,
    contractual_pattern,
    enough_data,
    frequency_fit,
    left_truncation,
    mixed_cohorts,
    zero_repeaters,
)
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable
from segmentry.value.margin import Margin
from segmentry.value.spec import MONTH, WEEK, ValueSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segmentry.science import PurchaseModel

MODELS: dict[str, type[PurchaseModel]] = {
    "BG/NBD": BetaGeometric,
    "MBG/NBD": ModifiedBetaGeometric,
    "Pareto/NBD": ParetoNBD,
}
"""Purchase models by their names."""
_REFUSING = ("enough_data", "contractual_pattern")


@dataclass(frozen=True)
class Learned:
    """What was learned of the base.

    Attributes:
        purchases: The purchase model, or why there is none.
        spend: The spend model, or why there is none.
        margin: The margin, or why none is known.
        kept_share: Net amount after returns over the amount placed; at most 1.
        kept_error: Relative standard error of that share, customers being the sampled units.
        prior_amount: Mean amount of a purchase day, at which own returns weigh as much as the base's.
        checks: What the checks found, as JSON-ready mappings.
        reasons: Why this purchase model.
        rows: Distinct histories in days with their customers.
    """

    purchases: PurchaseModel | NotEstimable
    spend: GammaGamma | NotEstimable
    margin: Margin | NotEstimable
    kept_share: float
    checks: tuple[Check, ...]
    reasons: tuple[str, ...]
    rows: pa.Table = field(repr=False)
    kept_error: float = 0.0
    prior_amount: float = 1.0

    @property
    def measure(self) -> str:
        """``clv`` where a margin is known, else ``expected_discounted_revenue``."""
        return "clv" if isinstance(self.margin, Margin) else "expected_discounted_revenue"

    @property
    def margin_rate(self) -> float:
        """The margin, or 1 where value is counted as revenue."""
        return self.margin.rate if isinstance(self.margin, Margin) else 1.0


@dataclass(frozen=True)
class Histories:
    """Distinct histories as arrays, times in weeks, shape (n,)."""

    frequency: NDArray[np.float64]
    recency_age: NDArray[np.float64]
    age: NDArray[np.float64]
    customers: NDArray[np.float64]

    @classmethod
    def of(cls, rows: pa.Table) -> Histories:
        """From a table with ``frequency``, ``recency_age``, ``age`` (days) and ``customers``."""
        arrays = {name: np.asarray(rows[name].to_numpy(), dtype=np.float64) for name in rows.column_names}
        return cls(arrays["frequency"], arrays["recency_age"] / WEEK, arrays["age"] / WEEK, arrays["customers"])


def learn_purchases(
    histories: Histories, spec: ValueSpec, gaps: pa.Table
) -> tuple[PurchaseModel | NotEstimable, list[Check], tuple[str, ...]]:
    """The purchase model with its checks and reasons; refused where a check says that no such model applies.

    Args:
        histories: Distinct histories.
        spec: Which model is wanted.
        gaps: ``gaps``, ``mean_gap``, ``gap_deviation`` of each repeat buyer, in days.
    """
    checks = [enough_data(histories.frequency, histories.customers)]
    if gaps.num_rows:
        columns = (np.asarray(gaps[name].to_numpy(), dtype=np.float64) for name in gaps.column_names)
        checks.append(contractual_pattern(*columns))
    refusal = _refusal(checks)
    if refusal is not None:
        return refusal, checks, ()
    try:
        model, reasons = _fit(histories, spec.model)
    except EstimationError as error:
        return NotEstimable(error.problems[0].what), checks, ()
    return model, [*checks, *model.checks_, *_judged(model, histories)], reasons


def learn_spend(rows: pa.Table) -> tuple[GammaGamma | NotEstimable, list[Check]]:
    """The spend model with its checks.

    Args:
        rows: ``frequency`` and ``repeat_spend`` of each repeat buyer.
    """
    frequency = np.asarray(rows["frequency"].to_numpy(), dtype=np.float64)
    spend = np.asarray(rows["repeat_spend"].to_numpy(), dtype=np.float64)
    try:
        model = GammaGamma().fit(frequency, spend)
    except EstimationError as error:
        return NotEstimable(error.problems[0].what), []
    checks = list(model.checks_)
    if isinstance(model.population_mean, NotEstimable):
        return model.population_mean, checks
    return model, checks


def _fit(histories: Histories, wanted: str) -> tuple[PurchaseModel, tuple[str, ...]]:
    columns = (histories.frequency, histories.recency_age, histories.age, histories.customers)
    if wanted != "auto":
        return MODELS[wanted]().fit(*columns), (f"{wanted} was asked for.",)
    choice = choose_model(*columns)
    return choice.model, choice.reasons


def _judged(model: PurchaseModel, histories: Histories) -> list[Check]:
    frequency, age, people = histories.frequency, histories.age, histories.customers
    first = age.max() - age
    cohorts = np.floor(first * WEEK / MONTH)
    return [
        zero_repeaters(model, frequency, people),
        frequency_fit(model, frequency, age, people),
        left_truncation(first, people),
        mixed_cohorts(model, frequency, age, cohorts, people),
    ]


def _refusal(checks: list[Check]) -> NotEstimable | None:
    failed = [check for check in checks if check.name in _REFUSING and check.status == "failed"]
    if not failed:
        return None
    advice = f" Use {failed[0].suggestion} instead." if failed[0].suggestion else ""
    return NotEstimable(f"{failed[0].text}{advice}")


def score_histories(model: PurchaseModel, rows: pa.Table, spec: ValueSpec) -> pa.Table:
    """The distinct histories with what the model expects of a customer with each.

    Adds ``p_alive``, ``expected_purchases``, ``discounted_purchases`` over the horizon, and ``relative_variance``: that
    of the discounted purchases for the errors of the parameters, as a share of their square.
    """
    histories = Histories.of(rows)
    columns = (histories.frequency, histories.recency_age, histories.age)
    discounted = model.discounted_expected(spec.horizon_weeks, spec.weekly_discount, *columns)
    answers: dict[str, Any] = {
        "p_alive": model.p_alive(*columns),
        "expected_purchases": model.predict(spec.horizon_weeks, *columns),
        "discounted_purchases": discounted,
        "relative_variance": purchase_values(model, columns, spec).relative_variance,
    }
    scored = rows.drop_columns(["customers"])
    for name, values in answers.items():
        scored = scored.append_column(name, pa.array(values))
    return scored


def purchase_values(model: PurchaseModel, columns: tuple[NDArray[np.float64], ...], spec: ValueSpec) -> CustomerValues:
    """Discounted purchases of each history under the model, with their errors."""
    frequency, recency_age, age = columns
    return CustomerValues(
        model,
        None,
        spec.horizon_weeks,
        frequency=frequency,
        recency_age=recency_age,
        age=age,
        rate_per_unit=spec.weekly_discount,
    )
