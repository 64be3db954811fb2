"""Ids that last, rulings that stand, and reasons for every change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.profiles.identity.changes import decisions, new_statements
from segmentry.profiles.identity.clusters import Link, Pair, cluster
from segmentry.profiles.identity.naming import Statement, aliases, current, name_customers
from segmentry.profiles.identity.rulings import Named, Ruled, RulingError, on_record, sides_of, standing, unmerged
from segmentry.profiles.identity.spec import Ruling, RulingKind

START = datetime(2022, 1, 1)


def _at(day: int) -> datetime:
    return START + timedelta(days=day)


def _stated(*rows: tuple[str, str, int]) -> list[Statement]:
    return [Statement(party, customer, _at(day)) for party, customer, day in rows]


def _named(groups: Sequence[str], past: Sequence[Statement] = (), **since: int) -> dict[str, str]:
    facts = {party: _at(since[party]) if party in since else None for group in groups for party in group}
    return name_customers([list(group) for group in groups], past, facts)


def test_a_new_customer_bears_the_key_of_its_oldest_party() -> None:
    """The party known longest; one without a date is younger than all, and the alphabet settles the rest."""
    assert _named(["ab"], a=5, b=3) == {"a": "b", "b": "b"}
    assert _named(["ab"], b=3) == {"a": "b", "b": "b"}
    assert _named(["ba"]) == {"a": "a", "b": "a"}


def test_the_older_id_survives_a_merge() -> None:
    """Of two ids the one recorded first, though the other's party is known longer or comes first in the alphabet."""
    past = _stated(("b", "b", 1), ("a", "a", 2))
    assert _named(["ab"], past, a=0, b=9) == {"a": "b", "b": "b"}


def test_of_ids_of_one_age_the_longer_known_survives() -> None:
    """Both recorded in one run: the first fact settles it."""
    past = [Statement("a", "a", _at(1), _at(-1)), Statement("b", "b", _at(1), _at(-5))]
    assert _named(["ab"], past) == {"a": "b", "b": "b"}


def test_a_newcomer_takes_the_id_that_is_there() -> None:
    """However long the newcomer has been known to its source."""
    assert _named(["ab"], _stated(("b", "b", 1)), a=-100, b=0) == {"a": "b", "b": "b"}


def test_an_unmerged_customer_gets_its_own_id_back() -> None:
    """Both parties bear what they bore before the merge."""
    past = _stated(("a", "a", 1), ("b", "b", 2), ("b", "a", 3))
    assert _named(["a", "b"], past) == {"a": "a", "b": "b"}


def test_an_unmerged_group_takes_the_oldest_id_it_once_bore() -> None:
    """Of two that were merged into a third, the older id of the two."""
    past = _stated(("a", "a", 1), ("c", "c", 2), ("b", "b", 3), ("b", "a", 4), ("c", "a", 5))
    assert _named(["a", "bc"], past) == {"a": "a", "b": "c", "c": "c"}


def test_who_never_had_an_id_gets_a_new_one() -> None:
    """Merged when first seen and then taken apart: its own key, which nobody ever bore."""
    past = _stated(("a", "a", 1), ("b", "a", 1))
    assert _named(["a", "b"], past) == {"a": "a", "b": "b"}


def test_an_id_is_never_used_for_another_customer() -> None:
    """The id of a party that is gone stays with those it was given to; the party itself gets another one back."""
    past = _stated(("a", "a", 1), ("b", "a", 1), ("c", "c", 2))
    assert _named(["b"], past) == {"b": "a"}
    assert _named(["cx"], _stated(("c", "x", 1), ("y", "c", 2)), x=0) == {"c": "x", "x": "x"}
    assert _named(["x"], _stated(("x", "z", 1), ("y", "x", 1), ("z", "z", 0)), x=0)["x"] == "z"
    gone = [*_stated(("y", "x", 1)), Statement("y", "x", _at(2))]
    assert _named(["x", "y"], gone, x=0) == {"x": "x#2", "y": "x"}


def test_new_ids_count_on() -> None:
    """Where a key and its first successor were given away the next number follows."""
    past = _stated(("y", "x", 1), ("z", "x#2", 1))
    assert _named(["x", "y", "z"], past) == {"x": "x#3", "y": "x", "z": "x#2"}


