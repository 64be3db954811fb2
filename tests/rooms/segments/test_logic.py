"""What a tree says whatever the data: contradictions, tautologies and parts in vain, and never a false alarm."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.segments.explanation import holds, leaves_of, nearest_change
from segmentry.segments.language.reading import parse
from segmentry.segments.language.writing import format_condition
from segmentry.segments.lint import of_tree
from segmentry.segments.logic import Cases, redundant
from segmentry.segments.tree import Condition


def verdict(text: str) -> str:
    condition = parse(text)
    cases = Cases(leaves_of(condition))
    true = cases.true(condition)
    return "never" if true == 0 else "always" if true == cases.everywhere else "sometimes"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("spend > 100 and spend < 50", "never"),
        ("spend > 100 and spend < 101", "sometimes"),
        ("spend > 100 or spend < 200", "sometimes"),  # unknown spend is neither
        ("spend > 100 or not spend > 100", "always"),
        ("spend > 100 and not spend > 100", "never"),
        ("spend is known or spend is unknown", "always"),
        ("spend is unknown and spend > 1", "never"),
        ("spend is unknown and spend != 1", "never"),
        ('country = "A" and country = "B"', "never"),
        ('country = "A" and country in ("A", "B")', "sometimes"),
        ('country not in ("A", "B") and country = "A"', "never"),
        ('country = "A" or country != "A"', "sometimes"),
        ("at least 1 order or at most 0 orders", "always"),
        ("at least 3 orders and at most 2 orders", "never"),
        ("at least 3 orders and fewer than 4 orders", "sometimes"),
        ("more than 2 orders and fewer than 3 orders", "never"),
        ("at least 3 orders in last 30 days and at most 2 orders", "sometimes"),  # two measures
        ("newsletter = true and newsletter = false", "never"),
        ("born between 2000-01-01 and 2000-12-31 and born > 2001-01-01", "never"),
        ('city contains "x" and not city contains "x"', "never"),
        ('in segment "A" and (in segment "B" or not in segment "A")', "sometimes"),
    ],
)
def test_a_tree_is_true_never_sometimes_or_always(text: str, expected: str) -> None:
    """Judged over every value that can make a difference, unknown included; counts are whole and never unknown."""
    assert verdict(text) == expected


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("spend > 100 and spend > 50", ["spend > 50"]),
        ("spend > 100 or spend > 50", ["spend > 100"]),
        ("spend > 100 and country is known", []),
        ('country = "A" and country != "B"', ['country != "B"']),
        ("spend > 1 and (spend > 1 or country is known)", ["spend > 1 or country is known"]),
        ("any order and at least 2 orders", ["any order"]),
        ("spend > 1 and not spend < 0", ["not spend < 0"]),
    ],
)
def test_parts_in_vain_are_found(text: str, parts: list[str]) -> None:
    """A part that the others make superfluous is named, others are not."""
    condition = parse(text)
    assert [format_condition(part) for part in redundant(condition, Cases(leaves_of(condition)))] == parts


LEAVES = [parse(text) for text in ("spend > 10", "spend > 20", "spend < 15", "spend is known", 'in segment "A"')]
VALUES = [None, 5, 10, 12, 15, 17, 20, 25]


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> Condition:
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(LEAVES))
    inner = trees(depth=depth - 1)
    kind = draw(st.sampled_from("&|~"))
    if kind == "~":
        return ~draw(inner)
    return draw(inner) & draw(inner) if kind == "&" else draw(inner) | draw(inner)


def truths(condition: Condition) -> list[bool]:
    """The tree for every possible customer, worked out by hand."""
    found = []
    for value, member in product(VALUES, [False, True]):
        known = {
            LEAVES[0]: value is not None and value > 10,
            LEAVES[1]: value is not None and value > 20,
            LEAVES[2]: value is not None and value < 15,
            LEAVES[3]: value is not None,
            LEAVES[4]: member,
        }
        found.append(holds(condition, known))
    return found


@settings(max_examples=150, deadline=None)
@given(trees())
def test_the_verdict_is_that_of_trying_every_customer(condition: Condition) -> None:
    """Random trees over one measure and one free leaf: never, sometimes and always agree with trying them all."""
    expected = truths(condition)
    word = "always" if all(expected) else "sometimes" if any(expected) else "never"
    assert verdict(format_condition(condition)) == word


@settings(max_examples=150, deadline=None)
@given(trees(), st.lists(st.booleans(), min_size=5, max_size=5))
def test_the_nearest_change_turns_the_whole_and_nothing_smaller_does(condition: Condition, values: list[bool]) -> None:
    """Turning the named leaves turns the tree; no smaller set does."""
    known = dict(zip(LEAVES, values, strict=True))
    asked = {leaf: known[leaf] for leaf in leaves_of(condition)}
    change = nearest_change(condition, asked)
    now = holds(condition, asked)
    reachable = [
        sum(flips)
        for flips in product([False, True], repeat=len(asked))
        if holds(condition, {leaf: asked[leaf] != flip for leaf, flip in zip(asked, flips, strict=True)}) != now
    ]
    assert len(change) == min(reachable, default=0)
    turned = {leaf: not value for leaf, value in asked.items() if format_condition(leaf) in {c["text"] for c in change}}
    assert not change or holds(condition, {**asked, **turned}) != now


def test_a_large_tree_is_not_tried_by_all_sets() -> None:
    """Many leaves: the nearest change is found down the tree, at once."""
    condition = parse(" and ".join(f"a{number} = 1" for number in range(60)))
    asked = dict.fromkeys(leaves_of(condition), False)
    assert len(nearest_change(condition, asked)) == 60


def codes(text: str) -> list[str]:
    return [finding.code for finding in of_tree(parse(text))]


def test_filters_on_different_facts_are_pointed_at() -> None:
    """Two conditions that two different orders may meet; a single where, or another kind of fact, is no trap."""
    assert codes('any order where (channel = "web") and any order where (amount > 50)') == ["NOT_SAME_EVENT"]
    assert codes('any order where (channel = "web" and amount > 50)') == []
    assert codes('any order where (channel = "web") and any return where (amount > 50)') == []
    assert codes("any order and any order where (amount > 50)") == []


def test_too_many_cases_are_said_not_guessed() -> None:
    """Where trying every case would take too long, that is said."""
    text = " and ".join(f'in segment "s{number}"' for number in range(40))
    assert codes(text) == ["TOO_RICH"]


def test_long_trees_are_judged_in_about_a_second() -> None:
    """300 comparisons on one trait, and lists of 10,000 values, are no burden; 2,000 are too many."""
    import time

    start = time.perf_counter()
    assert codes(" or ".join(f"spend = {number}" for number in range(300))) == []
    assert codes(f"code in ({', '.join(str(number) for number in range(10_000))})") == []
    assert codes(" or ".join(f"spend = {number}" for number in range(2_000))) == ["TOO_RICH"]
    assert time.perf_counter() - start < 10
