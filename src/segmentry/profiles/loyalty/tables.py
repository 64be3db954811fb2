"""What loyalty publishes."""

from __future__ import annotations

from segmentry.profiles.tables import CUSTOMER_ID
from segmentry.terms.tables import Contract

LOYALTY_TRAITS = Contract(
    "loyalty_traits", "one customer of whom behavior or attitude is known", ("customer_id",), (CUSTOMER_ID,), open=True
)
