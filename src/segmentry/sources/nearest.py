"""Files that fill no table by themselves: which tables come near, what each lacks, and how to say what is meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from segmentry.sources.generic import (
    TABLES,
    lacking,
    places_by_name,
    repeating_key,
    role_of,
)
from segmentry.sources.names import name_score, plain
from segmentry.sources.recognize import NEEDED_BY_CODE, IncompleteOrdersError
from segmentry.sources.sample import ColumnSample
from segmentry.sources.spec import LoadSpec
from segmentry.sources.table_names import TELLTALES
from segmentry.terms.canonical import CUSTOMERS, SURVEY_RESPONSES
from segmentry.terms.errors import Problem, SourceError, shorten
from segmentry.terms.tables import Contract

_SURE, _UNIQUE = 0.75, 0.999
_ORDERED = (("customer",), ("time",), ("amount", "price"))
_MOST_NEAR, _MOST_LACKING = 3, 2
_FEW_ANSWERS, _FEWEST_QUESTIONS = 12, 5
_COMMON = ("party_key", "country", "currency", "channel", "category", "name", "status", "title", "area")
"""Columns that files for many tables tell, so that they tell none of them."""
_NUMBERING = ("id", "no", "nr", "number", "key", "code")
_ELSEWHERE: dict[str, dict[str, str]] = {
    "touches": {
        "touched_at": "the log of what was sent tells touched_at, or else the first day of each campaign in the file "
        "of campaigns",
        "arm": "the list of who was held out tells arm, which is treated in every row where nobody was",
    },
}
"""Which other file could tell what files for a table often lack, by table and role."""


@dataclass(frozen=True, slots=True)
class Near:
    """A table that a file comes near to.

    Attributes:
        table: Name of the table.
        matched: Columns of the file whose names are usual there.
        lacks: Roles that no column tells though the table needs them.
        hint: What else there is to know, in words; empty where there is nothing.
    """

    table: str
    matched: int
    lacks: tuple[str, ...]
    hint: str = ""

    def __str__(self) -> str:
        words = f"lacks {', '.join(self.lacks) or 'nothing'}"
        return f"{self.table} ({words}; {self.hint})" if self.hint else f"{self.table} ({words})"


def refusal(error: IncompleteOrdersError, samples: Sequence[ColumnSample], spec: LoadSpec, where: str) -> SourceError:
    """What to say of a file that is not known to hold orders and lacks what orders tell.

    One that tells two of who, when and how much, or whose columns were mapped, is asked for the rest and for its table
    if it holds no orders; any other one for its table alone.

    Args:
        error: What orders lack in it.
        samples: Its columns.
        spec: What was asked.
        where: Name of the file.
    """
    sure = sum(any(name_score(role, each.name) >= _SURE for role in roles for each in samples) for roles in _ORDERED)
    if spec.mapping or sure >= len(_ORDERED) - 1:
        other = f"If these are no orders: {table_step(samples, 'order_lines')}"
        return SourceError(replace(each, next_step=f"{each.next_step} {other}") for each in error.problems)
    names = shorten(", ".join(each.name for each in samples), 300)
    if all(each.name == f"column_{each.place + 1}" for each in samples):
        what, step = "The file has no line of names, so that no table is recognized", _BY_PLACE
    else:
        lacks = tuple(NEEDED_BY_CODE[each.code] for each in error.problems)
        orders = (Near("order_lines", len(_ORDERED) - 1, lacks),) if len(lacks) == 1 else ()
        what, step = "No table is recognized by these columns", table_step(samples, further=orders)
    return SourceError(Problem("TABLE_UNRECOGNIZED", what, where, names, step))


_BY_PLACE = (
    "Write the names into the first line, or name the table and its columns: --table order_lines "
    "--map customer=column_1 --map time=column_2 --map amount=column_3."
)


def where_keys_repeat(
    samples: Sequence[ColumnSample], contract: Contract, where: str, repeated: int, rows: int
) -> Problem:
    """What to say of a file of which most rows would give way to others with the same key.

    Args:
        samples: Its columns.
        contract: The table it was to fill.
        where: Name of the file.
        repeated: Rows that repeat a key.
        rows: All rows that could be read.
    """
    key = ", ".join(role_of(contract.column(name)) for name in contract.key if name != "source")
    return Problem(
        "KEY_REPEATED",
        f"{repeated:,} of {rows:,} rows repeat the key that tells rows of {contract.name} apart; all but the last of "
        "each would be lost",
        f"{where}, for table {contract.name}",
        key,
        f"{table_step(samples, contract.name)} If it is {contract.name}, leave out the repeats, or say which columns "
        "tell the key with --map.",
    )


def table_step(samples: Sequence[ColumnSample], besides: str = "", further: tuple[Near, ...] = ()) -> str:
    """How to say which table a file fills: the nearest with what they lack, and all there are.

    Args:
        samples: Its columns.
        besides: A table that is not meant.
        further: Tables that come near though they are not filled as the file stands.
    """
    near = [each for each in (*nearest(samples), *further) if each.table != besides]
    words = "Say what it fills with --table NAME (table=NAME in Python)."
    if near:
        words += f" Nearest: {', '.join(str(each) for each in near)}."
    for name, column in _ruled_out(samples):
        words += f" It is not {name}: {column} repeats."
    for words_of in _told_elsewhere(near[:1]):
        words += f" {words_of[0].upper()}{words_of[1:]}."
    return f"{words} Tables: order_lines, {', '.join(TABLES)}."


def _told_elsewhere(near: Sequence[Near]) -> Iterator[str]:
    for each in near:
        known = _ELSEWHERE.get(each.table, {})
        yield from (known[role] for role in each.lacks if role in known)


def nearest(samples: Sequence[ColumnSample]) -> tuple[Near, ...]:
    """The tables that a file comes near to by the names of its columns, the nearest first; three at most."""
    found = [near for contract in TABLES.values() if (near := _near(samples, contract)) is not None]
    if _is_survey(samples):
        found = [each for each in found if each.table != SURVEY_RESPONSES.name]
        found.append(Near(SURVEY_RESPONSES.name, 1, (), "with a column for each question"))
    number = _number_of_rows(samples)
    if number and all(each.lacks for each in found):
        found = [each for each in found if each.table != CUSTOMERS.name]
        found.append(Near(CUSTOMERS.name, 1, ("customer",), f"--map customer={number}"))
    return tuple(sorted(found, key=lambda each: (2 * len(each.lacks) - each.matched, each.table))[:_MOST_NEAR])


def _near(samples: Sequence[ColumnSample], contract: Contract) -> Near | None:
    places = places_by_name(samples, contract)
    lacks = tuple(role_of(column) for column in lacking(contract, places))
    needed = {column.name for column in contract.columns if column.required or column.name in contract.key}
    own = places.keys() - set(_COMMON)
    telltales = set(TELLTALES.get(contract.name, "").split())
    if not (own & needed or len(own) > 1 or contract is CUSTOMERS) or (telltales and not own & telltales):
        return None
    if len(lacks) > min(_MOST_LACKING, len(places)) or repeating_key(samples, contract, places):
        return None
    if contract is CUSTOMERS and lacks:
        return None
    return Near(contract.name, len(places), lacks)


def _ruled_out(samples: Sequence[ColumnSample]) -> Iterator[tuple[str, str]]:
    """Tables for which nothing lacks, but whose key repeats, with the column that does."""
    for contract in TABLES.values():
        places = places_by_name(samples, contract)
        column = repeating_key(samples, contract, places)
        if column and not lacking(contract, places):
            yield contract.name, column


def _is_survey(samples: Sequence[ColumnSample]) -> bool:
    """Whether most columns hold a few answers that repeat."""
    answers = [each for each in samples if 1 < len(set(each.values)) <= min(_FEW_ANSWERS, len(each.values) // 2)]
    return len(answers) >= _FEWEST_QUESTIONS and len(answers) * 2 > len(samples)


def _number_of_rows(samples: Sequence[ColumnSample]) -> str:
    """The first column that numbers the rows and is no order or product; empty where there is none."""
    for each in samples:
        numbered = plain(each.name).split("_")[-1] in _NUMBERING and each.distinct >= _UNIQUE
        if numbered and not name_score("order", each.name) and not name_score("product", each.name):
            return each.name
    return ""
