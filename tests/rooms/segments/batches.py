"""Batches of random definitions over random histories: what the compiler answers, and what the referee says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from random import Random
from typing import Any

import ibis

from segmentry.segments.compiler import evaluate
from segmentry.segments.language.reading import parse
from segmentry.segments.language.writing import format_condition
from segmentry.segments.referee import World, judge
from segmentry.segments.tree import And, Condition, Definition, InSegment, Measure, Not, Or
from segmentry.terms.tables import ColumnType
from tests.rooms.segments.asked import LEAF_FORMS, MEASURES, Asker
from tests.rooms.segments.histories import CUSTOMERS, FOLDS, GAPS, INSTANTS_BY_ZONE, ZONES, made_world
from tests.rooms.segments.kinds import kinds_of
from tests.rooms.segments.worlds import inputs_of

KNOWN = [
    Definition("inner", "Inner", parse("score > 1 or country is unknown")),
    Definition("old", "Old days", parse("worth >= 10"), timezone="Asia/Kathmandu"),
]
"""Definitions on which others lean; the changes of ``old`` are on record."""
DEEPEST = 6


@dataclass(frozen=True)
class Batch:
    """Definitions asked together of several histories at one instant.

    Attributes:
        as_of: The instant.
        leaves: Definitions of one leaf each.
        trees: Definitions of several leaves, up to six levels deep.
        histories: The histories.
    """

    as_of: datetime
    leaves: Sequence[Definition]
    trees: Sequence[Definition]
    histories: Sequence[World]

    @property
    def asked(self) -> list[Definition]:
        """The definitions that make cases."""
        return [*self.leaves, *self.trees]

    @property
    def cases(self) -> int:
        """Number of cases: one tree, one history, one instant."""
        return len(self.asked) * len(self.histories)


FORMS = [
    *["measured"] * 14, *["sequence"] * 6, *["rank"] * 4, *["moved"] * 3, *["reachable"] * 3, *["stopped"] * 2,
    "restarted", *LEAF_FORMS[1:],
]  # fmt: skip
"""Forms of leaf for a large batch: more of those that come in many kinds."""


def made_batch(
    seed: int, forms: Sequence[str], trees: int, histories: int, edge: tuple[str, datetime] | None = None
) -> Batch:
    """A batch of leaves of the given forms, trees made of them, and histories, all decided by ``seed``.

    Args:
        seed: Decides.
        forms: A form for each leaf.
        trees: Number of trees.
        histories: Number of histories.
        edge: Zone of most definitions and the instant; None to draw them.
    """
    chance = Random(seed)
    home = edge[0] if edge else ZONES[seed % len(ZONES)]
    zones, as_of = [home, chance.choice(ZONES)], chance.choice(INSTANTS_BY_ZONE[home])
    as_of = edge[1] if edge else as_of
    worlds = [made_world(chance, as_of, zones) for _ in range(histories)]
    grower = _Grower(chance, as_of, zones, worlds)
    leaves = [grower.leaf(form, seed) for form in forms]
    return Batch(as_of, leaves, [grower.tree() for _ in range(trees)], worlds)


class _Grower:
    """Draws definitions, and draws again where the referee finds that nobody differs from anybody."""

    def __init__(self, chance: Random, as_of: datetime, zones: Sequence[str], worlds: Sequence[World]) -> None:
        self.chance = chance
        self.as_of = as_of
        self.zones = zones
        self.worlds = worlds[:3]
        self.asker = Asker(chance, as_of, [word for each in KNOWN for word in (each.id, each.name)])
        self.measures: list[tuple[Measure, ColumnType]] = []
        self.leaves: list[Definition] = []
        self.trees: list[Definition] = []

    def leaf(self, form: str, seed: int) -> Definition:
        """A definition of one leaf; measured ones take the kinds of measure by turns."""
        place = len(self.leaves)
        measure = MEASURES[(seed + place) % len(MEASURES)]

        def draw() -> Definition:
            asker = self.asker
            if form == "measured":
                self.measures.append(asker.measure(measure))
                found = asker.asked_of(*self.measures[-1])
            else:
                found = asker.leaf(form)
            return Definition(f"leaf_{place}", f"Leaf {place}", found, timezone=self.chance.choice(self.zones))

        self.leaves.append(self._telling(draw))
        return self.leaves[-1]

    def tree(self) -> Definition:
        """A tree of leaves of one zone, and of trees already grown, asked for by id or name."""
        place = len(self.trees)

        def draw() -> Definition:
            zone = self.chance.choice(self.leaves).timezone
            parts: list[Condition] = [each.where for each in self.leaves if each.timezone == zone]
            parts += [self._on_one_measure() for _ in range(3)]
            before = [each for each in self.trees if self.chance.random() < 0.1]
            parts += [InSegment(self.chance.choice([each.id, each.name])) for each in before]
            found = grow(self.chance, parts, self.chance.randint(2, DEEPEST))
            return Definition(f"tree_{place}", f"Tree {place}", found, timezone=zone)

        self.trees.append(self._telling(draw))
        return self.trees[-1]

    def _on_one_measure(self) -> Condition:
        """Several conditions on one measure that is asked for elsewhere too: compilers like to merge them."""
        measure, kind = self.chance.choice(self.measures or [self.asker.measure()])
        parts = [self.asker.asked_of(measure, kind) for _ in range(self.chance.randint(2, 5))]
        return self.asker.joined(parts)

    def _telling(self, draw: Callable[[], Definition]) -> Definition:
        for _ in range(5):
            found = draw()
            known = [*KNOWN, *self.leaves, *self.trees]
            sizes = [len(judge(found, replace(each, definitions=known), self.as_of)) for each in self.worlds]
            if sum(0 < size < len(CUSTOMERS) for size in sizes) > 1:
                return found
        return found


def grow(chance: Random, parts: Sequence[Condition], depth: int) -> Condition:
    """A tree of so many levels: narrowed and widened by turns, so that it neither empties nor fills."""
    if depth <= 1:
        return chance.choice(parts)
    inner = grow(chance, parts, depth - 1)
    if chance.random() < 0.2:
        return Not(inner)
    others = [grow(chance, parts, chance.randint(1, min(2, depth - 1))) for _ in range(chance.choice([1, 1, 2]))]
    joined: list[Condition] = [inner, *others]
    chance.shuffle(joined)
    return (And if depth % 2 else Or)(tuple(joined))


Members = dict[str, set[str]]
"""Members by definition."""


def judged(batch: Batch) -> list[Members]:
    """Members for each history, by the referee."""
    known = [*KNOWN, *batch.asked]
    worlds = [replace(history, definitions=known) for history in batch.histories]
    return [{each.id: judge(each, world, batch.as_of) for each in batch.asked} for world in worlds]


def answered(batch: Batch, connection: Any) -> Iterator[Members]:
    """Members for each history, by the compiler: compiled once as a view, read over each history."""
    inputs = inputs_of(batch.histories[0], connection)
    expression = evaluate([*KNOWN, *batch.asked], batch.as_of, inputs)
    view = connection.create_view("answered", expression, overwrite=True)
    for place, history in enumerate(batch.histories):
        if place:
            inputs_of(history, connection)
        rows = connection.to_pyarrow(view).to_pylist()
        yield {each.id: {row["customer_id"] for row in rows if row[each.id]} for each in batch.asked}


def differences(batch: Batch, expected: Sequence[Members], connection: Any) -> Iterator[str]:
    """Where compiler and referee name different people, with both answers."""
    by_id = {each.id: each for each in batch.asked}
    for place, (found, right) in enumerate(zip(answered(batch, connection), expected, strict=True)):
        for id_, members in right.items():
            if found[id_] != members:
                asked = by_id[id_]
                yield (
                    f"{format_condition(asked.where)}\n  {asked.timezone}, as of {batch.as_of}, history {place}: "
                    f"compiled {sorted(found[id_])}, judged {sorted(members)}"
                )


def connect() -> Any:
    """A database of one thread: small queries are quickest so."""
    connection = ibis.duckdb.connect()
    connection.raw_sql("SET threads = 1")
    return connection


class Tally:
    """What cases showed: how many, how many with members in and out, how often each kind was true and false."""

    def __init__(self) -> None:
        self.cases = 0
        self.mixed = 0
        self.deepest: Counter[int] = Counter()
        self.verdicts: Counter[tuple[str, bool]] = Counter()

    def add(self, batch: Batch, expected: Sequence[Members]) -> None:
        """Count the cases of a batch."""
        self.cases += batch.cases
        self.mixed += sum(0 < len(each) < len(CUSTOMERS) for members in expected for each in members.values())
        for leaf in batch.leaves:
            inside = sum(len(members[leaf.id]) for members in expected)
            for kind in kinds_of(leaf.where):
                self.verdicts[kind, True] += inside
                self.verdicts[kind, False] += len(expected) * len(CUSTOMERS) - inside

    def rare(self, kinds: Sequence[str], least: int) -> dict[str, tuple[int, int]]:
        """Kinds seen true or false less often than ``least``, with both numbers."""
        found = {each: (self.verdicts[each, True], self.verdicts[each, False]) for each in kinds}
        return {kind: counts for kind, counts in found.items() if min(counts) < least}

    def __str__(self) -> str:
        kinds = sorted({kind for kind, _ in self.verdicts})
        lines = [f"  {each}: true {self.verdicts[each, True]}, false {self.verdicts[each, False]}" for each in kinds]
        return "\n".join([f"{self.cases} cases, {self.mixed / self.cases:.1%} with members in and out", *lines])


@lru_cache(maxsize=256)
def _small(seed: int, form: str) -> tuple[Batch, list[Members]]:
    edge = (FOLDS + GAPS)[seed % 7] if form == "day" else None
    batch = made_batch(seed, [form] * 12, trees=0, histories=6, edge=edge)
    return batch, judged(batch)


def found_out(seed: int, form: str) -> bool:
    """Whether compiler and referee differ over a small batch of leaves of one form."""
    batch, expected = _small(seed, form)
    return next(differences(batch, expected, connect()), None) is not None