def test_aliases_point_to_whom_their_first_bearer_belongs() -> None:
    """An id that nobody bears leads on, over two merges; an id in use is no alias."""
    past = _stated(("a", "a", 1), ("b", "b", 1), ("c", "c", 1), ("c", "b", 2), ("b", "a", 3), ("c", "a", 3))
    assert [(each.alias, each.customer, each.recorded_at) for each in aliases(past)] == [
        ("b", "a", _at(3)),
        ("c", "a", _at(3)),
    ]
    assert aliases(_stated(("a", "a", 1))) == []


HISTORIES = st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), min_size=1, max_size=4)
"""For each run the customer-to-be of each of five parties, as a number."""


def _replayed(partitions: Sequence[Sequence[int]]) -> tuple[list[Statement], list[dict[str, str]]]:
    """Names over runs in which parties are grouped so."""
    past: list[Statement] = []
    every = []
    for day, numbers in enumerate(partitions):
        groups = [
            "".join(party for party, number in zip("abcde", numbers, strict=True) if number == wanted)
            for wanted in sorted(set(numbers))
        ]
        names = _named(groups, past)
        past += new_statements(names, past, {}, _at(day))
        every.append(names)
    return past, every


@settings(max_examples=80, deadline=None)
@given(HISTORIES)
def test_ids_tell_customers_apart_in_every_run(partitions: list[list[int]]) -> None:
    """Parties of one group bear one id, of two groups two, and the history always tells today's names."""
    past, every = _replayed(partitions)
    for numbers, names in zip(partitions, every, strict=True):
        for (left, one), (right, other) in combinations(zip("abcde", numbers, strict=True), 2):
            assert (names[left] == names[right]) == (one == other)
    assert {party: each.customer for party, each in current(past).items()} == every[-1]


@settings(max_examples=60, deadline=None)
@given(HISTORIES)
def test_nothing_changes_where_nothing_changed(partitions: list[list[int]]) -> None:
    """The same groups again make no statement, whatever was before."""
    past, every = _replayed(partitions)
    again, names = _replayed([*partitions, partitions[-1]])
    assert (again, names[-1]) == (past, every[-1])


@settings(max_examples=60, deadline=None)
@given(HISTORIES)
def test_going_back_gives_the_ids_back(partitions: list[list[int]]) -> None:
    """Parties told apart, joined in any way, and told apart again are called as at first."""
    apart = [0, 1, 2, 3, 4]
    groups = [apart, *partitions, apart]
    _, every = _replayed(groups)
    assert every[-1] == every[0]


# Rulings


def _ruled(number: int, kind: RulingKind, *sides: str) -> Ruled:
    return Ruled(f"r{number}", kind, tuple(tuple(side) for side in sides), "told so", _at(number))


def _pairs(pairs: Sequence[Pair]) -> set[str]:
    return {"".join(sorted(pair)) for pair in pairs}


def test_the_newer_word_stands() -> None:
    """Merged and then kept apart is apart; kept apart and then merged is one; the older is told as overruled."""
    first, second = _ruled(1, "merge", "a", "b"), _ruled(2, "keep_apart", "a", "b")
    found = standing([first, second])
    assert (_pairs(found.together), _pairs(found.apart), found.overruled) == (set(), {"ab"}, (first,))
    found = standing([_ruled(1, "keep_apart", "a", "b"), _ruled(2, "merge", "a", "b")])
    assert (_pairs(found.together), _pairs(found.apart), len(found.overruled)) == ({"ab"}, set(), 1)


def test_a_circle_of_rulings_is_broken_at_its_oldest() -> None:
    """A is b, b is not c, c is a: the two newer ones stand, so that b leaves."""
    rulings = [_ruled(1, "merge", "a", "b"), _ruled(2, "keep_apart", "b", "c"), _ruled(3, "merge", "a", "c")]
    found = standing(rulings)
    assert (_pairs(found.together), _pairs(found.apart)) == ({"ac"}, {"bc"})
    assert [each.id for each in found.overruled] == ["r1"]


