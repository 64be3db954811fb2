"""What people choose: a mixture of conditional logits, each class with tastes of its own.

Kamakura & Russell 1989: L = prod_n sum_s pi_s prod_t P(choice_nt | beta_s) with P by the conditional logit (McFadden
1974). The number of classes by AIC with factor 3 (Andrews & Currim 2003), judged by the hit rate on tasks left out.
Standard errors by the outer product of each person's scores (McLachlan & Peel 2000, section 2.15), which counts that
nobody's class is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.inputs import FloatArray
from segmentry.science.threads import one_blas_thread
from segmentry.terms.errors import EstimationError, Problem

Choices = NDArray[np.int64]
_STEPS, _NEWTON = 300, 12
_CLOSE = 1e-7
_UNSURE, _SINGULAR = 5.0, 1e12
_RIDGE = 1e-3
"""Prior precision of tastes, which keeps those finite that a class always follows."""


@dataclass(frozen=True, slots=True)
class ChoiceClasses:
    """A mixture of logits.

    Attributes:
        tastes: Weight of each attribute in each class, shape (classes, attributes).
        shares: Share of each class, shape (classes,), the largest first.
        posterior: Probability of each class for each person, shape (people, classes).
        log_likelihood: Of the choices.
        aic3: -2 log-likelihood + 3 parameters.
        bic: -2 log-likelihood + parameters ln(people).
        hit_rate: Share of left-out tasks in which the likeliest alternative was chosen; NaN where none was left out.
        errors: Standard errors of the tastes, shape (classes, attributes); infinite for a class that follows some
            attribute without exception, whose taste has no upper end, and where people are too few to tell.
    """

    tastes: FloatArray
    shares: FloatArray
    posterior: FloatArray
    log_likelihood: float
    aic3: float
    bic: float
    hit_rate: float
    errors: FloatArray


def choice_classes(
    attributes: ArrayLike,
    chosen: ArrayLike,
    classes: int,
    *,
    held_out: int = 0,
    starts: int = 10,
    random_state: int = 0,
) -> ChoiceClasses:
    """Fit a mixture of logits by EM, each class's tastes by Newton steps.

    Args:
        attributes: Attributes of every alternative, shape (people, tasks, alternatives, attributes).
        chosen: Number of the alternative chosen, shape (people, tasks).
        classes: Classes.
        held_out: Last tasks of everybody that are left out of the fit and predicted.
        starts: Random starts; the best log-likelihood stands.
        random_state: Seed.

    Raises:
        EstimationError: shapes that do not fit, unknown or infinite values, choices that are no alternative.
    """
    told, picked = _checked(attributes, chosen, classes, held_out)
    tasks = told.shape[1] - held_out
    chance = np.random.default_rng(random_state)
    with one_blas_thread():
        fits = [_fit(told[:, :tasks], picked[:, :tasks], classes, chance) for _ in range(starts)]
    tastes, shares, posterior, likelihood = max(fits, key=lambda fit: fit[3])
    order = np.argsort(-shares, kind="stable")
    parameters = classes * told.shape[3] + classes - 1
    hits = _hit_rate(told[:, tasks:], picked[:, tasks:], tastes, posterior) if held_out else float("nan")
    return ChoiceClasses(
        tastes[order],
        shares[order],
        posterior[:, order],
        likelihood,
        -2 * likelihood + 3 * parameters,
        -2 * likelihood + parameters * float(np.log(len(told))),
        hits,
        _errors(told[:, :tasks], picked[:, :tasks], tastes, posterior)[order],
    )


def choose_classes(
    attributes: ArrayLike, chosen: ArrayLike, most: int = 5, *, starts: int = 10, random_state: int = 0
) -> ChoiceClasses:
    """The mixture with the smallest AIC3 among 1 to ``most`` classes; see `choice_classes`."""
    fits = [
        choice_classes(attributes, chosen, classes, starts=starts if classes > 1 else 1, random_state=random_state)
        for classes in range(1, most + 1)
    ]
    return min(fits, key=lambda fit: fit.aic3)


def _checked(attributes: ArrayLike, chosen: ArrayLike, classes: int, held_out: int) -> tuple[FloatArray, Choices]:
    told, given = np.asarray(attributes, dtype=np.float64), np.asarray(chosen)
    problems = []
    where = "choice_classes"
    if told.ndim != 4 or told.shape[:2] != given.shape:
        next_step = "Give attributes as (people, tasks, alternatives, attributes) and choices as (people, tasks)."
        shapes = f"{told.shape} and {given.shape}"
        raise EstimationError(Problem("SHAPE_WRONG", "The shapes do not fit", where, shapes, next_step))
    if not np.isfinite(told).all():
        problems.append(Problem("VALUE_UNKNOWN", "Attributes are not all known", where, "attributes", "Fill them in."))
    picked = given.astype(np.int64)
    if (picked != given).any() or (picked < 0).any() or (picked >= told.shape[2]).any():
        next_step = "Number alternatives from 0."
        problems.append(Problem("CHOICE_UNKNOWN", "Some choices are no alternative", where, "chosen", next_step))
    if not (1 <= classes <= len(told) and 0 <= held_out < told.shape[1]):
        next_step = "Ask for fewer classes than people, and leave tasks to learn from."
        given_ = f"{classes} classes, {held_out} held out"
        problems.append(Problem("ASKED_TOO_MUCH", "There is too little to learn from", where, given_, next_step))
    if problems:
        raise EstimationError(problems)
    return told, picked


def _fit(
    told: FloatArray, picked: Choices, classes: int, chance: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    people, attributes = told.shape[0], told.shape[3]
    posterior = chance.dirichlet(np.full(classes, 0.5), people)
    tastes = chance.normal(0.0, 0.1, (classes, attributes))
    before = -np.inf
    for _ in range(_STEPS):
        tastes = np.stack([_learned(told, picked, posterior[:, each], tastes[each]) for each in range(classes)])
        shares = posterior.mean(axis=0)
        each = np.stack([_log_chances(told, picked, taste).sum(axis=1) for taste in tastes], axis=1)
        joint = each + np.log(np.maximum(shares, 1e-300))
        top = joint.max(axis=1, keepdims=True)
        whole = top[:, 0] + np.log(np.exp(joint - top).sum(axis=1))
        posterior = np.exp(joint - whole[:, None])
        likelihood = float(whole.sum())
        if likelihood - before < _CLOSE * abs(likelihood):
            break
        before = likelihood
    return tastes, posterior.mean(axis=0), posterior, likelihood


def _learned(told: FloatArray, picked: Choices, weights: FloatArray, taste: FloatArray) -> FloatArray:
    """Newton steps of the weighted conditional logit with a weak normal prior."""
    mine = np.take_along_axis(told, picked[:, :, None, None], axis=2)[:, :, 0]
    for _ in range(_NEWTON):
        chances = np.exp(_log_all(told, taste))
        mean = np.einsum("ntj,ntjk->ntk", chances, told)
        gradient = np.einsum("n,ntk->k", weights, mine - mean) - _RIDGE * taste
        second = np.einsum("n,ntj,ntjk,ntjl->kl", weights, chances, told, told, optimize=True)
        second -= np.einsum("n,ntk,ntl->kl", weights, mean, mean, optimize=True)
        step = np.linalg.solve(second + _RIDGE * np.eye(len(taste)), gradient)
        taste = taste + step / max(1.0, float(np.abs(step).max()) / 2.0)
        if float(np.abs(step).max()) < 1e-6:
            break
    return taste


def _errors(told: FloatArray, picked: Choices, tastes: FloatArray, posterior: FloatArray) -> FloatArray:
    """Standard errors of tastes, infinite where nothing bounds one."""
    mine = np.take_along_axis(told, picked[:, :, None, None], axis=2)[:, :, 0]
    scores = [posterior[:, :-1] - posterior.mean(axis=0)[:-1]]
    bounded = []
    for taste, belongs in zip(tastes, posterior.T, strict=True):
        chances = np.exp(_log_all(told, taste))
        mean = np.einsum("ntj,ntjk->ntk", chances, told)
        scores.append(belongs[:, None] * (mine - mean).sum(axis=1))
        unsure = belongs @ (1 - np.take_along_axis(chances, picked[:, :, None], axis=2)[:, :, 0]).sum(axis=1)
        bounded.append(unsure > _UNSURE)
    every = np.column_stack(scores)
    information = every.T @ every
    if len(every) <= every.shape[1] or np.linalg.cond(information) > _SINGULAR:
        return np.full(tastes.shape, np.inf)
    errors = np.sqrt(np.diag(np.linalg.inv(information)))[len(tastes) - 1 :].reshape(tastes.shape)
    return np.where(np.array(bounded)[:, None], errors, np.inf)


def _log_all(told: FloatArray, taste: FloatArray) -> FloatArray:
    utility = told @ taste
    utility -= utility.max(axis=2, keepdims=True)
    return np.asarray(utility - np.log(np.exp(utility).sum(axis=2, keepdims=True)), dtype=np.float64)


def _log_chances(told: FloatArray, picked: Choices, taste: FloatArray) -> FloatArray:
    return np.take_along_axis(_log_all(told, taste), picked[:, :, None], axis=2)[:, :, 0]


def _hit_rate(told: FloatArray, picked: Choices, tastes: FloatArray, posterior: FloatArray) -> float:
    chances = np.stack([np.exp(_log_all(told, taste)) for taste in tastes])
    mixed = np.einsum("ns,sntj->ntj", posterior, chances)
    return float((mixed.argmax(axis=2) == picked).mean())
