"""Text to tree: what is understood, and what people are told when something is wrong."""

from __future__ import annotations

import logging
import time
from datetime import date
from decimal import Decimal

import lark
import pytest

from segmentry.segments.errors import DefinitionError
from segmentry.segments.language import reading
from segmentry.segments.language.reading import parse, read
from segmentry.segments.language.vocabulary import KEYWORDS
from segmentry.segments.language.writing import format_condition
from segmentry.segments.tree import (
    Aggregate,
    And,
    Compare,
    Count,
    Dates,
    Facts,
    InSegment,
    Not,
    OneOf,
    Or,
    Rank,
    Rolling,
    Span,
    Trait,
)

LAPSING = """spend in last 365 days is in top 10%
and no order in last 90 days
and country in ("United Kingdom", "Ireland")
and not in segment "Do not contact\""""


def test_the_design_example_means_what_it_says() -> None:
    """The example of the design becomes the tree it describes, and is written as it was read."""
    year, quarter = Rolling(Span(365, "day")), Rolling(Span(90, "day"))
    assert parse(LAPSING) == And(
        (
            Rank(Aggregate("sum", "amount", Facts("transaction", window=year)), "top", Decimal(10), percent=True),
            Compare(Count(Facts("order", window=quarter)), "=", Decimal(0)),
            OneOf(Trait("country"), ("United Kingdom", "Ireland")),
            Not(InSegment("Do not contact")),
        )
    )
    assert format_condition(parse(LAPSING)) == LAPSING


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("a=1 AND b = 2", "a = 1 and b = 2"),
        ("a <> 1 or b == 2 or c ≥ 3", "a != 1 or b = 2 or c >= 3"),
        ("a = 1 or b = 2 and c = 3", "a = 1 or (b = 2 and c = 3)"),
        ("((a = 1))", "a = 1"),
        ("(a = 1 and b = 2) and c = 3", "(a = 1 and b = 2) and c = 3"),
        ("not not a = 1", "not not a = 1"),
        ("not (a = 1 or b = 2)", "not (a = 1 or b = 2)"),
        ("orders >= 3 and `order` = 1 and `and` = 2", "orders >= 3 and order = 1 and `and` = 2"),
        ("name = “Émile”", 'name = "Émile"'),
        ("at least 1 orders", "any order"),
        ("exactly 0 orders in previous 1 month", "no order in previous month"),
        ("number of orders >= 3", "at least 3 orders"),
        ("count of events != 3", "number of events != 3"),
        ("any order line in 2024", "any order line from 2024-01-01 to 2024-12-31"),
        ("any return in 2024-02", "any return from 2024-02-01 to 2024-02-29"),
        ("any order in 2023-Q4", "any order from 2023-10-01 to 2023-12-31"),
        ("mean of amount of orders ever > 5", "average of amount of orders > 5"),
        ("spend ever > 5", "spend ever > 5"),
        ("spend > 5 # a remark\nand a = 1", "spend > 5 and a = 1"),
        ("regularly order in 3 of last 6 months", "regular order in 3 of last 6 months"),
    ],
)
def test_one_way_of_writing(given: str, written: str) -> None:
    """Spellings that mean the same become one, which stays as it is."""
    assert format_condition(parse(given)) == written
    assert format_condition(parse(written)) == written


def test_filters_are_bound_to_the_same_fact() -> None:
    """Two filters in one bracket ask for one order that fulfils both, not for two orders."""
    together = parse('any order where (channel = "web" and amount > 50)')
    apart = parse('any order where (channel = "web") and any order where (amount > 50)')
    assert isinstance(together, Compare)
    assert isinstance(apart, And)


