"""What occasions publish."""

from __future__ import annotations

from segmentry.profiles.tables import CUSTOMER_ID
from segmentry.terms.tables import Contract

OCCASION_TRAITS = Contract(
    "occasion_traits", "one customer of whom an occasion is known", ("customer_id",), (CUSTOMER_ID,), open=True
)
"""Occasions for which a customer orders, and what happened in a customer's life."""
