"""Does a segment of its own pay, and could that be shown? The over-segmentation guard in money and power.

Treating a segment apart costs a fixed amount and an amount per member. It pays if the value of its members rises by at
least the break-even lift. A test that holds half of them out finds a rise only from the detectable lift on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from segmentry.terms.numbers import NotEstimable

LARGEST_PLAUSIBLE_LIFT = 0.25
"""Rise of value above which a treatment is not to be counted on; ours, stated with every verdict."""

GuardVerdict = Literal["keep", "niche", "unproven", "merge"]


@dataclass(frozen=True, slots=True)
class SegmentCase:
    """What speaks for and against treating one segment apart.

    Attributes:
        members: Number of members.
        value: Expected value of a member over the horizon.
        difference: Largest standardized difference from the neighbor in what matters.
        smallest_share: Share of the base that the study demands.
        share: Share of the base that the segment has.
    """

    members: int
    value: float
    difference: float
    share: float
    smallest_share: float


def break_even_lift(members: int, value: float, segment_cost: float, contact_cost: float) -> float | NotEstimable:
    """Relative rise of the members' value from which treating them apart pays.

    (segment cost + members x contact cost) / (members x value)

    Args:
        members: Number of members, above 0.
        value: Expected value of a member over the horizon, in currency.
        segment_cost: Fixed cost over the horizon, in currency.
        contact_cost: Cost of one member over the horizon, in currency.
    """
    if members <= 0 or not value > 0:
        return NotEstimable("nothing can rise where no value is expected")
    return (segment_cost + members * contact_cost) / (members * value)


def detectable_lift(
    members: int, value: float, deviation: float, *, level: float = 0.95, power: float = 0.8
) -> float | NotEstimable:
    """Smallest relative rise of the mean that a test with half of the members as holdout finds.

    (z of the level + z of the power) x deviation x sqrt(4 / members) / value, two-sided, equal arms.

    Args:
        members: Number of members in both arms together.
        value: Expected mean, in currency.
        deviation: Standard deviation between members, in currency.
        level: One less the chance of a false alarm.
        power: Chance of finding a rise of that size.
    """
    if members < 4:
        return NotEstimable("fewer than four members cannot be split into arms")
    if not (deviation > 0 and value > 0):
        return NotEstimable("neither spread nor value of the members is known")
    from scipy.special import ndtri

    reach = float(ndtri(0.5 + level / 2.0) + ndtri(power))
    return float(reach * deviation * (4.0 / members) ** 0.5 / value)


def judge_segment(
    case: SegmentCase, cost: float, break_even: float | NotEstimable, detectable: float | NotEstimable, smallest: float
) -> tuple[GuardVerdict, str]:
    """The verdict and its reason in words.

    ``merge``: it differs from its neighbor in nothing that matters. ``keep``: a plausible rise pays, and could be
    shown. ``niche``: the same for a segment smaller than the study demands. ``unproven``: no plausible rise pays, or
    none that pays could be shown.

    Args:
        case: The segment.
        cost: What treating it apart costs over the horizon.
        break_even: See `break_even_lift`.
        detectable: See `detectable_lift`.
        smallest: Standardized difference up to which two segments are alike.
    """
    if case.difference < smallest:
        return "merge", (
            f"In nothing that matters does it differ from its neighbor by as much as {smallest:g} standard deviations: "
            "treat both alike."
        )
    if isinstance(break_even, NotEstimable):
        return "unproven", f"Whether it pays cannot be told: {break_even.reason}."
    rise = f"{break_even:.1%}" if break_even >= 0.001 else "less than 0.1%"
    needed = f"Its value must rise by {rise} to pay for {cost:,.0f} of cost"
    doubt = _doubt(break_even, detectable)
    if doubt or isinstance(detectable, NotEstimable):
        return "unproven", f"{needed}{doubt}."
    shown = f"{needed}, and a test can show rises from {detectable:.1%}"
    if case.share < case.smallest_share:
        return "niche", f"{shown}: small, and yet it may pay."
    return "keep", f"{shown}."


def _doubt(break_even: float, detectable: float | NotEstimable) -> str:
    if break_even > LARGEST_PLAUSIBLE_LIFT:
        return f", more than {LARGEST_PLAUSIBLE_LIFT:.0%}, which is not to be counted on"
    if isinstance(detectable, NotEstimable):
        return f"; whether a test could show that cannot be told: {detectable.reason}"
    if detectable > LARGEST_PLAUSIBLE_LIFT:
        return f", but a test with half as holdout finds only rises of {detectable:.0%} and more"
    return ""
