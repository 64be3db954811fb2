"""Golden questions: the few questions of a survey that tell which segment somebody belongs to.

Questions are taken one after another, each time the one that lowers Wilks' lambda most (stepwise discriminant
analysis: Rao 1973, section 8c; Klecka 1980), and Fisher's linear classification functions over those taken name the
segment: the segment whose constant plus weighted answers is the largest. How often they are right is measured on
respondents of whom neither the choice of questions nor the weights know anything: the whole choice is repeated in each
of ten parts. The fewest questions are kept that agree within one standard error of the best number (Breiman, Friedman,
Olshen & Stone 1984).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray, IntArray, not_estimable
from segmentry.science.satisfaction import wilson
from segmentry.science.threads import one_blas_thread
from segmentry.terms.numbers import Estimate, NotEstimable

FOLDS = 10
FEWEST_RESPONDENTS = 100
FEWEST_EACH = FOLDS
"""Respondents that each segment needs, so that every part holds one."""
_SHRINK = 0.02
_ALIKE = 1e-6


@dataclass(frozen=True, slots=True)
class Functions:
    """Fisher's linear classification functions.

    Attributes:
        questions: Places of the questions, in the order of being taken.
        weights: Weight of a point of each question for each segment, shape (segments, questions).
        constants: Constant of each segment, with the logarithm of its share, shape (segments,).
        usual: Mean answer to each question, which stands in for a missing one, shape (questions,).
    """

    questions: tuple[int, ...]
    weights: FloatArray
    constants: FloatArray
    usual: FloatArray

    def classify(self, answers: ArrayLike) -> IntArray:
        """The segment of each respondent; the smaller label where two come out alike.

        Args:
            answers: Points given to `questions`, in their order, shape (n, questions); NaN where there is none.
        """
        given = np.atleast_2d(np.asarray(answers, dtype=np.float64))
        if given.shape[1] != len(self.questions):
            step = f"Give {len(self.questions)} answers of each respondent."
            raise not_estimable("Functions.classify", "The number of answers is another one.", given.shape, step)
        filled = np.where(np.isnan(given), self.usual, given)
        return np.asarray(np.argmax(filled @ self.weights.T + self.constants, axis=1), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class GoldenQuestions:
    """Few questions with what they achieve.

    Attributes:
        functions: The questions and how to weigh their answers.
        agreement: Share of respondents whom they put where the segmentation does, by number of questions from 1 on,
            measured on respondents they were not learned from; 95 % Wilson intervals.
        chosen: How many questions are kept.
        recall: The same share within each segment, for the questions kept, shape (segments,).
        baseline: Share of the largest segment: what naming it for everybody achieves.
        respondents: Respondents they were learned from.
    """

    functions: Functions
    agreement: tuple[Estimate, ...]
    chosen: int
    recall: FloatArray
    baseline: float
    respondents: int


def golden_questions(
    points: ArrayLike, labels: ArrayLike, *, most: int = 6, random_state: int = 0
) -> GoldenQuestions | NotEstimable:
    """Choose the fewest questions that tell segments apart.

    Args:
        points: Answers as numbers, shape (n, questions); NaN where there is none. Questions that nobody answers in two
            ways are left aside.
        labels: Segment of each respondent, 0 to segments - 1, shape (n,).
        most: Most questions.
        random_state: Seed of the ten parts.

    Raises:
        EstimationError: shapes that do not fit, answers that are infinite.
    """
    answers, segment = _checked(points, labels)
    sizes = np.bincount(segment) if segment.size else np.zeros(0, dtype=np.int64)
    usable = np.flatnonzero(np.nan_to_num(_spread(answers)) > _ALIKE)
    if (reason := _hindrance(segment.size, sizes, usable.size)) is not None:
        return NotEstimable(reason)
    asked, most = answers[:, usable], min(most, usable.size)
    with one_blas_thread():
        named = _held_out(asked, segment, most, random_state)
        hits = named == segment[:, None]
        agreement = tuple(_share(hits[:, place]) for place in range(most))
        baseline = float(sizes.max() / segment.size)
        chosen = _fewest(agreement, segment.size)
        if agreement[chosen - 1].low <= baseline:
            return NotEstimable(
                f"the best {chosen} of {usable.size} questions name the right segment for "
                f"{agreement[chosen - 1].value:.0%} of those not learned from, no better than naming the largest for "
                f"all ({baseline:.0%})"
            )
        functions = _learn(asked, segment, chosen, sizes.size)
    placed = replace(functions, questions=tuple(int(usable[each]) for each in functions.questions))
    recall = np.array([hits[segment == each, chosen - 1].mean() for each in range(sizes.size)])
    return GoldenQuestions(placed, agreement, chosen, recall, baseline, int(segment.size))


def _checked(points: ArrayLike, labels: ArrayLike) -> tuple[FloatArray, IntArray]:
    answers, segment = np.asarray(points, dtype=np.float64), np.asarray(labels, dtype=np.int64)
    if answers.ndim != 2 or segment.ndim != 1 or answers.shape[0] != segment.size or np.isinf(answers).any():
        given = f"{answers.shape} and {segment.shape}"
        step = "Give finite points of shape (n, questions) and n labels."
        raise not_estimable("golden_questions", "Answers and labels do not fit together.", given, step)
    return answers, segment


def _spread(answers: FloatArray) -> FloatArray:
    known = ~np.isnan(answers)
    number = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, answers, 0.0).sum(axis=0) / number
    variance: FloatArray = (np.where(known, answers - mean, 0.0) ** 2).sum(axis=0) / number
    return variance


def _hindrance(respondents: int, sizes: IntArray, questions: int) -> str | None:
    if questions < 1:
        return "no question is answered in two ways"
    if (sizes > 0).sum() < 2:
        return "there are not two segments to tell apart"
    if respondents < FEWEST_RESPONDENTS:
        return f"{respondents} respondents are fewer than {FEWEST_RESPONDENTS}"
    if sizes.min() < FEWEST_EACH:
        return f"a segment has {sizes.min()} respondents, fewer than {FEWEST_EACH}"
    return None


def _held_out(answers: FloatArray, segment: IntArray, most: int, seed: int) -> IntArray:
    """The segment named for each respondent by 1 to ``most`` questions chosen without their part, shape (n, most)."""
    named = np.zeros((segment.size, most), dtype=np.int64)
    part = _parts(answers, segment, seed)
    number = int(segment.max()) + 1
    for each in range(FOLDS):
        held = part == each
        whole = _learn(answers[~held], segment[~held], most, number)
        for place in range(len(whole.questions)):
            taken = whole.questions[: place + 1]
            functions = _functions(answers[~held], segment[~held], taken, number)
            named[held, place] = functions.classify(answers[held][:, list(taken)])
        for place in range(len(whole.questions), most):
            named[held, place] = named[held, len(whole.questions) - 1]
    return named


def _parts(answers: FloatArray, segment: IntArray, seed: int) -> IntArray:
    """Part of each respondent; every segment is spread over all, whatever the order of rows."""
    order = np.lexsort((*np.nan_to_num(answers, nan=-1e300).T[::-1], segment))
    part = np.empty(segment.size, dtype=np.int64)
    shuffled = np.random.default_rng(seed).permuted(
        np.resize(np.arange(FOLDS), (-(-segment.size // FOLDS), FOLDS)), axis=1
    )
    part[order] = shuffled.ravel()[: segment.size]
    return part


def _learn(answers: FloatArray, segment: IntArray, most: int, segments: int) -> Functions:
    return _functions(answers, segment, _stepwise(answers, segment, most, segments), segments)


def _stepwise(answers: FloatArray, segment: IntArray, most: int, segments: int) -> tuple[int, ...]:
    """Questions in the order in which each lowers Wilks' lambda most, given those before.

    Sums of squares within segments and in total are swept of every question taken, so the ratio of the diagonals that
    are left is the partial lambda of each question that is not.
    """
    filled = _filled(answers, _usual(answers))
    total = _scatter(filled - filled.mean(axis=0))
    within = _scatter(filled - _centers(filled, segment, segments)[segment])
    least = _ALIKE * np.maximum(np.diag(total).copy(), _ALIKE)
    taken: list[int] = []
    while len(taken) < most:
        left = np.diag(total)
        free = left > least
        free[taken] = False
        if not free.any():
            break
        ratio = np.where(free, np.diag(within) / np.where(free, left, 1.0), np.inf)
        best = int(np.argmin(np.round(ratio, 12)))
        taken.append(best)
        total, within = _swept(total, best), _swept(within, best)
    return tuple(taken)


def _functions(answers: FloatArray, segment: IntArray, taken: Sequence[int], segments: int) -> Functions:
    asked = answers[:, list(taken)]
    usual = _usual(asked)
    filled = _filled(asked, usual)
    centers = _centers(filled, segment, segments)
    pooled = _scatter(filled - centers[segment]) / max(segment.size - segments, 1)
    steadied = (1.0 - _SHRINK) * pooled + _SHRINK * np.diag(np.diag(pooled)) + _ALIKE * np.eye(len(taken))
    weights = np.asarray(np.linalg.solve(steadied, centers.T).T, dtype=np.float64)
    shares = np.maximum(np.bincount(segment, minlength=segments) / segment.size, _ALIKE)
    constants = np.asarray(np.log(shares) - 0.5 * (weights * centers).sum(axis=1), dtype=np.float64)
    return Functions(tuple(taken), weights, constants, usual)


def _usual(answers: FloatArray) -> FloatArray:
    known = ~np.isnan(answers)
    means: FloatArray = np.where(known, answers, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return means


def _filled(answers: FloatArray, usual: FloatArray) -> FloatArray:
    return np.where(np.isnan(answers), usual, answers)


def _centers(filled: FloatArray, segment: IntArray, segments: int) -> FloatArray:
    member = np.eye(segments)[segment]
    sizes = np.maximum(member.sum(axis=0), 1.0)
    centers: FloatArray = (member.T @ filled) / sizes[:, None]
    return centers


def _scatter(centered: FloatArray) -> FloatArray:
    products: FloatArray = centered.T @ centered
    return products


def _swept(matrix: FloatArray, place: int) -> FloatArray:
    """What is left of sums of squares once a variable is known."""
    pivot = matrix[place, place]
    column = matrix[:, place]
    rest: FloatArray = matrix - np.outer(column, column) / pivot if pivot > 0 else matrix
    return rest


def _share(hits: np.ndarray) -> Estimate:
    found = wilson(float(hits.sum()), float(hits.size))
    if isinstance(found, NotEstimable):
        raise TypeError("a share of no respondents")
    return found


def _fewest(agreement: Sequence[Estimate], respondents: int) -> int:
    values = np.array([each.value for each in agreement])
    best = float(values.max())
    error = float(np.sqrt(best * (1.0 - best) / respondents))
    return int(np.flatnonzero(values >= best - error)[0]) + 1
