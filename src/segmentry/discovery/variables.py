"""Which traits make the segments, which describe them, and how each is prepared and worded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Variable:
    """A trait as discovery uses it.

    Attributes:
        name: Name of the trait, and of its column.
        transform: How it is prepared before distances are measured; see `segmentry.science.VariablePlan`.
        low: What members are like whose value is low, as an adjective.
        high: The same where it is high.
        phrase: A clause with ``{value}`` for descriptions, or an empty text.
        source: Trait it was made from, where it says yes or no to one level of a name; else empty.
        level: That level.
    """

    name: str
    transform: Literal["none", "log"] = "none"
    low: str = ""
    high: str = ""
    phrase: str = ""
    source: str = ""
    level: str = ""

    @property
    def words(self) -> tuple[str, str]:
        """Adjectives for low and high values."""
        plain = self.name.replace("_", " ")
        return self.low or f"low {plain}", self.high or f"high {plain}"


PURCHASE_BEHAVIOR = (
    Variable("days_since_last", "log", "recent", "long silent", "last bought {value} days ago"),
    Variable("purchase_days", "log", "rare", "frequent", "bought on {value} days"),
    Variable("mean_order_value", "log", "small-order", "large-order", "for {value} {unit} an order"),
    Variable("mean_basket_products", "log", "narrow-basket", "broad-basket", "with {value} products in a basket"),
    Variable("tenure_days", "none", "new", "long-standing", "first bought {value} days ago"),
)
"""What the default study segments by: silence, frequency, order size, breadth of the basket, time as a customer."""

WORDED = (
    *PURCHASE_BEHAVIOR,
    Variable("spend", "log", "low-spending", "high-spending"),
    Variable("orders", "log", "rare", "frequent"),
    Variable("usage_rate", "log", "slow", "fast"),
    Variable("mean_gap_days", "log", "quickly returning", "slowly returning"),
    Variable("return_rate", "none", "rarely returning goods", "returning much"),
    Variable("discount_share", "none", "full-price", "discount-seeking"),
    Variable("weekend_share", "none", "weekday", "weekend"),
    Variable("gift_season_share", "none", "all-year", "gift-season"),
    Variable("price_index", "none", "low-priced", "high-priced"),
    Variable("products_bought", "log", "narrow", "wide-ranging"),
    Variable("p_alive", "none", "probably gone", "active"),
    Variable("clv", "log", "low-value", "high-value"),
)
"""Traits with words of their own; others are worded by their names."""

DESCRIPTORS = ("country", "main_channel", "favorite_category", "discount_share", "price_index")
"""Behavioral traits that describe segments unless they make them; given traits are added.

None follows from when or how often somebody bought: a cohort is another word for tenure, whoever ordered once has a
share of weekend or gift-season orders of 0 or 1, and more orders are more occasions to return something.
"""


def worded(name: str) -> Variable:
    """The trait ``name`` with its words, and with no preparation where none is known to suit it."""
    return next((variable for variable in WORDED if variable.name == name), Variable(name))
