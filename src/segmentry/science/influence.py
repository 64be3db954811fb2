"""What customers are worth beyond what they buy: referral, influence and knowledge value, nothing counted twice.

Kumar et al. 2010: CEV = CLV + CRV + CIV + CKV. What a referred customer spends is in the CLV of the referred; credited
to the referrer as well it would count twice. So referral value is *attributed*: what is credited to a referrer is
taken off the referred, and the sum over the base stays what it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.inputs import FloatArray, Inputs
from segmentry.terms.errors import EstimationError, Problem, shorten


@dataclass(frozen=True, slots=True)
class EngagementValue:
    """What each customer is worth in all.

    Attributes:
        own: CLV less what is credited to who referred the customer, in currency, shape (n,).
        referral: Credited for customers brought, with acquisition cost saved, in currency, shape (n,).
        knowledge: Credited for accepted contributions, in currency, shape (n,).
        total: Their sum, shape (n,).
    """

    own: FloatArray
    referral: FloatArray
    knowledge: FloatArray
    total: FloatArray


def engagement_value(
    clv: ArrayLike,
    referrer: ArrayLike,
    would_have_come: ArrayLike,
    saved_cost: ArrayLike,
    contributions: ArrayLike,
    *,
    credit: float = 1.0,
) -> EngagementValue:
    """Customer engagement value with referral value attributed.

    A referred customer who would not have come otherwise (type one) credits ``credit`` of the own value and the saved
    acquisition cost to the referrer; one who would have come anyway (type two) the saved cost alone.

    Args:
        clv: Value of each customer, in currency, shape (n,).
        referrer: Place of who referred the customer, -1 for nobody, shape (n,).
        would_have_come: 1 if the customer would have come anyway, else 0, shape (n,).
        saved_cost: Acquisition cost saved by the referral, 0 or more, in currency, shape (n,).
        contributions: Value of accepted contributions, 0 or more; those not accepted count nothing, shape (n,).
        credit: Share of a type-one customer's value that goes to the referrer, 0 to 1; 0 leaves it with the referred.

    Raises:
        EstimationError: places that are no customers, customers who refer themselves, referrals in a circle, a credit
            outside 0 to 1.
    """
    told = {"clv": clv, "would_have_come": would_have_come, "saved_cost": saved_cost, "contributions": contributions}
    inputs = Inputs("engagement_value", told)
    inputs.require_not_negative("saved_cost", "contributions")
    anyway = inputs["would_have_come"]
    inputs.require("would_have_come", np.isin(anyway, (0.0, 1.0)), "VALUE_WRONG", "It is 0 or 1.", "Mend it.")
    if not 0 <= credit <= 1:
        inputs.add("CREDIT_WRONG", "A credit lies between 0 and 1", "credit", credit, "Give 0 to credit nothing.")
    inputs.raise_problems()
    by = _referrers(referrer, inputs["clv"].size)
    referred = by >= 0
    passed = np.where(referred & (anyway == 0), credit * inputs["clv"], 0.0)
    referral = np.zeros(by.size)
    np.add.at(referral, by[referred], (passed + inputs["saved_cost"])[referred])
    own = inputs["clv"] - passed
    return EngagementValue(own, referral, inputs["contributions"], own + referral + inputs["contributions"])


def _referrers(referrer: ArrayLike, size: int) -> NDArray[np.int64]:
    by = np.asarray(referrer)
    problems = []
    next_step = "Give the place of a customer, or -1."
    if by.shape != (size,) or by.dtype.kind not in "iu":
        what = "Referrers are one whole number for each customer"
        raise EstimationError(Problem("SHAPE_WRONG", what, "engagement_value", shorten(referrer), next_step))
    wrong = np.flatnonzero((by < -1) | (by >= size))
    if wrong.size:
        given = f"{int(by[wrong[0]])} in row {int(wrong[0])}; {wrong.size} such rows"
        problems.append(Problem("REFERRER_UNKNOWN", "There is no such customer", "engagement_value", given, next_step))
    elif circular := _in_circles(by):
        given = f"customer {circular[0]}; {len(circular)} such customers"
        what = "Customers refer one another in a circle"
        problems.append(Problem("REFERRAL_CIRCLE", what, "engagement_value", given, "Keep the earliest referral."))
    if problems:
        raise EstimationError(problems)
    return by.astype(np.int64)


def _in_circles(by: NDArray[np.int64]) -> list[int]:
    """Places of customers from whom the way up never ends."""
    reached = np.arange(by.size)
    steps = 1
    above = np.where(by >= 0, by, by.size)
    table = np.append(above, by.size)
    while steps <= by.size:
        table = table[table]
        steps *= 2
    return [int(each) for each in reached[table[reached] < by.size]]
