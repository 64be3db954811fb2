"""What tastes are worth: importance of attributes, willingness to pay, and whether anything was followed at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.choice_information import RIDGE, observed
from segmentry.science.choice_tasks import Integers, Tasks, tasks_of
from segmentry.science.choices import ChoiceClasses, learned
from segmentry.science.inputs import FloatArray
from segmentry.terms.numbers import Estimate, NotEstimable

_LEVEL = 0.95
_NORMAL = 1.959963984540054
_FLAT = 1e-9


def importances(tastes: ArrayLike, designs: Sequence[ArrayLike]) -> FloatArray:
    """Share of each attribute: the range of its part-worths over the sum of all ranges.

    Args:
        tastes: Weights, shape (n, weights); of classes or of persons.
        designs: For each attribute its levels as rows of weights, shape (levels, weights).

    Returns:
        Shape (n, attributes); NaN for who does not care at all.
    """
    given = np.atleast_2d(np.asarray(tastes, dtype=np.float64))
    ranges = np.stack([np.ptp(given @ np.asarray(each, dtype=np.float64).T, axis=1) for each in designs], axis=1)
    whole = ranges.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(ranges, whole, out=np.full(ranges.shape, np.nan), where=whole > 0))


def part_worth(taste: ArrayLike, covariance: ArrayLike, contrast: ArrayLike) -> Estimate | NotEstimable:
    """A weighted sum of tastes with its normal interval.

    Args:
        taste: Weights of one class, shape (weights,).
        covariance: Their covariance.
        contrast: What of each is added, shape (weights,).
    """
    weights, told = np.asarray(contrast, dtype=np.float64), np.asarray(taste, dtype=np.float64)
    value, whole = float(weights @ told), np.asarray(covariance, dtype=np.float64)
    if not np.isfinite(whole).all():
        return NotEstimable("the class follows something without exception, or is too small: nothing bounds its tastes")
    reach = _NORMAL * float(np.sqrt(max(float(weights @ whole @ weights), 0.0)))
    return Estimate(value, value - reach, value + reach, "utility", _LEVEL)


def willingness_to_pay(
    taste: ArrayLike, covariance: ArrayLike, contrast: ArrayLike, price: ArrayLike
) -> Estimate | NotEstimable:
    """How much price somebody accepts for a gain: less its worth over that of one unit of price, w = -a / p.

    The interval is Fieller's (1954): all w for which a + w p does not differ from 0 at 5 %. It is bounded only where p
    differs from 0, and unlike that of the delta method it leans to the side where the truth may be far off.

    Args:
        taste: Weights of one class, shape (weights,).
        covariance: Their covariance.
        contrast: The gain, shape (weights,).
        price: One unit of price, shape (weights,).
    """
    told, whole = np.asarray(taste, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    gain, unit = np.asarray(contrast, dtype=np.float64), np.asarray(price, dtype=np.float64)
    if not np.isfinite(whole).all():
        return NotEstimable("nothing bounds the tastes of the class")
    worth, each = float(gain @ told), float(unit @ told)
    own, shared, of_price = (float(left @ whole @ right) for left, right in ((gain, gain), (gain, unit), (unit, unit)))
    square = _NORMAL**2
    bend = each**2 - square * of_price
    if bend <= 0:
        return NotEstimable("the price does not matter: its weight does not differ from 0")
    if each > 0:
        return NotEstimable("a higher price is preferred")
    middle = worth * each - square * shared
    root = float(np.sqrt(max(middle**2 - bend * (worth**2 - square * own), 0.0)))
    return Estimate(-worth / each, (-middle - root) / bend, (-middle + root) / bend, "units of price", _LEVEL)


def follows_nothing(
    found: ChoiceClasses,
    attributes: ArrayLike,
    chosen: ArrayLike,
    weights: ArrayLike,
    *,
    place: int = 0,
    offered: ArrayLike | None = None,
) -> float:
    """Chance of choices that go with some weights as much as these do where a class minds none of them.

    The score test (Rao 1948) with the other weights of the class fitted again (Neyman 1959), over persons (Hotelling's
    T squared), so that answers of one person may go together. Wald's test would call chance what is followed nearly
    without exception: there errors grow faster than weights (Hauck & Donner 1977). That nobody's class is known widens
    the variance as it does that of the tastes.

    Args:
        found: The classes, with the posterior of these people.
        attributes: As `choice_classes` takes them.
        chosen: As there.
        weights: Places of the weights that might be 0.
        place: The class.
        offered: As there.

    Returns:
        The chance; NaN where people are too few to tell.
    """
    tasks = tasks_of("follows_nothing", attributes, chosen, offered)
    asked = np.asarray(weights, dtype=np.int64)
    free = np.setdiff1d(np.arange(tasks.attributes), asked)
    belongs = found.posterior[:, place]
    taste = np.zeros(tasks.attributes)
    if len(free):
        taste[free] = learned(_columns(tasks, free), belongs, found.tastes[place][free])
    mean, second = tasks.moments(taste, belongs[tasks.who])
    scores = belongs[:, None] * tasks.by_person(tasks.mine - mean)
    spread = _spread(tasks, found, place, scores)
    others = second[np.ix_(free, free)] + RIDGE * np.eye(len(free))
    shared = np.linalg.solve(others, second[np.ix_(free, asked)])
    total = (scores[:, asked] - scores[:, free] @ shared).sum(axis=0)
    return _hotelling(total, spread[:, asked] - spread[:, free] @ shared)


def seek_the_same(
    found: ChoiceClasses,
    attributes: ArrayLike,
    chosen: ArrayLike,
    weights: ArrayLike,
    *,
    offered: ArrayLike | None = None,
) -> float:
    """Chance of classes whose weights are as far apart where they are the same in all of them (Wald 1943).

    Args:
        found: The classes, with the posterior of these people.
        attributes: As `choice_classes` takes them.
        chosen: As there.
        weights: Places of the weights that might be the same.
        offered: As there.

    Returns:
        The chance; NaN for one class, and where the covariance is not told.
    """
    from scipy.special import fdtrc

    told = observed(tasks_of("seek_the_same", attributes, chosen, offered), found.tastes, found.posterior)
    covariance, asked = told.covariance(), np.asarray(weights, dtype=np.int64)
    classes, people = len(found.tastes), len(told.scores)
    ways = (classes - 1) * len(asked)
    if covariance is None or not 0 < ways < people:
        return float("nan")
    apart = np.zeros((ways, len(covariance)))
    for place in range(classes - 1):
        rows = np.arange(len(asked)) + place * len(asked)
        apart[rows, told.block(place).start + asked] = 1.0
        apart[rows, told.block(classes - 1).start + asked] = -1.0
    gaps = (found.tastes[:-1, asked] - found.tastes[-1, asked]).ravel()
    squared = float(gaps @ np.linalg.solve(apart @ covariance @ apart.T, gaps))
    return float(fdtrc(ways, people - ways, squared * (people - ways) / (ways * (people - 1))))


def _columns(tasks: Tasks, kept: Integers) -> Tasks:
    return replace(tasks, told=tasks.told[:, :, kept], mine=tasks.mine[:, kept])


def _spread(tasks: Tasks, found: ChoiceClasses, place: int, scores: FloatArray) -> FloatArray:
    """What each person adds to the scores of a class, with what he adds by moving the other classes."""
    if len(found.tastes) == 1:
        return scores
    told = observed(tasks, found.tastes, found.posterior)
    inverse, own = told.inverse(), told.block(place)
    if inverse is None:
        return scores
    whole = told.scores.copy()
    whole[:, own] = scores
    return np.asarray(whole @ inverse[:, own] @ told.known[place], dtype=np.float64)


def _hotelling(total: FloatArray, rows: FloatArray) -> float:
    """Chance of a total as far from 0, of rows whose mean is 0; directions in which no row differs are left out."""
    from scipy.special import fdtrc

    people, scale = len(rows), rows.std(axis=0, ddof=1)
    told = scale > _FLAT * np.abs(rows).max(initial=0.0)
    if (np.abs(total[~told]) > _FLAT * people).any():
        return 0.0
    if not told.any():
        return 1.0
    if people <= int(told.sum()):
        return float("nan")
    mean = total[told] / people / scale[told]
    values, axes = np.linalg.eigh(np.atleast_2d(np.cov(rows[:, told] / scale[told], rowvar=False)))
    kept = values > _FLAT
    ways = int(kept.sum())
    squared = people * float(((axes[:, kept].T @ mean) ** 2 / values[kept]).sum())
    return float(fdtrc(ways, people - ways, squared * (people - ways) / (ways * (people - 1))))
