"""A study: what a segmentation is for, recorded before anything is extracted (Dolnicar, Grün & Leisch 2018, step 2)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from segmentry.terms.canonical import CANONICAL
from segmentry.terms.errors import Problem, SettingsError, near_miss, shorten
from segmentry.terms.numbers import as_json
from segmentry.terms.vocabulary import Objective

MEASURES = MappingProxyType(
    {
        "size": "Members, as a share of the base.",
        "value": "Expected value of a member over the horizon.",
        "total_value": "Expected value of all members over the horizon.",
        "growth": "Growth of revenue, the last period against the one before.",
        "contribution": "Contribution of a member up to the as-of.",
        "cost_to_serve": "Cost to serve as a share of revenue; less is better.",
        "loyalty": "Mean probability that a member still buys.",
        "reach": "Share of members who may be contacted.",
        "stability": "How well the segment is found again in bootstrap samples (SLSW).",
    }
)
"""What knock-outs and criteria may ask of a segment."""

METHODS = ("k_means", "mixture")
"""How segments may be extracted."""

LEAST_SHARE = 0.02
"""Share of the base below which a segment is knocked out unless the study says otherwise."""


@dataclass(frozen=True, slots=True)
class KnockOut:
    """A demand that no criterion can make up for.

    Attributes:
        measure: One of `MEASURES`.
        at_least: Smallest value that passes, in the unit of the measure; None for no lower bound.
        at_most: Largest value that passes; None for no upper bound.
    """

    measure: str
    at_least: float | None = None
    at_most: float | None = None

    def __str__(self) -> str:
        bounds = [f"at least {self.at_least:g}"] if self.at_least is not None else []
        bounds += [f"at most {self.at_most:g}"] if self.at_most is not None else []
        return f"{self.measure} {' and '.join(bounds)}"


@dataclass(frozen=True)
class Study:
    """Objective, decision, knock-outs and weights, fixed before extraction.

    Attributes:
        id: Name of the segmentation it leads to; letters, digits and underscores.
        objective: What the study is for.
        outcome: What shall be better, in words.
        decision: The decision that it serves; a study without one is refused.
        review_on: Day on which the decision is looked at again; None for a year after the as-of.
        method: ``k_means`` (distances between numbers) or ``mixture`` (numbers, yes and no, and names together, missing
            answers allowed).
        variables: Traits that make the segments; empty to let the study choose purchase behavior.
        fewest: Smallest number of segments looked at.
        most: Largest number of segments looked at.
        knock_outs: Demands on every segment.
        attractiveness: Weight of each measure in how attractive a segment is to us; they sum to 1.
        strength: Weight of each measure in how strong we are in a segment; they sum to 1.
        manageable_segments: How many segments the team can treat differently.
        segment_cost: Cost of treating one more segment over the horizon (content, set-up, people), in currency.
        contact_cost: Cost of treating one customer over the horizon, in currency.
        measure: How the outcome is measured: ``next_spend`` (spend in the last period of the history), ``retained``
            (whether anything was bought in it), or the name of a trait.
        collection: What is said of data to be collected, by table: ``method``, ``owner``, ``cost``, ``refresh_on``.
        recorded_at: Instant (UTC) at which it was recorded; None before.
    """

    id: str = "purchase_behavior"
    objective: Objective = Objective.GROW
    outcome: str = "More value from the customers we have."
    decision: str = "Which customers to treat differently, and how to share effort among them."
    review_on: date | None = None
    method: str = "k_means"
    variables: tuple[str, ...] = ()
    fewest: int = 2
    most: int = 8
    knock_outs: tuple[KnockOut, ...] = (KnockOut("size", at_least=LEAST_SHARE),)
    attractiveness: Mapping[str, float] = field(
        default_factory=lambda: {"total_value": 0.4, "value": 0.3, "growth": 0.2, "size": 0.1}
    )
    strength: Mapping[str, float] = field(
        default_factory=lambda: {"loyalty": 0.5, "stability": 0.25, "cost_to_serve": 0.25}
    )
    manageable_segments: int = 8
    segment_cost: float = 1000.0
    contact_cost: float = 0.5
    measure: str = "next_spend"
    collection: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    recorded_at: datetime | None = None

    @classmethod
    def from_content(cls, content: Mapping[str, Any], where: str = "study") -> Study:
        """A study from plain values, such as the section of a settings file.

        Raises:
            SettingsError: with every mistake found.
        """
        known = {each.name for each in fields(cls)} - {"recorded_at"}
        problems = [_unknown(name, value, known, where) for name, value in content.items() if name not in known]
        values: dict[str, Any] = {}
        for name in sorted(known & set(content)):
            wrong: list[Problem] = []
            read = _read(name, content[name], where, wrong)
            problems += wrong
            if not wrong:
                values[name] = read
        study = cls(**values)
        problems += study.problems(where)
        if problems:
            raise SettingsError(problems)
        return study

    def problems(self, where: str = "study") -> Iterable[Problem]:
        """Everything that keeps the study from being usable."""
        if not self.decision.strip():
            what = "A study serves a decision"
            yield Problem("STUDY_WITHOUT_DECISION", what, f"{where}, decision", "", "Say what will be decided by it.")
        if not self.id.isidentifier():
            next_step = "Use letters, digits and underscores."
            yield Problem("STUDY_ID_WRONG", "The id is no plain name", f"{where}, id", shorten(self.id), next_step)
        if not 2 <= self.fewest <= self.most <= 50:
            given = f"{self.fewest} to {self.most}"
            next_step = "Look at 2 to 50 segments."
            yield Problem(
                "STUDY_RANGE_WRONG", "The numbers of segments make no range", f"{where}, most", given, next_step
            )
        twice = sorted({name for name in self.variables if self.variables.count(name) > 1})
        if twice:
            given = ", ".join(map(shorten, twice))
            what = "A trait makes segments once"
            yield Problem("STUDY_VARIABLE_TWICE", what, f"{where}, variables", given, "Name each trait once.")
        if self.method not in METHODS:
            hint = near_miss(self.method, METHODS) or f"Choose one of {', '.join(METHODS)}."
            yield Problem("STUDY_WRONG", "There is no such method", f"{where}, method", shorten(self.method), hint)
        for name in ("segment_cost", "contact_cost", "manageable_segments"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                given = shorten(getattr(self, name))
                yield Problem("STUDY_COST_WRONG", f"{name} is 0 or more", f"{where}, {name}", given, "Give 0 or more.")
        if not self.measure.isidentifier():
            given, next_step = shorten(self.measure), "Say next_spend, retained, or the name of a trait."
            yield Problem("STUDY_WRONG", "The measure is no name", f"{where}, measure", given, next_step)
        for name in ("attractiveness", "strength"):
            yield from _wrong_weights(name, getattr(self, name), where)
        for knock_out in self.knock_outs:
            if knock_out.measure not in MEASURES:
                yield _unknown(knock_out.measure, knock_out, set(MEASURES), f"{where}, knock_outs")

    def recorded(self, at: datetime) -> Study:
        """The same study with the instant (UTC) at which it was recorded."""
        return replace(self, recorded_at=at)

    def as_dict(self) -> dict[str, Any]:
        """The study as a JSON-ready mapping; `from_content` reads it back, but for ``recorded_at``."""
        plain = asdict(self)
        plain["objective"] = self.objective.value
        plain["review_on"] = None if self.review_on is None else self.review_on.isoformat()
        plain["recorded_at"] = as_json(self.recorded_at)
        plain["variables"] = list(self.variables)
        plain["collection"] = {
            table: {key: value.isoformat() if isinstance(value, date) else value for key, value in told.items()}
            for table, told in self.collection.items()
        }
        plain["knock_outs"] = [
            {name: value for name, value in asdict(each).items() if value is not None} for each in self.knock_outs
        ]
        return plain


def _unknown(name: str, value: Any, known: set[str], where: str) -> Problem:
    hint = near_miss(name, known) or f"Known: {', '.join(sorted(known))}."
    return Problem("STUDY_UNKNOWN", f"A study has no {shorten(name)}", where, shorten(value), hint)


def _wrong(name: str, what: str, value: Any, where: str) -> Problem:
    return Problem("STUDY_WRONG", f"{name} is {what}", f"{where}, {name}", shorten(value), f"Give {what}.")


def _read(name: str, value: Any, where: str, problems: list[Problem]) -> Any:
    readers = {
        "objective": _objective,
        "review_on": _day,
        "variables": _names,
        "knock_outs": _knock_outs,
        "attractiveness": _weights,
        "strength": _weights,
        "collection": _collection,
    }
    if name in readers:
        return readers[name](name, value, where, problems)
    kind, what = _KINDS[name]
    if isinstance(value, bool) or not isinstance(value, kind):
        problems.append(_wrong(name, what, value, where))
    return value


_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "id": ((str,), "a text"),
    "outcome": ((str,), "a text"),
    "decision": ((str,), "a text"),
    "method": ((str,), "a text"),
    "measure": ((str,), "a text"),
    "fewest": ((int,), "a whole number"),
    "most": ((int,), "a whole number"),
    "manageable_segments": ((int,), "a whole number"),
    "segment_cost": ((int, float), "an amount"),
    "contact_cost": ((int, float), "an amount"),
}


def _objective(name: str, value: Any, where: str, problems: list[Problem]) -> Objective:
    words = [each.value for each in Objective]
    if value in words:
        return Objective(value)
    hint = near_miss(str(value), words) or f"Choose one of {', '.join(words)}."
    problems.append(Problem("STUDY_WRONG", "There is no such objective", f"{where}, {name}", shorten(value), hint))
    return Objective.GROW


def _day(name: str, value: Any, where: str, problems: list[Problem]) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        problems.append(_wrong(name, "a day such as 2026-12-31", value, where))
        return None


def _names(name: str, value: Any, where: str, problems: list[Problem]) -> tuple[str, ...]:
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        return tuple(value)
    problems.append(_wrong(name, "a list of traits", value, where))
    return ()


def _knock_outs(name: str, value: Any, where: str, problems: list[Problem]) -> tuple[KnockOut, ...]:
    found = []
    for entry in value if isinstance(value, list | tuple) else [value]:
        bounds = {key: entry.get(key) for key in ("at_least", "at_most")} if isinstance(entry, Mapping) else {}
        numbers = [each for each in bounds.values() if each is not None]
        plain = all(
            isinstance(each, int | float) and not isinstance(each, bool) and math.isfinite(each) for each in numbers
        )
        if (
            isinstance(entry, Mapping)
            and set(entry) <= {"measure", *bounds}
            and numbers
            and plain
            and "measure" in entry
        ):
            found.append(KnockOut(str(entry["measure"]), **bounds))
        else:
            problems.append(_wrong(name, "a measure with at_least or at_most", entry, where))
    return tuple(found)


def _collection(name: str, value: Any, where: str, problems: list[Problem]) -> dict[str, dict[str, Any]]:
    read: dict[str, dict[str, Any]] = {}
    for table, told in (value if isinstance(value, Mapping) else {"": value}).items():
        place = f"{where}, {name}.{table}"
        if table in CANONICAL and not isinstance(told, Mapping):
            problems.append(_wrong(str(table), "a table with method, owner, cost or refresh_on", told, place))
            continue
        if table not in CANONICAL:
            hint = near_miss(str(table), CANONICAL) or "Write a table for each kind of data, such as survey_responses."
            problems.append(Problem("STUDY_WRONG", "There is no such table of data", place, shorten(told), hint))
            continue
        read[table] = {key: _of_collection(key, each, place, problems) for key, each in told.items()}
    return read


def _of_collection(key: str, value: Any, where: str, problems: list[Problem]) -> Any:
    if key == "refresh_on":
        return _day(key, value, where, problems)
    if key == "cost":
        if isinstance(value, bool) or not isinstance(value, int | float) or not (math.isfinite(value) and value >= 0):
            problems.append(_wrong(key, "an amount of 0 or more", value, where))
    elif key not in {"method", "owner"}:
        problems.append(_unknown(key, value, {"method", "owner", "cost", "refresh_on"}, where))
    elif not isinstance(value, str):
        problems.append(_wrong(key, "a text", value, where))
    return value


def _weights(name: str, value: Any, where: str, problems: list[Problem]) -> dict[str, float]:
    if isinstance(value, Mapping) and all(
        isinstance(each, int | float) and not isinstance(each, bool) for each in value.values()
    ):
        return {str(measure): float(weight) for measure, weight in value.items()}
    problems.append(_wrong(name, "a weight for each measure", value, where))
    return {}


def _wrong_weights(name: str, weights: Mapping[str, float], where: str) -> Iterable[Problem]:
    place = f"{where}, {name}"
    for measure in weights:
        if measure not in MEASURES:
            yield _unknown(measure, weights[measure], set(MEASURES), place)
    if any(not (math.isfinite(weight) and weight >= 0) for weight in weights.values()):
        yield Problem("STUDY_WEIGHTS_WRONG", "Weights are 0 or more", place, shorten(dict(weights)), "Give 0 or more.")
    elif abs(sum(weights.values()) - 1.0) > 1e-6:
        given = f"a sum of {sum(weights.values()):g}"
        yield Problem("STUDY_WEIGHTS_WRONG", "Weights sum to 1", place, given, "Share 1 among the measures.")
