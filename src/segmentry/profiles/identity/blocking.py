"""How many pairs linkage would compare: counted before any is, so that an explosion is refused and not run into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from segmentry.terms.errors import Problem, SegmentryError


class LinkageError(SegmentryError):
    """Linkage cannot be run as asked."""


@dataclass(frozen=True, slots=True)
class Block:
    """What one blocking rule lets through.

    Attributes:
        rule: Fields that both of a pair share, joined by ``+``.
        pairs: Pairs of parties that share them.
        largest: Parties that share the most frequent values.
    """

    rule: str
    pairs: int
    largest: int

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the rule."""
        return tuple(self.rule.split("+"))


def usable_rules(rules: Iterable[str], fields: Iterable[str]) -> list[str]:
    """The rules all of whose fields are told."""
    known = set(fields)
    return [rule for rule in rules if known.issuperset(rule.split("+"))]


def block_sizes(people: ir.Table, rules: Iterable[str]) -> ir.Table:
    """Pairs per rule: ``rule``, ``pairs``, ``largest``; parties that lack a field of the rule take no part.

    Args:
        people: Descriptions, one row per party.
        rules: Fields joined by ``+``; at least one rule.
    """
    counted = []
    for rule in rules:
        fields = rule.split("+")
        known = people.filter([people[name].notnull() for name in fields])
        sizes = known.group_by(fields).aggregate(parties=known.count())
        # Halved after adding up: integers keep the count exact, and engines divide them differently.
        ordered_pairs = (sizes.parties * (sizes.parties - 1)).sum().fill_null(0)
        total = sizes.aggregate(pairs=ordered_pairs, largest=sizes.parties.max().fill_null(0))
        counted.append(total.select("pairs", "largest", rule=ibis.literal(rule)))
    return ibis.union(*counted) if len(counted) > 1 else counted[0]


def blocks(rows: Iterable[dict[str, object]]) -> list[Block]:
    """Rows of `block_sizes` as blocks, the one with most pairs first."""
    found = [Block(str(row["rule"]), int(str(row["pairs"])) // 2, int(str(row["largest"]))) for row in rows]
    return sorted(found, key=lambda block: (-block.pairs, block.rule))


def refuse_explosion(found: Iterable[Block], most_pairs: int) -> None:
    """Refuse before anything is compared.

    Raises:
        LinkageError: all rules together let more than ``most_pairs`` pairs through.
    """
    every = list(found)
    total = sum(block.pairs for block in every)
    if total <= most_pairs:
        return
    worst = every[0]
    given = ", ".join(f"{block.rule}: {block.pairs:,} pairs, {block.largest:,} parties alike" for block in every)
    raise LinkageError(
        Problem(
            "LINKAGE_TOO_LARGE",
            f"Linkage would compare {total:,} pairs of parties, more than the {most_pairs:,} allowed",
            "[identity] blocking",
            given,
            f"Leave {worst.rule} out of blocking or let it share one field more, clear values that stand for nothing, "
            "or raise most_pairs.",
        )
    )
