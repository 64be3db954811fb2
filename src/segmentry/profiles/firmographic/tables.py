"""What the firmographic basis publishes."""

from __future__ import annotations

from segmentry.profiles.accounts.tables import ACCOUNT_FINDINGS
from segmentry.profiles.tables import CUSTOMER_ID
from segmentry.terms.tables import Contract

FIRMOGRAPHIC_TRAITS = Contract(
    "firmographic_traits", "one organization that a source describes", ("customer_id",), (CUSTOMER_ID,), open=True
)

FIRMOGRAPHIC_FINDINGS = Contract(
    "firmographic_findings",
    "one thing told of organizations that cannot be so, or is not understood",
    ("finding", "customer_id", "given"),
    ACCOUNT_FINDINGS.columns,
)
