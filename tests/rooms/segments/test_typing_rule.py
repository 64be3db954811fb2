"""Typing rules as definitions: their members are exactly those the rules name."""

from __future__ import annotations

from decimal import Decimal

import ibis
import numpy as np
import pyarrow as pa
import pytest

from segmentry.science.typing_rules import SegmentRule, TypingRules, typing_rules
from segmentry.segments.compiler import members
from segmentry.segments.fields import Field, Fields
from segmentry.segments.language.reading import parse
from segmentry.segments.language.writing import format_condition
from segmentry.segments.typing_rule import agreement_text, rule_condition, rule_definitions
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.tables import ColumnType

FIELDS = Fields(
    [
        Field("spend", "traits", "spend", ColumnType.DECIMAL),
        Field("days", "traits", "days", ColumnType.INTEGER),
        Field("rate", "traits", "rate", ColumnType.NUMBER),
    ]
)


def test_members_reproduce_the_agreement_exactly() -> None:
    """Counted in the database over decimals, integers and floats, the definitions name whom the rules name."""
    generator = np.random.default_rng(3)
    spend, days, rate = generator.gamma(1, 90, 800).round(4), generator.integers(0, 99, 800), generator.normal(size=800)
    labels = np.digitize(np.log1p(spend) - days / 40 + 0.4 * rate, [1.5, 2.5, 4.0])
    columns = {"spend": spend, "days": days.astype(float), "rate": rate}
    rules = typing_rules(columns, labels)
    definitions = rule_definitions(rules, dict(enumerate("abcd")), dict(enumerate("ABCD")))
    names = [f"c{place}" for place in range(800)]
    money = pa.array([Decimal(f"{value:.4f}") for value in spend], pa.decimal128(18, 4))
    traits = ibis.memtable(pa.table({"customer_id": names, "spend": money, "days": days, "rate": rate}))
    found = ibis.duckdb.connect().to_pyarrow(members(definitions, traits, {"traits": traits}, FIELDS)).to_pylist()
    by_customer = {row["customer_id"]: "abcd".index(row["segment_id"]) for row in found}
    assert len(found) == 800
    assert [by_customer[name] for name in names] == rules.predict(columns).tolist()
    assert np.mean([by_customer[name] == label for name, label in zip(names, labels, strict=True)]) == rules.agreement


def test_rules_read_like_text() -> None:
    """A rule is written in the language and read back as the same tree."""
    values = np.concatenate([np.linspace(100, 199, 50), np.linspace(204, 300, 50)])
    rules = typing_rules({"spend": values}, np.repeat([0, 1], 50))
    first, second = rule_definitions(rules, {0: "low", 1: "high"}, {0: "Low", 1: "High"}, "Europe/London")
    assert (first.id, first.name, first.timezone) == ("low", "Low", "Europe/London")
    assert format_condition(first.where) == "spend <= 200"
    assert format_condition(second.where) == "spend > 200"
    assert parse(format_condition(second.where)) == second.where
    assert "100%" in first.description


def test_a_segment_without_a_rule_has_no_definition() -> None:
    """Who is never named gets no definition, instead of one that is always false."""
    unknown = NotEstimable("nobody")
    empty = SegmentRule(1, (), 0.1, unknown, 0.0, unknown, unknown)
    everybody = SegmentRule(0, ((),), 0.9, 0.9, 1.0, 0.9, 1.0)
    rules = TypingRules((everybody, empty), 0.9, 0.9, 0.9, (), 1, 10)
    assert rule_condition(empty) is None
    assert rule_condition(everybody) is None
    assert rule_definitions(rules, {}, {}) == ()
    assert "could not be measured" in agreement_text(empty)


@pytest.mark.parametrize("level", ["segment", "customers"])
def test_agreement_is_told_out_of_sample(level: str) -> None:
    """The description quotes figures of customers not used for the rule."""
    rule = SegmentRule(0, (), 0.1, 1.0, 1.0, 0.81, 0.62)
    assert level in agreement_text(rule)
    assert "81%" in agreement_text(rule)
    assert "62%" in agreement_text(rule)
