"""Rows of a study of choices as arrays: which columns are attributes, how their levels are coded, which tasks count."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentry.profiles.needs.choice_ranks import following
from segmentry.profiles.needs.choice_spec import ChoicesSpec
from segmentry.science.choice_tasks import tasks_of
from segmentry.science.inputs import FloatArray
from segmentry.sources.names import plain
from segmentry.sources.tables import GIVEN
from segmentry.sources.values import number_style

ALTERNATIVE = "alternative"
"""The attribute where alternatives have no other: the item, or the label."""
NONE = "none of them"
"""The attribute of alternatives that stand for choosing none; no column is called so, for columns have no blanks."""
_NONE_WORDS = {"none", "no choice", "neither", "none of these", "none of them", "opt out", "opt-out", "nothing"}
_MOST_LEVELS = 40
_TASKS_PER_WEIGHT = 10
"""Tasks for each weight from which it tells something that attributes go together."""
_NUMBER = re.compile(r"[-+]?(\d{1,3}([.,]\d{3})+|\d+)([.,]\d+)?")

_GROUPED = {mark: re.compile(rf"[-+]?\d{{1,3}}(\{mark}\d{{3}})+([.,]\d+)?") for mark in ",."}
_HUNDRED = 100.0

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Attribute:
    """An attribute and how it is coded.

    Attributes:
        name: Name of the attribute.
        levels: Its levels; those of numbers ascending.
        base: The level that others are held against; empty for numbers.
        at: Place of its first weight.
        middle: Of numbers, the mean that was taken out.
        spread: Of numbers, the standard deviation that they were divided by.
    """

    name: str
    levels: tuple[str, ...]
    base: str
    at: int
    middle: float = 0.0
    spread: float = 1.0

    @property
    def is_number(self) -> bool:
        """Whether it is a number with one weight."""
        return not self.base

    @property
    def width(self) -> int:
        """How many weights it has."""
        return 1 if self.is_number else len(self.levels) - 1

    @property
    def ends(self) -> tuple[float, float]:
        """Of a number, the lowest and the highest level."""
        return number_of(self.levels[0]), number_of(self.levels[-1])

    def coded(self, level: str, weights: int) -> FloatArray:
        """A level as a row of weights, those of other attributes 0."""
        row = np.zeros(weights)
        if self.is_number:
            row[self.at] = (number_of(level) - self.middle) / self.spread
        elif level != self.base:
            row[self.at + [each for each in self.levels if each != self.base].index(level)] = 1.0
        return row

    def per_unit(self, weights: int) -> FloatArray:
        """One unit more of a number as a row of weights."""
        row = np.zeros(weights)
        row[self.at] = 1.0 / self.spread
        return row

    def design(self, weights: int) -> FloatArray:
        """All levels as rows of weights, shape (levels, weights)."""
        return np.stack([self.coded(level, weights) for level in self.levels])


@dataclass(frozen=True)
class Study:
    """A study that can be learned from.

    Attributes:
        survey_id: Its id.
        customers: Who answered, ascending, length n.
        answered: When each answered last.
        attributes: The attributes.
        told: Coded attributes, shape (n, tasks, alternatives, weights).
        offered: Which alternatives stood there, shape (n, tasks, alternatives).
        picked: Number of the alternative chosen, shape (n, tasks); -1 beyond the tasks of a respondent.
        labels: Place of each alternative among the ids of all alternatives, shape of ``offered``; -1 for none.
        turned: Which choices are those of the worst, shape of ``picked``.
        faults: Tasks left out by reason.
        per_task: 2 where each task tells a best and a worst, which count as two choices.
        followers: Attributes left out because they follow from others, each with the one; empty for several.
    """

    survey_id: str
    customers: tuple[str, ...]
    answered: tuple[datetime | None, ...]
    attributes: tuple[Attribute, ...]
    told: FloatArray
    offered: NDArray[np.bool_]
    picked: NDArray[np.int64]
    labels: NDArray[np.int64]
    turned: NDArray[np.bool_]
    faults: tuple[tuple[str, int], ...]
    per_task: int = 1
    followers: tuple[tuple[str, str], ...] = ()

    @property
    def weights(self) -> int:
        """How many weights all attributes have together."""
        return int(self.told.shape[3])

    @property
    def tasks(self) -> NDArray[np.int64]:
        """Choices of each respondent, shape (n,)."""
        return np.asarray((self.picked >= 0).sum(axis=1), dtype=np.int64)

    def some(self, kept: NDArray[Any]) -> Study:
        """The same study of some respondents, by place or by yes and no."""
        places = np.arange(len(self.customers))[kept]
        return replace(
            self,
            customers=tuple(self.customers[place] for place in places),
            answered=tuple(self.answered[place] for place in places),
            told=self.told[places],
            offered=self.offered[places],
            picked=self.picked[places],
            labels=self.labels[places],
            turned=self.turned[places],
        )


def study_of(survey_id: str, rows: Sequence[Row], spec: ChoicesSpec) -> Study:
    """A study out of its rows.

    Args:
        survey_id: Its id.
        rows: As `studies.study_rows` tells, alternatives of one task of one customer behind one another or not.
        spec: Which columns are attributes, and which of them are numbers by name only.
    """
    whole: dict[tuple[str, str], list[Row]] = {}
    for row in _spelled_alike(rows, spec):
        whole.setdefault((row["customer_id"], row["task_id"]), []).append(row)
    names = _attribute_names(whole.values(), spec)
    tasks: dict[str, list[list[Row]]] = {}
    faults: Counter[str] = Counter()
    for (customer, _), own in whole.items():
        fault = _fault(own, names)
        if fault:
            faults[fault] += 1
        else:
            tasks.setdefault(customer, []).append(own)
    kept = [row for all_ in tasks.values() for own in all_ for row in own]
    told = tuple(sorted(faults.items()))
    study = _filled(survey_id, tasks, _attributes(kept, names, spec), told)
    out = _followers(study, spec)
    if not out:
        return study
    left = [name for name in names if name not in dict(out)]
    return replace(_filled(survey_id, tasks, _attributes(kept, left, spec), told), followers=out)


def _spelled_alike(rows: Sequence[Row], spec: ChoicesSpec) -> Sequence[Row]:
    """The rows with one spelling of each number: 2.00, 2,0 and 2 are one level."""
    categories = {plain(each) for each in spec.categories}
    spelled: dict[str, dict[str, str]] = {}
    for name in rows[0] if rows else ():
        if not _is_given(name) or name.removeprefix(GIVEN) in categories:
            continue
        levels = {level for row in rows if (level := level_of(row, name.removeprefix(GIVEN))) is not None}
        if levels and all(_NUMBER.fullmatch(level) for level in levels):
            thousands = _thousands(levels)
            spelled[name] = {level: f"{_read_number(level, thousands) + 0.0:.15g}" for level in levels}
    if all(old == new for levels in spelled.values() for old, new in levels.items()):
        return rows
    changed = {name: levels for name, levels in spelled.items() if any(old != new for old, new in levels.items())}
    return [
        {**row, **{name: levels.get(str(row[name]).strip(), row[name]) for name, levels in changed.items()}}
        for row in rows
    ]


def _followers(study: Study, spec: ChoicesSpec) -> tuple[tuple[str, str], ...]:
    """Attributes that follow from others within tasks; the price, and taking none, are the last to go."""
    if len(study.attributes) < 2 or study.tasks.sum() < _TASKS_PER_WEIGHT * study.weights:
        return ()
    tasks = tasks_of("study_of", study.told, study.picked, study.offered)
    spread = tasks.moments(np.zeros(study.weights), np.ones(tasks.rows))[1]
    return following(spread, [(each.name, each.at, each.width) for each in study.attributes], (plain(spec.price), NONE))


def number_of(text: str) -> float:
    """A level, spelled as `study_of` spells numbers, as a number."""
    return float(text.replace(",", "."))


def _thousands(levels: Collection[str]) -> str:
    """The mark that divides thousands in these numbers; empty where none does.

    Where nothing else tells, a comma before three digits divides thousands, and a point does beside whole hundreds:
    900, 1.000 and 1.200 are prices of one kind.
    """
    style = number_style(levels)
    if style.certain:
        return "," if style.decimal_mark == "." else "."
    grouped = {mark for mark in ",." if any(mark in level for level in levels)}
    if grouped == {"."}:
        hundreds = any(level.strip("-+").isdigit() and float(level) >= _HUNDRED for level in levels)
        return "." if hundreds else ""
    return "," if grouped == {","} else ""


def _read_number(level: str, thousands: str) -> float:
    """A number in which ``thousands`` divides thousands wherever three digits follow it each time."""
    if thousands and _GROUPED[thousands].fullmatch(level):
        level = level.replace(thousands, "")
    return number_of(level)


def level_of(row: Row, name: str) -> str | None:
    """The level of an attribute in a row; None where it is not told, and where the row stands for none."""
    if name == ALTERNATIVE:
        return str(row["alternative_id"])
    level = row.get(GIVEN + name)
    return None if level is None or not str(level).strip() else str(level).strip()


def _is_none(row: Row, names: Sequence[str]) -> bool:
    """Whether a row stands for choosing none of the others."""
    if ALTERNATIVE in names:
        return False
    word = str(row["alternative_id"]).strip().casefold().replace("_", " ")
    return word in _NONE_WORDS or all(level_of(row, name) is None for name in names)


def _attribute_names(tasks: Iterable[Sequence[Row]], spec: ChoicesSpec) -> tuple[str, ...]:
    """The declared columns, else those that differ within tasks; the alternative itself where there are none."""
    whole = list(tasks)
    given = list(dict.fromkeys(name.removeprefix(GIVEN) for own in whole[:1] for name in own[0] if _is_given(name)))
    declared = [ALTERNATIVE if plain(each) == ALTERNATIVE else plain(each) for each in spec.attributes]
    if declared:
        return tuple(each for each in declared if each == ALTERNATIVE or each in given)
    found = [name for name in given if _varies(whole, name)]
    if found:
        return tuple(found)
    labels = {row["alternative_id"] for own in whole for row in own}
    return (ALTERNATIVE,) if 2 <= len(labels) <= _MOST_LEVELS else ()


def _is_given(name: str) -> bool:
    return name.startswith(GIVEN)


def _varies(tasks: Sequence[Sequence[Row]], name: str) -> bool:
    """Whether a column differs between alternatives of some task, and has no more words than can be told apart."""
    levels = {level for own in tasks for row in own if (level := level_of(row, name)) is not None}
    usable = len(levels) <= _MOST_LEVELS or all(_NUMBER.fullmatch(level) for level in levels)
    return usable and any(len({level_of(row, name) for row in own} - {None}) > 1 for own in tasks)


def _fault(own: Sequence[Row], names: Sequence[str]) -> str:
    """Why a task cannot be learned from; empty where it can."""
    for row in own:
        lacking = [] if _is_none(row, names) else [name for name in names if level_of(row, name) is None]
        if lacking:
            return f"{lacking[0]} of an alternative is missing"
    if sum(bool(row["chosen"]) for row in own) != 1:
        return "not exactly one alternative was chosen"
    return "" if len(own) > 1 else "one alternative only"


def _attributes(rows: Sequence[Row], names: Sequence[str], spec: ChoicesSpec) -> tuple[Attribute, ...]:
    """How each attribute is coded; one with a single level tells nothing and is left out."""
    found: list[Attribute] = []
    categories = {plain(each) for each in spec.categories}
    bases = {plain(name): level for name, level in spec.bases}
    at = 0
    for name in names:
        told = [level for row in rows if not _is_none(row, names) and (level := level_of(row, name)) is not None]
        levels = set(told)
        if len(levels) < 2:
            continue
        is_number = name not in categories and name != ALTERNATIVE and all(_NUMBER.fullmatch(each) for each in levels)
        found.append(_number(name, told, at) if is_number else _words(name, levels, bases.get(name, ""), at))
        at += found[-1].width
    if found and NONE not in names and any(_is_none(row, names) for row in rows):
        found.append(Attribute(NONE, ("no", "yes"), "no", at))
    return tuple(found)


def _number(name: str, told: Sequence[str], at: int) -> Attribute:
    values = np.sort([number_of(each) for each in told])
    levels = {number_of(each): each for each in told}
    return Attribute(
        name, tuple(levels[each] for each in sorted(levels)), "", at, float(values.mean()), _spread(values)
    )


def _spread(values: FloatArray) -> float:
    return float(values.std()) or 1.0


def _words(name: str, levels: set[str], base: str, at: int) -> Attribute:
    ordered = tuple(sorted(levels, key=_natural))
    return Attribute(name, ordered, base if base in levels else ordered[0], at)


def _natural(level: str) -> tuple[int, float, str]:
    return (0, number_of(level), level) if _NUMBER.fullmatch(level) else (1, 0.0, level)


def _filled(
    survey_id: str,
    tasks: Mapping[str, list[list[Row]]],
    attributes: tuple[Attribute, ...],
    faults: tuple[tuple[str, int], ...],
) -> Study:
    """The arrays of a study; of a best and a worst the worst is a second choice among the others, turned round."""
    customers = tuple(sorted(tasks))
    names = tuple(each.name for each in attributes)
    double = any(row["worst"] for all_ in tasks.values() for own in all_ for row in own)
    per_task = 2 if double else 1
    weights = sum(each.width for each in attributes)
    wide = max((len(own) for all_ in tasks.values() for own in all_), default=2)
    shape = (len(customers), per_task * max((len(all_) for all_ in tasks.values()), default=0), wide)
    told, offered = np.zeros((*shape, weights)), np.zeros(shape, dtype=bool)
    picked, labels = np.full(shape[:2], -1, dtype=np.int64), np.full(shape, -1, dtype=np.int64)
    turned = np.zeros(shape[:2], dtype=bool)
    ids = {each: place for place, each in enumerate(_labels(tasks))}
    known = {(each.name, level): each.coded(level, weights) for each in attributes for level in each.levels}
    none_of = known.get((NONE, "yes"), np.zeros(weights))
    for place, customer in enumerate(customers):
        at = 0
        for own in tasks[customer]:
            rows = [none_of if _is_none(row, names) else sum_of(row, names, known) for row in own]
            best = next(number for number, row in enumerate(own) if row["chosen"])
            told[place, at, : len(own)], offered[place, at, : len(own)] = rows, True
            labels[place, at, : len(own)] = [ids[row["alternative_id"]] for row in own]
            picked[place, at] = best
            at += 1
            worst = next((number for number, row in enumerate(own) if row["worst"]), None)
            if worst is not None:
                told[place, at, : len(own)], offered[place, at, : len(own)] = -np.stack(rows), True
                labels[place, at] = labels[place, at - 1]
                offered[place, at, best], picked[place, at], turned[place, at] = False, worst, True
                at += 1
    answered = tuple(_last(tasks[customer]) for customer in customers)
    return Study(survey_id, customers, answered, attributes, told, offered, picked, labels, turned, faults, per_task)


def sum_of(row: Row, names: Sequence[str], known: Mapping[tuple[str, str], FloatArray]) -> FloatArray:
    """An alternative as a row of weights."""
    return np.asarray(sum(known[name, str(level_of(row, name))] for name in names if name != NONE))


def _labels(tasks: Mapping[str, list[list[Row]]]) -> list[str]:
    return sorted({row["alternative_id"] for all_ in tasks.values() for own in all_ for row in own})


def _last(own: Iterable[Sequence[Row]]) -> datetime | None:
    return max((row["answered_at"] for rows in own for row in rows if row["answered_at"] is not None), default=None)
