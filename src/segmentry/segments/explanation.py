"""Why one customer is in or out: each leaf with what decides it, the nearest change, and what the clock will do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.segments.batch import Leaves
from segmentry.segments.clock.foresight import by_the_clock
from segmentry.segments.dependencies import named
from segmentry.segments.errors import DefinitionError
from segmentry.segments.inputs import Inputs
from segmentry.segments.language.writing import format_condition
from segmentry.segments.layout import FACT_TABLES
from segmentry.segments.leaf_expressions import Place
from segmentry.segments.membership import instant
from segmentry.segments.published import Published
from segmentry.segments.run import manual_in_force
from segmentry.segments.tree import And, Condition, Definition, Facts, InSegment, Measure, Not, Or, Trait, walk
from segmentry.segments.universe import base_of
from segmentry.segments.words import in_words
from segmentry.terms.errors import Problem, shorten
from segmentry.terms.numbers import NotEstimable, as_json

SHOWN = 10
"""Facts shown for one leaf."""
_TRIED = 200_000
"""Leaves looked at while sets of them are tried for the nearest change."""


def explain(published: Published, definition: Definition, customer: str) -> dict[str, Any]:
    """Why a customer belongs, or does not.

    Args:
        published: What is published.
        definition: The definition, on record or not.
        customer: Id of the customer.

    Returns:
        ``member``, the tree with the truth of every part and the values and facts behind every leaf, ``manual`` (a
        decision by hand in force), ``nearest_change`` (the smallest set of leaves whose turning would move them) and
        ``by_the_clock`` (when the rule moves them though nothing happens).

    Raises:
        DefinitionError: with every mistake; or nobody has this id.
    """
    tables = published.belonging().inputs(base_of(definition))
    one = ibis.memtable(pa.table({"customer_id": pa.array([customer], pa.string())}))
    inside = published.number(tables.universe.semi_join(one, "customer_id")) > 0
    if not inside:
        _require_known(published, customer)
    leaves = leaves_of(definition.where)
    truths = _truths(published, definition, leaves, one)
    evidence = _evidence(published, definition, tables, leaves, customer)
    ruled = inside and holds(definition.where, truths)
    decision = _decision(published, definition.id, customer)
    return {
        "id": definition.id,
        "name": definition.name,
        "customer": customer,
        "as_of": as_json(published.as_of),
        "member": inside and (decision == "added" or (ruled and decision != "removed")),
        "in_universe": inside,
        "by_rule": ruled,
        "manual": decision,
        "tree": _tree(definition.where, truths, evidence),
        "nearest_change": nearest_change(definition.where, truths) if inside else [],
        "by_the_clock": _told(by_the_clock(published, definition, customer)),
    }


def _told(clock: dict[str, Any] | NotEstimable) -> Any:
    return clock if isinstance(clock, NotEstimable) else as_json(clock)


def leaves_of(condition: Condition) -> list[Condition]:
    """The distinct leaves of a tree, in order of mention."""
    found: dict[Condition, None] = {}
    waiting = [condition]
    while waiting:
        current = waiting.pop()
        if isinstance(current, And | Or):
            waiting += reversed(current.parts)
        elif isinstance(current, Not):
            waiting.append(current.part)
        else:
            found[current] = None
    return list(found)


def holds(condition: Condition, truths: Mapping[Condition, bool]) -> bool:
    """The truth of a tree, given the truth of its leaves."""
    if isinstance(condition, And):
        return all(holds(part, truths) for part in condition.parts)
    if isinstance(condition, Or):
        return any(holds(part, truths) for part in condition.parts)
    return not holds(condition.part, truths) if isinstance(condition, Not) else truths[condition]


def nearest_change(condition: Condition, truths: Mapping[Condition, bool]) -> list[dict[str, Any]]:
    """The smallest set of leaves that, turned round together, turn the whole; the first such in order of mention.

    Sets are tried by size; where the tree has too many leaves for that, the cheapest way down the tree is taken.
    """
    now, leaves, tried = holds(condition, truths), list(truths), 0
    for size in range(1, len(leaves) + 1):
        for chosen in combinations(leaves, size):
            tried += len(leaves)
            if tried > _TRIED:
                return _turned(_cheapest(condition, truths, not now), truths)
            if holds(condition, {**truths, **{leaf: not truths[leaf] for leaf in chosen}}) != now:
                return _turned(chosen, truths)
    return []


def _turned(leaves: Sequence[Condition], truths: Mapping[Condition, bool]) -> list[dict[str, Any]]:
    return [
        {"text": format_condition(leaf), "in_words": in_words(leaf), "now": truths[leaf], "needed": not truths[leaf]}
        for leaf in leaves
    ]


def _cheapest(condition: Condition, truths: Mapping[Condition, bool], wanted: bool) -> tuple[Condition, ...]:
    """Leaves to turn so that a tree becomes what is wanted, leaves that stand twice counted twice."""
    if holds(condition, truths) == wanted:
        return ()
    if isinstance(condition, Not):
        return _cheapest(condition.part, truths, not wanted)
    if isinstance(condition, And | Or):
        ways = [_cheapest(part, truths, wanted) for part in condition.parts]
        if isinstance(condition, And) == wanted:
            return tuple(dict.fromkeys(leaf for way in ways for leaf in way))
        return min(ways, key=len)
    return (condition,)


def _require_known(published: Published, customer: str) -> None:
    identity = published.reader.table("identity")
    if not published.number(identity.filter(identity.customer_id == customer)):
        what, next_step = "There is no such customer", "Take an id from the members, or from the table identity."
        raise DefinitionError(Problem("CUSTOMER_UNKNOWN", what, "customer", shorten(customer), next_step))


def _truths(
    published: Published, definition: Definition, leaves: Sequence[Condition], one: ir.Table
) -> dict[Condition, bool]:
    asked = {
        f"leaf {place}": Definition(
            f"leaf {place}", f"leaf {place}", leaf, definition.of, definition.timezone, kinds=definition.kinds
        )
        for place, leaf in enumerate(leaves)
    }
    known = [each for each in published.definitions if each.id != definition.id]
    found = published.belonging().members([*known, *asked.values()], list(asked), one)
    true = set(found["segment_id"].to_pylist())
    return {leaf: f"leaf {place}" in true for place, leaf in enumerate(leaves)}


def _decision(published: Published, id_: str, customer: str) -> str | None:
    manual = manual_in_force(published.reader)
    if manual is None:
        return None
    rows = published.reader.rows(manual.filter(manual.segment_id == id_, manual.customer_id == customer))
    return rows[0]["decision"] if rows and rows[0]["decision"] != "cleared" else None


def _tree(
    condition: Condition, truths: Mapping[Condition, bool], evidence: Mapping[Condition, dict[str, Any]]
) -> dict[str, Any]:
    head = {"text": format_condition(condition), "true": holds(condition, truths)}
    if isinstance(condition, And | Or):
        word = "and" if isinstance(condition, And) else "or"
        return {"node": word, **head, "parts": [_tree(part, truths, evidence) for part in condition.parts]}
    if isinstance(condition, Not):
        return {"node": "not", **head, "parts": [_tree(condition.part, truths, evidence)]}
    return {"node": "leaf", **head, "in_words": in_words(condition), **evidence[condition]}


def _evidence(
    published: Published, definition: Definition, tables: Inputs, leaves: Sequence[Condition], customer: str
) -> dict[Condition, dict[str, Any]]:
    """Values and facts behind every leaf."""
    place = Place(published.as_of, definition.timezone)
    batch = Leaves([], tables, published.as_of)
    asked: dict[int, Callable[[ir.Table], Any]] = {}
    for number, leaf in enumerate(leaves):
        measure = getattr(leaf, "measure", None)
        if isinstance(measure, Measure):
            asked[number] = batch.measures.ask(measure, place)
    me = tables.universe.filter(tables.universe.customer_id == customer)
    values: dict[str, Any] = {}
    if asked:
        joined = batch.measures.join(me)
        rows = published.reader.rows(
            joined.select(**{f"value_{number}": read(joined) for number, read in asked.items()})
        )
        values = rows[0] if rows else {}
    found = {}
    for number, leaf in enumerate(leaves):
        told: dict[str, Any] = {}
        if number in asked:
            value = values.get(f"value_{number}")
            told["value"] = NotEstimable("not known") if value is None else as_json(value)
        told["facts"] = _facts(published, batch, leaf, place, customer)
        if isinstance(leaf, InSegment) and leaf.on is None:
            told["segment"] = next(iter(named(Definition("", "", leaf), published.definitions)), leaf.segment)
        found[leaf] = told
    return found


def _facts(published: Published, batch: Leaves, leaf: Condition, place: Place, customer: str) -> list[dict[str, Any]]:
    """The latest facts of each kind a leaf asks for: those that count, and the last one at all where none does."""
    found = []
    for facts in dict.fromkeys(node for node in walk(leaf) if isinstance(node, Facts)):
        home = FACT_TABLES[facts.kind]
        table = batch.statistics.table(facts)
        mine = table.filter(batch.statistics.row_filter(facts, place), table.customer_id == customer)
        columns = [home.time, *home.ids, *_columns(leaf, facts, table.columns)]
        chosen = list(dict.fromkeys(columns))
        rows = published.reader.rows(mine.order_by(ibis.desc(home.time)).select(chosen).limit(SHOWN))
        past = table.filter(table.customer_id == customer, table[home.time] <= instant(published.as_of))
        last = published.reader.rows(past.aggregate(last=past[home.time].max(), rows=past.count()))[0]
        found.append(
            {
                "kind": facts.kind,
                "counted": published.number(mine),
                "rows": as_json(rows),
                "last_of_the_table": as_json(last["last"]),
                "rows_of_the_table": last["rows"],
            }
        )
    return found


def _columns(leaf: Condition, facts: Facts, known: Sequence[str]) -> list[str]:
    """Columns that the filter and the measure look at, and the amount."""
    names = [node.name for node in walk(facts) if isinstance(node, Trait)]
    names.append(getattr(getattr(leaf, "measure", None), "field", "amount"))
    return [name for name in [*names, "amount"] if name in known]
