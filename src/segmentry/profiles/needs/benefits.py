"""Benefits sought: classes of respondents who rate or choose alike (Haley 1968), by latent class analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentry.profiles.needs.spec import BenefitsSpec
from segmentry.science.inputs import FloatArray
from segmentry.science.mixtures import LatentClass
from segmentry.science.scales import level_share
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable

ROWS_PER_QUESTION = 70
"""Respondents wanted for each question (Dolnicar et al. 2014); with fewer the reason says so."""

LOOKED_AT = 5_000
"""Respondents from whom classes are learned, evenly by id; everybody is placed."""

_FEWEST = 50
_STARTS = 10
_MARKED = 0.1
_LEVEL = 0.8
"""Share of what sets classes apart that is how high they answer, beyond which they are no classes of benefits."""
_MOST_POINTS = 11


@dataclass(frozen=True)
class Choices:
    """Answers as codes.

    Attributes:
        customers: Who answered, length n.
        questions: The questions, length m.
        codes: Places in ``answers``, NaN where not answered, shape (n, m).
        answers: The different answers to each question, in order.
    """

    customers: tuple[str, ...]
    questions: tuple[str, ...]
    codes: FloatArray
    answers: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Benefits:
    """Classes of benefits sought.

    Attributes:
        names: Name of each class, the largest first.
        labels: Class of each respondent, shape (n,).
        certainty: Chance of belonging to it, shape (n,).
        shares: Share of each class.
        probabilities: Chances of each question's answers by class.
        entropy: How surely respondents are told apart: 1 less the entropy of membership over its largest value.
        reason: Why so many.
    """

    names: tuple[str, ...]
    labels: NDArray[np.int64]
    certainty: FloatArray
    shares: FloatArray
    probabilities: tuple[FloatArray, ...]
    entropy: float
    reason: str


def choices(customers: Sequence[str], columns: dict[str, Sequence[str | None]]) -> Choices:
    """Answers of customers to questions as codes; who answered less than half is left out.

    Args:
        customers: Ids, length n.
        columns: Question to its answers, each of length n.
    """
    answers = tuple(
        tuple(sorted({each for each in told if each is not None}, key=_natural)) for told in columns.values()
    )
    places = [{answer: place for place, answer in enumerate(known)} for known in answers]
    codes = np.array(
        [
            [np.nan if each is None else float(place[each]) for each in told]
            for told, place in zip(columns.values(), places, strict=True)
        ]
    ).T.reshape(len(customers), len(columns))
    enough = (~np.isnan(codes)).sum(axis=1) * 2 >= len(columns)
    kept = tuple(each for each, whole in zip(customers, enough, strict=True) if whole)
    return Choices(kept, tuple(columns), codes[enough], answers)


def _natural(answer: str) -> tuple[int, float, str]:
    """Numbers in their order, before words."""
    try:
        return 0, float(answer), answer
    except ValueError:
        return 1, 0.0, answer


def benefit_classes(told: Choices, spec: BenefitsSpec) -> Benefits | NotEstimable:
    """Latent classes of answers; their number has the lowest BIC, and one class is an answer too.

    Args:
        told: The answers.
        spec: Most classes that are tried.

    Returns:
        The classes; not estimable from too few respondents, where no two classes fit better than one, or where ratings
        differ between classes in their level alone: yes-sayers and no-sayers.
    """
    rows = len(told.customers)
    sample = told.codes[:: _step(rows)]
    varied = [place for place, column in enumerate(sample.T) if np.unique(column[~np.isnan(column)]).size > 1]
    if rows < _FEWEST or len(varied) < 2:
        reason = f"{rows} respondents and {len(varied)} questions with different answers; {_FEWEST} and 2 are needed"
        return NotEstimable(reason)
    best = _best(sample[:, varied], spec.most)
    if best is None:
        return NotEstimable("the answers cannot be put into classes")
    if best.n_segments == 1:
        return NotEstimable("no classes stand out: answers to one question say nothing of those to another")
    found = _described(told, varied, best, rows)
    ratings = _ratings(told, varied)
    level = NotEstimable("no ratings on one scale") if ratings is None else level_share(ratings, found.labels)
    if not isinstance(level, NotEstimable) and level > _LEVEL:
        return NotEstimable("the classes differ in how high they answer, not in what they seek")
    return found


def _ratings(told: Choices, varied: Sequence[int]) -> FloatArray | None:
    """The answers as numbers, shape (n, varied); None where they are none, or not all of them on one scale.

    Questions are on one scale where their answers are whole numbers of at most eleven points in all, and those to each
    reach over half of them: five points beside eleven are two scales.
    """
    keys = [[_natural(answer) for answer in told.answers[place]] for place in varied]
    if any(kind for known in keys for kind, _, _ in known):
        return None
    points = [np.array([number for _, number, _ in known]) for known in keys]
    ends = np.array([(each.min(), each.max()) for each in points])
    reach = ends[:, 1].max() - ends[:, 0].min()
    whole = all((each == np.floor(each)).all() for each in points)
    if not whole or reach >= _MOST_POINTS or (2 * (ends[:, 1] - ends[:, 0]) < reach).any():
        return None
    columns = [told.codes[:, place] for place in varied]
    known = [np.where(np.isnan(column), 0, column).astype(np.int64) for column in columns]
    given = [
        np.where(np.isnan(column), np.nan, own[at]) for column, own, at in zip(columns, points, known, strict=True)
    ]
    return np.column_stack(given)


def _best(codes: FloatArray, most: int) -> LatentClass | None:
    """The fit of lowest BIC; more classes are not tried once two more in a row have fitted worse."""
    best: LatentClass | None = None
    worse = 0
    for classes in range(1, most + 1):
        model = _fitted(codes, classes)
        better = model is not None and (best is None or _criterion(model) < _criterion(best))
        best, worse = (model, 0) if better else (best, worse + 1)
        if worse == 2:
            break
    return best


def _fitted(codes: FloatArray, classes: int) -> LatentClass | None:
    try:
        return LatentClass(classes, _STARTS).fit(codes)
    except EstimationError:
        return None


def _criterion(model: LatentClass) -> float:
    return float("inf") if isinstance(model.bic_, NotEstimable) else float(model.bic_)


def _described(told: Choices, varied: Sequence[int], model: LatentClass, rows: int) -> Benefits:
    codes = told.codes[:, varied]
    for place, learned in enumerate(model.categories_):
        codes[~np.isin(codes[:, place], learned), place] = np.nan
    chances = model.predict_proba(codes)
    entropy = -float((chances * np.log(np.maximum(chances, 1e-300))).sum())
    surely = 1.0 - entropy / (rows * float(np.log(model.n_segments)))
    probabilities = tuple(_chances(told, place, varied, model) for place in range(len(told.questions)))
    shares = np.asarray(model.shares_, dtype=np.float64)
    wanted = ROWS_PER_QUESTION * len(told.questions)
    few = f" {rows} respondents are fewer than the {wanted} wanted." if rows < wanted else ""
    part = f" Learned from one respondent in {step}." if (step := _step(rows)) > 1 else ""
    reason = f"{model.n_segments} classes: the lowest BIC.{part}{few}"
    labels = chances.argmax(axis=1)
    names = _names(told, probabilities, shares)
    return Benefits(names, labels.astype(np.int64), chances.max(axis=1), shares, probabilities, surely, reason)


def _step(rows: int) -> int:
    """Every how many respondents classes are learned from."""
    return -(-max(rows, 1) // LOOKED_AT)


def _chances(told: Choices, place: int, varied: Sequence[int], model: LatentClass) -> FloatArray:
    """Chances of a question's answers by class; those of everybody where all who were looked at answered alike."""
    whole = np.zeros((model.n_segments, len(told.answers[place])))
    if place in varied:
        at = varied.index(place)
        whole[:, model.categories_[at].astype(np.int64)] = model.probabilities_[at]
        return whole
    known = told.codes[~np.isnan(told.codes[:, place]), place].astype(np.int64)
    return np.asarray(whole + np.bincount(known, minlength=whole.shape[1]) / max(known.size, 1))


