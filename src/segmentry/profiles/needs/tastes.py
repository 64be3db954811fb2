"""Benefits sought, told by choices: classes of people with tastes of their own (Kamakura & Russell 1989)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentry.profiles.needs.choice_designs import NONE, Attribute, Study
from segmentry.science.choice_worths import follows_nothing, importances
from segmentry.science.choices import ChoiceClasses, choice_classes, placed_in_classes
from segmentry.science.inputs import FloatArray
from segmentry.terms.numbers import Estimate, NotEstimable

LOOKED_AT = 2_000
"""Respondents from whom tastes are learned, evenly by id; everybody is placed."""

FEWEST, FEWEST_PER_WEIGHT = 50, 10
"""Respondents needed in all, and for each weight of an attribute."""

FEWEST_TASKS = 4
"""Choices of a respondent from which he counts: with fewer nobody's tastes are told from those of others."""

_STARTS = 6
_HELD_OUT = 8
"""Choices of the median respondent from which two of them are held out, else one."""
_RANDOM = 0.01
_NORMAL = 1.644854
_WORSE = 2


@dataclass(frozen=True)
class Held:
    """How well choices are foretold that nobody learned from.

    Attributes:
        tasks: How many were held out.
        hits: Share of them in which the likeliest alternative was chosen, with its interval over respondents.
        one_class: The same if everybody had the same tastes.
        most_chosen: The same if everybody took what the others chose most often in the tasks learned from.
        chance: The same by drawing lots.
    """

    tasks: int
    hits: Estimate
    one_class: float
    most_chosen: float
    chance: float


@dataclass(frozen=True)
class Tastes:
    """Tastes of classes and of everybody.

    Attributes:
        study: The study, with those respondents who answered enough.
        classes: The classes; ``posterior`` is that of all respondents of ``study``.
        criteria: For each number of classes that was tried: parameters, log-likelihood, AIC3 and BIC.
        held: How well they foretell.
        learned: Respondents learned from.
        left_out: Respondents who answered too little.
        reason: Why so many classes.
    """

    study: Study
    classes: ChoiceClasses
    criteria: tuple[dict[str, float], ...]
    held: Held
    learned: int
    left_out: int
    reason: str

    @property
    def own(self) -> FloatArray:
        """Tastes of each respondent: those of the classes, weighted by the chance of belonging there."""
        return self.classes.posterior @ self.classes.tastes

    @property
    def importance(self) -> FloatArray:
        """Importance of each attribute that is weighed to each respondent, shape (n, attributes)."""
        return importances(self.own, self.designs)

    @property
    def weighed(self) -> tuple[Attribute, ...]:
        """The attributes that weigh more or less: all but that of choosing none, which is no attribute of an offer."""
        return tuple(each for each in self.study.attributes if each.name != NONE)

    @property
    def designs(self) -> list[FloatArray]:
        """The levels of each attribute that is weighed as rows of weights."""
        return [each.design(self.study.weights) for each in self.weighed]