def test_a_merge_undone_says_nothing_any_more() -> None:
    """Nor of those within one side, whom only their links hold together again."""
    found = standing([_ruled(1, "merge", "ab", "c"), _ruled(2, "unmerge", "ab", "c")])
    assert (found.together, _pairs(found.apart)) == ((), {"ac", "bc"})


def test_whole_sides_are_ruled_about() -> None:
    """Every party of one side against every party of the other."""
    assert _pairs(standing([_ruled(1, "keep_apart", "ab", "cd")]).apart) == {"ac", "ad", "bc", "bd"}
    assert _pairs(standing([_ruled(1, "merge", "ab", "c")]).together) == {"ab", "ac", "bc"}


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["merge", "keep_apart"]), st.sampled_from("abcde"), st.sampled_from("abcde")).filter(
            lambda told: told[1] != told[2]
        ),
        max_size=8,
    )
)
def test_rulings_never_contradict_one_another(told: list[tuple[RulingKind, str, str]]) -> None:
    """Any sequence of rulings leaves a set that can be kept, in which the newest holds."""
    rulings = [_ruled(number, kind, left, right) for number, (kind, left, right) in enumerate(told)]
    found = standing(rulings)
    clusters, _ = cluster([], together=found.together, apart=found.apart)
    where = {party: number for number, each in enumerate(clusters) for party in each.parties}
    for left, right in found.apart:
        assert left not in where or where[left] != where.get(right)
    if rulings:
        newest = rulings[-1]
        (left,), (right,) = newest.sides
        assert (left in where and where[left] == where.get(right)) == (newest.kind == "merge")


def test_rows_become_rulings_again() -> None:
    """In order of time, sides in order, whatever the order of rows."""
    row = {"ruling": "keep_apart", "because": "twins", "customer_id": "x"}
    rows = [
        {"ruling_id": "r2", "party_key": "d", "side": 1, "recorded_at": _at(2)} | row,
        {"ruling_id": "r2", "party_key": "e", "side": 2, "recorded_at": _at(2)} | row,
        {"ruling_id": "r1", "party_key": "c", "side": 2, "recorded_at": _at(1)} | row,
        {"ruling_id": "r1", "party_key": "b", "side": 1, "recorded_at": _at(1)} | row,
        {"ruling_id": "r1", "party_key": "a", "side": 1, "recorded_at": _at(1)} | row,
    ]
    found = on_record(rows)
    assert [(each.id, each.sides) for each in found] == [("r1", (("a", "b"), ("c",))), ("r2", (("d",), ("e",)))]
    assert found[0].words == "keep apart: twins"


def test_the_last_merge_is_taken_back() -> None:
    """Of two merges only the newer: those who were together before it stay together."""
    past = _stated(("a", "a", 1), ("b", "b", 1), ("c", "c", 1), ("b", "a", 2), ("c", "a", 3))
    assert unmerged(["a", "b", "c"], past) == [["a", "b"], ["c"]]


def test_a_newcomer_is_taken_out() -> None:
    """Who joined when first seen had no id before; the customer that was there stays as it was."""
    past = _stated(("a", "a", 1), ("b", "b", 1), ("b", "a", 2), ("c", "a", 3))
    assert unmerged(["a", "b", "c"], past) == [["a", "b"], ["c"]]


def test_who_came_together_stands_alone() -> None:
    """Parties brought together when first seen had nothing before it."""
    assert unmerged(["a", "b"], _stated(("a", "a", 1), ("b", "a", 1))) == [["a"], ["b"]]


def _name(whole: str, part: str | None = None) -> Named:
    return Named(tuple(part or whole), tuple(whole))


def test_names_of_parts_stand_for_what_the_other_leaves() -> None:
    """An earlier id kept apart from the customer it went into means its parties against the rest."""
    named = {"a": _name("abc"), "c": _name("abc", "c")}
    assert sides_of(Ruling("keep_apart", ("a", "c"), "told"), named, []) == [["a", "b"], ["c"]]
    assert sides_of(Ruling("unmerge", ("c",), "told"), named, []) == [["a", "b"], ["c"]]


def test_whole_customers_are_ruled_about() -> None:
    """Two customers are two sides; of one, its last merge is asked for."""
    named = {"a": _name("ab"), "c": _name("c")}
    assert sides_of(Ruling("merge", ("a", "c"), "told"), named, []) == [["a", "b"], ["c"]]
    past = _stated(("a", "a", 1), ("b", "b", 1), ("b", "a", 2))
    assert sides_of(Ruling("unmerge", ("a",), "told"), named, past) == [["a"], ["b"]]


