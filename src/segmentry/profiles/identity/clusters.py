"""Parties joined to customers: the strongest links first, never against what people ruled or what contradicts.

The outcome depends on the links alone, not on the order in which parties arrived.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import Literal

from segmentry.profiles.identity.contradictions import Description, contradiction, family

Pair = tuple[str, str]

RULED = "person"
"""Evidence of links that people ruled."""

BY_NAME = "alike only; two organizations may bear one name"
WEAK = "neither likely enough to merge nor unlikely enough to forget"


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """Something that speaks for two parties being one customer.

    Attributes:
        left: Party key, the smaller of the two.
        right: Party key, the larger of the two.
        probability: That they are one; 1 for exact keys and rulings.
        evidence: ``same email`` and so on, ``linkage`` or ``person``.
        guard: Which descriptions overrule it: ``key`` if any two contradict, ``linkage`` (which has weighed them one by
            one already) if they look like a family; none of them where it is empty. Links of the guard ``alike`` never
            merge.
    """

    left: str
    right: str
    probability: float
    evidence: str
    guard: Literal["", "key", "linkage", "alike"] = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A link that joined nobody, and why."""

    link: Link
    why: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """Parties that are one customer, with the quality of what holds them together.

    Attributes:
        parties: Party keys in alphabetical order; at least two.
        inside: All links between them that count.
        tree: Of these the strongest that hold all together, the strongest first.
    """

    parties: tuple[str, ...]
    inside: tuple[Link, ...]
    tree: tuple[Link, ...]

    @property
    def links(self) -> int:
        """Pairs of parties that are linked directly."""
        return len({(link.left, link.right) for link in self.inside})

    @property
    def weakest_link(self) -> float:
        """Smallest probability among the links that hold it together."""
        return min(link.probability for link in self.tree)

    @property
    def expected_precision(self) -> float | None:
        """Mean probability of the links by linkage inside; None where there are none. See `expected_precision`."""
        return expected_precision([self])

    @property
    def evidence(self) -> tuple[str, ...]:
        """Kinds of links, in alphabetical order."""
        return tuple(sorted({link.evidence for link in self.inside}))

    @property
    def density(self) -> float:
        """Links over the pairs there could be."""
        size = len(self.parties)
        return self.links / (size * (size - 1) / 2)

    def reason(self, parties: Collection[str]) -> Link:
        """The strongest link that brought some of its parties to the others."""
        crossing = [link for link in self.tree if (link.left in parties) != (link.right in parties)]
        return crossing[0] if crossing else self.tree[0]


def expected_precision(clusters: Iterable[Cluster]) -> float | None:
    """Share of accepted links by linkage that are right, were the model's probabilities right: their mean.

    An estimate of the model and no count of mistakes: nothing here knows the truth. None where linkage joined nobody.

    Args:
        clusters: The clusters whose links were accepted.
    """
    told = [link.probability for each in clusters for link in each.inside if link.guard == "linkage"]
    return fsum(told) / len(told) if told else None


@dataclass
class Forest:
    """Disjoint sets of parties, each with the parties it must not be joined with.

    Attributes:
        parents: Parent of each party that was named; roots are their own.
        members: Parties by root.
        foes: By root, parties that must not come in.
    """

    parents: dict[str, str] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    foes: dict[str, set[str]] = field(default_factory=dict)

    def root(self, party: str) -> str:
        """The party that stands for the set of ``party``."""
        self._know(party)
        while self.parents[party] != party:
            self.parents[party] = self.parents[self.parents[party]]
            party = self.parents[party]
        return party

    def separate(self, left: str, right: str) -> None:
        """Keep two parties apart from now on."""
        self.foes.setdefault(self.root(left), set()).add(right)
        self.foes.setdefault(self.root(right), set()).add(left)

    def are_apart(self, left: str, right: str) -> bool:
        """Whether the sets of two parties must not be joined."""
        one, other = self.root(left), self.root(right)
        return any(self.root(party) == other for party in self.foes.get(one, ()))

    def join(self, left: str, right: str) -> bool:
        """Make one set of two; whether they were two."""
        one, other = sorted((self.root(left), self.root(right)), key=lambda root: -len(self.members[root]))
        if one == other:
            return False
        self.parents[other] = one
        self.members[one] += self.members.pop(other)
        self.foes.setdefault(one, set()).update(self.foes.pop(other, ()))
        return True

    def _know(self, party: str) -> None:
        if party not in self.parents:
            self.parents[party] = party
            self.members[party] = [party]


