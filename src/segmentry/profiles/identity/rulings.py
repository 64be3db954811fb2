"""People's word on who is one customer: what of it stands, and what it says of each pair of parties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, product
from typing import Any

from segmentry.profiles.identity.clusters import Forest, Pair
from segmentry.profiles.identity.naming import Statement
from segmentry.profiles.identity.spec import Ruling, RulingKind
from segmentry.terms.errors import Problem, SegmentryError, shorten

MERGE: RulingKind = "merge"
KEEP_APART: RulingKind = "keep_apart"
UNMERGE: RulingKind = "unmerge"
_WHERE = "identity"


class RulingError(SegmentryError):
    """A ruling names nobody, the same customer twice, or gives no reason."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """A ruling on record.

    Attributes:
        id: Number; sorts by time.
        kind: What was ruled.
        sides: The parties of each of those ruled about.
        because: Why.
        recorded_at: When it was ruled.
    """

    id: str
    kind: RulingKind
    sides: tuple[tuple[str, ...], ...]
    because: str
    recorded_at: datetime

    @property
    def words(self) -> str:
        """The ruling as a reason."""
        return f"{self.kind.replace('_', ' ')}: {self.because}"

    @property
    def pairs(self) -> list[Pair]:
        """Every pair of parties of different sides."""
        return [pair for one, other in combinations(self.sides, 2) for pair in product(one, other)]


@dataclass(frozen=True, slots=True)
class Standing:
    """What of all rulings stands.

    Attributes:
        together: Pairs that are one.
        apart: Pairs that are two.
        overruled: Rulings of which newer ones leave a part or nothing.
        settled: The newest ruling for each pair of parties that one speaks of.
    """

    together: tuple[Pair, ...]
    apart: tuple[Pair, ...]
    overruled: tuple[Ruled, ...]
    settled: Mapping[Pair, Ruled]


def on_record(rows: Iterable[Mapping[str, Any]]) -> list[Ruled]:
    """Rulings out of the rows of `identity_rulings`, the oldest first."""
    by_id: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_id.setdefault(row["ruling_id"], []).append(row)
    found = [_on_record(number, each) for number, each in by_id.items()]
    return sorted(found, key=lambda ruled: (ruled.recorded_at, ruled.id))


def _on_record(number: str, rows: list[Mapping[str, Any]]) -> Ruled:
    sides: dict[int, list[str]] = {}
    for row in rows:
        sides.setdefault(row["side"], []).append(row["party_key"])
    ordered = tuple(tuple(sorted(sides[side])) for side in sorted(sides))
    return Ruled(number, rows[0]["ruling"], ordered, rows[0]["because"], rows[0]["recorded_at"])


def standing(rulings: Sequence[Ruled]) -> Standing:
    """What of the rulings stands: where they contradict one another the newer one does.

    Args:
        rulings: The oldest first.
    """
    forest = Forest()
    together: list[Pair] = []
    apart: list[Pair] = []
    overruled: list[Ruled] = []
    settled: dict[Pair, Ruled] = {}
    for ruled in reversed(rulings):
        kept = _kept(forest, ruled)
        (together if ruled.kind == MERGE else apart).extend(kept)
        if len(kept) < len(_asked(ruled)):
            overruled.append(ruled)
        for pair in kept:
            settled.setdefault((min(pair), max(pair)), ruled)
    return Standing(tuple(together), tuple(apart), tuple(reversed(overruled)), settled)


def _asked(ruled: Ruled) -> list[Pair]:
    """Pairs that a ruling is about: all of different sides, and of a merge those within a side as well."""
    if ruled.kind != MERGE:
        return ruled.pairs
    return list(combinations([party for side in ruled.sides for party in side], 2))


def _kept(forest: Forest, ruled: Ruled) -> list[Pair]:
    """The pairs of a ruling that no newer one contradicts, put into the forest; a merge undone says nothing at all."""
    if ruled.kind == MERGE and all(forest.are_apart(left, right) for left, right in ruled.pairs):
        return []
    kept = []
    for left, right in _asked(ruled):
        same = forest.root(left) == forest.root(right)
        if ruled.kind == MERGE and (same or not forest.are_apart(left, right)):
            forest.join(left, right)
            kept.append((left, right))
        elif ruled.kind != MERGE and not same:
            forest.separate(left, right)
            kept.append((left, right))
    return kept


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a name means: a customer, those of its parties that once were another one, or a single party.

    Attributes:
        parties: The parties meant.
        customer: All parties of the customer they belong to today.
    """

    parties: tuple[str, ...]
    customer: tuple[str, ...]


