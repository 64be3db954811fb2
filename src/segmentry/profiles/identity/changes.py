"""What a resolution changes: new statements, and for each party whose customer changed the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from segmentry.profiles.identity.clusters import RULED, Cluster, Link, Pair
from segmentry.profiles.identity.linkage import EVIDENCE
from segmentry.profiles.identity.naming import Statement, current
from segmentry.profiles.identity.rulings import Ruled

MERGED, UNMERGED, MOVED = "merged", "unmerged", "moved"


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a party belongs to another customer than before; see the contract `IDENTITY_DECISIONS`."""

    party_key: str
    decision: str
    from_customer_id: str | None
    customer_id: str
    because: str
    decided_by: str
    probability: float | None
    recorded_at: datetime


def new_statements(
    names: Mapping[str, str],
    statements: Sequence[Statement],
    first_facts: Mapping[str, datetime | None],
    recorded_at: datetime,
) -> list[Statement]:
    """Statements about the parties whose customer is new or another one, in order of their key."""
    known = current(statements)
    return [
        Statement(party, name, recorded_at, first_facts.get(party))
        for party, name in sorted(names.items())
        if party not in known or known[party].customer != name
    ]


def decisions(
    fresh: Sequence[Statement],
    names: Mapping[str, str],
    statements: Sequence[Statement],
    clusters: Sequence[Cluster],
    settled: Mapping[Pair, Ruled],
) -> list[Decision]:
    """The reason for every statement that merges or unmerges; newcomers that stand alone need none.

    Args:
        fresh: The new statements.
        names: Customer of each party that may have changed.
        statements: The history before them.
        clusters: Customers of several parties, as found now.
        settled: The newest ruling for each pair of parties that one speaks of.
    """
    known = current(statements)
    before = {party: known[party].customer for party in names if party in known}
    cluster_of = {party: cluster for cluster in clusters for party in cluster.parties}
    alive = set(names.values())
    mates: dict[str, list[str]] = {}
    for party, name in before.items():
        mates.setdefault(name, []).append(party)
    movers: dict[tuple[str | None, str], set[str]] = {}
    for statement in fresh:
        movers.setdefault((before.get(statement.party), statement.customer), set()).add(statement.party)
    found = []
    for statement in fresh:
        old = before.get(statement.party)
        cluster = cluster_of.get(statement.party)
        together = movers[(old, statement.customer)] if old is not None else {statement.party}
        left = old is not None and old in alive
        joined = cluster is not None and any(party not in together for party in cluster.parties)
        if left:
            stayed = [party for party in mates[str(old)] if party not in together]
            because, by = _parting(statement.party, stayed, settled)
            found.append(_decision(statement, old, MOVED if joined else UNMERGED, because, by, None))
        elif cluster is not None and joined and statement.party != statement.customer:
            link = cluster.reason(together)
            because, by = _joining(link, settled)
            found.append(_decision(statement, old, MERGED, because, by, link.probability))
    return found


def _decision(
    statement: Statement, old: str | None, decision: str, because: str, by: str, probability: float | None
) -> Decision:
    return Decision(statement.party, decision, old, statement.customer, because, by, probability, statement.recorded_at)


def _parting(party: str, stayed: Sequence[str], settled: Mapping[Pair, Ruled]) -> tuple[str, str]:
    """Why a party left those who stayed, and who says so."""
    pairs = ((min(party, other), max(party, other)) for other in stayed)
    ruled = next((settled[pair] for pair in pairs if pair in settled and settled[pair].kind != "merge"), None)
    if ruled is not None:
        return ruled.words, RULED
    return "no link holds them together any more", "data"


def _joining(link: Link, settled: Mapping[Pair, Ruled]) -> tuple[str, str]:
    """Why a party came, and who says so."""
    other = link.right
    ruled = settled.get((link.left, link.right))
    if link.evidence == RULED and ruled is not None:
        return ruled.words, RULED
    if link.evidence == EVIDENCE:
        return f"linkage: {link.left} and {other} are one with a probability of {link.probability:.4f}", EVIDENCE
    return f"{link.evidence}: {link.left} and {other}", "key"
