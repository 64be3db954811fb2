"""Benefits sought, told by choices: classes of people with tastes of their own (Kamakura & Russell 1989)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentry.profiles.needs.choice_designs import NONE, Attribute, Study
from segmentry.science.choice_worths import follows_nothing, importances, seek_the_same
from segmentry.science.choices import ChoiceClasses, choice_classes, placed_in_classes
from segmentry.science.inputs import FloatArray
from segmentry.science.satisfaction import wilson
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
"""Chance at which choices go with attributes, of all classes together."""
_SHOWN = 0.05
"""Chance at which one attribute matters to one class."""
_NORMAL = 1.644854
_WORSE = 2
_LOTS = "choices go with none of the attributes: people might have drawn lots"
_ONLY_NONE = "people differ in how often they take none, but choices go with none of the attributes"
_ALIKE = " They differ in how often they take none, not in what they seek."


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
        minded: Which attributes that are weighed differ from 0 in each class, shape (classes, attributes).
        only_none: Whether the classes differ only in how often they take none.
    """

    study: Study
    classes: ChoiceClasses
    criteria: tuple[dict[str, float], ...]
    held: Held
    learned: int
    left_out: int
    reason: str
    minded: NDArray[np.bool_]
    only_none: bool = False

    @property
    def shown(self) -> FloatArray:
        """Tastes of the classes, 0 for the weights of attributes that do not differ from 0 there."""
        shown = self.classes.tastes.copy()
        for at, each in enumerate(self.weighed):
            shown[~self.minded[:, at], each.at : each.at + each.width] = 0.0
        return shown

    @property
    def own(self) -> FloatArray:
        """Tastes of each respondent: those shown of the classes, weighted by the chance of belonging there."""
        return self.classes.posterior @ self.shown

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
    if not _follow(sample, fits[0], judged[taken], held_out):
        takes_none = any(each.name == NONE for each in study.attributes)
        return NotEstimable(_ONLY_NONE if taken > 1 and takes_none else _LOTS)
    placed = placed_in_classes(best, enough.told, enough.picked, offered=enough.offered)
    criteria = tuple(_criterion(fit, sample) for fit in fits)
    learned = len(sample.customers)
    everybody = len(enough.customers)
    part = f" Learned from {learned:,} respondents of {everybody:,}." if learned < everybody else ""
    held = _held(sample, held_out, judged[taken], judged[1])
    found = replace(best, posterior=placed.posterior)
    alike = taken > 1 and _alike(sample, best)
    reason = _reason(taken, asked) + part + (_ALIKE if alike else "")
    return Tastes(enough, found, criteria, held, learned, left_out, reason, _minded(sample, best), alike)


def _follow(study: Study, alone: ChoiceClasses, judged: ChoiceClasses, held_out: int) -> bool:
    """Whether choices go with attributes: those of everybody together, or what was held out by classes.

    Classes that seek the opposite of each other cancel out in everybody together; then held-out choices must have a
    better chance than by as many classes that mind nothing but taking none.
    """
    none, weights = _none_and_others(study)
    if follows_nothing(alone, study.told, study.picked, weights, offered=study.offered) <= _RANDOM:
        return True
    classes = len(judged.shares)
    if classes == 1:
        return False
    blind = replace(study, told=study.told[..., none] if none else study.told[..., :1] * 0.0)
    return _foretells(judged, _fit(blind, classes if none else 1, held_out))


def _none_and_others(study: Study) -> tuple[list[int], list[int]]:
    """Place of the weight of taking none, where there is one, and places of all others."""
    none = [each.at for each in study.attributes if each.name == NONE]
    return none, [at for at in range(study.weights) if at not in none]


def _minded(study: Study, found: ChoiceClasses) -> NDArray[np.bool_]:
    """Which attributes that are weighed differ from 0 in each class."""
    weighed = [each for each in study.attributes if each.name != NONE]
    chances = [
        [
            follows_nothing(
                found,
                study.told,
                study.picked,
                range(each.at, each.at + each.width),
                place=place,
                offered=study.offered,
            )
            for each in weighed
        ]
        for place in range(len(found.shares))
    ]
    return np.asarray(np.array(chances) <= _SHOWN)


def _alike(study: Study, found: ChoiceClasses) -> bool:
    """Whether the attributes weigh alike in all classes, so that only taking none sets these apart."""
    none, weights = _none_and_others(study)
    if not none:
        return False
    return seek_the_same(found, study.told, study.picked, weights, offered=study.offered) > _SHOWN


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
    """Whether held-out choices have a better chance with more classes, beyond chance over respondents."""
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
    lots = float((1.0 / study.offered.sum(axis=2)[last]).mean())
    return Held(int(last.sum()), hit_rate(judged.hits, held_out), alone.hit_rate, _most_chosen(study, last), lots)


def hit_rate(hits: FloatArray, tasks: int) -> Estimate:
    """Wilson's interval for as many tasks as would vary so much were they those of different people.

    Args:
        hits: Share of each respondent's held-out tasks that were hit.
        tasks: How many were held out of each.
    """
    share, people = float(hits.mean()), len(hits)
    spread = float(hits.var(ddof=1)) / people
    effective = share * (1 - share) / spread if spread > 0 else people
    found = wilson(share * (counted := min(effective, people * tasks)), counted)
    return found if isinstance(found, Estimate) else Estimate(share, 0.0, 1.0, "share")


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
