"""Rows of what is published of a study of choices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from segmentry.profiles.needs.choice_designs import NONE, Attribute, Study
from segmentry.profiles.needs.choice_spec import ChoicesSpec
from segmentry.profiles.needs.tastes import Tastes
from segmentry.science.choice_worths import importances, part_worth, willingness_to_pay
from segmentry.science.inputs import FloatArray
from segmentry.sources.names import plain
from segmentry.terms.numbers import Estimate, NotEstimable

PER_UNIT = "per 1"
"""What stands for the level of a number: one unit more."""

_MARKED = 0.2
Rows = list[dict[str, Any]]


def class_names(found: Tastes) -> tuple[str, ...]:
    """Each class by the two attributes that weigh most there, with the level it prefers; numbered where alike.

    An attribute whose weights do not differ from 0 names no class. Classes that differ only in taking none are named by
    how often they do.

    Args:
        found: The classes.
    """
    weights, often = importances(found.shown, found.designs), _often(found)
    names: list[str] = []
    for place, taste in enumerate(found.shown):
        ranked = sorted((float(-each), at) for at, each in enumerate(np.nan_to_num(weights[place])) if each >= _MARKED)
        told = [_preferred(found.weighed[at], taste) for _, at in ranked[:2]]
        name = ", ".join([*(told or ["nothing in particular"]), *often[place]])
        names.append(name if name not in names else f"{name} ({place + 1})")
    return tuple(names)


def _often(found: Tastes) -> list[list[str]]:
    """How often each class takes none, where nothing else sets the classes apart."""
    none = next((each for each in found.study.attributes if each.name == NONE), None)
    if none is None or not found.only_none:
        return [[] for _ in found.shown]
    weights = found.classes.tastes[:, none.at]
    words = {float(weights.min()): "seldom none", float(weights.max()): "often none"}
    return [[words.get(float(each), "at times none")] for each in weights]


def study_row(study: Study, found: Tastes | NotEstimable) -> dict[str, Any]:
    """The row of `CHOICE_STUDIES`.

    Args:
        study: The study with everybody who answered.
        found: Its tastes.
    """
    if isinstance(found, NotEstimable):
        return {
            "study": study.survey_id,
            "respondents": len(study.customers),
            "left_out": 0,
            "tasks": int(study.tasks.sum()),
            "reason": f"{_sentence(found)}{_left_out(study)}",
        }
    held = found.held
    return {
        "study": study.survey_id,
        "respondents": len(found.study.customers),
        "left_out": found.left_out,
        "tasks": int(found.study.tasks.sum()),
        "classes": len(found.classes.shares),
        "held_out": held.tasks,
        "hit_rate": held.hits.value,
        "hit_low": held.hits.low,
        "hit_high": held.hits.high,
        "hit_rate_one_class": held.one_class,
        "hit_rate_most_chosen": held.most_chosen,
        "hit_rate_chance": held.chance,
        "reason": f"{found.reason}{_left_out(study)}",
    }


def _left_out(study: Study) -> str:
    """Which attributes are left out, and why."""
    return "".join(
        f" {name} is left out: within tasks it tells what {other or 'others together'} {'tells' if other else 'tell'}."
        for name, other in study.followers
    )


def criteria_rows(found: Tastes) -> Rows:
    """Rows of `CHOICE_CRITERIA`."""
    taken = len(found.classes.shares)
    return [{"study": found.study.survey_id, **each, "taken": each["classes"] == taken} for each in found.criteria]


def class_rows(found: Tastes, names: tuple[str, ...]) -> Rows:
    """Rows of `CHOICE_CLASSES`.

    Args:
        found: The classes.
        names: Their names.
    """
    likeliest, chances = found.classes.posterior.argmax(axis=1), found.classes.posterior.max(axis=1)
    return [
        {
            "study": found.study.survey_id,
            "class": name,
            "number": place + 1,
            "share": float(found.classes.shares[place]),
            "respondents": int((likeliest == place).sum()),
            "certainty": float(chances[likeliest == place].mean()) if (likeliest == place).any() else None,
        }
        for place, name in enumerate(names)
    ]


def fault_rows(study: Study) -> Rows:
    """Rows of `CHOICE_FAULTS`."""
    return [{"study": study.survey_id, "reason": reason, "tasks": tasks} for reason, tasks in study.faults]


def part_rows(found: Tastes, names: tuple[str, ...], spec: ChoicesSpec) -> Rows:
    """Rows of `CHOICE_PARTS`.

    Args:
        found: The classes.
        names: Their names.
        spec: The price, where one is declared.
    """
    weights = np.where(found.minded, importances(found.shown, found.designs), np.nan)
    rows: Rows = []
    for place, name in enumerate(names):
        told = _Class(found, place, _price(found.study, spec))
        shares = dict(zip((each.name for each in found.weighed), weights[place].tolist(), strict=True))
        for attribute in found.study.attributes:
            share = shares.get(attribute.name, float("nan"))
            head: dict[str, Any] = {"study": found.study.survey_id, "class": name, "attribute": attribute.name}
            head |= {"importance": share if np.isfinite(share) else None}
            rows += [head | row for row in told.rows(attribute)]
    return rows


class _Class:
    """One class, asked for the worth of each level."""

    def __init__(self, found: Tastes, place: int, price: Attribute | NotEstimable | None) -> None:
        self.taste: FloatArray = found.classes.tastes[place]
        self.covariance: FloatArray = found.classes.covariance[place]
        self.weights = found.study.weights
        self.price = price

    def rows(self, attribute: Attribute) -> Iterator[dict[str, Any]]:
        """A row for one unit of a number, or for each level."""
        if attribute.is_number:
            lowest, highest = attribute.ends
            told = self._worth(attribute, attribute.per_unit(self.weights))
            yield {"level": PER_UNIT, "base": False, "lowest": lowest, "highest": highest, **told}
            return
        for level in attribute.levels:
            if level == attribute.base:
                yield {"level": level, "base": True, "part_worth": 0.0}
            else:
                told = self._worth(attribute, attribute.coded(level, self.weights))
                yield {"level": level, "base": False, **told}

    def _worth(self, attribute: Attribute, contrast: FloatArray) -> dict[str, Any]:
        worth = part_worth(self.taste, self.covariance, contrast)
        row: dict[str, Any] = {"part_worth": float(contrast @ self.taste)}
        if isinstance(worth, NotEstimable):
            return row | {"reason": _sentence(worth)}
        row |= {"low": worth.low, "high": worth.high, "error": (worth.high - worth.low) / 2 / 1.959963984540054}
        return row | self._pay(attribute, contrast)

    def _pay(self, attribute: Attribute, contrast: FloatArray) -> dict[str, Any]:
        if self.price is None or attribute == self.price or attribute.name == NONE:
            return {}
        if isinstance(self.price, NotEstimable):
            return {"reason": _sentence(self.price)}
        pay = willingness_to_pay(self.taste, self.covariance, contrast, self.price.per_unit(self.weights))
        if isinstance(pay, Estimate):
            return {"pay": pay.value, "pay_low": pay.low, "pay_high": pay.high}
        return {"reason": _sentence(pay)}


def _price(study: Study, spec: ChoicesSpec) -> Attribute | NotEstimable | None:
    if not spec.price:
        return None
    found = next((each for each in study.attributes if each.name == plain(spec.price)), None)
    if found is None:
        return NotEstimable(f"no attribute of the study is called {spec.price}")
    return found if found.is_number else NotEstimable(f"{spec.price} has levels that are no numbers")


def _preferred(attribute: Attribute, taste: FloatArray) -> str:
    words = attribute.name.replace("_", " ")
    if attribute.is_number:
        return f"{'high' if taste[attribute.at] > 0 else 'low'} {words}"
    worths = attribute.design(len(taste)) @ taste
    return f"{words} {attribute.levels[int(worths.argmax())]}"


def _sentence(refused: NotEstimable) -> str:
    return f"{refused.reason[0].upper()}{refused.reason[1:]}."
