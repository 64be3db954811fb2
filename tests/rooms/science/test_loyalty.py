"""Loyalty: shares that are unknown where the category is, the law of small brands, and the two-by-two."""

from __future__ import annotations

import numpy as np
import pytest

from segmentry.science import double_jeopardy, repeat_rate, share_of_requirements, share_of_wallet
from segmentry.science.loyalty import DoubleJeopardy, loyalty_type
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import Estimate, NotEstimable


def test_the_share_of_wallet_is_unknown_where_the_category_is() -> None:
    """Unknown, nothing, or less than what was spent with us is no share, and never 0."""
    found = share_of_wallet([50, 0, 10, 10, 10], [100, 40, np.nan, 0, 5])
    assert found[:2].tolist() == [0.5, 0.0]
    assert np.isnan(found[2:]).all()
    with pytest.raises(EstimationError):
        share_of_wallet([-1], [2])


def test_requirements_count_only_buyers_of_the_brand() -> None:
    """Who never bought the brand does not dilute its share; a brand nobody bought has none."""
    assert share_of_requirements([2, 3, 0], [4, 6, 1000]) == 0.5
    assert isinstance(share_of_requirements([0, 0], [4, 6]), NotEstimable)


def test_the_repeat_rate_counts_buyers_of_the_first_period() -> None:
    """Newcomers of the second period do not count; the interval is Wilson's."""
    found = repeat_rate([True] * 4 + [False] * 6, [True] * 3 + [False] + [True] * 6)
    assert isinstance(found, Estimate)
    assert (found.value, round(found.low, 3), round(found.high, 3)) == (0.75, 0.301, 0.954)
    assert isinstance(repeat_rate([False], [True]), NotEstimable)


def test_small_brands_buy_less_often_without_alarm() -> None:
    """Brands that follow w (1 - b) = constant deviate by nothing, however small; one that does not stands out."""
    penetration = np.array([0.05, 0.1, 0.2, 0.4, 0.6])
    lawful = double_jeopardy(penetration, 2.0 / (1 - penetration))
    assert isinstance(lawful, DoubleJeopardy)
    assert lawful.constant == pytest.approx(2.0)
    assert np.abs(lawful.deviation).max() < 1e-12
    assert lawful.expected[0] < lawful.expected[-1]
    odd = 2.0 / (1 - penetration)
    odd[0] *= 3
    found = double_jeopardy(penetration, odd)
    assert isinstance(found, DoubleJeopardy)
    assert found.deviation.argmax() == 0
    assert isinstance(double_jeopardy([0.5], [2]), NotEstimable)
    assert isinstance(double_jeopardy([0.5, 0.2, 1.0], [2, 2, 2]), NotEstimable)


def test_the_cells_of_dick_and_basu() -> None:
    """Attitude and patronage, each high or low, make four kinds (Dick & Basu 1994, figure 2)."""
    cells = {(True, True): "true", (True, False): "latent", (False, True): "spurious", (False, False): "none"}
    assert all(loyalty_type(*key) == kind for key, kind in cells.items())


def test_what_cannot_be_is_refused() -> None:
    """More of the brand than in its category, a brand nobody buys, lengths that differ, and customers not known."""
    with pytest.raises(EstimationError, match="fewer purchases than the brand"):
        share_of_requirements([5, 2], [3, 2])
    with pytest.raises(EstimationError, match="fewer purchases than the brand"):
        share_of_requirements([5], [0])
    with pytest.raises(EstimationError):
        double_jeopardy([0.1, 0.0, 0.2], [2.0, 0.0, 2.0])
    with pytest.raises(EstimationError):
        repeat_rate([True, True], [True])
    with pytest.raises(EstimationError):
        repeat_rate([1.0, float("nan")], [1.0, 0.0])
