"""Customers with their traits, read by name from whichever tables hold them; special categories stay locked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from segmentry.discovery.guide.blocks import Values
from segmentry.profiles.psychographic.tables import PSYCHOGRAPHIC_DOUBTFUL
from segmentry.segments.reader import Reader, rows_of
from segmentry.terms.errors import Problem, StudyError, near_miss, shorten
from segmentry.terms.vocabulary import DataClass

Row = Mapping[str, Any]
DOUBTFUL = PSYCHOGRAPHIC_DOUBTFUL.name


def everybody(reader: Reader) -> ir.Table:
    """``customer_id`` of the base: buyers, or everybody known where nothing was ordered."""
    name = "purchase_history" if reader.has("purchase_history") else "identity"
    return reader.table(name).select("customer_id").distinct()


def catalog(reader: Reader) -> dict[str, Row]:
    """The trait catalog by name, without tables that are not there and scales whose items do not agree."""
    rows = rows_of(reader, "trait_catalog")
    usable = (row for row in rows if reader.has(row["table_name"]) and row["table_name"] != DOUBTFUL)
    return {row["trait"]: row for row in usable}


def require_traits(known: Mapping[str, Row], names: Iterable[str], where: str) -> None:
    """`StudyError` with every name that is no trait, or one that is locked."""
    problems = []
    for name in names:
        if name not in known:
            hint = near_miss(name, known) or "See the traits reference."
            problems.append(Problem("TRAIT_UNKNOWN", "There is no such trait", where, shorten(name), hint))
        elif known[name]["data_class"] == DataClass.SPECIAL.value:
            what, next_step = "A special category is locked (GDPR Art. 9)", "Ask about another trait."
            problems.append(Problem("TRAIT_LOCKED", what, where, shorten(name), next_step))
    if problems:
        raise StudyError(problems)


def with_traits(reader: Reader, customers: ir.Table, known: Mapping[str, Row], names: Sequence[str]) -> ir.Table:
    """Customers with the columns of some traits.

    Args:
        reader: Sees the tables of traits.
        customers: ``customer_id`` once each.
        known: The catalog.
        names: Traits.
    """
    joined = customers.select("customer_id")
    for table_name, columns in _by_table(known, names).items():
        table = reader.table(table_name).select("customer_id", *columns)
        joined = joined.left_join(table, "customer_id").drop("customer_id_right")
    return joined


@dataclass(frozen=True, slots=True)
class Spread:
    """What the base shows of a trait.

    Attributes:
        known: Share of the base of whom it is known.
        varies: Whether two of them differ.
    """

    known: float
    varies: bool


def spreads(reader: Reader, known: Mapping[str, Row]) -> tuple[int, dict[str, Spread]]:
    """Customers in the base, and of how many of them each trait is known, and whether it tells any two apart."""
    names = [name for name, row in known.items() if row["data_class"] != DataClass.SPECIAL.value]
    base = everybody(reader)
    total = int(reader.rows(base.aggregate(customers=base.count()))[0]["customers"])
    found: dict[str, Spread] = {}
    for table_name, columns in _by_table(known, names).items():
        told = reader.table(table_name).semi_join(base, "customer_id")
        wanted = [told[name].count().name(f"{name}|known") for name in columns]
        wanted += [(told[name].min() < told[name].max()).name(f"{name}|varies") for name in columns]
        row = reader.rows(told.aggregate(wanted))[0]
        for name in columns:
            found[name] = Spread(row[f"{name}|known"] / max(total, 1), bool(row[f"{name}|varies"]))
    return total, found


def _by_table(known: Mapping[str, Row], names: Sequence[str]) -> dict[str, list[str]]:
    """The traits that each table holds."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(str(known[name]["table_name"]), []).append(name)
    return found


def values_of(table: pa.Table, name: str) -> Values | None:
    """A column as numbers with NaN, or names with None; None for dates and instants."""
    column = table[name].combine_chunks()
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return [None if each is None else str(each) for each in column.to_pylist()]
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        column = column.cast(pa.float64())
    elif not pa.types.is_floating(kind):
        return None
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def literal_instant(moment: Any) -> ir.Value:
    """An instant (UTC) as a literal."""
    return ibis.literal(moment, type="timestamp(6)")