def find_tastes(study: Study, most: int, looked_at: int = LOOKED_AT) -> Tastes | NotEstimable:
    """Classes of tastes; their number has the lowest AIC3, unless one less foretells held-out choices as well.

    Args:
        study: The study.
        most: Most classes that are tried.
        looked_at: Respondents from whom tastes are learned.

    Returns:
        The classes, of which one is an answer too; not estimable from too little, and where people choose whatever the
        attributes are.
    """
    enough = study.some(study.tasks >= FEWEST_TASKS * study.per_task)
    left_out = len(study.customers) - len(enough.customers)
    refused = _too_little(study, enough)
    if refused is not None:
        return refused
    sample = enough.some(np.arange(0, len(enough.customers), -(-len(enough.customers) // looked_at)))
    fits = _fits(sample, most)
    held_out = study.per_task * (2 if np.median(sample.tasks) >= _HELD_OUT * study.per_task else 1)
    asked = len(min(fits, key=lambda fit: fit.aic3).shares)
    judged = {classes: _fit(sample, classes, held_out) for classes in range(1, asked + 1)}
    taken = asked
    while taken > 1 and not _foretells(judged[taken], judged[taken - 1]):
        taken -= 1
    best = fits[taken - 1]
    if len(best.shares) == 1 and follows_nothing(best.tastes[0], best.covariance[0], len(sample.customers)) > _RANDOM:
        return NotEstimable("choices go with none of the attributes: people might have drawn lots")
    placed = placed_in_classes(best, enough.told, enough.picked, offered=enough.offered)
    criteria = tuple(_criterion(fit, sample) for fit in fits)
    learned = len(sample.customers)
    everybody = len(enough.customers)
    part = f" Learned from {learned:,} respondents of {everybody:,}." if learned < everybody else ""
    held = _held(sample, held_out, judged[taken], judged[1])
    found = replace(best, posterior=placed.posterior)
    return Tastes(enough, found, criteria, held, learned, left_out, _reason(taken, asked) + part)


def _too_little(study: Study, enough: Study) -> NotEstimable | None:
    respondents, wanted = len(enough.customers), max(FEWEST, FEWEST_PER_WEIGHT * study.weights)
    if not study.attributes:
        return NotEstimable("no column differs between the alternatives of a task")
    if respondents < wanted:
        told = f"{respondents} respondents with {FEWEST_TASKS} tasks or more"
        return NotEstimable(f"{told}, {wanted} are needed for {study.weights} weights of attributes")
    return None


def _fit(study: Study, classes: int, held_out: int = 0) -> ChoiceClasses:
    starts = _STARTS if classes > 1 else 1
    return choice_classes(study.told, study.picked, classes, offered=study.offered, held_out=held_out, starts=starts)


def _fits(study: Study, most: int) -> list[ChoiceClasses]:
    """Fits of one class and more; no more are tried once two in a row have fitted worse."""
    fits: list[ChoiceClasses] = []
    worse = 0
    for classes in range(1, most + 1):
        fits.append(_fit(study, classes))
        worse = 0 if fits[-1].aic3 <= min(fit.aic3 for fit in fits) else worse + 1
        if worse == _WORSE:
            break
    return fits


def _reason(taken: int, asked: int) -> str:
    words = "One class" if taken == 1 else f"{taken} classes"
    if taken == asked:
        return f"{words}: more do not fit better (AIC3)."
    return f"{words}: {asked} fit better (AIC3), but foretell no better what was held out."


def _foretells(more: ChoiceClasses, fewer: ChoiceClasses) -> bool:
    """Whether held-out choices have a better chance with one class more, beyond chance over respondents."""
    gain = more.foretold - fewer.foretold
    return bool(gain.mean() > _NORMAL * gain.std(ddof=1) / np.sqrt(len(gain)))


def _criterion(fit: ChoiceClasses, study: Study) -> dict[str, Any]:
    classes = len(fit.shares)
    return {
        "classes": classes,
        "parameters": classes * study.weights + classes - 1,
        "log_likelihood": fit.log_likelihood,
        "aic3": fit.aic3,
        "bic": fit.bic,
    }


def _held(study: Study, held_out: int, judged: ChoiceClasses, alone: ChoiceClasses) -> Held:
    last = np.cumsum(study.picked >= 0, axis=1) > (study.tasks - held_out)[:, None]
    last &= study.picked >= 0
    respondents = len(study.customers)
    reach = 1.959964 * np.sqrt(max(judged.hit_rate * (1 - judged.hit_rate), 1e-12) / respondents)
    low, high = max(judged.hit_rate - reach, 0.0), min(judged.hit_rate + reach, 1.0)
    hits = Estimate(judged.hit_rate, low, high, "share")
    lots = float((1.0 / study.offered.sum(axis=2)[last]).mean())
    return Held(int(last.sum()), hits, alone.hit_rate, _most_chosen(study, last), lots)


def _most_chosen(study: Study, last: NDArray[np.bool_]) -> float:
    """Share of held-out choices that fell on what is chosen most often, among those offered, in the others."""
    own = np.take_along_axis(study.labels, np.maximum(study.picked, 0)[:, :, None], axis=2)[:, :, 0]
    learned = (study.picked >= 0) & ~last & ~study.turned
    size = int(study.labels.max()) + 1
    taken = np.bincount(own[learned], minlength=size)
    stood = np.bincount(study.labels[learned][study.offered[learned]], minlength=size)
    rate = taken / np.maximum(stood, 1)
    wanted = np.where(study.turned[last][:, None], -1.0, 1.0) * rate[study.labels[last]]
    guessed = np.where(study.offered[last], wanted, -np.inf).argmax(axis=1)
    return float((guessed == study.picked[last]).mean())
