"""The Python notation builds the same tree, and words tell it to people."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from segmentry.segments.errors import DefinitionError
from segmentry.segments.language.notation import from_json, to_json
from segmentry.segments.language.operators import Asked, literal, trait
from segmentry.segments.language.reading import parse
from segmentry.segments.language.schema import condition_schema, published_schema
from segmentry.segments.tree import (
    And,
    Compare,
    Condition,
    Count,
    Definition,
    Facts,
    Not,
    Or,
    Rolling,
    Span,
    Trait,
)
from segmentry.segments.tree.checks import require_sound
from segmentry.segments.words import describe, in_words
from tests.rooms.segments.trees import conditions

_SUITE = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(
    ("built", "text"),
    [
        (trait("spend") > 100, "spend > 100"),
        (trait("rate") <= 0.1, "rate <= 0.1"),
        (trait("a") == "x", 'a = "x"'),
        (trait("a") != date(2024, 1, 2), "a != 2024-01-02"),
        (trait("a") == True, "a = true"),  # noqa: E712
        ((trait("a") < 1) & (trait("b") >= 2) & (trait("c") == 3), "a < 1 and b >= 2 and c = 3"),
        (((trait("a") < 1) | (trait("b") < 2)) & ~(trait("c") < 3), "(a < 1 or b < 2) and not c < 3"),
        (trait("a").one_of(1, 2) | trait("b").none_of("x"), 'a in (1, 2) or b not in ("x")'),
        (trait("a").between(1, 2.5), "a between 1 and 2.5"),
        (trait("a").equals("x") & trait("a").contains("y"), 'a equals "x" and a contains "y"'),
        (trait("a").starts_with("x") & trait("a").ends_with("y"), 'a starts with "x" and a ends with "y"'),
        (trait("a").is_known() & trait("a").is_unknown(), "a is known and a is unknown"),
        (trait("a").top(10, percent=True) & trait("a").bottom(5), "a is in top 10% and a is in bottom 5"),
        (trait("a").percentile(25, 75), "a is in percentile 25 to 75"),
        (trait("a").within(Rolling(Span(3, "day"))), "a is in last 3 days"),
        (Asked(Count(Facts("order"))) >= 3, "at least 3 orders"),
    ],
)
def test_python_and_text_build_one_tree(built: Condition, text: str) -> None:
    """What Python builds is what the text says."""
    assert built == parse(text)


def test_connectives_flatten_their_own_kind_only() -> None:
    """Four conditions joined by & stand side by side; an or inside stays a bracket."""
    a, b, c, d = (trait(name) > 1 for name in "abcd")
    assert (a & b) & (c & d) == And((a, b, c, d))
    assert (a | b) & c == And((Or((a, b)), c))
    assert ~~a == Not(Not(a))


def test_only_literals_are_taken() -> None:
    """A datetime would hide a zone, a list is no value."""
    for wrong in (datetime(2024, 1, 1), [1], None):
        with pytest.raises(TypeError):
            literal(wrong)  # type: ignore[arg-type]
    assert literal(0.1) == Decimal("0.1")
    with pytest.raises(DefinitionError):
        require_sound(Compare(Trait("a"), ">", Decimal("NaN")))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("spend > 1000", "spend is above 1,000"),
        ('days_since_last < 3 and country = "UK"', "days since last is below 3, and country is “UK”"),
        ("a = 1 or (b = 2 and c = 3)", "either a is 1, or (b is 2, and c is 3)"),
        ("not a is known", "it is not so that a is known"),
        ("no order in last 90 days", "they have no orders in the last 90 days"),
        ("at most 2 orders", "they have at most 2 orders (none included)"),
        ("a in (1, 2, 3, 4, 5, 6, 7, 8)", "a is one of 1, 2, 3, 4, 5, 6 and 2 more"),
        ("spend in previous 2 months is in top 10%", "their spend in the 2 whole months before this one is among the "
         "highest 10 % (above 0; ties are in)"),
        ('any order line where (category = "Shoes") in every december',
         "they have at least 1 order line of which this is true: [category is “Shoes”] in December of any year"),
        ('in segment "VIP"', "they are in the segment “VIP”"),
    ],
)  # fmt: skip
def test_words(text: str, words: str) -> None:
    """What screens say, word for word."""
    assert in_words(parse(text)) == words


@_SUITE
@given(conditions)
def test_every_tree_has_words(condition: Condition) -> None:
    """Whatever the language can say can be told on a screen, as one sentence."""
    told = describe(Definition("x", "X", condition))
    assert told.startswith("Customers of whom this is true: ")
    assert told.endswith(".")


@_SUITE
@given(conditions)
def test_json_keeps_its_schema(condition: Condition) -> None:
    """What is written as JSON is valid under the schema that editors use."""
    jsonschema.Draft202012Validator(published_schema()).validate(json.loads(json.dumps(to_json(condition))))


def test_the_published_schema_is_the_trees() -> None:
    """The schema kept in the package is the one the nodes give; it names every one of them."""
    assert published_schema() == condition_schema()
    jsonschema.Draft202012Validator.check_schema(published_schema())


@pytest.mark.parametrize(
    ("given_", "codes"),
    [
        (None, ["JSON_NODE"]),
        ({"node": "compar"}, ["JSON_NODE_UNKNOWN"]),
        ({"node": "trait", "name": "a"}, ["JSON_NODE_UNKNOWN"]),
        ({"node": "compare", "measure": {"node": "trait", "name": 3}, "operator": "=>"},
         ["JSON_TYPE", "JSON_WORD", "JSON_KEY_MISSING"]),
        ({"node": "and", "parts": {}}, ["JSON_TYPE"]),
        ({"node": "and", "parts": []}, ["PARTS_MISSING"]),
        ({"node": "not", "part": {"node": "known", "measure": {"node": "trait", "name": "a"}}, "x": 1},
         ["JSON_KEY_UNKNOWN"]),
        ({"node": "one_of", "measure": {"node": "trait", "name": "a"}, "values": [None, {"date": "x"}, {"number": 1}]},
         ["JSON_VALUE", "DATE_WRONG", "JSON_VALUE"]),
        ({"node": "known", "measure": {"node": "trait", "name": "a"}, "known": "yes"}, ["JSON_TYPE"]),
    ],
)  # fmt: skip
def test_bad_json_is_told_with_its_path(given_: object, codes: list[str]) -> None:
    """Every mistake of an object at once, each with its path."""
    with pytest.raises(DefinitionError) as caught:
        from_json(given_)
    assert [problem.code for problem in caught.value.problems] == codes
    assert all(problem.where for problem in caught.value.problems)


def test_deep_trees_are_refused_everywhere() -> None:
    """A tree of a thousand nots is refused by every notation, not met with a crash."""
    deep: Condition = Compare(Trait("a"), "=", Decimal(1))
    nested: dict[str, object] = {"node": "known", "measure": {"node": "trait", "name": "a"}}
    for _ in range(1000):
        deep, nested = Not(deep), {"node": "not", "part": nested}
    for attempt in (lambda: to_json(deep), lambda: in_words(deep), lambda: from_json(nested)):
        with pytest.raises(DefinitionError) as caught:
            attempt()
        assert caught.value.code == "DEFINITION_TOO_DEEP"
