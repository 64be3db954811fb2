"""Estimates and refusals as every door prints them."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from segmentry.terms.numbers import Estimate, NotEstimable, as_json

ESTIMATE = Estimate(10.0, 8.0, 13.0, "GBP", 0.95, "prediction")


def test_an_estimate_is_told_with_interval_unit_and_kind() -> None:
    """No estimate leaves without its interval."""
    assert ESTIMATE.as_dict() == {
        "estimate": 10.0,
        "low": 8.0,
        "high": 13.0,
        "unit": "GBP",
        "level": 0.95,
        "interval": "prediction",
    }


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_estimate_that_is_not_finite_is_no_estimate(broken: float, place: int) -> None:
    """One end that is not finite turns the whole answer into a refusal."""
    numbers = [10.0, 8.0, 13.0]
    numbers[place] = broken
    assert list(Estimate(*numbers).as_dict()) == ["not_estimable"]


def test_a_refusal_is_false_and_gives_its_reason() -> None:
    """So that `answer or ...` never takes a refusal for a number."""
    refusal = NotEstimable("nobody came back")
    assert not refusal
    assert str(refusal) == "not estimable: nobody came back"
    assert refusal.as_dict() == {"not_estimable": "nobody came back"}


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (ESTIMATE, ESTIMATE.as_dict()),
        (NotEstimable("no costs"), {"not_estimable": "no costs"}),
        (Decimal("12.3400"), 12.34),
        (math.nan, {"not_estimable": "the value is not finite"}),
        (-math.inf, {"not_estimable": "the value is not finite"}),
        ({"a": (1, [Decimal(2)])}, {"a": [1, [2.0]]}),
        ([ESTIMATE, {"b": math.inf}], [ESTIMATE.as_dict(), {"b": {"not_estimable": "the value is not finite"}}]),
        (True, True),
        (None, None),
        ("text", "text"),
        (0, 0),
        (datetime(2026, 3, 1, 9, 30), "2026-03-01T09:30:00Z"),
        ({"on": [date(2026, 3, 1)]}, {"on": ["2026-03-01"]}),
    ],
)
def test_any_depth_becomes_plain_json(value: Any, printed: Any) -> None:
    """Estimates, refusals, money and numbers that are none, at any depth, printable by the strict writer."""
    assert as_json(value) == printed
    json.dumps(as_json(value), allow_nan=False)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity")])
def test_money_that_is_not_finite_is_refused_like_any_number(value: Decimal) -> None:
    """Also a decimal that is no number may not be printed as one."""
    assert as_json(value) == {"not_estimable": "the value is not finite"}
