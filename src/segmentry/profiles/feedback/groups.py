"""Groups by which feedback is told apart: traits, columns of feedback, numbers in four bands, and segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import ibis
import ibis.expr.types as ir

from segmentry.engine import Run
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.given import data_class_of
from segmentry.terms.errors import Problem, SettingsError, near_miss
from segmentry.terms.vocabulary import DataClass

_QUARTERS = (0.25, 0.5, 0.75)
_FEWEST_BANDED = 10


@dataclass(frozen=True)
class Grouping:
    """One dimension.

    Attributes:
        name: Name of the trait or column.
        table: The column as text ``value``, with ``key``.
        key: ``customer_id``, or ``record`` for a column of feedback.
    """

    name: str
    table: ir.Table
    key: str


def groupings(run: Run, names: Sequence[str], catalog: TraitCatalog, feedback: ir.Table | None) -> list[Grouping]:
    """The dimensions that are asked for, traits before columns of feedback.

    Args:
        run: The run; the traits must be published.
        names: Traits or columns.
        catalog: The traits.
        feedback: Known feedback; None where there is none.

    Raises:
        SettingsError: names that are neither, and special categories, all at once.
    """
    where = {row["trait"]: row["table_name"] for row in catalog.rows(None)}
    columns = () if feedback is None else feedback.columns
    found, problems = [], list[Problem]()
    for name in names:
        spelt = "_".join(name.lower().split())
        own = next((each for each in (name, spelt, f"given_{spelt}") if each in columns), None)
        classed = catalog[name].data_class if name in where else data_class_of(name)
        if classed is DataClass.SPECIAL:
            what, step = "Special categories tell nobody apart", "Leave it out."
            problems.append(Problem("TRAIT_LOCKED", what, "[feedback], by", name, step))
        elif name in where:
            table = run.table(where[name])
            found.append(Grouping(name, _worded(run, table, name, "customer_id"), "customer_id"))
        elif own is not None and feedback is not None:
            keyed = feedback.mutate(record=feedback.source + ibis.literal("|") + feedback.feedback_id)
            found.append(Grouping(name, _worded(run, keyed, own, "record"), "record"))
        else:
            step = near_miss(name, [*where, *columns]) or "Name a trait of the catalog, or a column of feedback."
            problems.append(Problem("TRAIT_UNKNOWN", "There is no such trait or column", "[feedback], by", name, step))
    if problems:
        raise SettingsError(problems)
    return found


def band(value: ir.NumericValue, cuts: Sequence[float]) -> ir.StringValue:
    """A number as one of up to four bands between ``cuts``, named by their ends.

    Args:
        value: The number.
        cuts: Rising upper ends of all bands but the last.
    """
    names = [f"up to {cuts[0]:g}"] + [f"above {low:g} to {high:g}" for low, high in pairwise(cuts)]
    worded = ibis.cases(
        *((value <= cut, name) for cut, name in zip(cuts, names, strict=True)), else_=f"above {cuts[-1]:g}"
    )
    return ibis.ifelse(value.isnull(), ibis.null("string"), worded)


def _worded(run: Run, table: ir.Table, column: str, key: str) -> ir.Table:
    value = table[column]
    if isinstance(value, ir.NumericColumn):
        number = value.cast("float64")
        quarters = run.rows(
            table.aggregate(
                different=number.nunique(), **{f"q{place}": number.quantile(at) for place, at in enumerate(_QUARTERS)}
            )
        )[0]
        if quarters["different"] > _FEWEST_BANDED:
            cuts = sorted({float(quarters[f"q{place}"]) for place in range(len(_QUARTERS))})
            return table.select(key, value=band(number, cuts)).filter(ibis._.value.notnull())
    return table.select(key, value=value.cast("string")).filter(ibis._.value.notnull())
