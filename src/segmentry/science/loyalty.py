"""Loyalty, behavioral and attitudinal apart: shares of spend and of requirements, repeat rates, double jeopardy.

Share of requirements and double jeopardy: Ehrenberg, Goodhardt & Barwise 1990. The two-by-two of attitude and repeat
patronage: Dick & Basu 1994.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray, Inputs
from segmentry.science.satisfaction import wilson
from segmentry.terms.numbers import Estimate, NotEstimable

LoyaltyType = Literal["true", "latent", "spurious", "none"]
"""Attitude and patronage both high; attitude only; patronage only; neither (Dick & Basu 1994)."""


@dataclass(frozen=True, slots=True)
class DoubleJeopardy:
    """How small brands fare against the law that they have fewer buyers, who buy them a little less often.

    Attributes:
        constant: Mean of w (1 - b) over the brands, weighted by penetration.
        expected: Buying rate that the law expects of each brand, shape (brands,).
        deviation: Observed over expected rate, less one, shape (brands,).
    """

    constant: float
    expected: FloatArray
    deviation: FloatArray


def share_of_wallet(with_us: ArrayLike, category: ArrayLike) -> FloatArray:
    """Spend with us over spend in the category, customer by customer.

    NaN where the category's is not known, is nothing, or is less than what was spent with us and so cannot be right.

    Args:
        with_us: Spend with us, shape (n,).
        category: Spend in the whole category, shape (n,); NaN for unknown.

    Raises:
        EstimationError: negative spend.
    """
    whole = np.asarray(category, dtype=np.float64)
    filled = np.nan_to_num(whole, nan=0.0)
    inputs = Inputs("share_of_wallet", {"with_us": with_us, "category": filled})
    inputs.require_not_negative("with_us", "category")
    inputs.raise_problems()
    known = inputs["category"] > 0
    share = np.divide(inputs["with_us"], inputs["category"], out=np.full(known.shape, np.nan), where=known)
    return np.where(share > 1, np.nan, share)


def share_of_requirements(brand: ArrayLike, category: ArrayLike) -> float | NotEstimable:
    """Purchases of a brand over all category purchases of its buyers.

    Args:
        brand: Purchases of the brand by customer, shape (n,).
        category: Purchases in the category by customer, those of the brand included, shape (n,).

    Raises:
        EstimationError: negative purchases, or more of the brand than in its category.
    """
    inputs = Inputs("share_of_requirements", {"brand": brand, "category": category})
    inputs.require_not_negative("brand", "category")
    fits = inputs["brand"] <= inputs["category"]
    what, next_step = "The category holds fewer purchases than the brand.", "Count those of the brand in."
    inputs.require("category", fits, "CATEGORY_TOO_SMALL", what, next_step)
    inputs.raise_problems()
    bought, whole = inputs["brand"], inputs["category"]
    buyers = bought > 0
    if not buyers.any():
        return NotEstimable("nobody bought the brand")
    return float(bought[buyers].sum() / whole[buyers].sum())


def repeat_rate(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> Estimate | NotEstimable:
    """Buyers of both periods over buyers of the first, with Wilson's interval.

    Args:
        first: Whether each customer bought in the first period, shape (n,).
        second: Whether each bought in the second, shape (n,).
        level: Coverage of the interval.

    Raises:
        EstimationError: lengths that differ, or customers of whom it is not known.
    """
    inputs = Inputs("repeat_rate", {"first": first, "second": second})
    inputs.raise_problems()
    before, after = inputs["first"] != 0, inputs["second"] != 0
    if not before.any():
        return NotEstimable("nobody bought in the first period")
    return wilson(int((before & after).sum()), int(before.sum()), level=level)


def double_jeopardy(penetration: ArrayLike, rate: ArrayLike) -> DoubleJeopardy | NotEstimable:
    """Hold brands against w (1 - b) = constant: a small brand's lower rate is no alarm, a deviation from the law is.

    Args:
        penetration: Share of category buyers who bought each brand, above 0 and up to 1, shape (brands,).
        rate: Mean purchases of the brand by its buyers, above 0, shape (brands,).

    Raises:
        EstimationError: brands that nobody buys, which have no rate.
    """
    inputs = Inputs("double_jeopardy", {"penetration": penetration, "rate": rate})
    inputs.require_positive("penetration", "rate")
    inputs.raise_problems()
    share, bought = inputs["penetration"], inputs["rate"]
    if len(share) < 3:
        return NotEstimable("fewer than three brands show no law")
    if (share >= 1).any():
        return NotEstimable("a brand that everybody buys has no share of others to lose")
    constant = float(np.average(bought * (1 - share), weights=share))
    expected = constant / (1 - share)
    return DoubleJeopardy(constant, expected, bought / expected - 1)


def loyalty_type(attitude_high: bool, patronage_high: bool) -> LoyaltyType:
    """The cell of attitude and repeat patronage (Dick & Basu 1994)."""
    if attitude_high:
        return "true" if patronage_high else "latent"
    return "spurious" if patronage_high else "none"
