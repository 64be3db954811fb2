"""Ids that last: which customer id each set of parties bears, given all that was ever said about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

_LATEST = datetime.max


@dataclass(frozen=True, slots=True)
class Statement:
    """One row of the history: to which customer a party belongs since when it was recorded.

    Attributes:
        party: Party key.
        customer: Customer id.
        recorded_at: When it was recorded (UTC).
        valid_from: First fact about the party; None where no source tells a time.
    """

    party: str
    customer: str
    recorded_at: datetime
    valid_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """An id given up, who stands for it today, and since when."""

    alias: str
    customer: str
    recorded_at: datetime


def current(statements: Iterable[Statement]) -> dict[str, Statement]:
    """The newest statement about each party."""
    newest: dict[str, Statement] = {}
    for statement in statements:
        held = newest.get(statement.party)
        if held is None or statement.recorded_at > held.recorded_at:
            newest[statement.party] = statement
    return newest


def name_customers(
    groups: Sequence[Sequence[str]], statements: Sequence[Statement], first_facts: Mapping[str, datetime | None]
) -> dict[str, str]:
    """A customer id for each party: of the ids a group has a claim to, the oldest; else a new one.

    An id belongs where the party is that bore it first and is still there. A group takes the oldest of the ids its
    parties bear today and that belong to it; if there is none, of those they once bore, which gives an unmerged
    customer its own id back. A new id is the key of the party known longest. No id ever goes to two customers.

    Args:
        groups: Sets of parties, each party once.
        statements: The history of these parties, and of all who bear an id that is not their own key.
        first_facts: First fact about each party; None where no source tells a time.
    """
    group_of = {party: number for number, group in enumerate(groups) for party in group}
    newest = current(statements)
    born = _anchors(statements, group_of)
    borne = {(group_of[party], newest[party].customer) for party in group_of if party in newest}
    claims: dict[int, list[tuple[bool, datetime, datetime, str]]] = {}
    for customer, first in born.items():
        number = group_of[first.party]
        rank = ((number, customer) not in borne, first.recorded_at, first.valid_from or _LATEST, customer)
        claims.setdefault(number, []).append(rank)
    used = {statement.customer for statement in statements}
    names: dict[str, str] = {}
    for number, group in enumerate(groups):
        name = min(claims[number])[-1] if number in claims else _new_name(group, first_facts, used)
        used.add(name)
        names |= dict.fromkeys(group, name)
    return names


def _anchors(statements: Iterable[Statement], present: Mapping[str, object]) -> dict[str, Statement]:
    """For each id the first statement that gave it to a party still present, to whose key it is if possible."""

    def rank(statement: Statement) -> tuple[datetime, bool, datetime, str]:
        stranger = statement.party != statement.customer
        return (statement.recorded_at, stranger, statement.valid_from or _LATEST, statement.party)

    found: dict[str, Statement] = {}
    for statement in statements:
        if statement.party not in present:
            continue
        held = found.get(statement.customer)
        if held is None or rank(statement) < rank(held):
            found[statement.customer] = statement
    return found


def _new_name(group: Sequence[str], first_facts: Mapping[str, datetime | None], used: set[str]) -> str:
    oldest = min(group, key=lambda party: (first_facts.get(party) or _LATEST, party))
    if oldest not in used:
        return oldest
    number = 2
    while f"{oldest}#{number}" in used:
        number += 1
    return f"{oldest}#{number}"


def aliases(statements: Sequence[Statement]) -> list[Alias]:
    """Ids that nobody bears any more, with the customer whom their first bearer belongs to today."""
    newest = current(statements)
    alive = {statement.customer for statement in newest.values()}
    left: dict[str, Statement] = {}
    first = _anchors(statements, newest)
    for statement in statements:
        if statement.customer not in alive:
            left[statement.customer] = first[statement.customer]
    return [
        Alias(alias, newest[bearer.party].customer, newest[bearer.party].recorded_at)
        for alias, bearer in sorted(left.items())
    ]