def sides_of(ruling: Ruling, named: Mapping[str, Named], statements: Sequence[Statement]) -> list[list[str]]:
    """The parties of each of those ruled about.

    Of two names that mean parts of one customer each stands for what the other leaves; to unmerge a part takes it out
    of the customer, to unmerge a whole customer takes its last merge back.

    Args:
        ruling: What a person rules.
        named: Whom each name means.
        statements: The history of the parties of an unmerged customer.

    Raises:
        RulingError: with every mistake in the ruling.
    """
    problems = list(_mistakes(ruling, named))
    if problems:
        raise RulingError(problems)
    meant = [named[name] for name in ruling.customers]
    if ruling.kind != UNMERGE:
        left, right = (set(each.parties) for each in meant)
        return [sorted(left - right or left), sorted(right - left or right)] if left != right else []
    part, whole = set(meant[0].parties), set(meant[0].customer)
    return unmerged(sorted(whole), statements) if part == whole else [sorted(whole - part), sorted(part)]


def _mistakes(ruling: Ruling, named: Mapping[str, Named]) -> Iterable[Problem]:
    if not ruling.because.strip():
        yield _problem("RULING_WITHOUT_REASON", "A ruling needs a reason", "", "Say why, in a few words.")
    wanted = 1 if ruling.kind == UNMERGE else 2
    if len(ruling.customers) != wanted:
        what = f"To {ruling.kind.replace('_', ' ')}, name {'one customer' if wanted == 1 else 'two customers'}"
        yield _problem("RULING_COUNT", what, ", ".join(ruling.customers), "Name each by its id.")
    unknown = [name for name in ruling.customers if name not in named]
    for name in unknown:
        next_step = "Name it by its customer id, an earlier id, or a party key, as the table identity has them."
        yield _problem("CUSTOMER_UNKNOWN", "There is no such customer", name, next_step)
    if not unknown and len(ruling.customers) == wanted:
        yield from _idle(ruling, [named[name] for name in ruling.customers])


def _idle(ruling: Ruling, meant: Sequence[Named]) -> Iterable[Problem]:
    """Rulings that could change nothing."""
    given = " and ".join(ruling.customers)
    if ruling.kind == UNMERGE and len(meant[0].customer) == 1:
        next_step = "Only customers made of several parties can be taken apart."
        yield _problem("NOTHING_TO_UNMERGE", "The customer is a single party", given, next_step)
    if ruling.kind == MERGE and meant[0].customer == meant[1].customer:
        yield _problem("SAME_CUSTOMER", "These are one customer already", given, "Nothing needs to be done.")
    if ruling.kind == KEEP_APART and set(meant[0].parties) == set(meant[1].parties):
        next_step = "Name two, by customer ids, earlier ids or party keys."
        yield _problem("SAME_CUSTOMER", "One customer cannot be kept apart from itself", given, next_step)


def _problem(code: str, what: str, given: str, next_step: str) -> Problem:
    return Problem(code, what, _WHERE, shorten(given), next_step)


def unmerged(parties: Sequence[str], statements: Sequence[Statement]) -> list[list[str]]:
    """The customers that the last merge made one: parties by the id they had before it.

    Where they were brought together when they were first seen, every party stands alone.

    Args:
        parties: Parties of the customer.
        statements: Their history.
    """
    past: dict[str, list[Statement]] = {party: [] for party in parties}
    for statement in sorted(statements, key=lambda each: each.recorded_at):
        if statement.party in past:
            past[statement.party].append(statement)
    changes = [each[-1].recorded_at for each in past.values() if each]
    last = max(changes, default=None)
    before: dict[str, list[str]] = {}
    for party, each in past.items():
        earlier = [statement for statement in each if statement.recorded_at != last]
        if earlier:
            before.setdefault(earlier[-1].customer, []).append(party)
    if len(before) > 1:
        return list(before.values())
    held = [party for each in before.values() for party in each]
    return ([held] if held else []) + [[party] for party in parties if party not in held]
