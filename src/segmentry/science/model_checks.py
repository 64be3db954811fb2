"""Checks that pick or refuse a purchase model; each looks at one assumption and says so in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtri

from segmentry.science.findings import Check, judge
from segmentry.science.inputs import FloatArray, Inputs, IntArray
from segmentry.science.purchases.beta_geometric import BetaGeometric, ModifiedBetaGeometric
from segmentry.science.purchases.histories import fold, read_histories
from segmentry.science.purchases.model import PurchaseModel
from segmentry.science.purchases.pareto_nbd import ParetoNBD

LARGEST_FOR_PARETO = 30_000
AS_GOOD = 2.0
FEWEST_EXPECTED = 5.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """One model that was tried: its name, log-likelihood, BIC, and whether it may be chosen."""

    name: str
    log_likelihood: float
    bic: float
    usable: bool


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The purchase model chosen, and why.

    Attributes:
        model: The fitted model.
        candidates: All that were tried, the best likelihood first.
        reasons: Sentences for people.
    """

    model: PurchaseModel
    candidates: tuple[Candidate, ...]
    reasons: tuple[str, ...]


def choose_model(
    frequency: ArrayLike, recency_age: ArrayLike, age: ArrayLike, weights: ArrayLike | None = None
) -> ModelChoice:
    """Fit BG/NBD, MBG/NBD and, up to 30,000 distinct histories, Pareto/NBD; choose by likelihood.

    All have four parameters, so BIC ranks as the likelihood does. Among models within 2 units of the best, one that
    lets zero-repeaters depart is preferred to BG/NBD, which calls all of them alive.

    Args:
        frequency: As in ``PurchaseModel.fit``, shape (n,).
        recency_age: As there.
        age: As there.
        weights: As there.

    Returns:
        The choice with its reasons.

    Raises:
        EstimationError: As ``PurchaseModel.fit``.
    """
    distinct = fold(*read_histories("choose_model", frequency, recency_age, age, weights)).frequency.size
    kinds: list[type[PurchaseModel]] = [ModifiedBetaGeometric, BetaGeometric]
    if distinct <= LARGEST_FOR_PARETO:
        kinds.insert(0, ParetoNBD)
    models = [kind().fit(frequency, recency_age, age, weights) for kind in kinds]
    ranked = sorted(models, key=lambda model: -model.log_likelihood_)
    usable = [model for model in models if model.converged_] or models
    best = max(model.log_likelihood_ for model in usable)
    near = [model for model in usable if model.log_likelihood_ >= best - AS_GOOD]
    chosen = max((model for model in near if model.name != "BG/NBD"), default=near[0], key=_likelihood)
    candidates = tuple(
        Candidate(model.name, model.log_likelihood_, 4 * np.log(model.n_customers_) - 2 * model.log_likelihood_,
                  model.converged_)
        for model in ranked
    )  # fmt: skip
    return ModelChoice(chosen, candidates, tuple(_reasons(chosen, best, near, distinct)))


def _likelihood(model: PurchaseModel) -> float:
    return model.log_likelihood_


def _reasons(chosen: PurchaseModel, best: float, near: Sequence[PurchaseModel], distinct: int) -> list[str]:
    behind = best - chosen.log_likelihood_
    first = f"{chosen.name} has the highest log-likelihood, {chosen.log_likelihood_:.1f}."
    if behind > 0:
        first = f"{chosen.name} is {behind:.1f} below the highest log-likelihood, and lets zero-repeaters depart."
    reasons = [first]
    if len(near) > 1:
        reasons.append(f"As good within {AS_GOOD:g}: {', '.join(model.name for model in near if model is not chosen)}.")
    if distinct > LARGEST_FOR_PARETO:
        reasons.append(f"Pareto/NBD was not tried on {distinct:,} distinct histories, for time.")
    return reasons


def enough_data(frequency: ArrayLike, weights: ArrayLike | None = None) -> Check:
    """Repeat customers: below 10 fails, below 100 warns. ``frequency`` as in ``PurchaseModel.fit``, shape (n,)."""
    counts, people = _counted("enough_data", frequency, weights)
    repeaters = float(people[counts > 0].sum())
    status: Literal["failed", "warned", "passed"] = (
        "failed" if repeaters < 10 else "warned" if repeaters < 100 else "passed"
    )
    text = f"{repeaters:,.0f} of {people.sum():,.0f} customers bought again"
    text += {"failed": "; a purchase model needs at least 10.", "warned": "; that is few.", "passed": "."}[status]
    return Check("enough_data", status, repeaters, text)


