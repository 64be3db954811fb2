"""Tasks of choice as rows: what was offered, what was chosen, and the chances of a conditional logit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.inputs import FloatArray
from segmentry.terms.errors import EstimationError, Problem

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tasks:
    """Answered tasks, those of one person behind one another.

    Attributes:
        people: How many people there are.
        who: Person of each task, ascending, shape (rows,).
        told: Attributes of the alternatives, 0 where none was offered, shape (rows, alternatives, attributes).
        offered: Which alternatives were, shape (rows, alternatives).
        picked: Number of the alternative chosen, shape (rows,).
        mine: Attributes of the alternative chosen, shape (rows, attributes).
        problems: What is wrong with them.
    """

    people: int
    who: Integers
    told: FloatArray
    offered: NDArray[np.bool_]
    picked: Integers
    mine: FloatArray
    problems: tuple[Problem, ...] = ()

    @property
    def rows(self) -> int:
        """How many tasks were answered."""
        return len(self.who)

    @property
    def attributes(self) -> int:
        """How many attributes there are."""
        return int(self.told.shape[2])

    def answered(self) -> Integers:
        """Tasks of each person, shape (people,)."""
        return np.bincount(self.who, minlength=self.people)

    def log_chances(self, taste: FloatArray) -> FloatArray:
        """Log-chance of each alternative, shape (rows, alternatives); minus infinity where none was offered."""
        utility = np.where(self.offered, self.told @ taste, -np.inf)
        utility -= reduce(np.maximum, utility.T)[:, None]  # columns are few: numpy reduces along them slowly
        return np.asarray(utility - np.log(reduce(np.add, np.exp(utility).T))[:, None], dtype=np.float64)

    def log_chosen(self, taste: FloatArray) -> FloatArray:
        """Log-chance of what was chosen, shape (rows,)."""
        return np.take_along_axis(self.log_chances(taste), self.picked[:, None], axis=1)[:, 0]

    def moments(self, taste: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Expected attributes of the choice, shape (rows, attributes), and their covariance added up over tasks.

        Args:
            taste: Weight of each attribute.
            weights: Weight of each task in the sum.
        """
        chances = np.exp(self.log_chances(taste))
        mean = np.einsum("rj,rjk->rk", chances, self.told)
        flat = self.told.reshape(-1, self.attributes)
        second = flat.T @ (flat * (weights[:, None] * chances).reshape(-1, 1))
        return mean, second - mean.T @ (mean * weights[:, None])

    def by_person(self, values: FloatArray) -> FloatArray:
        """Values of tasks added up by person, shape (people,) or (people, ...)."""
        whole = np.zeros((self.people, *values.shape[1:]))
        np.add.at(whole, self.who, values)
        return whole


def tasks_of(where: str, attributes: ArrayLike, chosen: ArrayLike, offered: ArrayLike | None) -> Tasks:
    """Tasks out of arrays; what is wrong with the values stands in ``problems``.

    Args:
        where: Who asks.
        attributes: Attributes, shape (people, tasks, alternatives, attributes).
        chosen: Number of the alternative chosen, shape (people, tasks); -1 where none was.
        offered: Which alternatives stood there, shape (people, tasks, alternatives); all of them where None.

    Raises:
        EstimationError: shapes that do not fit.
    """
    told, given = np.asarray(attributes, dtype=np.float64), np.asarray(chosen)
    stood = np.ones(told.shape[:3], dtype=bool) if offered is None else np.asarray(offered, dtype=bool)
    if told.ndim != 4 or told.shape[:2] != given.shape or stood.shape != told.shape[:3]:
        next_step = "Give attributes as (people, tasks, alternatives, attributes) and choices as (people, tasks)."
        shapes = f"{told.shape} and {given.shape}"
        raise EstimationError(Problem("SHAPE_WRONG", "The shapes do not fit", where, shapes, next_step))
    picked = given.astype(np.int64)
    answered = picked != -1
    who = np.nonzero(answered)[0]
    rows, stands, own = told[answered], stood[answered], picked[answered]
    problems = []
    if not np.isfinite(rows[stands]).all():
        problems.append(Problem("VALUE_UNKNOWN", "Attributes are not all known", where, "attributes", "Fill them in."))
    inside = (own >= 0) & (own < told.shape[2])
    safe = np.where(inside, own, 0)
    if (picked != given).any() or not (inside & np.take_along_axis(stands, safe[:, None], axis=1)[:, 0]).all():
        next_step = "Number alternatives from 0, and choose among those that were offered."
        problems.append(Problem("CHOICE_UNKNOWN", "Some choices are no alternative", where, "chosen", next_step))
    rows = np.where(stands[:, :, None], rows, 0.0)
    mine = np.take_along_axis(rows, safe[:, None, None], axis=1)[:, 0]
    return Tasks(len(told), who, rows, stands, safe, mine, tuple(problems))


def without_last(tasks: Tasks, held_out: int) -> tuple[Tasks, Tasks]:
    """Tasks without the last ``held_out`` of everybody, and those alone."""
    counts = tasks.answered()
    ends = np.cumsum(counts)[tasks.who]
    last = np.arange(tasks.rows) >= ends - held_out
    return _some(tasks, ~last), _some(tasks, last)


def _some(tasks: Tasks, kept: NDArray[np.bool_]) -> Tasks:
    return Tasks(
        tasks.people,
        tasks.who[kept],
        tasks.told[kept],
        tasks.offered[kept],
        tasks.picked[kept],
        tasks.mine[kept],
        tasks.problems,
    )