@pytest.mark.parametrize(
    ("ruling", "codes"),
    [
        (Ruling("merge", ("a", "c"), " "), ["RULING_WITHOUT_REASON"]),
        (Ruling("merge", ("a",), "told"), ["RULING_COUNT"]),
        (Ruling("unmerge", ("a", "c"), "told"), ["RULING_COUNT"]),
        (Ruling("merge", ("a", "nobody"), ""), ["RULING_WITHOUT_REASON", "CUSTOMER_UNKNOWN"]),
        (Ruling("merge", ("a", "b"), "told"), ["SAME_CUSTOMER"]),
        (Ruling("keep_apart", ("a", "a"), "told"), ["SAME_CUSTOMER"]),
        (Ruling("unmerge", ("c",), "told"), ["NOTHING_TO_UNMERGE"]),
    ],
)
def test_idle_rulings_are_refused(ruling: Ruling, codes: list[str]) -> None:
    """All mistakes at once, each with a next step."""
    named = {"a": _name("ab"), "b": _name("ab", "b"), "c": _name("c")}
    with pytest.raises(RulingError) as caught:
        sides_of(ruling, named, [])
    assert [problem.code for problem in caught.value.problems] == codes
    assert all(problem.next_step for problem in caught.value.problems)


# Reasons


def _decided(
    links: Sequence[Link], past: Sequence[Statement], parties: str, rulings: Sequence[Ruled] = ()
) -> list[tuple[str, str, str | None, str, str]]:
    found = standing(rulings)
    clusters, _ = cluster(links, found.together, found.apart)
    grouped = {party for each in clusters for party in each.parties}
    groups = [list(each.parties) for each in clusters] + [[party] for party in parties if party not in grouped]
    names = name_customers(groups, past, {})
    fresh = new_statements(names, past, {}, _at(99))
    return [
        (each.party_key, each.decision, each.from_customer_id, each.customer_id, each.decided_by)
        for each in decisions(fresh, names, past, clusters, found.settled)
    ]


def test_newcomers_alone_need_no_reason() -> None:
    """A party that is a customer of its own was neither merged nor unmerged."""
    assert _decided([], [], "ab") == []


def test_who_joins_is_told_with_the_reason() -> None:
    """The party that gives the id stays silent; the other was merged, by key or by linkage."""
    assert _decided([Link("a", "b", 1.0, "same email")], [], "ab") == [("b", "merged", None, "a", "key")]
    linked = [Link("a", "b", 0.97, "linkage")]
    past = _stated(("a", "a", 2), ("b", "b", 1))
    assert _decided(linked, past, "ab") == [("a", "merged", "a", "b", "linkage")]


def test_who_leaves_is_told_with_the_reason() -> None:
    """By the word of a person, or because the data no longer say so."""
    past = _stated(("a", "a", 1), ("b", "b", 1), ("b", "a", 2))
    assert _decided([], past, "ab") == [("b", "unmerged", "a", "b", "data")]
    ruled = [_ruled(1, "unmerge", "a", "b")]
    link = [Link("a", "b", 1.0, "same email")]
    assert _decided(link, past, "ab", ruled) == [("b", "unmerged", "a", "b", "person")]


def test_who_goes_over_has_moved() -> None:
    """A party that leaves one customer for another left and came."""
    past = _stated(("a", "a", 1), ("b", "a", 1), ("c", "c", 1))
    assert _decided([Link("b", "c", 1.0, "same phone")], past, "abc") == [("b", "moved", "a", "c", "data")]


def test_a_ruled_merge_bears_the_persons_words() -> None:
    """Every party of the customer that gave up its id is told of."""
    past = _stated(("a", "a", 1), ("b", "b", 2), ("c", "b", 2))
    links = [Link("b", "c", 1.0, "same email")]
    assert _decided(links, past, "abc", [_ruled(1, "merge", "a", "bc")]) == [
        ("b", "merged", "b", "a", "person"),
        ("c", "merged", "b", "a", "person"),
    ]
