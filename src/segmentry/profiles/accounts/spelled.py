"""Which columns are looked through for misspelt names, and the same tables with names as they are meant."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from segmentry.profiles.accounts.spec import STAGES
from segmentry.profiles.accounts.spelling import REPAIRED


@dataclass(frozen=True, slots=True)
class NameColumn:
    """A column of names.

    Attributes:
        table: Canonical table.
        column: The column.
        words: Usual names, as words separated by commas.
        listed_in: Table that lists the right names, if any.
        listed: Its columns of right names.
    """

    table: str
    column: str
    words: str = ""
    listed_in: str = ""
    listed: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        """Table and column."""
        return f"{self.table}.{self.column}"


_INDUSTRIES = (
    "advertising,aerospace,agriculture,apparel,automotive,banking,biotechnology,chemicals,communication services,"
    "communications,construction,consulting,consumer discretionary,consumer staples,defense,education,electronics,"
    "employment,energy,engineering,entertainment,environmental,finance,financial services,financials,food,government,"
    "hardware,health care,healthcare,hospitality,industrials,information technology,insurance,logistics,machinery,"
    "manufacturing,marketing,materials,media,medical,mining,not for profit,nonprofit,pharmaceuticals,real estate,"
    "recreation,retail,services,shipping,software,technology,telecommunications,transportation,travel,utilities,"
    "wholesale"
)
_SETTLED = "won,lost,closed won,closed lost,open"

COLUMNS = (
    NameColumn("accounts", "industry", _INDUSTRIES),
    NameColumn("opportunities", "product_id", listed_in="products", listed=("product_id", "name")),
    NameColumn("opportunities", "stage", f"{','.join(STAGES)},{_SETTLED}"),
    NameColumn("subscriptions", "product_id", listed_in="products", listed=("product_id", "name")),
    NameColumn("products", "category"),
)
"""Columns whose names are compared: industries, categories, products where others list them, stages."""


def word_list(column: NameColumn) -> tuple[str, ...]:
    """The usual names of a column."""
    return tuple(word for word in column.words.split(",") if word)


def name_counts(table: ir.Table, column: str) -> ir.Table:
    """Rows by name: ``name`` and ``rows``."""
    known = table.filter(table[column].notnull())
    return known.group_by(name=known[column]).aggregate(rows=known.count())


def meant(table: ir.Table, column: str, repairs: ir.Table, scope: str) -> ir.Table:
    """``table`` with repaired names in ``column``; flagged ones stay as written.

    Args:
        table: Any table.
        column: Column of names.
        repairs: The published repairs.
        scope: Table and column under which they stand there.
    """
    own = repairs.filter((repairs.scope == scope) & (repairs.decision == REPAIRED))
    own = own.select(_given="given", _meant="meant")
    joined = table.left_join(own, table[column] == own["_given"])
    return joined.mutate(**{column: ibis.coalesce(joined["_meant"], joined[column])}).drop("_given", "_meant")
