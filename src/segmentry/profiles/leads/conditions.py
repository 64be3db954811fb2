"""Declared rules about leads: conditions on columns, read from settings and turned into expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.profiles.settings import Settings
from segmentry.terms.artifacts import Spec
from segmentry.terms.errors import Problem

_UNBOUNDED = 1e15


@dataclass(frozen=True)
class Condition(Spec):
    """What a column of a lead must be.

    Attributes:
        column: The column.
        values: Words of which it must be one, in lower case; any where none is named.
        low: Smallest number allowed.
        high: Largest number allowed.
    """

    column: str
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    def holds(self, table: ir.Table) -> ir.BooleanValue:
        """Whether it holds; never of what is not known, and never of a column that is not there."""
        if self.column not in table.columns:
            return ibis.literal(False)
        column = table[self.column]
        found = column.notnull()
        if self.values:
            found = found & column.cast("string").lower().strip().isin(self.values)
        if self.low is not None or self.high is not None:
            number = column.try_cast("float64") if column.type().is_string() else column.cast("float64")
            found = found & (number >= self.low if self.low is not None else number.notnull())
            found = found & (number <= self.high if self.high is not None else number.notnull())
        return found.fill_null(False)


@dataclass(frozen=True)
class Rule(Spec):
    """Conditions that must all hold, and what follows.

    Attributes:
        then: The stage, or who gets the lead; empty for points.
        conditions: The conditions; none always hold.
        points: Points for the fit, which may be below 0.
        where: A definition text that must hold of the lead's customer as well; empty for none. Segments read it.
    """

    then: str
    conditions: tuple[Condition, ...]
    points: float = 0.0
    where: str = ""

    def holds(self, table: ir.Table) -> ir.BooleanValue:
        """Whether every condition on the lead's own columns holds."""
        found: ir.BooleanValue = ibis.literal(True)
        for each in self.conditions:
            found = found & each.holds(table)
        return found


def read_rules(
    section: str, given: object, then: str, problems: list[Problem], known: Sequence[str] = ()
) -> tuple[Rule, ...]:
    """Rules as settings declare them.

    Args:
        section: Where they stand, such as ``leads.routes``.
        given: A list of tables, each with ``when`` (a condition or a list of them); all but the fit's with ``where``
            (a definition text), too.
        then: Key of what follows: ``stage``, ``to``, or ``points`` for the fit.
        problems: Where problems are put.
        known: Words that may follow.
    """
    if not isinstance(given, Sequence) or isinstance(given, str):
        what, step = "Rules are a list of tables", f"Write [[{section}]]."
        problems.append(Problem("SETTING_WRONG", what, f"[{section}]", str(given)[:80], step))
        return ()
    rules = []
    for place, each in enumerate(given, 1):
        told = Settings(f"[[{section}]] {place}", each, problems)
        points = told.number("points", 1.0, -1e6, 1e6) if then == "points" else 0.0
        follows = "" if then == "points" else told.text(then, "", known) if then in told.given else told.needed(then)
        where = "" if then == "points" else told.text("where").strip()
        if "where" in told.given and then != "points" and not where and isinstance(told.given["where"], str):
            told.wrong("where", "", "The text is empty", 'Write a condition, such as title_level = "director".')
        conditions = _conditions(told, problems)
        if then == "stage" and not (conditions or where or "where" in told.given):
            told.wrong("when", "", "Nothing is asked, so every lead would qualify", "Give when, where, or both.")
        if then == "to" and then in told.given and not follows.strip():
            told.wrong("to", "", "Nobody is named", "Write who gets the lead.")
        rules.append(Rule(follows, conditions, points, where))
        told.done()
    return tuple(rules)


def _conditions(told: Settings, problems: list[Problem]) -> tuple[Condition, ...]:
    told.asked.add("when")
    given: Any = told.given.get("when", [])
    listed = [given] if isinstance(given, Mapping) else given
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        told.wrong("when", given, "A condition is a table", 'Write {column = "industry", is = ["retail"]}.')
        return ()
    return tuple(_condition(f"{told.where}, when", each, problems) for each in listed)


def _condition(where: str, given: object, problems: list[Problem]) -> Condition:
    told = Settings(where, given, problems)
    column = told.needed("column")
    values = told.texts("is")
    low = told.number("at_least", 0.0, -_UNBOUNDED, _UNBOUNDED) if "at_least" in told.given else None
    high = told.number("at_most", 0.0, -_UNBOUNDED, _UNBOUNDED) if "at_most" in told.given else None
    told.done()
    return Condition(column, tuple(each.lower().strip() for each in values), low, high)