def zero_repeaters(model: PurchaseModel, frequency: ArrayLike, weights: ArrayLike | None = None) -> Check:
    """Share of customers without a repeat; BG/NBD calls each of them alive for sure, which misleads from 10 % on.

    Args:
        model: The model in use.
        frequency: As in ``PurchaseModel.fit``, shape (n,).
        weights: Customers, shape (n,); 1 each if left out.
    """
    counts, people = _counted("zero_repeaters", frequency, weights)
    share = float(people[counts == 0].sum() / people.sum())
    if model.name != "BG/NBD":
        return Check("zero_repeaters", "passed", share, f"{share:.0%} never bought again, and may have departed.")
    text = f"{share:.0%} never bought again, and BG/NBD calls each of them alive (P = 1): do not count them as active."
    return Check("zero_repeaters", judge(share, 0.1), share, text, "MBG/NBD or Pareto/NBD")


def left_truncation(first_times: ArrayLike, weights: ArrayLike | None = None, windows: int = 10) -> Check:
    """Whether first purchases pile up at the start of the data, because earlier ones are missing.

    Args:
        first_times: First purchase of each customer, from the start of the data, shape (n,).
        weights: Customers, shape (n,); 1 each if left out.
        windows: Equal parts into which the time of first purchases is cut.

    Returns:
        A check whose statistic is newcomers in the first window over the median of the others; 2 warns, 5 fails.
    """
    columns = {"first_times": first_times}
    inputs = Inputs("left_truncation", columns if weights is None else columns | {"weights": weights})
    inputs.require_not_negative("first_times")
    inputs.raise_problems()
    times = inputs["first_times"]
    people = np.ones(times.size) if weights is None else inputs["weights"]
    name, span = "left_truncation", float(times.max())
    if span <= 0:
        return Check(name, "not_checked", float("nan"), "All customers were first seen at once.")
    inflow = np.bincount(np.minimum((times / span * windows).astype(np.int64), windows - 1), people, windows)
    usual = float(np.median(inflow[1:]))
    ratio = float(inflow[0]) / usual if usual > 0 else float("inf")
    if ratio < 2 or inflow[0] - usual < 3 * max(usual, 1.0) ** 0.5:
        return Check(name, "passed", ratio, "No pile of newcomers is seen at the start of the data.")
    share = inflow[0] / inflow.sum()
    when = f"{share:.0%} of customers come in the first {1 / windows:.0%} of the time"
    text = f"{when}: older than the data, or won at a launch."
    return Check(name, judge(ratio, 2, 5), ratio, text, "leave out customers first seen in the first months")


def mixed_cohorts(
    model: PurchaseModel, frequency: ArrayLike, age: ArrayLike, cohorts: ArrayLike, weights: ArrayLike | None = None
) -> Check:
    """Whether cohorts repeat as one model says, or differ.

    Args:
        model: A model fitted to all of them.
        frequency: As in ``PurchaseModel.fit``, shape (n,).
        age: As there.
        cohorts: Cohort of each customer, codes from 0, shape (n,).
        weights: Customers, shape (n,); 1 each if left out.

    Returns:
        A check whose statistic is the share of all expected repeat purchases that clearly differing cohorts have too
        many or too few; 0.1 warns, 0.3 fails. A cohort differs clearly beyond a 1 % Bonferroni bound; the variance of
        its sum is the larger of what it shows itself and of m + c m^2 with c pooled over all customers, because a
        small cohort cannot show how widely its own customers spread.
    """
    columns = {"frequency": frequency, "age": age, "cohorts": cohorts}
    inputs = Inputs("mixed_cohorts", columns if weights is None else columns | {"weights": weights})
    inputs.require_not_negative("frequency", "age", "cohorts")
    inputs.raise_problems()
    counts, codes = inputs["frequency"], inputs["cohorts"].astype(np.int64)
    people = np.ones(counts.size) if weights is None else inputs["weights"]
    ages, position = np.unique(inputs["age"], return_inverse=True)
    mean = model.expected_purchases_new(ages)[position.ravel()]
    expected, difference = np.bincount(codes, people * mean), np.bincount(codes, people * (counts - mean))
    clear = np.abs(difference) > _cohort_noise(counts, mean, codes, people) * _bound(np.unique(codes).size)
    share = float(np.abs(difference[clear]).sum() / expected.sum()) if expected.sum() > 0 else 0.0
    text = "Cohorts repeat as one model says."
    if clear.any():
        cohort = f"{int(clear.sum())} cohorts repeat otherwise than one model says"
        text = f"{cohort}: {share:.0%} of purchases are misplaced."
    return Check("mixed_cohorts", judge(share, 0.1, 0.3), share, text, "fit by cohort" if share >= 0.1 else "")


def _bound(comparisons: int) -> float:
    """Two-sided normal bound that none of so many true comparisons passes in 99 of 100 cases (Bonferroni)."""
    return float(ndtri(1 - 0.005 / comparisons))


def _cohort_noise(counts: FloatArray, mean: FloatArray, codes: IntArray, people: FloatArray) -> FloatArray:
    """Standard deviation of each cohort's sum of repeat purchases, shape (cohorts,)."""
    square = (counts - mean) ** 2
    spread = max(float(people @ (square - mean)) / max(float(people @ mean**2), 1e-300), 0.0)
    shown, pooled = np.bincount(codes, people * square), np.bincount(codes, people * (mean + spread * mean**2))
    return np.sqrt(np.maximum(shown, pooled))