def cluster(
    links: Iterable[Link],
    together: Iterable[Pair] = (),
    apart: Iterable[Pair] = (),
    descriptions: Mapping[str, Description] | None = None,
    merge_from: float = 0.0,
    most_parties: int = 50,
) -> tuple[list[Cluster], list[Doubt]]:
    """Customers of several parties, and the links that joined nobody though they might have.

    Links are taken from the strongest to the weakest (Kruskal 1956), so that the links which hold a customer together
    are the best there are; a link that would join what must stay apart is left out.

    Args:
        links: Links, in any order.
        together: Pairs that people ruled one.
        apart: Pairs that people ruled two; none of them may be joined by ``together``.
        descriptions: Births and first names by party, for guarded links.
        merge_from: Probability from which a link merges; weaker ones are doubts.
        most_parties: Links make no customer of more parties.
    """
    forest = Forest()
    for left, right in apart:
        forest.separate(left, right)
    ruled = sorted(Link(min(pair), max(pair), 1.0, RULED) for pair in together)
    tree = [link for link in ruled if forest.join(link.left, link.right)]
    every = sorted(links, key=lambda link: (-link.probability, link.left, link.right, link.evidence))
    strong = [link for link in every if link.guard != "alike" and link.probability >= merge_from]
    doubts = [Doubt(link, WEAK) for link in every if link.guard != "alike" and link.probability < merge_from]
    doubts += [Doubt(link, BY_NAME) for link in every if link.guard == "alike"]
    for link in strong:
        if forest.root(link.left) == forest.root(link.right) or forest.are_apart(link.left, link.right):
            continue
        why = _objection(forest, link, descriptions or {}, most_parties)
        if why is not None:
            doubts.append(Doubt(link, why))
        elif forest.join(link.left, link.right):
            tree.append(link)
    return _described(forest, [*ruled, *strong], tree), _open(forest, doubts)


def _objection(forest: Forest, link: Link, descriptions: Mapping[str, Description], most_parties: int) -> str | None:
    """Why a link may not join; None if nothing speaks against it."""
    left, right = (forest.members[forest.root(party)] for party in (link.left, link.right))
    if len(left) + len(right) > most_parties:
        return f"more than {most_parties} parties would be one customer"
    ours, theirs = ([descriptions[party] for party in each if party in descriptions] for each in (left, right))
    if link.guard == "linkage":
        return family(ours, theirs)
    found = (contradiction(one, other) for one in ours for other in theirs if link.guard)
    return next((why for why in found if why is not None), None)


def _open(forest: Forest, doubts: Iterable[Doubt]) -> list[Doubt]:
    """One doubt for each pair that is neither joined nor ruled apart in the end, the strongest link first."""
    found: dict[Pair, Doubt] = {}
    for doubt in sorted(doubts, key=lambda each: -each.link.probability):
        left, right = doubt.link.left, doubt.link.right
        if forest.root(left) != forest.root(right) and not forest.are_apart(left, right):
            found.setdefault((left, right), doubt)
    return list(found.values())


def _described(forest: Forest, links: Sequence[Link], tree: Sequence[Link]) -> list[Cluster]:
    """The sets of several parties with the links inside them, in order of their first party."""
    inside: dict[str, list[Link]] = {}
    holding: dict[str, list[Link]] = {}
    for link in links:
        if forest.root(link.left) == forest.root(link.right):
            inside.setdefault(forest.root(link.left), []).append(link)
    for link in tree:
        holding.setdefault(forest.root(link.left), []).append(link)
    found = [
        Cluster(tuple(sorted(forest.members[root])), tuple(inside[root]), tuple(within))
        for root, within in holding.items()
    ]
    return sorted(found, key=lambda each: each.parties)
