"""Terms said as one mean what they meant apart, for every value and for none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.segments.language.reading import parse
from segmentry.segments.language.writing import format_condition
from segmentry.segments.merging import merged
from segmentry.segments.tree import OPERATORS, And, Compare, Condition, Not, OneOf, Or, Trait
from segmentry.segments.tree.checks import problems_of

VALUES = [None, *(Decimal(half) / 2 for half in range(-1, 10))]
MEASURES = [Trait("spend"), Trait("orders")]


def _true(condition: Condition, values: dict[Any, Decimal | None]) -> bool:
    """The truth of a tree by plain Python; unknown makes every leaf false."""
    match condition:
        case And(parts):
            return all(_true(part, values) for part in parts)
        case Or(parts):
            return any(_true(part, values) for part in parts)
        case Not(part):
            return not _true(part, values)
        case OneOf(measure, listed, negated):
            value = values[measure]
            return value is not None and (value in listed) is not negated
    assert isinstance(condition, Compare)
    value, other = values[condition.measure], condition.value
    if value is None:
        return False
    assert isinstance(other, Decimal)
    signs = {"=": value == other, "!=": value != other, "<": value < other}
    return {**signs, "<=": value <= other, ">": value > other, ">=": value >= other}[condition.operator]


_numbers = st.integers(0, 4).map(Decimal)
_leaves = st.one_of(
    st.builds(Compare, st.sampled_from(MEASURES), st.sampled_from(OPERATORS), _numbers),
    st.builds(
        OneOf,
        st.sampled_from(MEASURES),
        st.lists(_numbers, min_size=1, max_size=3).map(tuple),
        st.booleans(),
    ),
)
_trees = st.recursive(
    _leaves | _leaves.map(Not),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=5).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=5).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(_trees)
def test_fewer_terms_mean_the_same(tree: Condition) -> None:
    """For every pair of values, unknown among them, a tree and its shorter form have one truth."""
    shorter = merged(tree)
    for spend in VALUES:
        for orders in (None, Decimal(0), Decimal(2)):
            values = dict(zip(MEASURES, (spend, orders), strict=True))
            assert _true(shorter, values) is _true(tree, values)


@settings(max_examples=100, deadline=None)
@given(_trees)
def test_what_was_merged_is_sound_and_cannot_be_merged_further(tree: Condition) -> None:
    """The shorter form is a tree of the language, and merging it once more changes no truth and adds no term."""
    shorter = merged(tree)
    assert problems_of(shorter) == []
    assert len(format_condition(merged(shorter))) <= len(format_condition(shorter))


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        ("orders = 1 or orders = 2 or orders in (2, 3)", "orders in (1, 2, 3)"),
        ("orders != 1 and orders not in (2, 3)", "orders not in (1, 2, 3)"),
        ("not orders = 1 and not orders = 2", "not orders in (1, 2)"),
        ("spend > 5 and spend > 7 and spend >= 7", "spend > 7"),
        ("spend > 5 or spend > 7 or spend >= 5", "spend >= 5"),
        ("spend < 5 and spend <= 5", "spend < 5"),
        ("spend < 5 or spend <= 5 or spend < 4", "spend <= 5"),
        ('(country = "A" or country = "B") and orders = 1', 'country in ("A", "B") and orders = 1'),
        ("born > 2000-01-01 or born > 1990-01-01", "born > 1990-01-01"),
    ],
)
def test_terms_that_hang_together_become_one(text: str, shorter: str) -> None:
    """Lists gather, bounds on one side leave the one that decides."""
    assert format_condition(merged(parse(text))) == shorter


@pytest.mark.parametrize(
    "text",
    [
        "orders = 1 and orders = 2",
        "orders != 1 or orders != 2",
        "orders > 1 and spend > 2",
        "spend > 1 and spend < 5",
        'name > "a" and name > "b"',
        "vip = true and orders = 1",
        "not orders > 1 and not orders > 2",
        "not orders = 1 or not orders = 2",
    ],
)
def test_terms_that_say_different_things_stay(text: str) -> None:
    """Where one term cannot stand for two, both remain; the order of texts is left to the engine."""
    assert merged(parse(text)) == parse(text)


def test_values_of_several_types_are_not_mixed() -> None:
    """A day is not ordered among numbers, nor listed with them."""
    day, number = Compare(Trait("x"), ">", date(2024, 1, 1)), Compare(Trait("x"), ">", Decimal(1))
    assert merged(And((day, number))) == And((day, number))
