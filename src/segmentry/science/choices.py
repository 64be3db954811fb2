"""What people choose: a mixture of conditional logits, each class with tastes of its own.

Kamakura & Russell 1989: L = prod_n sum_s pi_s prod_t P(choice_nt | beta_s) with P by the conditional logit (McFadden
1974). The number of classes by AIC with factor 3 (Andrews & Currim 2003), judged by the hit rate on tasks left out.
Standard errors by the sandwich with each person's scores (see `choice_information`), which counts that nobody's class
is known, and that answers of one person go together where people of a class differ.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.choice_information import RIDGE, observed
from segmentry.science.choice_tasks import Tasks, tasks_of, without_last
from segmentry.science.inputs import FloatArray
from segmentry.science.threads import one_blas_thread
from segmentry.terms.errors import EstimationError, Problem

_SHORT, _LONG, _LIKELY = 15, 200, 2
"""EM steps of every start, of the likeliest starts, and how many of those there are."""
_NEWTON, _NEWTON_LAST = 1, 15
_CLOSE = 1e-6
_UNSURE = 5.0


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
        covariance: Covariance of the tastes of each class, shape (classes, attributes, attributes); infinite where
            errors are.
        foretold: Log-chance of the left-out choices of each person, shape (people,); NaN where none was left out.
        hits: Share of each person's left-out tasks that were hit, shape (people,); NaN where none was left out.
    """

    tastes: FloatArray
    shares: FloatArray
    posterior: FloatArray
    log_likelihood: float
    aic3: float
    bic: float
    hit_rate: float
    errors: FloatArray
    covariance: FloatArray
    foretold: FloatArray
    hits: FloatArray


def choice_classes(
    attributes: ArrayLike,
    chosen: ArrayLike,
    classes: int,
    *,
    offered: ArrayLike | None = None,
    held_out: int = 0,
    starts: int = 10,
    random_state: int = 0,
) -> ChoiceClasses:
    """Fit a mixture of logits by EM, each class's tastes by Newton steps.

    Args:
        attributes: Attributes of every alternative, shape (people, tasks, alternatives, attributes).
        chosen: Number of the alternative chosen, shape (people, tasks); -1 for a task that was not answered.
        classes: Classes.
        offered: Which alternatives stood there, shape (people, tasks, alternatives); all of them by default.
        held_out: Last answered tasks of everybody that are left out of the fit and predicted.
        starts: Random starts; the best log-likelihood stands.
        random_state: Seed.

    Raises:
        EstimationError: shapes that do not fit, unknown or infinite values, choices that are no alternative, people
            without a task to learn from; every mistake at once.
    """
    whole = tasks_of("choice_classes", attributes, chosen, offered)
    first, left = without_last(whole, held_out)
    _check("choice_classes", first, classes, held_out)
    chance = np.random.default_rng(random_state)
    with one_blas_thread():
        tastes, shares, posterior, likelihood = _best(first, classes, starts, chance)
        order = np.argsort(-shares, kind="stable")
        tastes, shares, posterior = tastes[order], shares[order], posterior[:, order]
        covariance = _covariance(first, tastes, posterior)
    parameters = classes * whole.attributes + classes - 1
    hits, foretold = _foretold(left, tastes, posterior)
    answered = left.answered()
    return ChoiceClasses(
        tastes,
        shares,
        posterior,
        likelihood,
        -2 * likelihood + 3 * parameters,
        -2 * likelihood + parameters * float(np.log(whole.people)),
        float(hits.sum() / answered.sum()) if left.rows else float("nan"),
        np.sqrt(np.diagonal(covariance, axis1=1, axis2=2)),
        covariance,
        foretold,
        np.divide(hits, answered, out=np.full(left.people, np.nan), where=answered > 0),
    )


def choose_classes(
    attributes: ArrayLike,
    chosen: ArrayLike,
    most: int = 5,
    *,
    offered: ArrayLike | None = None,
    starts: int = 10,
    random_state: int = 0,
) -> ChoiceClasses:
    """The mixture with the smallest AIC3 among 1 to ``most`` classes; see `choice_classes`."""
    fits = [
        choice_classes(
            attributes,
            chosen,
            classes,
            offered=offered,
            starts=starts if classes > 1 else 1,
            random_state=random_state,
        )
        for classes in range(1, most + 1)
    ]
    return min(fits, key=lambda fit: fit.aic3)


def placed_in_classes(
    found: ChoiceClasses, attributes: ArrayLike, chosen: ArrayLike, *, offered: ArrayLike | None = None
) -> ChoiceClasses:
    """The same classes with the posterior and the log-likelihood of other people, or of more choices.

    Args:
        found: The classes.
        attributes: As `choice_classes` takes them.
        chosen: As there.
        offered: As there.

    Raises:
        EstimationError: as there.
    """
    whole = tasks_of("placed_in_classes", attributes, chosen, offered)
    _check("placed_in_classes", whole, 1, 0)
    posterior, likelihood = _placed(whole, found.tastes, found.shares)
    return replace(found, posterior=posterior, log_likelihood=likelihood)


