"""The chance that a lead converts: learned from earlier leads, calibrated on later ones, judged on the latest.

Every lead is described by what was known at one instant of its past. Leads are split in time, so that nothing is judged
on what it was learned from; features that tell the outcome itself, or were told after the instant, are refused by
name (Kaufman et al. 2012). Calibration: Platt 1999, Zadrozny & Elkan 2002; its slope: Cox 1958; its intercept with the
slope held at 1, calibration in the large: Steyerberg 2019, section 15.3. A model that is not better than telling
everybody the base rate of the latest leads known before claims nothing: a rate that rises would make any model that is
calibrated late look better than the base rate of all times.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.clustered import mean_gain, quantile
from segmentry.science.inputs import FloatArray
from segmentry.science.leads import Calibration, calibration
from segmentry.science.log_odds import (
    ALIKE,
    calibration_intercept,
    calibration_slope,
    log_odds,
    logistic_line,
)
from segmentry.science.satisfaction import wilson
from segmentry.science.threads import one_blas_thread
from segmentry.terms.errors import EstimationError, Problem, shorten
from segmentry.terms.numbers import Estimate, NotEstimable

FEWEST_EACH = 30
"""Conversions, and leads that did not convert, that each part of the split needs at the least."""

_JUDGED_FROM = 0.75
_LEARNED_TO = 0.7
_SURE_TELL = 0.99
_FEWEST_TELLING = 10
_NO_CHANCE = 1e-6
_Kind = Literal["later", "only_converted", "tells_outcome"]


@dataclass(frozen=True, slots=True)
class Leak:
    """A feature that must not be learned from.

    Attributes:
        feature: Its name.
        kind: ``later`` (told after the instant), ``only_converted`` (told of converted leads alone, or of the others
            alone) or ``tells_outcome`` (its values separate the outcomes nearly without fault).
        reason: In words.
    """

    feature: str
    kind: _Kind
    reason: str


@dataclass(frozen=True, slots=True)
class Reliability:
    """Leads that were told about the same chance.

    Attributes:
        told: Mean chance they were told.
        came: Share that converted, with Wilson's interval.
        leads: How many.
    """

    told: float
    came: Estimate | NotEstimable
    leads: int


@dataclass(frozen=True)
class Conversion:
    """A model of conversion, with its proof on later leads.

    Attributes:
        names: Features it was learned from.
        base: Share that converted among the leads that calibrated it, the latest known before those it was judged on.
        learned: Leads it was learned from.
        calibrated: Leads that calibrated it.
        judged: Leads it was judged on.
        proof: Brier score and its parts on those.
        skill: Brier skill over the base rate, with its interval.
        slope: Slope of the outcome on the log-odds told, with its interval: 1 is calibrated, below 1 overconfident.
        intercept: What the log-odds told lack on average, with its interval: 0 is calibrated, above 0 too low.
        reliability: Told against came, by bins of about equal numbers of leads.
        better: Whether the model beats the base rate beyond doubt.
        judged_from: Instant of observation of the first lead it was judged on, and of none that taught it.
        model: The fitted model and its calibration, behind `chances`.
    """

    names: tuple[str, ...]
    base: float
    learned: int
    calibrated: int
    judged: int
    proof: Calibration
    skill: Estimate
    slope: Estimate | NotEstimable
    intercept: Estimate | NotEstimable
    reliability: tuple[Reliability, ...]
    better: bool
    judged_from: float
    model: Any

    def chances(self, features: ArrayLike) -> FloatArray:
        """Chance of each lead to convert within the horizon, shape (n,).

        Args:
            features: As in `learn_conversion`, shape (n, m), NaN where not known.
        """
        base, bring = self.model
        return np.asarray(bring(_told(base, np.asarray(features, dtype=np.float64))))


def leaks(
    features: ArrayLike,
    outcomes: ArrayLike,
    names: Sequence[str],
    *,
    told_at: ArrayLike | None = None,
    observed_at: ArrayLike | None = None,
) -> tuple[Leak, ...]:
    """Features that know the outcome.

    Args:
        features: Shape (n, m), NaN where not known.
        outcomes: 1 converted, 0 did not, shape (n,).
        names: Names of the features, length m.
        told_at: When each value was told, in any unit, NaN where that is not known, shape (n, m).
        observed_at: The instant of each lead up to which things count, in the same unit, shape (n,).

    Raises:
        EstimationError: arrays of other shapes, outcomes that are neither 0 nor 1.
    """
    values, came = _checked("leaks", features, outcomes, names)
    times = None if told_at is None or observed_at is None else np.asarray(told_at, dtype=np.float64)
    until = np.zeros(came.size) if observed_at is None else np.asarray(observed_at, dtype=np.float64)
    found = []
    for place, name in enumerate(names):
        after = 0 if times is None else int((times[:, place] > until).sum())
        if after:
            reason = f"told after the instant of observation for {after} of {came.size} leads"
            found.append(Leak(name, "later", reason))
        else:
            found += _telling(name, values[:, place], came)
    return tuple(found)


def learn_conversion(
    features: ArrayLike,
    outcomes: ArrayLike,
    observed_at: ArrayLike,
    names: Sequence[str],
    *,
    horizon: float,
    told_at: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    kind: Literal["logistic", "boosted"] = "logistic",
    calibrate: Literal["platt", "isotonic"] = "platt",
    random_state: int = 0,
) -> Conversion | NotEstimable:
    """Chance to convert within ``horizon`` of an instant of observation.

    The latest quarter of leads judges. Of the others only those teach whose horizon ended before the first of them was
    looked at, as no more was known then: the earlier 70 % are learned from, the later 30 % calibrate. Leads of one
    instant are parted by chance, never by their outcome.

    Args:
        features: What was known at the instant, yes or no as 1 or 0, shape (n, m), NaN where not known.
        outcomes: 1 where it converted within the horizon, else 0, shape (n,).
        observed_at: Instant of observation, in any unit, shape (n,).
        names: Names of the features, length m.
        horizon: How long after the instant a conversion counts, in the unit of the instants, above 0.
        told_at: When each value was told, NaN where that is not known, shape (n, m).
        groups: The organization or person of each lead, by any numbers, shape (n,); leads of one are no independent
            proof. None where each lead stands for itself.
        kind: ``logistic`` regression with a ridge penalty, or gradient ``boosted`` trees.
        calibrate: ``platt`` (a logistic curve) or ``isotonic`` (any rising curve; wants more leads).
        random_state: Start of the random numbers.

    Returns:
        The model; not estimable from too few outcomes in any part of the split.

    Raises:
        EstimationError: features that know the outcome, every one by name; arrays of other shapes.
    """
    values, came = _checked("learn_conversion", features, outcomes, names)
    instants = np.asarray(observed_at, dtype=np.float64)
    _check(instants, came, horizon)
    _refuse(leaks(values, came, names, told_at=told_at, observed_at=instants))
    order = _in_time(values, came, instants, random_state)
    values, came, instants = values[order], came[order], instants[order]
    same = None if groups is None else np.asarray(groups)[order]
    parts = _split(instants, horizon)
    for part, duty in zip(parts, ("learn from", "calibrate on", "judge on"), strict=True):
        converted = int(came[part].sum())
        if min(converted, part.size - converted) < FEWEST_EACH:
            return NotEstimable(
                f"{converted} of {part.size} leads to {duty} converted; {FEWEST_EACH} and as many others are needed"
            )
    learn, calibrating, judge = parts
    with one_blas_thread():
        base = _fitted(kind, values[learn], came[learn], random_state)
        bring = _calibration(calibrate, _told(base, values[calibrating]), came[calibrating])
        told = bring(_told(base, values[judge]))
    whose = None if same is None else same[judge]
    return _judged(names, came, parts, told, float(instants[judge[0]]), (base, bring), whose)


def _checked(
    where: str, features: ArrayLike, outcomes: ArrayLike, names: Sequence[str]
) -> tuple[FloatArray, FloatArray]:
    values, came = np.asarray(features, dtype=np.float64), np.asarray(outcomes, dtype=np.float64)
    problems = []
    if values.ndim != 2 or came.shape != values.shape[:1] or len(names) != values.shape[-1] or not values.size:
        given = f"features {values.shape}, outcomes {came.shape}, {len(names)} names"
        step = "Give a row for each lead and a name for each column."
        problems.append(Problem("SHAPE_WRONG", "Features, outcomes and names do not fit together", where, given, step))
    if not np.isin(came, (0.0, 1.0)).all():
        step = "Leave leads without an outcome out."
        problems.append(Problem("OUTCOME_WRONG", "Outcomes are 1 or 0", f"{where}, outcomes", shorten(outcomes), step))
    if np.isinf(values).any():
        step = "Leave them empty."
        problems.append(Problem("VALUE_NOT_FINITE", "There are infinite values", f"{where}, features", "", step))
    if problems:
        raise EstimationError(problems)
    return values, came


def _check(instants: FloatArray, came: FloatArray, horizon: float) -> None:
    problems = []
    if instants.shape != came.shape or not np.isfinite(instants).all():
        what, step = "Every lead has an instant of observation", "Leave leads without one out."
        problems.append(Problem("INSTANT_WRONG", what, "learn_conversion, observed_at", str(instants.shape), step))
    if not horizon > 0:
        what, step = "A horizon is above 0", "Give days, such as 90."
        problems.append(Problem("HORIZON_WRONG", what, "learn_conversion, horizon", str(horizon), step))
    if problems:
        raise EstimationError(problems)


def _refuse(found: Sequence[Leak]) -> None:
    if found:
        step = "Leave it out, or give what was known at the instant."
        raise EstimationError(
            Problem("FEATURE_LEAKS", f"{each.feature} knows the outcome", "learn_conversion", each.reason, step)
            for each in found
        )


def _telling(name: str, values: FloatArray, came: FloatArray) -> list[Leak]:
    known = ~np.isnan(values)
    sides = [came == 1, came == 0]
    if min(int(side.sum()) for side in sides) < _FEWEST_TELLING:  # a few leads are told apart by chance
        return []
    shares = [float(known[side].mean()) for side in sides]
    often = max(shares) >= 0.5 and min(shares) <= (1 - _SURE_TELL) * max(shares)
    if often or _is_one_sided(known, came):
        which = "converted leads" if shares[0] > shares[1] else "leads that did not convert"
        return [Leak(name, "only_converted", f"told of {which} alone ({shares[0]:.0%} and {shares[1]:.0%})")]
    right = _separation(values[known], came[known])
    enough = min(int((known & side).sum()) for side in sides) >= _FEWEST_TELLING
    if enough and right >= _SURE_TELL:
        return [Leak(name, "tells_outcome", f"its values alone tell the outcome ({right:.1%} of pairs)")]
    return []


def _is_one_sided(known: NDArray[np.bool_], came: FloatArray) -> bool:
    """Whether a value is told on one side alone, however seldom, beyond what chance can do to so many."""
    told = int(known.sum())
    sides = {float(each) for each in came[known]}
    if told < _FEWEST_TELLING or len(sides) > 1:
        return False
    return told * math.log(float((came == sides.pop()).mean())) < math.log(_NO_CHANCE)


def _separation(values: FloatArray, came: FloatArray) -> float:
    """Area under the curve of one feature, whichever way it points: the share of pairs in the right order."""
    from segmentry.science.effects import mid_ranks

    ones = int(came.sum())
    others = came.size - ones
    if not ones or not others:
        return 0.5
    area = (float(mid_ranks(values)[came == 1].sum()) - ones * (ones + 1) / 2) / (ones * others)
    return max(area, 1.0 - area)


def _in_time(values: FloatArray, came: FloatArray, instants: FloatArray, random_state: int) -> NDArray[np.int64]:
    """Places of the leads in time, whatever their order; those of one instant are shuffled."""
    order = np.lexsort((came, *values.T, instants))
    shuffled = order[np.random.default_rng(random_state).permutation(order.size)]
    return np.asarray(shuffled[np.argsort(instants[shuffled], kind="stable")])


def _split(instants: FloatArray, horizon: float) -> tuple[NDArray[np.int64], ...]:
    """Places of the leads to learn from, to calibrate on and to judge on; instants rise."""
    start = instants[min(int(_JUDGED_FROM * instants.size), instants.size - 1)]
    past = np.flatnonzero((instants < start) & (instants + horizon <= start))
    learned = int(_LEARNED_TO * past.size)
    return past[:learned], past[learned:], np.flatnonzero(instants >= start)


def _fitted(kind: str, values: FloatArray, came: FloatArray, random_state: int) -> Any:
    if kind == "boosted":
        from sklearn.ensemble import HistGradientBoostingClassifier

        trees = HistGradientBoostingClassifier(
            learning_rate=0.05, max_iter=100, max_leaf_nodes=8, min_samples_leaf=20, random_state=random_state
        )
        return trees.fit(values, came)
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    filled = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    return make_pipeline(filled, StandardScaler(), LogisticRegression(max_iter=1000)).fit(values, came)


def _told(model: Any, values: FloatArray) -> FloatArray:
    return np.asarray(model.predict_proba(values)[:, 1], dtype=np.float64)


def _calibration(kind: str, told: FloatArray, came: FloatArray) -> Any:
    if kind == "isotonic":
        from sklearn.isotonic import IsotonicRegression

        least = 1.0 / (came.size + 2)  # a chance of 0 would claim more than so many leads can tell
        curve = IsotonicRegression(y_min=least, y_max=1 - least, out_of_bounds="clip").fit(told, came)
        return curve.predict
    ones = float(came.sum())
    wanted = np.where(came == 1, (ones + 1) / (ones + 2), 1 / (came.size - ones + 2))  # Platt: no chance is 0 or 1
    odds = log_odds(told)
    slope, intercept = logistic_line(odds, wanted) if np.ptp(odds) > ALIKE else (1.0, 0.0)

    def bring(chances: FloatArray) -> FloatArray:
        return np.asarray(1.0 / (1.0 + np.exp(-(intercept + slope * log_odds(chances)))))

    return bring


def _judged(
    names: Sequence[str],
    came: FloatArray,
    parts: tuple[NDArray[np.int64], ...],
    told: FloatArray,
    judged_from: float,
    model: Any,
    groups: NDArray[Any] | None,
) -> Conversion:
    learn, calibrating, judge = parts
    outcome = came[judge]
    base = float(came[calibrating].mean())
    proof = calibration(told, outcome)
    skill = _skill(told, outcome, base, groups)
    slope, intercept = (measure(log_odds(told), outcome) for measure in (calibration_slope, calibration_intercept))
    bins = tuple(
        Reliability(float(each[0]), wilson(float(round(each[1] * each[2])), float(each[2])), int(each[2]))
        for each in proof.bins
    )
    return Conversion(
        tuple(names), base, learn.size, calibrating.size, judge.size, proof, skill, slope, intercept, bins,
        skill.low > 0, judged_from, model,
    )  # fmt: skip


def _skill(told: FloatArray, came: FloatArray, base: float, groups: NDArray[Any] | None) -> Estimate:
    """1 - Brier of the model / Brier of the base rate known before, with an interval of the mean difference."""
    plain = (base - came) ** 2
    whole = float(plain.mean())
    mean, error, freedom = mean_gain(plain - (told - came) ** 2, groups)
    reach = quantile(freedom) * error
    return Estimate(mean / whole, (mean - reach) / whole, (mean + reach) / whole, "share")