def _names(told: Choices, probabilities: Sequence[FloatArray], shares: FloatArray) -> tuple[str, ...]:
    """Each class by the two answers that it gives most beyond the rest, numbered where two are alike."""
    names: list[str] = []
    for place in range(len(shares)):
        lifts = []
        for question, known, chances in zip(told.questions, told.answers, probabilities, strict=True):
            lift = chances[place] - shares @ chances
            lifts += [(float(value), f"{question}: {answer}") for value, answer in zip(lift, known, strict=True)]
        marked = sorted((each for each in lifts if each[0] >= _MARKED), key=lambda each: (-each[0], each[1]))[:2]
        name = ", ".join(text for _, text in marked) or "nothing in particular"
        names.append(name if name not in names else f"{name} ({place + 1})")
    return tuple(names)


def class_rows(spec: BenefitsSpec, told: Choices, found: Benefits | NotEstimable) -> list[dict[str, Any]]:
    """Rows of `BENEFIT_CLASSES`; one with the reason where there are no classes.

    Args:
        spec: The questions.
        told: The answers.
        found: The classes.
    """
    respondents = len(told.customers)
    if isinstance(found, NotEstimable):
        reason = f"{found.reason[0].upper()}{found.reason[1:]}."
        return [
            {
                "benefits": spec.name,
                "class": "",
                "question": "",
                "answer": "",
                "respondents": respondents,
                "reason": reason,
            }
        ]
    return [
        {
            "benefits": spec.name,
            "class": name,
            "question": question,
            "answer": answer,
            "chance": float(chances[place, at]),
            "base": float(found.shares @ chances[:, at]),
            "size": float(found.shares[place]),
            "respondents": respondents,
            "certainty": found.entropy,
            "reason": found.reason,
        }
        for place, name in enumerate(found.names)
        for question, known, chances in zip(told.questions, told.answers, found.probabilities, strict=True)
        for at, answer in enumerate(known)
    ]
