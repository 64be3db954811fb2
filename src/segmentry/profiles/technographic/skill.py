"""Technological skill, where customers or their sources tell it."""

from __future__ import annotations

from collections.abc import Collection

import ibis
import ibis.expr.types as ir

from segmentry.profiles.technographic.spec import TechnographicSpec
from segmentry.terms.errors import Problem, SettingsError, near_miss

USUAL = (
    "given_technological_skill",
    "given_tech_skill",
    "given_digital_skill",
    "given_computer_skill",
    "given_skill_level",
    "given_years_coded_job",
    "given_yearscodedjob",
)
"""Columns in which skill is usually told, the most telling first."""


def skill_column(columns: Collection[str], spec: TechnographicSpec) -> str | None:
    """The column of customers that tells skill; None where none does.

    Raises:
        SettingsError: the declared column does not exist.
    """
    if spec.skill is None:
        return next((name for name in USUAL if name in columns), None)
    for name in (spec.skill, f"given_{spec.skill}"):
        if name in columns:
            return name
    hint = near_miss(spec.skill, list(columns)) or "Name a column of the customers."
    raise SettingsError(
        Problem("COLUMN_UNKNOWN", "There is no such column", "[technographic], skill", spec.skill, hint)
    )


def skill(customers: ir.Table, column: str, spec: TechnographicSpec) -> ir.Table:
    """``customer_id`` and ``technological_skill``: the number told, or the place of the word among the skill words.

    Words that are no skill words are unknown. Of several records of one customer the highest skill counts.

    Args:
        customers: The keyed canonical table.
        column: The column that tells it.
        spec: Tells the words.
    """
    told = customers[column]
    if told.type().is_string():
        words = {word.lower(): float(place) for place, word in enumerate(spec.skill_words)}
        by_word = told.lower().strip().cases(*words.items(), else_=ibis.null("float64"))
        number = ibis.coalesce(by_word, told.try_cast("float64"))
    else:
        number = told.cast("float64")
    known = customers.mutate(_skill=number).filter(lambda table: table["_skill"].notnull())
    return known.group_by("customer_id").aggregate(technological_skill=known["_skill"].max())