@pytest.mark.parametrize(
    ("text", "code", "where", "hint"),
    [
        ("", "SYNTAX_EMPTY", "line 1, column 1", "country"),
        ("a = 1 and", "SYNTAX_UNFINISHED", "line 1, column 10", "a name"),
        ("(a = 1", "SYNTAX_UNFINISHED", "line 1, column 7", ")"),
        ("a = 1)", "SYNTAX_UNEXPECTED", "line 1, column 6", "the end"),
        ("a = 1\n and b ~ 2", "SYNTAX_SIGN_UNKNOWN", "line 2, column 8", "in full"),
        ("country = France", "SYNTAX_UNEXPECTED", "line 1, column 11", 'double quotes: "France"'),
        ("country = 'France'", "SYNTAX_SIGN_UNKNOWN", "line 1, column 11", "double quotes"),
        ('country = "France', "SYNTAX_QUOTE_OPEN", "line 1, column 11", "Close it"),
        ('in segmnt "x"', "SYNTAX_UNEXPECTED", "line 1, column 4", "Did you mean 'segment'?"),
        ("any order in last 3 monts", "SYNTAX_UNEXPECTED", "line 1, column 21", "Did you mean 'month'?"),
        ('was in segment "x" on 2024-02-30', "DATE_WRONG", "line 1, column 23", "2024-03-31"),
        ("any order in 2024-13", "DATE_WRONG", "line 1, column 14", "2024-Q1"),
        ("at least 2.5 orders", "NUMBER_NOT_WHOLE", "line 1, column 10", "fraction"),
        ("a = 1 and any order in last 0 days", "SPAN_WRONG", "line 1, column 29", "number"),
        ("spend is in top 200%", "PERCENT_WRONG", "line 1, column 1", "percentage"),
        (f"a = {'9' * 39}", "NUMBER_TOO_LONG", "line 1, column 5", "38"),
        ("any order where (any order)", "FILTER_TOO_RICH", "line 1, column 5", "column"),
        ("a between 5 and 1", "ENDS_TURNED", "line 1, column 1", "round"),
        ('a in (1, "b")', "LIST_MIXED", "line 1, column 1", "one type"),
    ],
)
def test_one_mistake_told_at_its_place(text: str, code: str, where: str, hint: str) -> None:
    """Each mistake is told once, at its line and column, with what to do."""
    with pytest.raises(DefinitionError) as caught:
        parse(text)
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == (code, where)
    assert hint in problem.next_step


def test_all_mistakes_at_once() -> None:
    """Reading goes on after a mistake: four of five conditions are wrong, four are told in order."""
    with pytest.raises(DefinitionError) as caught:
        parse("a = = 1 and (b > 2 or c ! 3) and\n d in last 30 days and e = foo")
    assert [problem.where for problem in caught.value.problems] == [
        "line 1, column 5",
        "line 1, column 25",
        "line 2, column 4",
        "line 2, column 28",
    ]


def test_places_of_nodes_are_known() -> None:
    """A problem found later can still point at the trait."""
    found = read('a = 1 and\n  b in ("x")')
    assert isinstance(found.condition, And)
    second = found.condition.parts[1]
    assert isinstance(second, OneOf)
    assert found.place(second.measure) == "line 2, column 3"
    assert found.place(Trait("elsewhere")) == ""


def test_depth_is_limited() -> None:
    """Sixty-four brackets are read, the sixty-fifth is refused; so are sixty-five nots."""
    assert parse("(" * 64 + "a = 1" + ")" * 64) == parse("a = 1")
    for text in ("(" * 65 + "a = 1" + ")" * 65, "not " * 65 + "a = 1", "(" * 100_000):
        with pytest.raises(DefinitionError) as caught:
            parse(text)
        assert caught.value.code == "DEFINITION_TOO_DEEP"


def test_long_definitions_are_read_in_about_a_second() -> None:
    """Ten thousand values and two thousand terms are read and written; hopeless text is given up early."""
    started = time.monotonic()
    values = parse("a in (" + ", ".join(f'"v{place}"' for place in range(10_000)) + ")")
    terms = parse(" or ".join(f"a{place} = {place}" for place in range(2_000)))
    with pytest.raises(DefinitionError) as caught:
        parse("= and " * 20_000)
    assert isinstance(values, OneOf)
    assert len(values.values) == 10_000
    assert isinstance(terms, Or)
    assert len(terms.parts) == 2_000
    assert parse(format_condition(terms)) == terms
    assert len(caught.value.problems) <= reading.MOST_PROBLEMS
    assert time.monotonic() - started < 10


def test_the_grammar_has_no_conflicts(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """One token ahead always decides: the parser never resolves a conflict silently."""

    class Loud(lark.Lark):
        def __init__(self, grammar: str, **options: object) -> None:
            super().__init__(grammar, debug=True, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "Lark", Loud)
    reading._grammar.cache_clear()
    monkeypatch.setattr(lark.logger, "propagate", True)
    try:
        with caplog.at_level(logging.DEBUG, logger="lark"):
            reading._grammar()
    finally:
        reading._grammar.cache_clear()
    assert not [record for record in caplog.records if "conflict" in record.getMessage().lower()]


def test_every_keyword_can_be_a_quoted_name() -> None:
    """A trait may have any name: words of the language stand in backticks where they must."""
    for word in KEYWORDS:
        condition = Compare(Trait(word), "=", Decimal(1))
        assert parse(format_condition(condition)) == condition


def test_whole_months_follow_the_calendar() -> None:
    """A leap February ends on the 29th."""
    window = parse("any order in 2024-02")
    assert isinstance(window, Compare)
    assert isinstance(window.measure, Count)
    assert window.measure.facts.window == Dates(date(2024, 2, 1), date(2024, 2, 29))