def contractual_pattern(
    gaps: ArrayLike, mean_gap: ArrayLike, gap_deviation: ArrayLike, weights: ArrayLike | None = None
) -> Check:
    """Whether purchases come like clockwork, as bills do; then departure is seen and other models apply.

    Args:
        gaps: Gaps between purchases of each customer, shape (n,); those with fewer than 3 are left out.
        mean_gap: Mean gap, in any unit of time, shape (n,).
        gap_deviation: Standard deviation of the gaps, same unit, shape (n,).
        weights: Customers, shape (n,); 1 each if left out.

    Returns:
        A check whose statistic is the share of customers whose gaps vary by less than a quarter of their mean; 0.3
        warns, 0.6 fails. Gaps of a Poisson process vary as much as their mean.
    """
    columns = {"gaps": gaps, "mean_gap": mean_gap, "gap_deviation": gap_deviation}
    inputs = Inputs("contractual_pattern", columns if weights is None else columns | {"weights": weights})
    inputs.require_not_negative(*columns)
    inputs.raise_problems()
    people = np.ones(inputs["gaps"].size) if weights is None else inputs["weights"]
    long = (inputs["gaps"] >= 3) & (inputs["mean_gap"] > 0)
    name = "contractual_pattern"
    if float(people[long].sum()) < 10:
        return Check(name, "not_checked", float("nan"), "Too few customers bought four times or more.")
    regular = long & (inputs["gap_deviation"] < 0.25 * inputs["mean_gap"])
    share = float(people[regular].sum() / people[long].sum())
    status = judge(share, 0.3, 0.6)
    text = f"{share:.0%} of frequent customers buy at nearly equal intervals."
    return Check(name, status, share, text, "" if status == "passed" else "sBG, on renewals")


def frequency_fit(
    model: PurchaseModel, frequency: ArrayLike, age: ArrayLike, weights: ArrayLike | None = None, most: int = 10
) -> Check:
    """Whether customers with 0, 1, 2, ... repeats are as many as the model says.

    Args:
        model: A fitted model.
        frequency: As in ``PurchaseModel.fit``, shape (n,).
        age: As there.
        weights: Customers, shape (n,); 1 each if left out.
        most: Counts from here on share one cell.

    Returns:
        A check whose statistic is the share of customers in a wrong cell (half the sum of absolute differences); 0.03
        warns, 0.1 fails, but only where a chi-square test on cells of at least 5 expected customers sees a difference
        at 1 %: with millions of customers every model is rejected, and with few nothing is.
    """
    columns = {"frequency": frequency, "age": age}
    inputs = Inputs("frequency_fit", columns if weights is None else columns | {"weights": weights})
    inputs.require_not_negative(*columns)
    inputs.raise_problems()
    people = np.ones(inputs["frequency"].size) if weights is None else inputs["weights"]
    observed = np.bincount(np.minimum(inputs["frequency"], most).astype(np.int64), people, most + 1).astype(np.float64)
    expected = model.frequency_distribution(most, inputs["age"], people)
    misplaced = float(np.abs(observed - expected).sum() / 2 / people.sum())
    chi_square, freedom = _grouped_chi_square(observed, expected, len(model.parameter_names))
    chance = float(chdtrc(freedom, chi_square)) if freedom > 0 else float("nan")
    name = "frequency_fit"
    text = f"{misplaced:.1%} of customers repeat otherwise than {model.name} says (chi-square p = {chance:.2g})."
    if np.isnan(chance):
        return Check(name, "not_checked", misplaced, "Too few customers to compare their repeats with the model.")
    if not chance < 0.01:
        return Check(name, "passed", misplaced, text)
    return Check(name, judge(misplaced, 0.03, 0.1), misplaced, text)


def _grouped_chi_square(observed: FloatArray, expected: FloatArray, fitted: int) -> tuple[float, int]:
    cells: list[tuple[float, float]] = []
    for seen, said in zip(observed, expected, strict=True):
        if cells and (cells[-1][1] < FEWEST_EXPECTED or said < FEWEST_EXPECTED):
            cells[-1] = (cells[-1][0] + float(seen), cells[-1][1] + float(said))
        else:
            cells.append((float(seen), float(said)))
    statistic = sum((seen - said) ** 2 / said for seen, said in cells if said > 0)
    return statistic, len(cells) - 1 - fitted


def _counted(where: str, frequency: ArrayLike, weights: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    columns = {"frequency": frequency}
    inputs = Inputs(where, columns if weights is None else columns | {"weights": weights})
    inputs.require_not_negative(*inputs.arrays)
    inputs.raise_problems()
    counts = inputs["frequency"]
    return counts, np.ones(counts.size) if weights is None else inputs["weights"]
