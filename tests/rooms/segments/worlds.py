"""Random small histories as raw rows and as tables, and random definitions that can be asked of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from random import Random
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
from hypothesis import strategies as st

from segmentry.segments.fields import Field, Fields
from segmentry.segments.inputs import Inputs
from segmentry.segments.referee import World
from segmentry.segments.tree import Condition, Window
from tests.rooms.segments.asked import LEAF_FORMS, Asker
from tests.rooms.segments.histories import FACT_TABLES, INSTANTS, SCHEMAS, TRAITS, ZONES, made_world

__all__ = ["INSTANTS", "LEAF_FORMS", "ZONES", "arrow_of", "inputs_of", "trees", "windows", "worlds"]


def arrow_of(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows as the table called ``name``."""
    schema = SCHEMAS[name]
    return pa.table({each: pa.array([row.get(each) for row in rows], kind) for each, kind in schema.items()})


def rows_of(world: World) -> dict[str, Sequence[Mapping[str, Any]]]:
    """The rows of a world by table; all parties stand in one."""
    others = {name: getattr(world, name) for name in ("changes", "consents", "addresses", "contacts")}
    facts = {name: world.facts.get(name, ()) for name in FACT_TABLES}
    return {"parties": [*world.parties, *world.others], **facts, **others}


def universe_of(world: World) -> pa.Table:
    """The universe as a table."""
    return arrow_of("parties", world.parties).select(["customer_id", "party_key"])


def inputs_of(world: World, connection: Any) -> Inputs:
    """The same world as tables of a database."""

    def bring(name: str, table: pa.Table) -> ir.Table:
        return connection.create_table(name, table, overwrite=True)

    return inputs_from(world, bring)


def inputs_from(world: World, bring: Callable[[str, pa.Table], ir.Table]) -> Inputs:
    """The same world as tables that ``bring`` makes of a name and of Arrow."""
    tables = {name: bring(name, arrow_of(name, rows)) for name, rows in rows_of(world).items()}
    parties = tables["parties"]
    return Inputs(
        universe=bring("universe", universe_of(world)),
        fields=Fields(Field(name, "traits", name, kind) for name, kind in TRAITS.items()),
        traits={"traits": parties},
        facts={name: tables[name] for name in FACT_TABLES},
        changes=tables["changes"],
        consents=tables["consents"],
        addresses=tables["addresses"],
        contacts=tables["contacts"],
        parties=parties.select("customer_id", "party_key"),
    )


def _chances() -> st.SearchStrategy[Random]:
    return st.randoms(use_true_random=False)


def worlds(as_of: datetime, zones: Sequence[str] = ("UTC", "Europe/London")) -> st.SearchStrategy[World]:
    """Customers with traits and facts around ``as_of``, its days, months and clock changes."""
    return _chances().map(lambda chance: made_world(chance, as_of, zones))


def windows(as_of: datetime) -> st.SearchStrategy[Window]:
    """Windows of every kind around ``as_of``."""
    return _chances().map(lambda chance: Asker(chance, as_of).window())


def trees(as_of: datetime, form: str, depth: int = 2) -> st.SearchStrategy[Condition]:
    """A tree with a leaf of one form in it."""

    def make(chance: Random) -> Condition:
        asker = Asker(chance, as_of)
        parts = [asker.leaf(form)]
        parts += [asker.leaf(chance.choice(LEAF_FORMS)) for _ in range(chance.randint(0, depth))]
        return asker.joined(parts)

    return _chances().map(make)


def day(text: str) -> date:
    """A day from its ISO form."""
    return date.fromisoformat(text)