def _check(where: str, tasks: Tasks, classes: int, held_out: int) -> None:
    unlearned = int((tasks.answered() == 0).sum())
    problems = []
    if not 1 <= classes <= tasks.people or held_out < 0 or unlearned == tasks.people:
        given = f"{classes} classes, {held_out} held out, {tasks.people} people"
        next_step = "Ask for fewer classes than people, and leave tasks to learn from."
        problems.append(Problem("ASKED_TOO_MUCH", "There is too little to learn from", where, given, next_step))
    elif unlearned:
        what, next_step = "Some people have no task to learn from", "Leave them out, or hold fewer tasks out."
        problems.append(Problem("PERSON_SILENT", what, where, f"{unlearned} of {tasks.people}", next_step))
    if tasks.problems or problems:
        raise EstimationError([*tasks.problems, *problems])


_Fit = tuple[FloatArray, FloatArray, FloatArray, float]


def _best(tasks: Tasks, classes: int, starts: int, chance: np.random.Generator) -> _Fit:
    """The likeliest of several starts; only those that are ahead after a few steps are followed to the end."""
    posteriors = [chance.dirichlet(np.full(classes, 0.5), tasks.people) for _ in range(starts)]
    first = [chance.normal(0.0, 0.1, (classes, tasks.attributes)) for _ in range(starts)]
    begun = [_fit(tasks, *start, _SHORT) for start in zip(first, posteriors, strict=True)]
    ahead = sorted(begun, key=lambda fit: -fit[3])[:_LIKELY]
    return max((_fit(tasks, fit[0], fit[2], _LONG) for fit in ahead), key=lambda fit: fit[3])


def _fit(tasks: Tasks, tastes: FloatArray, posterior: FloatArray, steps: int) -> _Fit:
    before, newton = -np.inf, _NEWTON if posterior.shape[1] > 1 else _NEWTON_LAST
    shares, likelihood = posterior.mean(axis=0), before
    for _ in range(steps):
        tastes = np.stack([learned(tasks, *each, newton) for each in zip(posterior.T, tastes, strict=True)])
        shares = posterior.mean(axis=0)
        posterior, likelihood = _placed(tasks, tastes, shares)
        if likelihood - before < _CLOSE * abs(likelihood):
            break
        before = likelihood
    return tastes, shares, posterior, likelihood


def _placed(tasks: Tasks, tastes: FloatArray, shares: FloatArray) -> tuple[FloatArray, float]:
    """Posterior of the classes, shape (people, classes), and the log-likelihood."""
    each = np.stack([tasks.by_person(tasks.log_chosen(taste)) for taste in tastes], axis=1)
    joint = each + np.log(np.maximum(shares, 1e-300))
    top = joint.max(axis=1, keepdims=True)
    whole = top[:, 0] + np.log(np.exp(joint - top).sum(axis=1))
    return np.exp(joint - whole[:, None]), float(whole.sum())


def learned(tasks: Tasks, belongs: FloatArray, taste: FloatArray, steps: int = _NEWTON_LAST) -> FloatArray:
    """Newton steps of the weighted conditional logit with a weak normal prior.

    Args:
        tasks: The tasks.
        belongs: Weight of each person, shape (people,).
        taste: Weights of the attributes to start from.
        steps: Most steps.
    """
    weights = belongs[tasks.who]
    for _ in range(steps):
        mean, second = tasks.moments(taste, weights)
        gradient = weights @ (tasks.mine - mean) - RIDGE * taste
        step = np.linalg.solve(second + RIDGE * np.eye(len(taste)), gradient)
        taste = taste + step / max(1.0, float(np.abs(step).max()) / 2.0)
        if float(np.abs(step).max()) < 1e-7:
            break
    return taste


def _covariance(tasks: Tasks, tastes: FloatArray, posterior: FloatArray) -> FloatArray:
    """Covariance of each class's tastes, infinite where nothing bounds one."""
    classes, attributes = tastes.shape
    told = observed(tasks, tastes, posterior)
    whole = told.covariance()
    found = np.full((classes, attributes, attributes), np.inf)
    for place, (taste, belongs) in enumerate(zip(tastes, posterior.T, strict=True)):
        unsure = belongs[tasks.who] @ (1 - np.exp(tasks.log_chosen(taste)))
        if whole is not None and unsure > _UNSURE:
            found[place] = whole[told.block(place), told.block(place)]
    return found


def _foretold(left: Tasks, tastes: FloatArray, posterior: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Of each person how many left-out tasks are hit, and the log-chance of the choices there."""
    if not left.rows:
        return np.zeros(left.people), np.full(left.people, np.nan)
    chances = np.stack([np.exp(left.log_chances(taste)) for taste in tastes])
    mixed = np.einsum("rs,srj->rj", posterior[left.who], chances)
    own = np.stack([left.by_person(left.log_chosen(taste)) for taste in tastes], axis=1)
    top = own.max(axis=1, keepdims=True)
    foretold = top[:, 0] + np.log((posterior * np.exp(own - top)).sum(axis=1))
    return left.by_person((mixed.argmax(axis=1) == left.picked).astype(np.float64)), foretold
