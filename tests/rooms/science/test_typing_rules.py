"""Typing rules: short, rounded, exact on what can be ruled, honest on what cannot."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from segmentry.science.typing_rules import BREVITY, TOLERANCE, TypingRules, typing_rules
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable

Columns = dict[str, NDArray[np.float64]]


def shop(rows: int = 3000, seed: int = 1) -> tuple[Columns, NDArray[np.int64]]:
    """Days and spend, and four segments laid out by thresholds at 90 days and a spend of 250."""
    generator = np.random.default_rng(seed)
    days, spend = generator.integers(0, 365, rows).astype(float), generator.gamma(2, 150, rows).round(2)
    return {"days": days, "spend": spend}, 2 * (days > 90) + (spend > 250)


def noisy(rows: int = 2000, seed: int = 2) -> tuple[Columns, NDArray[np.int64]]:
    """Two variables and three segments that are split along no axis."""
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(rows, 2))
    angle = np.arctan2(values[:, 1], values[:, 0])
    return {"a": values[:, 0].round(3), "b": values[:, 1].round(3)}, np.digitize(angle, [-1.0, 1.2])


def told(rules: TypingRules) -> dict[int, list[str]]:
    """The rules as texts, by label."""
    return {rule.label: [" and ".join(map(str, each)) for each in rule.conjunctions] for rule in rules.rules}


def test_planted_thresholds_come_back_round() -> None:
    """Segments laid out by thresholds at 90 and 250 come back as those very rules, nearly without error."""
    columns, labels = shop()
    rules = typing_rules(columns, labels)
    assert rules.agreement >= 1 - TOLERANCE
    assert isinstance(rules.agreement_out, float)
    assert rules.agreement_out > 0.99
    assert {label: [set(each.split(" and ")) for each in rule] for label, rule in told(rules).items()} == {
        0: [{"days <= 90", "spend <= 250"}],
        1: [{"days <= 90", "spend > 250"}],
        2: [{"days > 90", "spend <= 250"}],
        3: [{"days > 90", "spend > 250"}],
    }


def test_agreement_is_what_the_rules_do() -> None:
    """Agreement, precision and recall are those of the rounded rules as printed, counted by hand."""
    columns, labels = noisy()
    rules = typing_rules(columns, labels)
    named = rules.predict(columns)
    assert rules.agreement == pytest.approx(np.mean(named == labels), abs=1e-12)
    for rule in rules.rules:
        assert rule.precision == pytest.approx(np.mean(labels[named == rule.label] == rule.label))
        assert rule.recall == pytest.approx(np.mean(named[labels == rule.label] == rule.label))
        assert rule.share == pytest.approx(np.mean(labels == rule.label))
    assert rules.baseline == pytest.approx(np.bincount(labels).max() / labels.size)


def test_out_of_sample_never_pretends() -> None:
    """Labels drawn by chance agree out of sample no better than the largest segment does, whatever happens inside."""
    generator = np.random.default_rng(5)
    columns = {name: generator.normal(size=400) for name in "abc"}
    rules = typing_rules(columns, generator.integers(0, 3, 400), most_leaves=60, smallest_share=0.0)
    assert isinstance(rules.agreement_out, float)
    assert rules.agreement > rules.agreement_out + 0.1
    assert rules.agreement_out < rules.baseline + 0.08


def test_rules_are_short() -> None:
    """Not more conjunctions than asked for; by default three for each segment at most, and fewer where they do."""
    columns, labels = noisy()
    by_default = typing_rules(columns, labels)
    longest = typing_rules(columns, labels, most_leaves=9, tolerance=0)
    assert by_default.leaves <= 9
    assert typing_rules(columns, labels, most_leaves=3).leaves <= 3
    assert by_default.agreement >= longest.agreement - BREVITY - TOLERANCE - 1e-9
    assert sum(len(rule.conjunctions) for rule in by_default.rules) == by_default.leaves


def test_cut_points_have_few_digits() -> None:
    """A cut between 199 and 204 is printed as 200, not as the midpoint the tree found."""
    values = np.concatenate([np.linspace(100, 199, 50), np.linspace(204, 300, 50)])
    rules = typing_rules({"value": values}, np.repeat([0, 1], 50))
    assert told(rules) == {0: ["value <= 200"], 1: ["value > 200"]}
    assert rules.agreement == 1


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_order_of_rows_does_not_matter(seed: int) -> None:
    """Shuffled rows give the same rules and the same figures."""
    columns, labels = noisy(300)
    order = np.random.default_rng(seed).permutation(300)
    shuffled = typing_rules({name: column[order] for name, column in columns.items()}, labels[order])
    assert shuffled == typing_rules(columns, labels)


@settings(max_examples=10, deadline=None)
@given(st.permutations([7, -2, 40]))
def test_names_of_labels_do_not_matter(names: list[int]) -> None:
    """Renamed labels get the same rules under their new names, ties and folds included."""
    columns, labels = noisy(300)
    first = typing_rules(columns, labels)
    second = typing_rules(columns, np.array(names)[labels])
    assert {names[label]: rule for label, rule in told(first).items()} == told(second)
    assert (first.agreement, first.agreement_out) == (second.agreement, second.agreement_out)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5), st.integers(2, 12))
def test_every_row_gets_exactly_one_label(seed: int, segments: int, leaves: int) -> None:
    """Conjunctions never overlap and leave nobody out, after rounding as before."""
    generator = np.random.default_rng(seed)
    columns = {name: generator.normal(scale=10.0 ** generator.integers(-6, 7), size=200) for name in ("a", "b")}
    labels = np.concatenate([np.arange(segments), generator.integers(0, segments, 200 - segments)])
    rules = typing_rules(columns, labels, most_leaves=leaves, tolerance=0.05)
    holds = np.zeros(200, dtype=int)
    for rule in rules.rules:
        for conjunction in rule.conjunctions:
            holds += np.all([each.holds(columns[each.variable]) for each in conjunction], axis=0)
    assert set(holds) <= {1} if rules.leaves > 1 else True
    assert set(rules.predict(columns)) <= set(labels.tolist())


def test_a_segment_nobody_can_rule_is_told() -> None:
    """A segment that looks like another is never named: no precision, a recall of nothing, no rule."""
    values = np.repeat([1.0, 2.0], 100)
    labels = np.repeat([0, 1], 100)
    labels[:5] = 2
    rules = typing_rules({"value": values}, labels)
    hidden = rules.rules[2]
    assert hidden.conjunctions == ()
    assert isinstance(hidden.precision, NotEstimable)
    assert hidden.recall == 0


def test_too_few_to_leave_out() -> None:
    """With fewer members than folds nothing is claimed out of sample."""
    rules = typing_rules({"value": np.arange(20.0)}, np.repeat([0, 1], [17, 3]))
    assert isinstance(rules.agreement_out, NotEstimable)
    assert isinstance(rules.rules[0].precision_out, NotEstimable)


def test_cuts_are_exact_decimals() -> None:
    """What is printed is what is compared: a cut of 0.1 is the decimal, and rows at it are below."""
    values = np.array([0.1] * 30 + [0.2] * 30)
    rules = typing_rules({"value": values}, np.repeat([0, 1], 30))
    (threshold,) = rules.rules[0].conjunctions[0]
    assert threshold.cut in (Decimal("0.1"), Decimal("0.15"))
    assert rules.agreement == 1


def test_large_data_are_sampled_and_measured_whole() -> None:
    """Beyond the sample rules are grown on a part, agreement is counted on all rows."""
    columns, labels = shop(60_000)
    rules = typing_rules(columns, labels)
    assert rules.rows == 60_000
    assert rules.agreement == pytest.approx(np.mean(rules.predict(columns) == labels), abs=1e-12)
    assert rules.agreement > 0.99


@pytest.mark.parametrize(
    ("columns", "labels", "options", "codes"),
    [
        ({}, [0, 1], {}, {"COLUMNS_MISSING"}),
        ({"a": []}, [], {}, {"NO_CUSTOMERS"}),
        ({"a": [1.0, 2.0]}, [0, 1, 1], {}, {"LENGTH_MISMATCH"}),
        ({"a": [1.0, 2.0]}, [0, 0], {}, {"SEGMENTS_TOO_FEW"}),
        ({"a": [1.0, float("nan")], "b": [float("inf"), 1]}, [0, 0.5], {}, {"VALUE_NOT_FINITE", "VALUE_NOT_WHOLE"}),
        ({"a": ["x", "y"]}, [0, 1], {}, {"VALUE_NOT_A_NUMBER", "LENGTH_MISMATCH"}),
        ({"a": [1.0, 2.0]}, [0, 1], {"most_leaves": 1, "tolerance": -1}, {"OPTION_OUT_OF_RANGE"}),
        ({"a": [1.0, 2.0]}, [0, 1], {"smallest_share": 0.9}, {"OPTION_OUT_OF_RANGE"}),
    ],
)
def test_bad_input_is_refused(
    columns: dict[str, list[Any]], labels: list[Any], options: dict[str, Any], codes: set[str]
) -> None:
    """Every mistake is told, none is guessed away."""
    with pytest.raises(EstimationError) as caught:
        typing_rules(columns, labels, **options)
    assert {problem.code for problem in caught.value.problems} == codes


def test_constant_variables_rule_nothing() -> None:
    """Without anything that differs, one segment is named for all and no variable is used."""
    rules = typing_rules({"a": np.ones(50)}, np.repeat([0, 1], [30, 20]))
    assert rules.variables == ()
    assert rules.agreement == rules.baseline == 0.6
