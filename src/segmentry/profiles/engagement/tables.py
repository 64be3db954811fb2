"""What engagement publishes."""

from __future__ import annotations

from segmentry.profiles.tables import CUSTOMER_ID
from segmentry.terms.tables import Contract

ENGAGEMENT_TRAITS = Contract(
    "engagement_traits",
    "one customer of whom anything beyond orders was told",
    ("customer_id",),
    (CUSTOMER_ID,),
    open=True,
)
