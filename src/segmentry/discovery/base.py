"""The base that segments are found in: buyers with their traits, and an even sample of them."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segmentry.terms.errors import Problem, StudyError, near_miss, shorten


def buyers_with_traits(history: ir.Table, tables: Sequence[ir.Table]) -> ir.Table:
    """Every buyer with the traits of all ``tables``; of two columns with one name the first counts.

    Args:
        history: The purchase history: who is a buyer.
        tables: Tables of traits keyed by ``customer_id``.
    """
    joined = history.select("customer_id")
    for table in tables:
        fresh = [name for name in table.columns if name not in joined.columns]
        joined = joined.left_join(table.select("customer_id", *fresh), "customer_id").drop("customer_id_right")
    return joined


def require_usable(base: ir.Table, names: Sequence[str], *, numbers_only: bool = True) -> None:
    """Refuse names that are no traits, or (but for mixtures) not numbers; all at once.

    Raises:
        StudyError: with every trait that cannot make segments.
    """
    problems = []
    schema = base.schema()
    for name in names:
        if name not in schema:
            hint = near_miss(name, schema.names) or "See the traits reference."
            problems.append(Problem("TRAIT_UNKNOWN", "There is no such trait", "variables", shorten(name), hint))
        elif not _fits(schema[name], numbers_only):
            given = f"{name} ({schema[name]})"
            next_step = "Choose traits that are numbers, or yes and no; or the method mixture, which takes names, too."
            problems.append(Problem("TRAIT_NOT_A_NUMBER", "Distances need numbers", "variables", given, next_step))
    if problems:
        raise StudyError(problems)


def _fits(kind: dt.DataType, numbers_only: bool) -> bool:
    return bool(kind.is_numeric() or kind.is_boolean() or (kind.is_string() and not numbers_only))
