"""Loyalty of behavior and of attitude, kept apart, and the cell in which a customer stands (Dick & Basu 1994).

In: ``behavioral_traits``, ``customer_days``, ``feedback_traits`` and, where a column tells spend in the whole category,
given traits. Out: ``loyalty_traits``, and ``loyalty_market`` where that spend is told.
"""

from segmentry.profiles.loyalty.spec import LoyaltySpec

__all__ = ["LoyaltySpec"]
