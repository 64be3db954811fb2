"""Parties joined to customers: strongest links first, people's word above all, contradictions told."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.profiles.identity.clusters import WEAK, Cluster, Forest, Link, cluster, expected_precision
from segmentry.profiles.identity.contradictions import FAMILY, contradiction, family

PARTIES = "abcdefgh"
PAIRS = st.tuples(st.sampled_from(PARTIES), st.sampled_from(PARTIES)).filter(lambda pair: pair[0] < pair[1])
LINKS = st.lists(
    st.builds(lambda pair, share: Link(*pair, share, "linkage"), PAIRS, st.sampled_from([0.3, 0.6, 0.9, 0.95, 1.0])),
    max_size=14,
)


def _link(pair: str, probability: float = 1.0, evidence: str = "same email", guard: Any = "") -> Link:
    return Link(pair[0], pair[1], probability, evidence, guard)


def _sets(found: Iterable[Cluster]) -> set[str]:
    return {"".join(each.parties) for each in found}


def test_links_are_transitive() -> None:
    """Whom a chain of links joins is one customer; who has no link is in none."""
    found, doubts = cluster([_link("ab"), _link("bc"), _link("de")])
    assert _sets(found) == {"abc", "de"}
    assert doubts == []


def test_quality_of_a_chain() -> None:
    """Two links of three there could be; the weakest of those that hold, not of all."""
    chain, _ = cluster([_link("ab", 0.99), _link("bc", 0.96)])
    assert (chain[0].links, chain[0].weakest_link) == (2, 0.96)
    assert chain[0].density == pytest.approx(2 / 3)
    full, _ = cluster([_link("ab", 0.99), _link("bc", 0.98), _link("ac", 0.96)])
    assert (full[0].links, full[0].weakest_link, full[0].density) == (3, 0.98, 1.0)


def test_expected_precision_is_the_mean_of_accepted_links_of_linkage() -> None:
    """Keys, rulings and what was not accepted do not count; of many links it is the share of true ones."""
    links = [_link("ab", 0.99, "linkage", "linkage"), _link("bc", 0.96, "linkage", "linkage"), _link("ac")]
    found, _ = cluster([*links, _link("de"), _link("fg", 0.5, "linkage", "linkage")], merge_from=0.9)
    assert {each.parties: each.expected_precision for each in found} == {
        ("a", "b", "c"): pytest.approx(0.975),
        ("d", "e"): None,
    }
    assert expected_precision(found) == pytest.approx(0.975)
    assert expected_precision([]) is None
    chance = random.Random(0)
    shares = [chance.uniform(0.95, 1.0) for _ in range(2_000)]
    many = [Link(f"l{place:04}", f"r{place:04}", share, "linkage", "linkage") for place, share in enumerate(shares)]
    told = expected_precision(cluster(many)[0])
    assert told == pytest.approx(sum(chance.random() < share for share in shares) / 2_000, abs=0.012)


def test_two_kinds_of_evidence_are_one_pair() -> None:
    """A pair that shares mail and telephone is one link of density, told by both kinds."""
    found, _ = cluster([_link("ab"), _link("ab", evidence="same phone")])
    assert (found[0].links, found[0].evidence) == (1, ("same email", "same phone"))


def test_weak_links_are_doubts() -> None:
    """Below the bound nothing merges; the pair is put before people."""
    found, doubts = cluster([_link("ab", 0.8)], merge_from=0.9)
    assert found == []
    assert [(each.link.left, each.link.right, each.why) for each in doubts] == [("a", "b", WEAK)]


def test_a_weak_link_within_a_customer_is_no_doubt() -> None:
    """Who is together by other links need not be looked at."""
    found, doubts = cluster([_link("ab"), _link("bc"), _link("ac", 0.6)], merge_from=0.9)
    assert (_sets(found), doubts) == ({"abc"}, [])
    assert found[0].links == 2


def test_people_keep_apart_what_links_join() -> None:
    """A pair ruled two stays two, also around a third party, and is not put before people again."""
    found, doubts = cluster([_link("ab", 0.99), _link("bc", 0.97), _link("ac", 0.98)], apart=[("a", "b")])
    assert _sets(found) == {"ac"}
    assert doubts == []


def test_people_join_what_nothing_links() -> None:
    """A pair ruled one is one, whatever contradicts and however large it gets."""
    people = {"a": {"birth": "19500101"}, "b": {"birth": "19991231"}}
    found, _ = cluster([], together=[("b", "a")], descriptions=people, most_parties=1)
    assert (_sets(found), found[0].evidence, found[0].weakest_link) == ({"ab"}, ("person",), 1.0)


def test_a_contradiction_is_a_doubt() -> None:
    """One key and two days of birth: not merged, put before people with the reason."""
    people = {"a": {"birth": "19500101"}, "b": {"birth": "19991231"}}
    found, doubts = cluster([_link("ab", guard="key")], descriptions=people)
    assert found == []
    assert [each.why for each in doubts] == ["another day of birth"]


def test_a_contradiction_reaches_through_others() -> None:
    """A party without a birth joins one of two that contradict, and never brings them together."""
    people = {"a": {"birth": "19500101"}, "c": {"birth": "19991231"}}
    found, doubts = cluster([_link("ab", guard="key"), _link("bc", guard="key")], descriptions=people)
    assert _sets(found) == {"ab"}
    assert [(each.link.left, each.link.right) for each in doubts] == [("b", "c")]


def test_linkage_has_weighed_contradictions_already() -> None:
    """A likely pair joins in spite of another birth where the first name is the same."""
    people = {"a": {"birth": "19500101", "first_name": "ann"}, "b": {"birth": "19991231", "first_name": "ann"}}
    assert _sets(cluster([_link("ab", 0.99, "linkage", "linkage")], descriptions=people)[0]) == {"ab"}


def test_a_family_is_not_one_person() -> None:
    """Husband and wife of one surname and address stay two, also around a record that tells neither first name."""
    people = {"a": {"first_name": "ann"}, "b": {"first_name": "bob"}, "c": {}}
    links = [_link(pair, 0.99, "linkage", "linkage") for pair in ("ab", "ac", "bc")]
    found, doubts = cluster(links, descriptions=people)
    assert _sets(found) == {"ac"}
    assert {doubt.why for doubt in doubts} == {FAMILY}


@pytest.mark.parametrize(
    ("left", "right", "wanted"),
    [
        ({"first_name": "ann"}, {"first_name": "bob"}, FAMILY),
        ({"first_name": "ann", "birth": "19500307"}, {"first_name": "bob"}, FAMILY),
        ({"birth": "19500307"}, {"birth": "19621119"}, FAMILY),
        ({"first_name": "ann", "birth": "19500307"}, {"first_name": "bob", "birth": "19500307"}, None),
        ({"first_name": "ann", "birth": "19500307"}, {"first_name": "ann", "birth": "19621119"}, None),
        ({"first_name": "ann"}, {"birth": "19621119"}, None),
        ({}, {}, None),
    ],
)
def test_what_makes_a_family(left: dict[str, str | None], right: dict[str, str | None], wanted: str | None) -> None:
    """One differs and the other does not agree; what is not told neither differs nor agrees."""
    assert family([left], [right]) == wanted
    assert family([right], [left]) == wanted


def test_chains_end_at_the_bound() -> None:
    """Links make no customer of more parties than allowed; the link that would is a doubt."""
    chain = [_link(pair) for pair in ("ab", "bc", "cd", "de")]
    found, doubts = cluster(chain, most_parties=3)
    assert _sets(found) == {"abc", "de"}
    assert "more than 3 parties" in doubts[0].why


def test_one_doubt_for_each_pair() -> None:
    """A contradicted key and a weak likeness of one pair are one doubt, the stronger."""
    people = {"a": {"birth": "19500101"}, "b": {"birth": "19991231"}}
    links = [_link("ab", 0.6, "linkage"), _link("ab", guard="key")]
    _, doubts = cluster(links, descriptions=people, merge_from=0.9)
    assert [each.why for each in doubts] == ["another day of birth"]


def test_the_reason_is_the_link_that_crosses() -> None:
    """What brought c to a and b is the strongest link between them, not what holds a and b."""
    found, _ = cluster([_link("ab", 1.0), _link("bc", 0.97, "linkage"), _link("ac", 0.96, "linkage")])
    reason = found[0].reason({"c"})
    assert (reason.left, reason.right, reason.probability) == ("b", "c", 0.97)
    assert found[0].reason({"a", "b", "c"}).evidence == "same email"


@settings(max_examples=60, deadline=None)
@given(LINKS, st.lists(PAIRS, max_size=3), st.randoms(use_true_random=False))
def test_the_order_of_links_changes_nothing(
    links: list[Link], apart: list[tuple[str, str]], shuffle: random.Random
) -> None:
    """Clusters and doubts are the same for every order in which links come."""
    expected = cluster(links, apart=apart, merge_from=0.5)
    mixed = shuffle.sample(links, len(links))
    assert cluster(mixed, apart=shuffle.sample(apart, len(apart)), merge_from=0.5) == expected


@settings(max_examples=60, deadline=None)
@given(LINKS)
def test_without_constraints_clusters_are_connected_components(links: list[Link]) -> None:
    """As a plain walk over all links above the bound finds them."""
    near: dict[str, set[str]] = {}
    for link in links:
        if link.probability >= 0.5:
            near.setdefault(link.left, set()).add(link.right)
            near.setdefault(link.right, set()).add(link.left)
    walked = set()
    for start in near:
        seen, wave = {start}, {start}
        while wave:
            wave = {other for party in wave for other in near[party]} - seen
            seen |= wave
        walked.add("".join(sorted(seen)))
    assert _sets(cluster(links, merge_from=0.5)[0]) == walked


@settings(max_examples=60, deadline=None)
@given(LINKS, st.lists(PAIRS, max_size=4))
def test_nobody_ruled_apart_is_together(links: list[Link], apart: list[tuple[str, str]]) -> None:
    """Whatever the links: pairs ruled two are never in one cluster, and every doubt is still open."""
    found, doubts = cluster(links, apart=apart, merge_from=0.5)
    where = {party: number for number, each in enumerate(found) for party in each.parties}
    for left, right in apart:
        assert left not in where or where[left] != where.get(right)
    for doubt in doubts:
        left, right = doubt.link.left, doubt.link.right
        assert left not in where or where[left] != where.get(right)
        assert (left, right) not in apart


@settings(max_examples=40, deadline=None)
@given(LINKS)
def test_quality_is_within_its_bounds(links: list[Link]) -> None:
    """Between a tree and all pairs, and never weaker than the bound."""
    for each in cluster(links, merge_from=0.5)[0]:
        size = len(each.parties)
        assert size - 1 <= each.links <= size * (size - 1) // 2
        assert len(each.tree) == size - 1
        assert 2 / size - 1e-12 <= each.density <= 1
        assert each.weakest_link >= 0.5


def test_foes_stay_foes_over_joins() -> None:
    """Who must not meet a party must not meet its set, however the sets have grown."""
    forest = Forest()
    forest.separate("a", "d")
    assert forest.join("a", "b")
    assert forest.join("c", "d")
    assert not forest.join("b", "a")
    assert forest.are_apart("b", "c")
    assert not forest.are_apart("b", "e")


@pytest.mark.parametrize(
    ("left", "right", "wanted"),
    [
        ("19500307", "19500307", None),
        ("19500307", "19500703", None),
        ("19500307", "19500308", None),
        ("19500307", "19500318", None),
        ("19500307", "19621119", "another day of birth"),
        (None, "19621119", None),
        ("19621119", None, None),
    ],
)
def test_births_that_contradict(left: str | None, right: str | None, wanted: str | None) -> None:
    """More than two digits differ, and day and month are not swapped; what is not told contradicts nothing."""
    assert contradiction({"birth": left}, {"birth": right}) == wanted


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("ann", "ann", True),
        ("ann", "a", True),
        ("ann", "anna", True),
        ("ann", "ann mary", True),
        ("jean pierre", "jeanpierre", True),
        ("jon", "john", True),
        ("brain", "brian", True),
        ("sara", "zara", True),
        ("ann", "bob", False),
        ("ann", "mary ann", False),
        ("robert", "rupert", False),
        ("abcd", "badc", False),
        (None, "bob", True),
    ],
)
def test_first_names_that_contradict(left: str | None, right: str | None, same: bool) -> None:
    """Another name is neither the same, nor short for it, nor one slip away; both ways alike."""
    expected = None if same else "another first name"
    assert contradiction({"first_name": left}, {"first_name": right}) == expected
    assert contradiction({"first_name": right}, {"first_name": left}) == expected
