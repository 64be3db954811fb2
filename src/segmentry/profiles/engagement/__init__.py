"""The behavioral basis beyond orders: what people do on web and app, how they use, decide, answer offers, and where.

In: ``events``, ``usage``, ``touches``, ``service_contacts``, ``feedback``, ``contributions`` and ``orders``. Out:
``engagement_traits``. What a source does not tell is unknown, and so is what is not told of a customer.
"""

from segmentry.profiles.engagement.spec import EngagementSpec

__all__ = ["EngagementSpec"]
