"""Method and definitions: the words used on the page and the rulings behind its figures."""

from __future__ import annotations

from segmentry.reports.blocks import Block, Definitions, Section, Text
from segmentry.reports.told import Told

_PAST = (
    ("Customer", "One buyer under the id that the data give. A customer who bought has placed at least one order."),
    (
        "Order",
        "A purchase that was not canceled and whose own lines add up to more than zero. "
        "Goods returned later reduce spending on the day of return; the order still counts as placed.",
    ),
    (
        "Net revenue",
        "What customers bought, less what they returned. Fees, postage and bookkeeping entries are "
        "left out by the rules named in section 1.",
    ),
    ("Purchase day", "A local day with at least one order. Several orders on a day count as one purchase."),
    ("Repeat purchase", "A purchase day after the first."),
    (
        "The best customers",
        "Customers ranked by net revenue to date; those who tie at the cut are all in, and the true share is shown.",
    ),
    (
        "Recency, frequency, monetary value (RFM)",
        "Days since the last purchase, purchase days, net spending. "
        "Each is cut into scores of about equal size; equal values share a score.",
    ),
    (
        "Lifecycle",
        "Where a customer stands by the customer's own rhythm between purchases: "
        "first-time, regular, lapsing, lapsed or reactivated.",
    ),
)
"""Words about what happened."""

_FUTURE = (
    (
        "Interval of the mean",
        "The range in which the expected value lies with the stated confidence, if the model "
        "holds. It holds what the data leave open about the model's parameters.",
    ),
    ("What will be seen", "A wider range: it also holds chance, the luck of single customers."),
    (
        "Probability of still buying, P(alive)",
        "The model's probability that a customer has not left for good. "
        "Nobody announces leaving, so it is always an estimate.",
    ),
    ("Held-out weeks", "The last part of the history, hidden from a model that must forecast it."),
    (
        "Cost-to-serve",
        "Minutes of each activity times the cost of a minute, for every time it was needed. "
        "Unused capacity is shown and charged to nobody.",
    ),
    ("Contribution", "Net revenue less cost of goods and cost-to-serve."),
    ("Not estimable", "The data do not allow an answer. The reason is given; a number is not."),
)
"""Words about what is expected, and about costs."""


def section(told: Told) -> Section:
    """The section on method and definitions."""
    blocks: list[Block] = [
        Text(
            "Counts and amounts of the past are exact: they are added up from the rows used. Whatever looks ahead is "
            "estimated, and carries an interval or says that it has none. Money is rounded once, when it is shown."
        ),
        Definitions(_entries(told)),
    ]
    return Section("method", "Method and definitions", blocks)


def _entries(told: Told) -> tuple[tuple[str, str], ...]:
    measure = "margin" if told.get("clv.measure") == "clv" else "revenue"
    discount = told.share(told.get("clv.annual_discount"), 1)
    return (
        (
            "As of",
            f"The instant for which everything holds: {told.as_of}. Days and months are those of that time zone.",
        ),
        *_PAST,
        (
            "Value",
            f"Expected discounted {measure} over the horizon from today's customers. It is called customer lifetime "
            "value (CLV) only where a margin is known.",
        ),
        (
            "Horizon and discount",
            f"Value looks over {told.horizon}; later amounts count for less, by {discount} a year.",
        ),
        *_FUTURE,
    )
